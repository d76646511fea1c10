"""A city street: two rows of houses, pavements, a carriageway with a crossing, trees, furniture and parked cars.

The street runs along +X with its centre at the origin and the carriageway at z = 0; traffic keeps right. Both ends
are closed by houses across a side street.
"""

from blender_synth.world.scenery.street.randomizer import Randomizer
from blender_synth.world.scenery.street.spec import Spec

__all__ = ["Randomizer", "Spec"]
