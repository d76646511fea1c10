"""A scene made by an artist: a `.blend` with marks, procedural parts listed in `scene.yaml`, or both.

`scenes/README.md` is the guide for artists.
"""

from blender_synth.world.scenery.authored.randomizer import Randomizer
from blender_synth.world.scenery.authored.spec import Spec

__all__ = ["Randomizer", "Spec"]
