"""A shopping arcade: shops on both sides under a roof of glass and iron, an upper storey with windows or a gallery.

The arcade runs along +X, its centre is the origin; glazed screens with a street behind them close both ends.
"""

from blender_synth.world.scenery.shopping_arcade.randomizer import Randomizer
from blender_synth.world.scenery.shopping_arcade.spec import Spec

__all__ = ["Randomizer", "Spec"]
