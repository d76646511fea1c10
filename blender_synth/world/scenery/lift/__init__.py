"""The inside of a lift: a small steel cabin with a wall for a mirror, its doors open towards a landing.

The cabin is centred on x = 0 and extends from its doors at y = 0 to y = `depth_m`; the landing is at y < 0.
"""

from blender_synth.world.scenery.lift.randomizer import Randomizer
from blender_synth.world.scenery.lift.spec import Spec

__all__ = ["Randomizer", "Spec"]
