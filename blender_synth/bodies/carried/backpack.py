"""A backpack and its straps."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.carrier import DARK, Carrier, Piece, darker
from blender_synth.bodies.mesh import flipped
from blender_synth.bodies.skeleton import SIDES, Z
from blender_synth.bodies.solids import (
    arch,
    body,
    moved,
    pipe,
    ribbon,
    smooth_path,
)
from blender_synth.world.people.carrying import CarriedSpec


def build(item: CarriedSpec, carrier: Carrier) -> list[Piece]:
    """A backpack that leans on the back, and padded straps that lie on the shoulders and run down the chest."""
    chest, base = carrier.turn("spine01"), carrier.bone("spine01")
    cloth = (carrier.cloth - base) @ chest
    local = {
        n: (carrier.bone(n) - base) @ chest for n in ("neck01", "spine03", "spine04", "upperarm01.L", "upperarm01.R")
    }
    scale = item.size * float(np.clip((local["neck01"][2] - local["spine04"][2]) / 0.45, 0.7, 1.15))
    height, width, depth = 0.45 * scale, 0.295 * scale, 0.17 * scale
    top = float((local["upperarm01.L"][2] + local["upperarm01.R"][2]) / 2) + 0.015
    middle_y = 0.0
    behind = cloth[(np.abs(cloth[:, 1]) < 0.10) & (cloth[:, 2] < top - 0.05) & (cloth[:, 2] > top - height * 0.9)]
    back = float(np.percentile(behind[:, 0], 3)) if len(behind) else -carrier.measures.back_x
    profile = np.array([[0, 0.92, 0.92], [0.25, 1, 1], [0.6, 0.92, 0.98], [0.85, 0.7, 0.9], [1, 0.42, 0.68]])
    (v, f) = body((depth, width, height), 0.42, 0.03 * scale, profile)
    v = v * [-1, 1, 1]
    v[:, 0] = np.where(v[:, 0] > 0, v[:, 0] * 0.25, v[:, 0] * 1.3)  # flat towards the back
    origin = np.array([back - 0.012, middle_y, top - height])
    rgb, trim = item.rgb, item.second_rgb
    pieces: list[Piece] = [("pack", moved((v, flipped(f)), origin), "nylon", rgb)]
    if item.style == "roll_top":
        roll = pipe(np.array([[0, y, 0] for y in np.linspace(-0.46, 0.46, 7)]) * width, 0.03 * scale, 10)
        pieces.append(("roll", moved(roll, origin + [-depth * 0.25, 0, height + 0.012]), "nylon", darker(rgb, 0.85)))
        flap = body((0.02, width * 0.14, height * 0.5), 0.4, 0.006)
        pieces.append(("flap", moved(flap, origin + [-depth * 0.68, 0, height * 0.52]), "nylon", trim))
    else:
        pocket = body((depth * 0.45, width * 0.74, height * 0.46), 0.45, 0.025 * scale)
        pocket_rgb = trim if item.style == "school" else darker(rgb, 0.88)
        pieces.append(("pocket", moved(pocket, origin + [-depth * 0.62, 0, height * 0.07]), "nylon", pocket_rgb))
        zip_ = arch(
            np.array([0, -0.42, 0]) * width, np.array([0, 0.42, 0]) * width, np.array([0, 0, height * 0.45]), 17
        )
        pieces.append(("zip", moved(pipe(zip_, 0.004, 5), origin + [-depth * 0.30, 0, height * 0.52]), "plastic", DARK))
    loop = arch(np.array([0, -0.035, 0]), np.array([0, 0.035, 0]), np.array([-0.01, 0, 0.045]), 9)
    pieces.append(
        ("loop", moved(pipe(loop, 0.007, 6), origin + [-0.012, 0, height - 0.012]), "nylon", darker(rgb, 0.6))
    )
    for side, sign in SIDES.items():
        pieces.append(
            (
                f"side.{side}",
                moved(
                    body((depth * 0.7, 0.03, height * 0.36), 0.5, 0.01),
                    origin + [-depth * 0.35, sign * width * 0.49, 0.03],
                ),
                "nylon",
                darker(rgb, 0.7),
            )
        )
        path, outward = _backpack_strap(sign, cloth, local, origin, width, height, top)
        pieces.append((f"strap.{side}", ribbon(path, outward, 0.048 * scale, 0.009), "nylon", darker(rgb, 0.62)))
    return [(n, moved(s, base, chest.T), surface, c) for n, s, surface, c in pieces]


def _backpack_strap(
    sign: float, cloth: np.ndarray, local: dict, origin: np.ndarray, width: float, height: float, top: float
) -> tuple[np.ndarray, np.ndarray]:
    """Path (n, 3) of one strap and where its outer side faces (n, 3), in the chest's frame.

    Seen from the side the strap runs around the outline of the cloth, by polar angle from inside the chest: from
    behind over the shoulder and down to the lower ribs; then under the arm to the lower end of the pack.
    """
    joint = local["upperarm01.L" if sign > 0 else "upperarm01.R"]
    y0 = sign * float(np.clip(0.60 * abs(joint[1]), 0.075, 0.125))
    angles = np.radians(np.linspace(140.0, -40.0, 26))
    aside = y0 + sign * 0.05 * np.clip(-angles / np.radians(40), 0, 1) ** 2
    band = cloth[np.abs(cloth[:, 1] - y0) < 0.05]
    band = band[np.abs(band[:, 2] - top) < 0.7 * height] if len(band) else cloth
    middle = np.array([0.5 * (band[:, 0].min() + band[:, 0].max()), top - 0.26 * height])
    away = cloth[:, [0, 2]] - middle
    radius, angle = np.linalg.norm(away, axis=1), np.arctan2(away[:, 1], away[:, 0])
    reach = np.full(len(angles), np.nan)
    for k, (a, y) in enumerate(zip(angles, aside, strict=True)):
        near = (np.abs(angle - a) < np.radians(6)) & (np.abs(cloth[:, 1] - y) < 0.026)
        if near.any():
            reach[k] = np.percentile(radius[near], 96)
    known = np.isfinite(reach)
    if not known.any():
        reach, known = np.full(len(angles), 0.15), np.ones(len(angles), bool)
    reach = np.interp(np.arange(len(angles)), np.flatnonzero(known), reach[known])
    wide = np.maximum.reduce([np.roll(reach, 1), reach, np.roll(reach, -1)])[1:-1]
    reach = np.r_[reach[0], 0.5 * reach[1:-1] + 0.5 * wide, reach[-1]] + 0.005
    round_ = np.column_stack([middle[0] + reach * np.cos(angles), aside, middle[1] + reach * np.sin(angles)])
    start = np.array([origin[0] - 0.01, y0 * 0.85, top - 0.015])
    last = round_[-1]
    ribs = cloth[(np.abs(cloth[:, 2] - last[2]) < 0.03)]
    side = float(np.percentile(sign * ribs[:, 1], 97)) if len(ribs) else 0.16
    under = [
        np.array([0.5 * (last[0] + middle[0]), sign * (side + 0.004), last[2] - 0.03]),
        np.array([origin[0] - 0.02, sign * width * 0.46, min(last[2] - 0.05, origin[2] + 0.12 * height)]),
    ]
    path = smooth_path(np.concatenate([[start], round_[round_[:, 0] > origin[0] + 0.012], under]), 52, 2)
    outward = path - [middle[0], 0.0, middle[1]]
    turned = np.clip((last[2] + 0.03 - path[:, 2]) / 0.05, 0, 1)[:, None]  # under the arm it faces to the side
    return path, outward * (1 - turned) * [1, 0.3, 1] + outward * turned * [0.5, 1, 0] + Z * 1e-6
