"""A hooded sweatshirt, with a zip or without."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import OuterDraws, OuterGarment


def _make(draws: OuterDraws) -> GarmentSpec:
    zipped = draws.extra < 0.5
    return GarmentSpec(
        kind="jacket",
        fabric=draws.palette.fabric("jersey", {"block": 1, "logo": 2}),
        open_front=draws.open_front * 0.6 if zipped else 0.0,
        fit=0.35 + 0.4 * draws.fit,
        length=0.72 + 0.2 * draws.low,
        neck=0.12,
        hood="down",
        thickness_m=0.005,
    )


GARMENT = OuterGarment(order=10, weight=0.14, comfort_c=(4, 19), make=_make, old=0.25)
