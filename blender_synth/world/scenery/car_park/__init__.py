"""One deck of an underground car park: bays along one or two aisles, columns, beams, tubes of light, a ramp, a lift.

The deck's middle is the origin, aisles run along +X, the floor lies at z = 0. Walls close it all round; the ramp leads
up to a shutter. `Spec` holds resolved values only, `Randomizer` the ranges.
"""

from blender_synth.world.scenery.car_park.randomizer import Randomizer
from blender_synth.world.scenery.car_park.spec import Spec

__all__ = ["Randomizer", "Spec"]
