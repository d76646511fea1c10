"""A scene that an artist made."""

from blender_synth.world.scenery.authored.randomizer import Randomizer
from blender_synth.world.scenery.authored.spec import Spec

__all__ = ["Randomizer", "Spec"]
