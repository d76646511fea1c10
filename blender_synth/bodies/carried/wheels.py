"""Parts that items on wheels share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from blender_synth.bodies.carried.carrier import TYRE, Carrier, Piece
from blender_synth.bodies.solids import (
    Solid,
    merged,
    moved,
    wheel,
)


def bar_between_hands(carrier: Carrier) -> np.ndarray:
    """Middle (3,) of the bar that both hands hold."""
    left, right = carrier.fist("L")[0], carrier.fist("R")[0]
    return (left + right) / 2


def both_sides(make: Callable[[float], Solid]) -> Solid:
    """The same on both sides: `make(sign)`."""
    return merged(make(1.0), make(-1.0))


def in_front(carrier: Carrier, pieces: list[Piece]) -> list[Piece]:
    """Pieces placed on the ground in front of the person; their x is measured from the bar."""
    at = bar_between_hands(carrier) * [1, 1, 0]
    return [(n, moved(s, at, carrier.yaw.T), surface, c) for n, s, surface, c in pieces]


def pair_of_wheels(x: float, half: float, radius: float, width: float, spokes: int) -> list[Piece]:
    """Two wheels on one axle at `x`, `half` to either side of the middle, metres."""
    out: list[Piece] = []
    for sign in (1, -1):
        tyre, rim = wheel(radius, width, spokes)
        at = np.array([x, sign * half, radius])
        out += [("wheel", moved(tyre, at), "tyre", TYRE), ("rim", moved(rim, at), "plastic", (0.25, 0.25, 0.26))]
    return out
