"""Puts cameras into a scene's layout, and what placing anything needs. No bpy.

The order is camera, people (`crowd`), mirrors (`mirror_placement`): a mirror is hung where, from this camera, somebody
can be seen in it. So people and cameras are the same whatever mirrors are chosen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from blender_synth import geometry
from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.values import uniform
from blender_synth.world.layout import Layout

CHEST_M = 1.2


def place_camera(randomizer: Any, layout: Layout, streams: Streams, width_px: int, height_px: int) -> Any:
    """A camera on one of the anchors of its rig, never inside an obstacle.

    Raises:
        ConfigError: the scene has no anchor for this rig.
    """
    anchors = [a for a in layout.cameras if a.rig == randomizer.rig]
    if not anchors:
        rigs = sorted({a.rig for a in layout.cameras})
        raise ConfigError(
            "this scene has no place for such a camera",
            key="camera.rig",
            value=randomizer.rig,
            hint=f"use one of: {', '.join(rigs)}",
        )
    rng = streams.rng("anchor")
    for attempt in range(40):
        anchor = anchors[int(rng.integers(len(anchors)))]
        spec = randomizer.sample(streams.child(f"try_{attempt}"), anchor, width_px, height_px)
        if not any(_inside(spec.position_m, obstacle, 0.25) for obstacle in layout.obstacles):
            return spec
    raise ConfigError(
        "every place tried for the camera lies inside a thing",
        key="camera.rig",
        value=randomizer.rig,
        hint="fix the scene's camera anchors",
    )


def _inside(position_m, obstacle, margin_m: float) -> bool:
    low, high = obstacle.base_z_m - margin_m, obstacle.base_z_m + obstacle.height_m + margin_m
    return low < position_m[2] < high and bool(
        geometry.in_convex(np.array(position_m[:2]), obstacle.polygon_xy_m, -margin_m)
    )


def clear_line(start_m, end_m, layout: Layout, wall_xy=None) -> bool:
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


def draw_count(streams: Streams, purpose: str, interval: tuple[float, float]) -> int:
    """A whole number from a closed range."""
    return round(uniform(streams.rng(purpose), (interval[0] - 0.49, interval[1] + 0.49)))
