"""A dress: its skirt; a top is drawn for it that becomes one piece with the skirt."""

from __future__ import annotations

from blender_synth.values import Rgb
from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import LowerDraws, LowerGarment
from blender_synth.world.people.garments.skirt import skirt_or_dress


def _make(draws: LowerDraws) -> tuple[GarmentSpec, Rgb | None]:
    return skirt_or_dress(draws, "dress")


GARMENT = LowerGarment(
    order=70,
    weights={"female": 0.16},
    comfort_c=(16, 60),
    make=_make,
    one_piece=True,
)
