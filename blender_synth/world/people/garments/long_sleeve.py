"""A shirt with long sleeves and no collar."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import TopDraws, TopGarment


def _make(draws: TopDraws) -> GarmentSpec:
    patterns = {"stripes": 3, "block": 1, "logo": 2}
    sleeve, neck = 1.5 + 0.48 * draws.sleeve, 0.08 + 0.3 * draws.neck
    return draws.top("cotton", patterns, fit=0.7 * draws.fit, sleeve=sleeve, neck=neck)


GARMENT = TopGarment(order=30, weight=0.18, comfort_c=(-60, 22), make=_make)
