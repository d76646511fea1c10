"""Reflection points on convex mirrors, computed on the ideal surface, which the rendered mesh approximates.

The reflection point is where the surface normal bisects the angle between the directions to the camera and to the
object (Alhazen's problem). On a convex surface it lies on the arc between the two points whose normals aim at the
camera and at the object. There it is unique, and the difference of the two angles grows monotonically along the arc,
so bisection finds it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.geometry import mirror_points
from blender_synth.optics.mirror_shapes import CurvedPart, CylinderPart, MirrorShape, SpherePart

_BISECTIONS = 48
"""Leaves 1e-14 of the arc."""


def reflection_points(
    parts: Sequence[CurvedPart], camera_m: np.ndarray, points_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Reflection points on a convex mirror.

    Args:
        parts: of the surface. camera_m: (3,). points_m: (N, 3). Both outside the body; metres, world axes.

    Returns:
        Points (N, 3) float64 of the surface, and whether (N,) each lies on the mirror's part of it and faces both the
        camera and the object. Of several parts that show a point the first is taken.
    """
    points = np.asarray(points_m, float).reshape(-1, 3)
    camera = np.asarray(camera_m, float)
    result, found = np.zeros_like(points), np.zeros(len(points), bool)
    for index, part in enumerate(parts):
        candidates, valid = (
            _on_sphere(part, camera, points) if isinstance(part, SpherePart) else _on_cylinder(part, camera, points)
        )
        take = valid & ~found if index else np.ones(len(points), bool)
        result, found = np.where(take[:, None], candidates, result), found | valid
    return result, found


def views_by_chain(
    mirrors: Sequence[MirrorShape], camera_m: np.ndarray, points_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Where a chain of mirrors shows points, whether it can show them, and how long the light's path to them is.

    Args:
        mirrors: in the order in which a ray from the camera meets them. camera_m: (3,). points_m: (N, 3).

    Returns:
        Points (N, 3) that project to where the chain shows `points_m`: with flat mirrors only, the virtual points; with
        a curved one they lie on its surface, or on the mirror image of it. Whether (N,) it can show them, and lengths
        (N,) of the whole paths in metres. None when more than one mirror of the chain is curved, or the shape of one is
        unknown.
    """
    curved = [index for index, mirror in enumerate(mirrors) if mirror.plane is None]
    if len(curved) > 1 or any(not mirrors[index].curved for index in curved):
        return None
    split = curved[0] if curved else -1
    points = _mirrored(np.asarray(points_m, float), mirrors[split + 1 :])
    camera = np.asarray(camera_m, float)
    valid, behind_m = np.ones(len(points), bool), np.zeros(len(points))
    if curved:
        virtual_camera = camera
        for mirror in mirrors[:split]:
            virtual_camera = _mirrored(virtual_camera, [mirror])
        on_surface, valid = reflection_points(mirrors[split].curved, virtual_camera, points)
        behind_m = np.linalg.norm(points - on_surface, axis=1)
        points = _mirrored(on_surface, mirrors[:split])
    return points, valid, np.linalg.norm(points - camera, axis=1) + behind_m


def _mirrored(points_m: np.ndarray, mirrors: Sequence[MirrorShape]) -> np.ndarray:
    """Virtual points (..., 3) in a chain of flat mirrors, the last mirror applied first."""
    for mirror in reversed(mirrors):
        if mirror.plane is not None:
            points_m = mirror_points(points_m, mirror.plane.point_m, mirror.plane.normal)
    return points_m


def _on_sphere(part: SpherePart, camera: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre = np.asarray(part.centre_m, float)
    normal, facing = _bisecting_normals(camera - centre, points - centre, part.radius_m)
    valid = facing & (normal @ np.asarray(part.axis, float) >= part.cap_cos)
    return centre + part.radius_m * normal, valid


def _on_cylinder(part: CylinderPart, camera: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Across the axis it is the problem of the circle; along the axis the path is straight, as no normal has a
    component there."""
    base, axis = np.asarray(part.base_m, float), np.asarray(part.axis, float)
    camera_height, heights = (camera - base) @ axis, (points - base) @ axis
    flat_camera = camera - base - camera_height * axis
    flat_points = points - base - heights[:, None] * axis
    normal, facing = _bisecting_normals(flat_camera, flat_points, part.radius_m)
    on_circle = part.radius_m * normal
    to_camera = np.linalg.norm(flat_camera - on_circle, axis=1)
    to_point = np.linalg.norm(flat_points - on_circle, axis=1)
    height = (camera_height * to_point + heights * to_camera) / (to_camera + to_point)
    return base + on_circle + height[:, None] * axis, facing & (height >= 0) & (height <= part.height_m)


def _bisecting_normals(camera: np.ndarray, points: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Unit normals (N, 3) where a sphere about the origin shows points (N, 3) to a camera (3,); whether it can."""
    camera_distance, distances = np.linalg.norm(camera), np.linalg.norm(points, axis=1)
    to_camera, to_points = camera / camera_distance, points / np.maximum(distances, 1e-12)[:, None]
    cosine = np.clip(to_points @ to_camera, -1.0, 1.0)
    arc = np.arccos(cosine)
    side = to_points - cosine[:, None] * to_camera
    length = np.linalg.norm(side, axis=1, keepdims=True)
    side = np.where(length > 1e-12, side / np.maximum(length, 1e-12), 0.0)
    low, high = np.zeros(len(points)), arc.copy()
    for _ in range(_BISECTIONS):
        angle = (low + high) / 2
        incoming = np.arctan2(camera_distance * np.sin(angle), camera_distance * np.cos(angle) - radius)
        outgoing = np.arctan2(distances * np.sin(arc - angle), distances * np.cos(arc - angle) - radius)
        low, high = np.where(incoming < outgoing, angle, low), np.where(incoming < outgoing, high, angle)
    angle = (low + high) / 2
    facing = (
        (camera_distance * np.cos(angle) > radius)
        & (distances * np.cos(arc - angle) > radius)
        & (distances > radius)
        & (camera_distance > radius)
    )
    return np.cos(angle)[:, None] * to_camera + np.sin(angle)[:, None] * side, facing
