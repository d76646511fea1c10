"""A shirt with short sleeves."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import TopDraws, TopGarment


def _make(draws: TopDraws) -> GarmentSpec:
    patterns = {"check": 2, "print": 2, "pinstripes": 1, "stripes": 1}
    sleeve = 0.62 + 0.25 * draws.sleeve
    return draws.top("cotton", patterns, fit=0.35 + 0.5 * draws.fit, sleeve=sleeve, neck=0.15, collar_m=0.033)


GARMENT = TopGarment(order=50, weight=0.08, comfort_c=(18, 60), make=_make, under=0.3, child=0.5)
