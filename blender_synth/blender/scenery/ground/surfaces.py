"""Carriageways, kerbs, pavements, manhole covers and litter."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.scenery.meshes import Part, Tint, box, extrude, join, lathe, part, quad, sheet
from blender_synth.world.scenery.shared.street_parts import Pavement, Roadway
from blender_synth.world.scenery.street import Spec

KERB_M = 0.16


ASPHALT = np.array([0.083, 0.081, 0.078])
"""Albedo of weathered asphalt; measurements range from 0.05 (new) to 0.15 (old)."""


END_REACH_M = 34.0
"""Half length of the side streets at the ends."""


def carriageway(spec: Spec) -> Part:
    """The flat sheet between the kerbs, UVs from the origin, and the lids in it."""
    half, k = spec.length_m / 2, spec.kerb_y_m
    return quad((-half, -k, 0), (half, -k, 0), (half, k, 0), (-half, k, 0), "road")


def side_streets(spec: Spec) -> Part:
    """Plain asphalt across both ends."""
    half, tint = spec.length_m / 2, tuple(ASPHALT * spec.road.tone)
    parts = []
    for x0, x1 in ((half, half + spec.side_street_m), (-half - spec.side_street_m, -half)):
        parts.append(
            quad(
                (x0, -END_REACH_M, 0),
                (x1, -END_REACH_M, 0),
                (x1, END_REACH_M, 0),
                (x0, END_REACH_M, 0),
                "asphalt",
                tint,
            )
        )
    return join(parts)


def lids(road: Roadway) -> Part | None:
    """Manhole covers and drain gratings, 4 mm proud so that they catch the light."""
    parts = []
    iron = (0.075, 0.07, 0.066)
    for lid in road.lids:
        if lid.kind == "manhole":
            ring = lathe([(0.36, 0.0), (0.36, 0.004), (0.335, 0.006)], 28, "iron", iron, smooth=False)
            knobs = []
            for i in range(-4, 5):
                for j in range(-4, 5):
                    if math.hypot(i, j) < 4.3:
                        knobs.append((i * 0.068, j * 0.068, 0.006))
            knob = box((-0.022, -0.022, 0), (0.022, 0.022, 0.005), "metal", (0.2, 0.19, 0.18), without=("-z",))
            shape = join([ring, knob.repeated(np.array(knobs))])
        else:
            base = box((-0.3, -0.2, 0), (0.3, 0.2, 0.003), "iron", (0.012, 0.012, 0.012), without=("-z",))
            xs = np.linspace(-0.28, 0.28, 12)
            bar = box((-0.014, -0.2, 0.003), (0.014, 0.2, 0.009), "metal", (0.16, 0.15, 0.14), without=("-z",))
            rim = [
                box(a, b, "iron", iron)
                for a, b in (
                    ((-0.33, -0.23, 0), (0.33, -0.2, 0.008)),
                    ((-0.33, 0.2, 0), (0.33, 0.23, 0.008)),
                    ((-0.33, -0.2, 0), (-0.3, 0.2, 0.008)),
                    ((0.3, -0.2, 0), (0.33, 0.2, 0.008)),
                )
            ]
            shape = join([base, bar.repeated(np.column_stack([xs, 0 * xs, 0 * xs])), *rim])
        parts.append(shape.turned(lid.turn_deg).moved((*lid.xy_m, 0.0)))
    return join(parts) if parts else None


def pavement(spec: Spec, paved: Pavement) -> Part:
    """Kerb and paving of one side (the right one is the left one rotated by 180 degrees)."""
    side = paved.name.removeprefix("pavement_")
    step = spec.kerb_step_m
    tint = (*paved.rgb, paved.dirt)
    material = f"paving_{paved.pattern}"
    if side in ("left", "right"):
        half, k = spec.length_m / 2, spec.kerb_y_m
        outer = k + paved.width_m + 0.3
        shape = join(
            [
                _kerb(2 * half, paved.kerb_rgb, step).moved((-half, k, 0)),
                sheet(-half, half, k + KERB_M, outer, step, material, tint),
                quad((half, k, 0), (half, outer, 0), (half, outer, step), (half, k, step), "kerb", paved.kerb_rgb),
                quad((-half, outer, 0), (-half, k, 0), (-half, k, step), (-half, outer, step), "kerb", paved.kerb_rgb),
                *_tactile(spec, k, step, side),
            ]
        )
        return shape if side == "left" else shape.turned(180)
    length, width = 2 * END_REACH_M, paved.width_m
    x = spec.length_m / 2 + spec.side_street_m
    shape = join(
        [
            _kerb(length, paved.kerb_rgb, step).moved((-length / 2, x - width, 0)),
            sheet(-length / 2, length / 2, x - width + KERB_M, x + 0.3, step, material, tint),
        ]
    )
    return shape.turned(-90 if side == "east" else 90)


def _kerb(length: float, rgb: Tint, step: float) -> Part:
    """Kerb stones along +x with their face at y = 0, edge rounded to 2 cm."""
    r = 0.022
    angles = np.linspace(np.pi, np.pi / 2, 4)
    round_edge = np.column_stack([r + r * np.cos(angles), step - r + r * np.sin(angles)])
    profile = np.concatenate([[(0.0, -0.02)], round_edge, [(KERB_M, step)]])
    return extrude(profile, length, "kerb", rgb)


def _tactile(spec: Spec, kerb_y: float, step: float, side: str) -> list[Part]:
    """Blister paving before the crossing, and its slabs' joints."""
    cross = spec.road.crossing
    if cross is None:
        return []
    x = cross.x_m if side == "left" else -cross.x_m
    half, y0, deep, pitch = cross.width_m / 2, kerb_y + KERB_M + 0.02, 0.8, 0.0667
    rgb = (0.46, 0.43, 0.36)
    slabs = []
    for a in np.arange(-half, half - 0.1, 0.4):
        for c in (0.0, 0.4):
            b = min(a + 0.396, half)
            slabs.append(
                box((x + a, y0 + c, step - 0.01), (x + b, y0 + c + 0.396, step + 0.004), "matt", rgb, without=("-z",))
            )
    xs, ys = np.meshgrid(np.arange(x - half + pitch / 2, x + half, pitch), np.arange(y0 + pitch / 2, y0 + deep, pitch))
    angles = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    low = np.column_stack([0.0175 * np.cos(angles), 0.0175 * np.sin(angles), np.zeros(6)])
    high = np.column_stack([0.011 * np.cos(angles), 0.011 * np.sin(angles), np.full(6, 0.005)])
    sides = [[i, (i + 1) % 6, 6 + (i + 1) % 6, 6 + i] for i in range(6)]
    blister = join(
        [
            part(np.concatenate([low, high]), sides, "matt", rgb, smooth=True),
            part(high, [[0, 1, 2, 3], [0, 3, 4, 5]], "matt", rgb),
        ]
    )
    return [*slabs, blister.repeated(np.column_stack([xs.ravel(), ys.ravel(), np.full(xs.size, step + 0.004)]))]


