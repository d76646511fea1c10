"""A shirt with collar and buttons."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import TopDraws, TopGarment


def _make(draws: TopDraws) -> GarmentSpec:
    patterns = {"check": 3, "pinstripes": 2, "dots": 0.5}
    return draws.top("cotton", patterns, fit=0.3 + 0.5 * draws.fit, sleeve=1.95, neck=0.12, collar_m=0.035)


GARMENT = TopGarment(order=40, weight=0.15, comfort_c=(-60, 25), make=_make, child=0.4, bodice=0.4)
