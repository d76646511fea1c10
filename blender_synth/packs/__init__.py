"""Asset packs: what they may contain, where they are found, and all checks that need no Blender."""

from blender_synth.packs.items import BrokenItem, Item, Pack, items_with
from blender_synth.packs.kinds import Terms
from blender_synth.packs.loading import load_pack
from blender_synth.packs.search import find_packs

__all__ = ["BrokenItem", "Item", "Pack", "Terms", "find_packs", "items_with", "load_pack"]
