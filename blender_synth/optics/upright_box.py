"""Oriented boxes around points, standing upright."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

_LOOSE = 1.05
"""Own axes of an object are kept where the box along them is at most this much larger than the smallest one."""


@dataclass(frozen=True)
class UprightBox:
    """Attributes:
    position_m: (3,) world: middle of the box's base. heading_deg: azimuth of its first axis, counter-clockwise from +X.
    low_m, high_m: (3,) least and greatest corner from `position_m`, in axes ahead, left, up.
    """

    position_m: np.ndarray
    heading_deg: float
    low_m: np.ndarray
    high_m: np.ndarray


def upright_box(points_m: np.ndarray, own_heading_deg: float | None) -> UprightBox:
    """The box of points (N, 3), N >= 1, in the world.

    Args:
        own_heading_deg: of the object's own axes; None where it is made in the world's. Where the box along these axes
            is not tight, the one with the smallest base is returned, its first axis within 45 degrees of them.
    """
    heading = own_heading_deg or 0.0
    low, high = _bounds(points_m, heading)
    hull = cv2.convexHull(points_m[:, :2].astype(np.float32))
    (_, _), sides, angle = cv2.minAreaRect(hull)
    if np.prod((high - low)[:2]) > _LOOSE * np.prod(sides):
        heading += (angle - heading + 45.0) % 90.0 - 45.0
        low, high = _bounds(points_m, heading)
    middle = (low + high) / 2 * (1, 1, 0) + low * (0, 0, 1)
    return UprightBox(_axes(heading) @ middle, (heading + 180.0) % 360.0 - 180.0, low - middle, high - middle)


def _axes(heading_deg: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(heading_deg)), np.sin(np.radians(heading_deg))
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def _bounds(points_m: np.ndarray, heading_deg: float) -> tuple[np.ndarray, np.ndarray]:
    turned = points_m @ _axes(heading_deg)
    return turned.min(axis=0), turned.max(axis=0)
