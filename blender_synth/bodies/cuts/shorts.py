"""Shorts."""

from __future__ import annotations

from blender_synth.bodies.cloth.panels import trouser_legs
from blender_synth.bodies.cuts import LegClearance, LowerCut, Wearer
from blender_synth.bodies.mesh import Surface
from blender_synth.world.people.clothes import GarmentSpec


class Shorts(LowerCut):
    """Short tubes, never tight."""

    seams = "legs"
    clearance = LegClearance(gap_m=0.004, reach_m=0.05, rounds=2)

    def build(self, wearer: Wearer, garment: GarmentSpec, seed: int, top: Surface | None) -> Surface:
        fit = max(garment.fit, 0.35)
        return trouser_legs(wearer.points, wearer.rig, garment, seed, wearer.fineness, -0.05, fit)


CUT = Shorts()
