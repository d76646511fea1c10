"""Surfaces computed in numpy: tileable maps of the materials of towns and rooms.

One look-up in a map costs Cycles far less than octaves of procedural noise, and shows more: joints, single stones,
single bricks. Each map is (n, n, 4) float32 in 0..1: RGB is relative albedo (linear, mean 0.5, to be multiplied by
twice the surface's colour), A is height (0 low, 1 high). Row 0 is the bottom, as in Blender. Seeds here are fixed: the
maps are the same in every scene; what differs between scenes is in the specs.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from functools import cache
from pathlib import Path

import numpy as np

from blender_synth.blender.scenery.textures import cells, rooms, town
from blender_synth.blender.shading import noise
from blender_synth.cache import cache_folder, write_atomically

TILE_M = town.TILE_M | rooms.TILE_M
"""Edge of the square that each map covers."""
_MAKERS = town.MAKERS | rooms.MAKERS


@cache
def texture(name: str) -> np.ndarray:
    """The map of that name, (n, n, 4) float32 in steps of 1/255, computed once. Do not write to it.

    It is kept in the cache folder until the code that computes it changes.
    """
    file = cache_folder("textures") / f"{name}-{_version()}.npy"
    try:
        return _values(np.load(file, allow_pickle=False))
    except (OSError, ValueError):
        steps = np.rint(np.clip(_MAKERS[name](), 0, 1) * 255).astype(np.uint8)
    content = io.BytesIO()
    np.save(content, steps)
    with contextlib.suppress(OSError):
        for old in file.parent.glob(f"{name}-*.npy"):
            old.unlink(missing_ok=True)
        write_atomically(file, content.getvalue())
    return _values(steps)


def _values(steps: np.ndarray) -> np.ndarray:
    """(n, n, 4) of bytes as numbers in 0..1."""
    if steps.dtype != np.uint8 or steps.ndim != 3 or steps.shape[2] != 4:
        raise ValueError("not a map")
    return steps.astype(np.float32) / np.float32(255)


@cache
def _version() -> str:
    """Changes with the code of the maps and the numpy that runs it."""
    modules = (town, rooms, cells, noise)
    code = b"".join(Path(str(module.__file__)).read_bytes() for module in modules)
    return hashlib.sha256(code + np.__version__.encode()).hexdigest()[:16]
