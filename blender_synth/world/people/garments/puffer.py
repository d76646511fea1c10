"""A quilted down jacket."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import QUIET, OuterDraws, OuterGarment


def _make(draws: OuterDraws) -> GarmentSpec:
    return GarmentSpec(
        kind="jacket",
        fabric=draws.palette.fabric("nylon", {"block": 1, "plain": 3}, (*QUIET, "teal", "red", "mustard")),
        neck=0.12,
        open_front=0.8 * draws.open_front,
        hood="down" if draws.extra < 0.45 else "none",
        fit=0.2 + 0.35 * draws.fit,
        length=0.6 + 0.36 * draws.low,
        collar_m=0.06,
        thickness_m=0.018,
    )


GARMENT = OuterGarment(order=30, weight=0.14, comfort_c=(-60, 9), make=_make, child=1.8)
