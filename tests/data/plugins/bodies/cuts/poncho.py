"""The cut of a poncho: a wide upper body without a front opening."""

from blender_synth.bodies.cloth.panels import JACKET, upper_body
from blender_synth.bodies.cuts import UpperCut


class Poncho(UpperCut):
    def panels(self, wearer, garment, seed, inner, ease_m):
        upper = upper_body(wearer.points, wearer.rig, garment, seed, ease_m + 0.01, inner, wearer.fineness, JACKET)
        return [upper]

    def closure(self, garment):
        return "none"


CUT = Poncho()
