"""The lobby of a hotel or an office: a reception desk, lift doors, sofas, plants, and a glazed front facing a street.

The room is centred on x = 0 and extends from the front at y = 0 to y = `depth_m`.
"""

from blender_synth.world.scenery.lobby.randomizer import Randomizer
from blender_synth.world.scenery.lobby.spec import Spec

__all__ = ["Randomizer", "Spec"]
