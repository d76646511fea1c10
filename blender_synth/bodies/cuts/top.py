"""Shirts, sweaters and the like, worn under jackets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.bodies.cloth.collars import make_collar
from blender_synth.bodies.cloth.panels import TOP, upper_body
from blender_synth.bodies.cuts import Closure, UpperCut, Wearer
from blender_synth.bodies.mesh import Surface
from blender_synth.world.people.clothes import GarmentSpec


class Top(UpperCut):
    """The layer on the skin."""

    def panels(
        self, wearer: Wearer, garment: GarmentSpec, seed: int, inner: Sequence[np.ndarray], ease_m: float
    ) -> list[Surface]:
        return [upper_body(wearer.points, wearer.rig, garment, seed, ease_m, inner, wearer.fineness, TOP)]

    def collar(self, wearer: Wearer, garment: GarmentSpec, upper: Surface) -> Surface | None:
        return make_collar(upper, garment.collar_m, fold=True) if garment.collar_m else None

    def closure(self, garment: GarmentSpec) -> Closure:
        return "buttons" if garment.collar_m > 0 and garment.fabric.kind == "cotton" else "none"


CUT = Top()
