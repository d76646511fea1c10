"""Trousers, from leggings to wide legs."""

from __future__ import annotations

from blender_synth.bodies.cloth.panels import trouser_legs
from blender_synth.bodies.cuts import LowerCut, Wearer
from blender_synth.bodies.mesh import Surface
from blender_synth.world.people.clothes import GarmentSpec


class Trousers(LowerCut):
    """One tube a leg."""

    seams = "legs"

    def build(self, wearer: Wearer, garment: GarmentSpec, seed: int, top: Surface | None) -> Surface:
        return trouser_legs(wearer.points, wearer.rig, garment, seed, wearer.fineness, -0.12, garment.fit)

    def is_tight(self, garment: GarmentSpec) -> bool:
        return garment.fit <= 0.02


CUT = Trousers()
