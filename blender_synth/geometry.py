"""Cameras, planes and convex footprints. Metres, +Z up; cameras in OpenCV axes (x right, y down, z forward).

Pixel coordinates are continuous: the centre of the top-left pixel is (0.5, 0.5).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

BLENDER_FROM_OPENCV_AXES = np.diag([1.0, -1.0, -1.0])
"""Blender's camera looks along -Z with +Y up; this converts either way."""


def direction(azimuth_deg: float, elevation_deg: float = 0.0) -> np.ndarray:
    """Unit vector (3,) of a compass-free azimuth (counter-clockwise from +X) and an elevation above the horizon."""
    a, e = math.radians(azimuth_deg), math.radians(elevation_deg)
    return np.array([math.cos(e) * math.cos(a), math.cos(e) * math.sin(a), math.sin(e)])


def world_from_camera(position_m: ArrayLike, yaw_deg: float, pitch_deg: float, roll_deg: float) -> np.ndarray:
    """Pose (4, 4) of an OpenCV camera.

    Args:
        position_m: (3,) optical centre.
        yaw_deg: azimuth of the optical axis. pitch_deg: its elevation. roll_deg: clockwise turn of the camera body
            about the axis, seen from behind.
    """
    forward = direction(yaw_deg, pitch_deg)
    right = direction(yaw_deg - 90.0)
    down = np.cross(forward, right)
    c, s = math.cos(math.radians(roll_deg)), math.sin(math.radians(roll_deg))
    pose = np.eye(4)
    pose[:3, 0] = c * right + s * down
    pose[:3, 1] = c * down - s * right
    pose[:3, 2] = forward
    pose[:3, 3] = position_m
    return pose


def intrinsics(width_px: int, height_px: int, focal_length_mm: float, sensor_width_mm: float) -> np.ndarray:
    """Pinhole matrix (3, 3) with square pixels and the principal point in the middle of the image."""
    focal_px = width_px * focal_length_mm / sensor_width_mm
    return np.array([[focal_px, 0.0, width_px / 2], [0.0, focal_px, height_px / 2], [0.0, 0.0, 1.0]])


def to_camera(points_m: np.ndarray, pose: np.ndarray) -> np.ndarray:
    """World points (..., 3) in the axes of the camera whose `world_from_camera` is `pose`."""
    return (np.asarray(points_m) - pose[:3, 3]) @ pose[:3, :3]


def project(points_m: np.ndarray, pose: np.ndarray, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Project world points.

    Args:
        points_m: (..., 3). pose: world_from_camera (4, 4). k: intrinsics (3, 3).

    Returns:
        Pixel coordinates (..., 2), meaningless where depth is not positive, and depth along the axis (...,) in metres.
    """
    p = to_camera(points_m, pose)
    depth = p[..., 2]
    safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
    return np.stack([k[0, 0] * p[..., 0] / safe + k[0, 2], k[1, 1] * p[..., 1] / safe + k[1, 2]], axis=-1), depth


def ray_lengths(height_px: int, width_px: int, k: np.ndarray) -> np.ndarray:
    """Length (H, W) of each pixel's ray per metre of depth along the optical axis."""
    x = (np.arange(width_px) + 0.5 - k[0, 2]) / k[0, 0]
    y = (np.arange(height_px) + 0.5 - k[1, 2]) / k[1, 1]
    return np.sqrt(1.0 + x[None, :] ** 2 + y[:, None] ** 2)


def mirror_points(points_m: np.ndarray, plane_point_m: ArrayLike, plane_normal: ArrayLike) -> np.ndarray:
    """Points (..., 3) reflected in the plane through `plane_point_m` with unit normal `plane_normal`."""
    points, n = np.asarray(points_m, dtype=float), np.asarray(plane_normal, dtype=float)
    return points - 2.0 * ((points - np.asarray(plane_point_m)) @ n)[..., None] * n


def in_convex(points_xy: np.ndarray, polygon_xy: ArrayLike, margin_m: float = 0.0) -> np.ndarray:
    """Whether points (..., 2) lie inside a counter-clockwise convex polygon shrunk by `margin_m` (negative grows)."""
    polygon = np.asarray(polygon_xy, dtype=float)
    edges = np.roll(polygon, -1, axis=0) - polygon
    inward = np.stack([-edges[:, 1], edges[:, 0]], axis=1)
    inward /= np.linalg.norm(inward, axis=1, keepdims=True)
    distance = np.einsum("...ed,ed->...e", np.asarray(points_xy, dtype=float)[..., None, :] - polygon, inward)
    return (distance >= margin_m).all(axis=-1)


def polygon_area(polygon_xy: ArrayLike) -> float:
    """Signed area in m² of a simple polygon; positive when counter-clockwise."""
    p = np.asarray(polygon_xy, dtype=float)
    q = np.roll(p, -1, axis=0)
    return float(0.5 * (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum())


def segment_hits_convex(start_xy: ArrayLike, end_xy: ArrayLike, polygon_xy: ArrayLike) -> bool:
    """Whether a segment meets a counter-clockwise convex polygon (Cyrus-Beck clipping)."""
    start, step = np.asarray(start_xy, float), np.asarray(end_xy, float) - np.asarray(start_xy, float)
    enter, leave = 0.0, 1.0
    polygon = np.asarray(polygon_xy, float)
    for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        normal = np.array([-(b - a)[1], (b - a)[0]])
        speed, offset = float(normal @ step), float(normal @ (start - a))
        if abs(speed) < 1e-12:
            if offset < 0:
                return False
            continue
        t = -offset / speed
        enter, leave = (max(enter, t), leave) if speed > 0 else (enter, min(leave, t))
        if enter > leave:
            return False
    return True
