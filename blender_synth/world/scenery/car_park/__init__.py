"""One deck of an underground car park: bays along one or two aisles, columns, beams, lamps, a ramp, a lift.

The centre of the deck is the origin, aisles run along +X, the floor lies at z = 0. Walls enclose it; the ramp leads up
to a shutter.
"""

from blender_synth.world.scenery.car_park.randomizer import Randomizer
from blender_synth.world.scenery.car_park.spec import Spec

__all__ = ["Randomizer", "Spec"]
