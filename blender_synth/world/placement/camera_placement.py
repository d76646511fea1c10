"""Puts a camera onto one of a layout's anchors. No bpy.

The order of placement is camera, people (`crowd`), mirrors (`mirrors`): a mirror is hung where, from this camera,
somebody can be seen in it. So people and cameras are the same whatever mirrors are chosen.
"""

from __future__ import annotations

import numpy as np

from blender_synth import geometry
from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.values import Vec3
from blender_synth.world.contracts import CameraRandomizer, CameraSpec
from blender_synth.world.layout import Layout, Obstacle

_TRIES = 40
_MARGIN_M = 0.25


def place_camera(
    randomizer: CameraRandomizer, layout: Layout, streams: Streams, width_px: int, height_px: int
) -> CameraSpec:
    """A camera on one of the anchors of its rig, never inside an obstacle.

    Raises:
        ConfigError: the scene has no anchor for this rig, or all anchors lie inside obstacles.
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
    for attempt in range(_TRIES):
        anchor = anchors[int(rng.integers(len(anchors)))]
        spec = randomizer.sample(streams.child(f"try_{attempt}"), anchor, width_px, height_px)
        if not any(_inside(spec.position_m, obstacle) for obstacle in layout.obstacles):
            return spec
    raise ConfigError(
        "every place tried for the camera lies inside an obstacle",
        key="camera.rig",
        value=randomizer.rig,
        hint="fix the scene's camera anchors",
    )


def _inside(position_m: Vec3, obstacle: Obstacle) -> bool:
    low, high = obstacle.base_z_m - _MARGIN_M, obstacle.base_z_m + obstacle.height_m + _MARGIN_M
    inside = geometry.in_convex(np.array(position_m[:2]), obstacle.polygon_xy_m, -_MARGIN_M)
    return low < position_m[2] < high and bool(inside)
