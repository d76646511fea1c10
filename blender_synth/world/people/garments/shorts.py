"""Shorts of denim or cotton."""

from __future__ import annotations

from blender_synth.values import Rgb
from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import QUIET, LowerDraws, LowerGarment


def _make(draws: LowerDraws) -> tuple[GarmentSpec, Rgb | None]:
    if draws.chance < 0.3:
        fabric = draws.denim
    else:
        fabric = draws.palette.fabric("cotton", {"check": 1, "print": 0.6}, QUIET)
    return GarmentSpec(kind="shorts", fabric=fabric, fit=draws.fit, length=draws.short_leg), None


GARMENT = LowerGarment(
    order=50,
    weights={"female": 0.14, "male": 0.26},
    comfort_c=(18, 60),
    make=_make,
    old=0.5,
    shoes={"leather": 0.05, "boot": 0.2},
)
