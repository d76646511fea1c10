"""A gym: a long wall for mirrors, weights in front of it, treadmills and exercise bikes, wall bars, windows.

The room is centred on x = 0. The windows are in its south wall (y = 0), the mirrors hang on the north wall.
"""

from blender_synth.world.scenery.gym.randomizer import Randomizer
from blender_synth.world.scenery.gym.spec import Spec

__all__ = ["Randomizer", "Spec"]
