"""Camera positions that all rooms have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from blender_synth.values import Vec2, vec2
from blender_synth.world.layout import CameraAnchor, MirrorMount, Obstacle
from blender_synth.world.scenery.shared.street_parts import overlap, rectangle

BELOW_CEILING_M = 0.2
"""Minimum distance of cameras from a ceiling."""


def anchors_at(
    mount: MirrorMount, low_xy_m: Vec2, high_xy_m: Vec2, obstacles: Sequence[Obstacle], base_z_m: float = 0.0
) -> list[CameraAnchor]:
    """Hand-held cameras 2 to 4 m in front of a mirror and to its sides, in the room and clear of obstacles."""
    anchors = []
    low, high = np.array(low_xy_m) + 0.4, np.array(high_xy_m) - 0.4
    middle = mount.length_m / 2
    for name, side in (("left", -1.0), ("right", 1.0)):
        near, far = (
            np.clip(mount.point_xy_m(middle + side * s, out), low, high) for s, out in ((2.0, 1.7), (3.2, 2.9))
        )
        if line_blocked(near, far, obstacles, 0.3):
            continue
        look = mount.point_xy_m(middle - side * 0.25 * min(mount.length_m, 4.0)) - (near + far) / 2
        if np.linalg.norm(look) < 1.2:
            continue
        anchors.append(
            CameraAnchor(
                name=f"mirror_{name}_{mount.name}",
                rig="handheld",
                start_xy_m=(float(near[0]), float(near[1])),
                end_xy_m=(float(far[0]), float(far[1])),
                base_z_m=base_z_m,
                facing_deg=math.degrees(math.atan2(look[1], look[0])) % 360.0,
            )
        )
    return anchors


def line_blocked(
    start_xy: npt.ArrayLike, end_xy: npt.ArrayLike, obstacles: Sequence[Obstacle], margin_m: float
) -> bool:
    """Whether a line comes nearer than `margin_m` to an obstacle at the height of a hand-held camera."""
    start, end = np.asarray(start_xy, float), np.asarray(end_xy, float)
    along = end - start
    length = max(float(np.linalg.norm(along)), 1e-3)
    middle, heading = vec2((start + end) / 2), math.degrees(math.atan2(along[1], along[0]))
    line = rectangle(middle, length, 0.02, heading)
    return any(
        overlap(line, o.polygon_xy_m, margin_m) for o in obstacles if o.base_z_m < 1.9 < o.base_z_m + o.height_m + 0.8
    )


def corner_cameras(
    x0: float, x1: float, y0: float, y1: float, ceiling_m: float, corners: Sequence[str] = ("sw", "se", "nw", "ne")
) -> list[CameraAnchor]:
    """Surveillance cameras in the corners, 2.4 to 3.2 m high and below the ceiling, facing the centre of the room."""
    anchors = []
    inset = 0.45
    for name in corners:
        x, y = (x0 + inset if "w" in name else x1 - inset), (y0 + inset if "s" in name else y1 - inset)
        facing = math.degrees(math.atan2((y0 + y1) / 2 - y, (x0 + x1) / 2 - x))
        anchors.append(
            CameraAnchor(
                name=f"corner_{name}",
                rig="cctv",
                start_xy_m=(x, y),
                end_xy_m=(x, y),
                base_z_m=0.0,
                facing_deg=facing % 360.0,
                height_m=(min(2.4, ceiling_m - 0.3), min(3.2, ceiling_m - BELOW_CEILING_M)),
            )
        )
    return anchors
