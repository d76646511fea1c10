"""A skirt."""

from __future__ import annotations

from blender_synth.bodies.cloth.panels import skirt_hem, skirt_panel
from blender_synth.bodies.cuts import LegClearance, LowerCut, Wearer
from blender_synth.bodies.mesh import Surface, hemmed
from blender_synth.world.people.clothes import GarmentSpec


class Skirt(LowerCut):
    """A tube round both legs, flared by its fit."""

    has_legs = False
    clearance = LegClearance(gap_m=0.012, reach_m=0.14, rounds=3)

    def build(self, wearer: Wearer, garment: GarmentSpec, seed: int, top: Surface | None) -> Surface:
        hem = skirt_hem(garment)
        return hemmed(skirt_panel(wearer.points, 0.0, hem, 0.008, garment.fit, seed, wearer.fineness), 0.002, 0.03)

    def hem_drop(self, garment: GarmentSpec) -> float:
        return skirt_hem(garment)


CUT = Skirt()
