"""A paved square of a town: houses all round, a fountain or a monument, trees, benches, a café, sometimes a market.

The square's middle is the origin and its paving lies at z = 0. Alleys lead out of it between the houses, each closed by
a house at its end. `Spec` holds resolved values only, `Randomizer` the ranges.
"""

from blender_synth.world.scenery.plaza.randomizer import Randomizer
from blender_synth.world.scenery.plaza.spec import Spec

__all__ = ["Randomizer", "Spec"]
