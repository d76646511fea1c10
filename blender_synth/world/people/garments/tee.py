"""A T-shirt."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import TopDraws, TopGarment


def _make(draws: TopDraws) -> GarmentSpec:
    patterns = {"stripes": 2, "print": 1, "logo": 4, "block": 1}
    return draws.top("cotton", patterns, fit=draws.fit, sleeve=0.45 + 0.4 * draws.sleeve, neck=0.1 + 0.35 * draws.neck)


GARMENT = TopGarment(order=10, weight=0.36, comfort_c=(13, 60), make=_make)
