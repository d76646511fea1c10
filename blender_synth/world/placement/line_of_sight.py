"""Whether obstacles of a layout hide one point from another. No bpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from blender_synth import geometry
from blender_synth.world.layout import Layout

CHEST_M = 1.2
"""Height above the ground of the point that stands for a person."""


def clear_line(start_m: ArrayLike, end_m: ArrayLike, layout: Layout, wall_xy: ArrayLike | None = None) -> bool:
    """Whether no obstacle stands between two points.

    Args:
        start_m, end_m: (3,). layout: whose obstacles. wall_xy: a point (2,) on a wall that one of the two touches;
            the obstacle that it belongs to does not count.
    """
    start, end = np.array(start_m, float), np.array(end_m, float)
    if wall_xy is not None:
        step = end - start
        start, end = start + 0.03 * step, end - 0.03 * step
    low = min(start[2], end[2])
    for obstacle in layout.obstacles:
        if obstacle.base_z_m + obstacle.height_m < low:
            continue
        if wall_xy is not None and geometry.in_convex(np.asarray(wall_xy), obstacle.polygon_xy_m, -0.3):
            continue
        if geometry.segment_hits_convex(start[:2], end[:2], obstacle.polygon_xy_m):
            return False
    return True
