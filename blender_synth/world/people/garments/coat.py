"""A coat."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import QUIET, OuterDraws, OuterGarment


def _make(draws: OuterDraws) -> GarmentSpec:
    kind = "wool" if draws.cloth in ("leather", "denim", "wool") else draws.cloth
    return GarmentSpec(
        kind="coat",
        fabric=draws.palette.fabric(kind, {"check": 1, "plain": 2}, QUIET, child=False),
        neck=0.3 if draws.open_front == 0 else 0.5,
        open_front=draws.open_front,
        fit=0.25 + 0.4 * draws.fit,
        length=1.25 + 0.65 * draws.low,
        collar_m=0.055,
        thickness_m=0.007,
    )


GARMENT = OuterGarment(order=40, weight=0.16, comfort_c=(-60, 11), make=_make, child=0.35, old=1.5)
