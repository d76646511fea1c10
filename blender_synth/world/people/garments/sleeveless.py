"""A top without sleeves."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import TopDraws, TopGarment


def _make(draws: TopDraws) -> GarmentSpec:
    patterns = {"stripes": 2, "print": 2, "logo": 1}
    return draws.top("cotton", patterns, fit=0.6 * draws.fit, sleeve=0.02, neck=0.25 + 0.3 * draws.neck)


GARMENT = TopGarment(order=20, weight=0.08, comfort_c=(22, 60), make=_make, under=0.0, bodice=4.0)
