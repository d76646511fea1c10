"""Puts a camera onto one of a layout's anchors. No bpy.

The order of placement is camera, people (`crowd`), mirrors (`mirrors`): a mirror is hung where, from this camera,
somebody can be seen in it. So people and cameras are the same whatever mirrors are chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from blender_synth import geometry
from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.suggestions import hint_among
from blender_synth.values import Vec3
from blender_synth.world.contracts import CameraRandomizer, CameraSpec
from blender_synth.world.layout import Layout, Obstacle

_TRIES = 40
_MARGIN_M = 0.25
_OVERHEAD_M = 2.3
"""A camera this far above somebody's feet may be right above them."""
_MIRROR_CLEARANCE_M = 0.5


def place_camera(
    randomizer: CameraRandomizer,
    layout: Layout,
    streams: Streams,
    width_px: int,
    height_px: int,
    people_m: Sequence[Vec3] = (),
    mirrors_m: Sequence[np.ndarray] = (),
) -> CameraSpec:
    """A camera on one of the anchors of its rig, never inside an obstacle.

    Args:
        people_m: positions of people who are there already; the camera keeps the layout's distance from them if it can.
        mirrors_m: points (N, 3) around each mirror that is there already; the camera is not close to any of these.

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
            hint=hint_among(randomizer.rig, rigs),
        )
    rng = streams.rng("anchor")
    best: tuple[float, CameraSpec] | None = None
    for attempt in range(_TRIES):
        anchor = anchors[int(rng.integers(len(anchors)))]
        spec = randomizer.sample(streams.child(f"try_{attempt}"), anchor, width_px, height_px)
        if any(_inside(spec.position_m, obstacle) for obstacle in layout.obstacles):
            continue
        room = min(_room_from_people(spec, people_m, layout.camera_clearance_m), _room_from_mirrors(spec, mirrors_m))
        if room >= 1.0:
            return spec
        if best is None or room > best[0]:
            best = room, spec
    if best is not None:
        return best[1]
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


def _room_from_people(camera: CameraSpec, people_m: Sequence[Vec3], clearance_m: float) -> float:
    """Distance to the nearest person who is not far below the camera, over the distance to be kept."""
    x, y, z = camera.position_m
    near_m = [math.hypot(x - px, y - py) for px, py, pz in people_m if z - pz < _OVERHEAD_M]
    return min(near_m, default=math.inf) / clearance_m


def _room_from_mirrors(camera: CameraSpec, mirrors_m: Sequence[np.ndarray]) -> float:
    """Distance to the box around the nearest mirror over `_MIRROR_CLEARANCE_M`; a floor below the camera is none."""
    eye = np.array(camera.position_m)
    beyond = [np.maximum(np.maximum(points.min(0) - eye, eye - points.max(0)), 0.0) for points in mirrors_m]
    return min((float(np.linalg.norm(gap)) for gap in beyond), default=math.inf) / _MIRROR_CLEARANCE_M
