"""A paved square: houses on all sides, a fountain or monument, trees, benches, cafés, sometimes a market.

The centre of the square is the origin and its paving lies at z = 0. Alleys lead out between the houses; a house closes
each of them.
"""

from blender_synth.world.scenery.plaza.randomizer import Randomizer
from blender_synth.world.scenery.plaza.spec import Spec

__all__ = ["Randomizer", "Spec"]
