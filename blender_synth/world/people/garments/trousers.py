"""Trousers of cotton or wool."""

from __future__ import annotations

from blender_synth.values import Rgb
from blender_synth.world.people.clothes import FabricKind, GarmentSpec
from blender_synth.world.people.garments import QUIET, LowerDraws, LowerGarment


def _make(draws: LowerDraws) -> tuple[GarmentSpec, Rgb | None]:
    kind: FabricKind = "cotton" if draws.chance < 0.7 or not draws.cold else "wool"
    fabric = draws.palette.fabric(kind, {"check": 0.6, "pinstripes": 0.8}, QUIET, child=False)
    return GarmentSpec(kind="trousers", fabric=fabric, fit=draws.fit, length=draws.long_leg), None


GARMENT = LowerGarment(
    order=20,
    weights={"female": 0.2, "male": 0.34},
    comfort_c=(-60, 32),
    make=_make,
)
