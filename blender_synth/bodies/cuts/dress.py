"""The skirt of a dress, joined to its top at the waist."""

from __future__ import annotations

from blender_synth.bodies.cloth.panels import attached, skirt_hem, skirt_panel
from blender_synth.bodies.cuts import LegClearance, LowerCut, Wearer
from blender_synth.bodies.mesh import Surface, hemmed
from blender_synth.world.people.clothes import GarmentSpec


class Dress(LowerCut):
    """A skirt that hangs from the lower edge of the top."""

    has_legs = False
    waist_drop = 0.1
    seam_drop = 0.1
    clearance = LegClearance(gap_m=0.012, reach_m=0.14, rounds=3)

    def build(self, wearer: Wearer, garment: GarmentSpec, seed: int, top: Surface | None) -> Surface:
        skirt = skirt_panel(
            wearer.points, self.waist_drop - 0.03, skirt_hem(garment), 0.006, garment.fit, seed, wearer.fineness
        )
        return hemmed(skirt if top is None else attached(top, skirt, self.waist_drop), 0.002, 0.03)

    def hem_drop(self, garment: GarmentSpec) -> float:
        return skirt_hem(garment)


CUT = Dress()
