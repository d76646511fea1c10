"""Axes of files and of items: +X front, +Y left, +Z up in an item."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def item_from_file(up_axis: str, front: str) -> np.ndarray:
    """(3, 3) rotation from a file's axes to the item's.

    Args:
        up_axis, front: directions in the file, such as `+y`.
    """
    ahead, up = (np.eye(3)["xyz".index(a[1])] * (1 if a[0] == "+" else -1) for a in (front, up_axis))
    return np.stack([ahead, np.cross(up, ahead), up])


def item_from_blender(file: str | Path, up_axis: str, front: str) -> np.ndarray:
    """(3, 3) rotation from what Blender's importer shows (Z up) to the item's axes.

    Args:
        file: its format decides which axes the manifest refers to. up_axis, front: as in the manifest.
    """
    turn = item_from_file(up_axis, front)
    if Path(file).suffix.lower() in (".glb", ".gltf", ".obj"):  # their importers turn +y up to +Z up
        turn = turn @ np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    return turn
