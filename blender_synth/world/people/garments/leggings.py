"""Leggings: tight and dark."""

from __future__ import annotations

from blender_synth.values import Rgb
from blender_synth.world.people.clothes import FabricSpec, GarmentSpec
from blender_synth.world.people.garments import LowerDraws, LowerGarment


def _make(draws: LowerDraws) -> tuple[GarmentSpec, Rgb | None]:
    fabric = FabricSpec(kind="jersey", rgb=draws.dark)
    return GarmentSpec(kind="trousers", fabric=fabric, fit=0.0, length=draws.long_leg - 0.1), None


GARMENT = LowerGarment(
    order=40,
    weights={"female": 0.12},
    comfort_c=(-60, 26),
    make=_make,
    old=0.3,
)
