"""Guesses who will be seen in a drawn scene, in milliseconds and without Blender. The label pass has the last word."""

from __future__ import annotations

from typing import Any

import numpy as np

from blender_synth import geometry
from blender_synth.world.layout import Layout
from blender_synth.world.placement import CHEST_M, clear_line
from blender_synth.world.scene_spec import SceneSpec

_BODY_M = 1.6
_LENIENCE = 0.6
"""People count from this share of the wished height on: children, stoops and halves are the label pass's to judge."""


def forecast(spec: SceneSpec, min_height_px: float) -> tuple[int, int]:
    """How many people will be seen directly, and how many in flat mirrors; mirrors without a plane count for everybody.

    Nobody hides anybody here, so that a scene is given up only when it is hopeless.
    """
    layout = spec.scenery.layout()
    layout = Layout(areas=layout.areas, obstacles=(*layout.obstacles, *(prop.obstacle() for prop in spec.props)))
    chests = [np.array(p.position_m) + (0.0, 0.0, CHEST_M) for p in spec.people]
    direct = sum(_seen(chest, spec.camera, min_height_px, layout) for chest in chests)
    if any(not hasattr(mirror, "plane") for mirror in spec.mirrors):
        return direct, len(chests)
    reflected = sum(any(_mirrored(c, m, spec.camera, min_height_px, layout) for m in spec.mirrors) for c in chests)
    return direct, reflected


def _large_enough(point_m: np.ndarray, camera: Any, min_height_px: float) -> bool:
    pixel, depth = geometry.project(point_m, camera.world_from_camera(), camera.k())
    if depth <= 0.3:
        return False
    height_px = camera.k()[1, 1] * _BODY_M / depth
    x, y = pixel
    aside, above = 0.2 * height_px, 0.6 * height_px
    inside = -aside < x < camera.width_px + aside and -above < y < camera.height_px + above
    return bool(inside and height_px >= _LENIENCE * min_height_px)


def _seen(chest_m: np.ndarray, camera: Any, min_height_px: float, layout: Layout) -> bool:
    return _large_enough(chest_m, camera, min_height_px) and clear_line(camera.position_m, chest_m, layout)


def _mirrored(chest_m: np.ndarray, mirror: Any, camera: Any, min_height_px: float, layout: Layout) -> bool:
    point, normal = (np.asarray(v, float) for v in mirror.plane())
    eye = np.array(camera.position_m)
    if (chest_m - point) @ normal <= 0 or (eye - point) @ normal <= 0:
        return False
    virtual = geometry.mirror_points(chest_m, point, normal)
    if not _large_enough(virtual, camera, min_height_px):
        return False
    hit = eye + (((point - eye) @ normal) / ((virtual - eye) @ normal)) * (virtual - eye)
    corners = np.array(mirror.corners_m())
    reach = np.ptp(corners, axis=0) / 2 + 0.35
    middle = corners.mean(axis=0)
    if (np.abs(hit - middle) > reach).any():
        return False
    return clear_line(eye, hit, layout, middle[:2]) and clear_line(hit, chest_m, layout, middle[:2])
