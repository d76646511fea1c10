"""Joggers of jersey."""

from __future__ import annotations

from blender_synth.values import Rgb
from blender_synth.world.people.clothes import FabricSpec, GarmentSpec
from blender_synth.world.people.garments import LowerDraws, LowerGarment


def _make(draws: LowerDraws) -> tuple[GarmentSpec, Rgb | None]:
    fabric = FabricSpec(kind="jersey", rgb=draws.palette.colour(("black", "charcoal", "grey", "navy")))
    return GarmentSpec(kind="trousers", fabric=fabric, fit=0.3 + 0.4 * draws.fit, length=1.96, thickness_m=0.004), None


GARMENT = LowerGarment(
    order=30,
    weights={"female": 0.04, "male": 0.09},
    comfort_c=(-60, 25),
    make=_make,
    old=0.4,
)
