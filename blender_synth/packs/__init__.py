"""Asset packs: what may stand in one, where they are found, and checks that need no Blender."""

from blender_synth.packs.pack import BrokenItem, Item, Pack, load_pack
from blender_synth.packs.search import find_packs

__all__ = ["BrokenItem", "Item", "Pack", "find_packs", "load_pack"]
