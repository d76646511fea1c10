"""The lobby of a hotel or an office: a stone floor, a reception desk before a lit wall, lift doors, sofas and plants,
and a glazed front with a street behind it.

The room spans x about 0 and y from 0, where the front is, to `depth_m`. `Spec` holds resolved values only,
`Randomizer` the ranges.
"""

from blender_synth.world.scenery.lobby.randomizer import Randomizer
from blender_synth.world.scenery.lobby.spec import Spec

__all__ = ["Randomizer", "Spec"]
