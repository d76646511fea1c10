"""A junction of two streets: zebra crossings on all four arms, signals or signs, waiting cars, houses at the corners.

The centre of the junction is the origin; one street runs along +X, the other along +Y. The carriageways lie at z = 0
and traffic keeps right. Houses across a side street close each arm.

Local coordinates of an arm: `along` is the distance from the centre of the junction, `left` the distance to the left of
the centre line, as seen from the junction. Cars approach the junction on the left half and leave it on the right half.
"""

from blender_synth.world.scenery.crosswalk.randomizer import Randomizer
from blender_synth.world.scenery.crosswalk.spec import Spec

__all__ = ["Randomizer", "Spec"]
