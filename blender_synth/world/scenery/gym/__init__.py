"""A gym: a long wall for mirrors, weights before it, treadmills and bicycles in a row, wall bars, windows.

The room spans x about 0; windows are in its south wall (y = 0), the long wall that mirrors hang on is the north one.
`Spec` holds resolved values only, `Randomizer` the ranges.
"""

from blender_synth.world.scenery.gym.randomizer import Randomizer
from blender_synth.world.scenery.gym.spec import Spec

__all__ = ["Randomizer", "Spec"]
