"""Estimates who is visible in a sampled scene, in milliseconds and without Blender. The label pass decides."""

from __future__ import annotations

import numpy as np

from blender_synth import geometry
from blender_synth.world.contracts import CameraSpec, MirrorSpec
from blender_synth.world.layout import Layout
from blender_synth.world.placement.line_of_sight import CHEST_M, clear_line
from blender_synth.world.scene_spec import SceneSpec

_BODY_M = 1.6
_HEIGHTS_M = (0.1, 0.6, 1.2, 1.5, 1.65)
_LENIENCE = 0.6
"""People count from this share of the required height: children, people who stoop and partly hidden people are
left to the label pass."""


def estimate_visibility(spec: SceneSpec, min_height_px: float) -> tuple[int, int]:
    """How many people will be seen directly, and how many in mirrors.

    People do not occlude each other here, so that a scene is rejected only when it is infeasible.
    """
    layout = spec.scenery.layout()
    layout = Layout(areas=layout.areas, obstacles=(*layout.obstacles, *(prop.obstacle() for prop in spec.props)))
    chests = [np.array(p.position_m) + (0.0, 0.0, CHEST_M) for p in spec.people]
    direct = sum(_seen(chest, spec.camera, min_height_px, layout) for chest in chests)
    reflected = sum(any(_mirrored(c, m, spec.camera, min_height_px, layout) for m in spec.mirrors) for c in chests)
    return direct, reflected


def _large_enough(point_m: np.ndarray, camera: CameraSpec, min_height_px: float) -> bool:
    pixel, depth = geometry.project(point_m, camera.world_from_camera(), camera.k())
    if depth <= 0.3:
        return False
    height_px = camera.k()[1, 1] * _BODY_M / depth
    x, y = pixel
    aside, above = 0.2 * height_px, 0.6 * height_px
    inside = -aside < x < camera.width_px + aside and -above < y < camera.height_px + above
    return bool(inside and height_px >= _LENIENCE * min_height_px)


def _seen(chest_m: np.ndarray, camera: CameraSpec, min_height_px: float, layout: Layout) -> bool:
    return _large_enough(chest_m, camera, min_height_px) and clear_line(camera.position_m, chest_m, layout)


def _mirrored(
    chest_m: np.ndarray, mirror: MirrorSpec, camera: CameraSpec, min_height_px: float, layout: Layout
) -> bool:
    camera_m, foot = np.array(camera.position_m), chest_m - (0.0, 0.0, CHEST_M)
    aside = np.cross(foot - camera_m, (0.0, 0.0, 1.0))
    aside *= 0.25 / max(float(np.linalg.norm(aside)), 1e-9)
    points = np.array([foot + (0.0, 0.0, h) + s * aside for h in _HEIGHTS_M for s in (0.0, -1.0, 1.0)])
    hits, inside = mirror.reflection_points(camera_m, points)
    pixels, depth = geometry.project(hits, camera.world_from_camera(), camera.k())
    inside &= (depth > 0.2) & (pixels >= 0).all(axis=1) & (pixels <= (camera.width_px, camera.height_px)).all(axis=1)
    if not inside.any() or np.linalg.norm(pixels[-3] - pixels[0]) < _LENIENCE * min_height_px:
        return False
    at = np.flatnonzero(inside)[inside.sum() // 2]
    host = np.asarray(mirror.corners_m())[:, :2].mean(axis=0)
    return clear_line(camera_m, hits[at], layout, host) and clear_line(hits[at], points[at], layout, host)
