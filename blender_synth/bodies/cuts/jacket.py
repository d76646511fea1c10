"""Jackets that end at the hip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.bodies.cloth.panels import JACKET, upper_body
from blender_synth.bodies.cuts import UpperCut, Wearer
from blender_synth.bodies.mesh import Surface
from blender_synth.world.people.clothes import GarmentSpec


class Jacket(UpperCut):
    """A layer over the top."""

    seams = "jacket"

    def panels(
        self, wearer: Wearer, garment: GarmentSpec, seed: int, inner: Sequence[np.ndarray], ease_m: float
    ) -> list[Surface]:
        return [upper_body(wearer.points, wearer.rig, garment, seed, ease_m, inner, wearer.fineness, JACKET)]


CUT = Jacket()
