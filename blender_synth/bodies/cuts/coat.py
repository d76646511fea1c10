"""Coats: an upper part, and a skirt that hangs from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from blender_synth.bodies.cloth.hang import push_outside
from blender_synth.bodies.cloth.panels import JACKET, attached, skirt_panel, upper_body
from blender_synth.bodies.cuts import UpperCut, Wearer
from blender_synth.bodies.mesh import Surface
from blender_synth.world.people.clothes import GarmentSpec


class Coat(UpperCut):
    """A layer over the top that reaches below the hip."""

    seams = "jacket"
    seam_drop = 0.6

    def panels(
        self, wearer: Wearer, garment: GarmentSpec, seed: int, inner: Sequence[np.ndarray], ease_m: float
    ) -> list[Surface]:
        points, fineness = wearer.points, wearer.fineness
        short = dataclasses.replace(garment, length=0.6)
        upper = upper_body(points, wearer.rig, short, seed, ease_m, inner, fineness, JACKET)
        until = float(np.interp(garment.length, (1.0, 2.0), (1.05, 2.05)))
        flare = 0.2 + 0.25 * garment.fit
        skirt = attached(upper, skirt_panel(points, 0.55, until, 0.012 + ease_m, flare, seed, fineness), 0.6)
        return [upper, skirt.moved(push_outside(skirt.vertices, skirt.fields, inner, wearer.rig, 0.012))]

    def hem_drop(self, garment: GarmentSpec) -> float:
        return float(np.interp(garment.length, (0, 1, 2), (0, 1, 2)))


CUT = Coat()
