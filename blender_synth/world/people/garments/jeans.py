"""Jeans."""

from __future__ import annotations

from blender_synth.values import Rgb
from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import LowerDraws, LowerGarment


def _make(draws: LowerDraws) -> tuple[GarmentSpec, Rgb | None]:
    spec = GarmentSpec(
        kind="trousers", fabric=draws.denim, fit=draws.fit * 0.8, length=draws.long_leg, thickness_m=0.003
    )
    return spec, None


GARMENT = LowerGarment(
    order=10,
    weights={"female": 0.33, "male": 0.44},
    comfort_c=(-60, 28),
    make=_make,
    old=0.6,
)
