"""Where two streets cross: zebras over all four arms, signals or signs, waiting cars, houses at the corners.

The junction's middle is the origin, one street runs along +X, the other along +Y, the carriageways lie at z = 0 and
traffic keeps right. Each arm is closed by houses across a side street. `Spec` holds resolved values only,
`Randomizer` the ranges.

An arm's own frame: `along` counts from the middle of the junction outwards, `left` to the left of that. Cars drive
towards the junction on the left half of an arm so seen, and away from it on the right half.
"""

from blender_synth.world.scenery.crosswalk.randomizer import Randomizer
from blender_synth.world.scenery.crosswalk.spec import Spec

__all__ = ["Randomizer", "Spec"]
