"""Inside a lift: a small cabin of brushed steel with a wall for a mirror, its doors open towards a landing.

The cabin spans x about 0 and y from 0, where its doors are, to `depth_m`; the landing lies before it, at y < 0.
`Spec` holds resolved values only, `Randomizer` the ranges.
"""

from blender_synth.world.scenery.lift.randomizer import Randomizer
from blender_synth.world.scenery.lift.spec import Spec

__all__ = ["Randomizer", "Spec"]
