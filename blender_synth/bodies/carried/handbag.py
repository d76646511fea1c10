"""A bag with two handles, in the fist or in the crook of the arm."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.bag_bodies import BAG_SHAPES, bag_body
from blender_synth.bodies.carried.carrier import SIDE_OF, Carrier, Piece, darker
from blender_synth.bodies.skeleton import SIDES, X, Y, Z, rotation
from blender_synth.bodies.solids import (
    merged,
    moved,
    pipe,
    smooth_path,
)
from blender_synth.world.people.carrying import CarriedSpec


def _hung(carrier: Carrier, at: np.ndarray, out: float, sway_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """Origin and axes (rows: outward, backward, up) of what hangs from a point, broad side to the body."""
    axes = np.stack([out * Y, -out * X, Z]) @ carrier.yaw.T
    return at, axes @ rotation(carrier.yaw @ Y, sway_deg).T


def build(item: CarriedSpec, carrier: Carrier) -> list[Piece]:
    """A bag with two handles, hanging from a fist or from the crook of an arm."""
    word, _, how = item.held.partition("_")
    side = SIDE_OF[word]
    out = SIDES[side]
    if how == "forearm":
        elbow, wrist = carrier.bone(f"lowerarm01.{side}"), carrier.bone(f"wrist.{side}")
        hold = elbow + 0.34 * (wrist - elbow) + np.array([0, 0, 0.042])
    else:
        hold = carrier.fist(side)[0]
    depth, width, _, handle = (v * item.size for v in BAG_SHAPES[item.style])
    pieces, height = bag_body(item)
    tall = handle
    if how != "forearm":  # nothing drags on the ground
        tall = min(tall, max(0.04, hold[2] - height - 0.08))
    outward = 0.35 * depth if how == "forearm" else 0.12 * depth
    sway = ((item.shape_seed % 11) - 5) * (0.9 if carrier.walks else 0.3)
    origin, axes = _hung(carrier, hold + carrier.yaw @ np.array([0, out * outward, 0]), out, sway)
    origin = origin - axes[2] * (height + tall)
    surface, rgb = ("leather", darker(item.rgb, 0.75))
    if item.style == "paper":
        surface, rgb = "paper", (0.6, 0.58, 0.55)
    elif item.style in ("plastic", "tote"):
        surface, rgb = ("film", item.rgb) if item.style == "plastic" else ("canvas", darker(item.rgb, 0.8))
    thick = {"paper": 0.003, "plastic": 0.010}.get(item.style, 0.006)
    top = (hold - origin) @ axes.T
    handles = []
    for sign in (1, -1):
        x = sign * depth * 0.16
        apart = width * (0.30 if item.style == "plastic" else 0.22)
        feet = [np.array([x, y * apart, height - 0.012]) for y in (1, -1)]
        crown = np.array([x * 0.1 + top[0], top[1], top[2] - 0.004])
        legs = [
            smooth_path([feet[0], feet[0] * [1, 0.96, 1] + [0, 0, tall * 0.35], crown + [0, 0.03, -0.008], crown], 10)
        ]
        legs.append(
            smooth_path([crown, crown + [0, -0.03, -0.008], feet[1] * [1, 0.96, 1] + [0, 0, tall * 0.35], feet[1]], 10)
        )
        handles.append(pipe(np.concatenate([legs[0], legs[1][1:]]), thick, 6))
    pieces.append(("handles", merged(*handles), surface, rgb))
    return [(n, moved(s, origin, axes), surface, c) for n, s, surface, c in pieces]
