"""A phone in the hand."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.carrier import SIDE_OF, Carrier, Piece
from blender_synth.bodies.skeleton import SIDES, unit
from blender_synth.bodies.solids import (
    body,
    moved,
)
from blender_synth.world.people.carrying import CarriedSpec


def build(item: CarriedSpec, carrier: Carrier) -> list[Piece]:
    """A phone that lies in the palm."""
    side = SIDE_OF[item.held.split("_")[0]]
    wrist, middle = carrier.bone(f"wrist.{side}"), carrier.bone(f"finger3-1.{side}")
    index, little = carrier.bone(f"finger2-1.{side}"), carrier.bone(f"finger5-1.{side}")
    along = unit(middle - wrist)
    back = SIDES[side] * unit(np.cross(index - wrist, little - wrist))
    axes = np.stack([-back, np.cross(-back, along) * -1.0, along])
    lying = body((0.0085, 0.072, 0.148), 0.25, 0.003)
    screen = body((0.001, 0.066, 0.140), 0.2, 0.0004)
    at = middle + along * (0.028 - 0.074) - back * 0.024
    return [
        ("case", moved(lying, at, axes), "plastic", item.second_rgb),
        ("screen", moved(screen, at + along * 0.004 - back * 0.0045, axes), "shell", item.rgb),
    ]
