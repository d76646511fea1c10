"""Estimates who is visible in a sampled scene, in milliseconds and without Blender. The label pass decides."""

from __future__ import annotations

import math

import numpy as np

from blender_synth import geometry
from blender_synth.world.contracts import CameraSpec, MirrorSpec, PersonSpec
from blender_synth.world.layout import Layout
from blender_synth.world.placement.line_of_sight import CHEST_M, clear_line
from blender_synth.world.scene_spec import SceneSpec

_BODY_M = 1.6
_HEIGHTS_M = (0.1, 0.6, 1.2, 1.5, 1.65)
_LENIENCE = 0.6
"""In curved mirrors people count from this share of the required height."""
_ABOVE_HEAD_M = 0.12
"""Soles, hair and hats reach at most so far above the height of a footprint."""
_ROUNDING_PX = 1.0
"""A box covers up to so many rows of pixels more than its exact height."""
_NEAREST_M = 0.05


def estimate_visibility(spec: SceneSpec, min_height_px: float) -> tuple[int, int]:
    """How many people will be seen directly, and how many in mirrors.

    People do not occlude each other here, and count where they could be just tall enough, so that a scene is rejected
    only when it is infeasible.
    """
    layout = spec.scenery.layout()
    layout = Layout(areas=layout.areas, obstacles=(*layout.obstacles, *(prop.obstacle() for prop in spec.props)))
    camera = spec.camera
    direct = sum(_seen(person, camera, min_height_px, layout) for person in spec.people)
    reflected = sum(any(_mirrored(p, m, camera, min_height_px, layout) for m in spec.mirrors) for p in spec.people)
    return direct, reflected


def largest_height_px(person: PersonSpec, camera: CameraSpec, mirror: MirrorSpec | None = None) -> float:
    """Upper bound of the height of a person's box, seen directly or in a flat mirror, with hat and open umbrella.

    Hands above the head, as in some recorded motions, are left out.
    """
    taken = person.footprint()
    reach = max(taken.front_m, taken.back_m, taken.half_width_m)
    top = taken.height_m + _ABOVE_HEAD_M
    if (canopy := taken.canopy) is not None:
        reach = max(reach, math.hypot(canopy.ahead_m, canopy.left_m) + canopy.radius_m)
        top = max(top, canopy.high_m)
    corners = np.array([[x, y, z] for x in (-reach, reach) for y in (-reach, reach) for z in (0.0, top)])
    low, high = _rows_of(np.array(person.position_m) + corners, camera, mirror)
    if mirror is not None:
        edges = _rows_of(np.asarray(mirror.corners_m(), float), camera)
        low, high = max(low, edges[0]), min(high, edges[1])
    return max(0.0, min(high, camera.height_px) - max(low, 0.0)) + _ROUNDING_PX


def _rows_of(points_m: np.ndarray, camera: CameraSpec, mirror: MirrorSpec | None = None) -> tuple[float, float]:
    """First and last row (px) of points (N, 3); all rows where one is beside or behind the camera."""
    plane = mirror.plane() if mirror is not None else None
    if plane is not None:
        points_m = geometry.mirror_points(points_m, *plane)
    pixels, depth = geometry.project(points_m, camera.world_from_camera(), camera.k())
    if depth.min() < _NEAREST_M:
        return 0.0, float(camera.height_px)
    return float(pixels[:, 1].min()), float(pixels[:, 1].max())


def _in_view(point_m: np.ndarray, camera: CameraSpec) -> bool:
    pixel, depth = geometry.project(point_m, camera.world_from_camera(), camera.k())
    if depth <= 0.3:
        return False
    height_px = camera.k()[1, 1] * _BODY_M / depth
    x, y = pixel
    aside, above = 0.2 * height_px, 0.6 * height_px
    return bool(-aside < x < camera.width_px + aside and -above < y < camera.height_px + above)


def _seen(person: PersonSpec, camera: CameraSpec, min_height_px: float, layout: Layout) -> bool:
    chest_m = np.array(person.position_m) + (0.0, 0.0, CHEST_M)
    return (
        _in_view(chest_m, camera)
        and largest_height_px(person, camera) >= min_height_px
        and clear_line(camera.position_m, chest_m, layout)
    )


def _mirrored(person: PersonSpec, mirror: MirrorSpec, camera: CameraSpec, min_height_px: float, layout: Layout) -> bool:
    camera_m, foot = np.array(camera.position_m), np.array(person.position_m)
    aside = np.cross(foot - camera_m, (0.0, 0.0, 1.0))
    aside *= 0.25 / max(float(np.linalg.norm(aside)), 1e-9)
    points = np.array([foot + (0.0, 0.0, h) + s * aside for h in _HEIGHTS_M for s in (0.0, -1.0, 1.0)])
    hits, inside = mirror.reflection_points(camera_m, points)
    pixels, depth = geometry.project(hits, camera.world_from_camera(), camera.k())
    inside &= (depth > 0.2) & (pixels >= 0).all(axis=1) & (pixels <= (camera.width_px, camera.height_px)).all(axis=1)
    if not inside.any():
        return False
    if mirror.plane() is None:
        too_small = bool(np.linalg.norm(pixels[-3] - pixels[0]) < _LENIENCE * min_height_px)
    else:
        too_small = largest_height_px(person, camera, mirror) < min_height_px
    if too_small:
        return False
    at = np.flatnonzero(inside)[inside.sum() // 2]
    host = np.asarray(mirror.corners_m())[:, :2].mean(axis=0)
    return clear_line(camera_m, hits[at], layout, host) and clear_line(hits[at], points[at], layout, host)
