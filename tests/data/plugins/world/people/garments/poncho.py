"""A woollen poncho for cool weather."""

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import OuterDraws, OuterGarment


def make(draws: OuterDraws) -> GarmentSpec:
    fabric = draws.palette.fabric("wool", {"stripes": 1})
    return GarmentSpec(kind="poncho", fabric=fabric, fit=0.9, length=0.8, sleeve=0.9, thickness_m=0.006)


GARMENT = OuterGarment(order=1000, weight=2.0, comfort_c=(-10, 25), make=make)