def litter(spec: Spec) -> dict[str, Part]:
    """Leaves, cigarette ends and scraps of paper on carriageway and pavements, most of it at kerbs, walls, trunks."""
    rng = np.random.default_rng(spec.litter_seed)
    half, k = spec.length_m / 2, spec.kerb_y_m
    trees = np.array([f.position_m[:2] for f in spec.furniture if f.kind == "tree"])
    found: dict[str, Part] = {}
    for where in ("road", "left", "right"):
        count = 40 + round(500 * spec.litter)
        x = rng.uniform(-half, half, count)
        from_edge = np.minimum(rng.exponential(0.12, count) + 0.03, 1.6)
        if where == "road":
            y, z = rng.choice([-1, 1], count) * (k - from_edge), 0.004
        else:
            width, sign = spec.pavement(where).width_m, 1 if where == "left" else -1
            at_wall = rng.random(count) < 0.5
            y = sign * np.where(at_wall, k + width - from_edge, k + KERB_M + from_edge)
            z = spec.kerb_step_m + 0.004
        if len(trees):
            under = rng.random(count) < 0.55
            near = trees[rng.integers(0, len(trees), count)] + rng.normal(0, 1.3, (count, 2))
            inside = {"road": np.abs(near[:, 1]) < k, "left": near[:, 1] > k + 0.2, "right": near[:, 1] < -k - 0.2}[
                where
            ]
            edge = k + spec.pavement("left" if where == "left" else "right").width_m if where != "road" else k
            inside &= (np.abs(near[:, 1]) < edge - 0.1) & (np.abs(near[:, 0]) < half)
            x, y = np.where(under & inside, near[:, 0], x), np.where(under & inside, near[:, 1], y)
        found[where] = scraps(rng, np.column_stack([x, y, np.full(count, z)]), bool(len(trees)))
    return found


def scraps(rng: np.random.Generator, at: np.ndarray, leafy: bool) -> Part:
    """One bent quad per scrap: dry leaf, paper or cigarette end."""
    n = len(at)
    kind = rng.random(n)
    leaf, paper = kind < (0.72 if leafy else 0.25), kind > 0.9
    long = np.where(
        leaf, rng.uniform(0.03, 0.08, n), np.where(paper, rng.uniform(0.03, 0.12, n), rng.uniform(0.02, 0.03, n))
    )
    wide = np.where(leaf, 0.6 * long, np.where(paper, rng.uniform(0.4, 1.0, n) * long, 0.008))
    turn, lift = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.1, 0.3, n) * np.minimum(long, wide)
    c, s = np.cos(turn), np.sin(turn)
    corners = []
    for u, v, up in ((-1, 0, 0.2), (0, -1, 1.0), (1, 0, 0.1), (0, 1, 0.8)):
        corners.append(
            at + np.column_stack([(c * u * long - s * v * wide) / 2, (s * u * long + c * v * wide) / 2, up * lift])
        )
    points = np.stack(corners, axis=1).reshape(-1, 3)
    dry = np.array([0.13, 0.075, 0.028]) * np.exp(rng.normal(0, 0.4, (n, 1)))
    pale = np.array([0.5, 0.48, 0.44]) * rng.uniform(0.5, 1.1, (n, 1))
    tints = np.where(leaf[:, None], dry, np.where(paper[:, None], pale, pale * (0.9, 0.8, 0.6)))
    return part(points, np.arange(4 * n).reshape(-1, 4), "matt", np.column_stack([tints, np.zeros(n)]))
