"""Surfaces computed in numpy: tileable maps of the materials of towns and rooms.

One look-up in a map costs Cycles far less than octaves of procedural noise, and shows more: joints, single stones,
single bricks. Each map is (n, n, 4) float32 in 0..1: RGB is relative albedo (linear, mean 0.5, to be multiplied by
twice the surface's colour), A is height (0 low, 1 high). Row 0 is the bottom, as in Blender. Seeds here are fixed: the
maps are the same in every scene; what differs between scenes is in the specs.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from blender_synth.blender.scenery.textures import rooms, town

TILE_M = town.TILE_M | rooms.TILE_M
"""Edge of the square that each map covers."""
_MAKERS = town.MAKERS | rooms.MAKERS


@cache
def texture(name: str) -> np.ndarray:
    """The map of that name, (n, n, 4) float32, computed once in a process. Do not write to it."""
    return _MAKERS[name]()
