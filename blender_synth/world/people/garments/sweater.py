"""A knitted sweater."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import TopDraws, TopGarment


def _make(draws: TopDraws) -> GarmentSpec:
    neck = 0.02 if draws.neck < 0.2 else 0.04 + 0.26 * draws.neck  # a roll neck, or not
    return draws.top(
        "knit",
        {"stripes": 2, "block": 1},
        fit=0.25 + 0.6 * draws.fit,
        sleeve=1.98,
        neck=neck,
        thickness_m=0.006,
        may_tuck=False,
    )


GARMENT = TopGarment(order=60, weight=0.24, comfort_c=(-60, 18), make=_make, bodice=0.4)
