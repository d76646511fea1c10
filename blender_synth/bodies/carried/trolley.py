"""A shopping trolley."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.carrier import DARK, Carrier, Piece, darker
from blender_synth.bodies.carried.wheels import bar_between_hands, both_sides, in_front, pair_of_wheels
from blender_synth.bodies.solids import (
    Solid,
    body,
    moved,
    pipe,
    smooth_path,
)
from blender_synth.world.people.carrying import CarriedSpec


def build(item: CarriedSpec, carrier: Carrier) -> list[Piece]:
    """A shopping trolley of cloth on four small wheels."""
    high = float(bar_between_hands(carrier)[2])
    half = 0.17
    bag_h = min(0.58, high - 0.30)
    profile = np.array([[0, 0.92, 0.95], [0.85, 1, 1], [1, 0.75, 0.9]])

    def frame(sign: float) -> Solid:
        y = sign * half
        path = smooth_path(
            [[0, y, high], [0.08, y, high - 0.02], [0.14, y, 0.6 * high], [0.16, y, 0.12], [0.48, y, 0.10]], 22
        )
        return pipe(path, 0.009, 8)

    grip = pipe(np.array([[0, y, high] for y in np.linspace(-half - 0.02, half + 0.02, 5)]), 0.014, 10)
    pieces = [
        *pair_of_wheels(0.16, half + 0.02, 0.075, 0.03, 6),
        *pair_of_wheels(0.47, half + 0.02, 0.055, 0.03, 0),
        ("frame", both_sides(frame), "metal", (0.3, 0.3, 0.31)),
        ("grip", grip, "plastic", DARK),
        ("bag", moved(body((0.30, 0.36, bag_h), 0.35, 0.03, profile), np.array([0.33, 0, 0.13])), "canvas", item.rgb),
        (
            "lid",
            moved(body((0.31, 0.37, 0.07), 0.4, 0.02), np.array([0.33, 0, 0.10 + bag_h])),
            "canvas",
            darker(item.rgb, 0.7),
        ),
        ("pocket", moved(body((0.05, 0.28, 0.22), 0.35, 0.015), np.array([0.49, 0, 0.22])), "canvas", item.second_rgb),
    ]
    return in_front(carrier, pieces)
