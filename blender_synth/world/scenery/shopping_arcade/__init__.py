"""A covered passage: shops on both sides under a roof of glass and iron, a storey with windows or a gallery above.

The passage runs along +X, its middle is the origin; its ends are closed by glazed screens with a street behind each.
`Spec` holds resolved values only, `Randomizer` the ranges.
"""

from blender_synth.world.scenery.shopping_arcade.randomizer import Randomizer
from blender_synth.world.scenery.shopping_arcade.spec import Spec

__all__ = ["Randomizer", "Spec"]
