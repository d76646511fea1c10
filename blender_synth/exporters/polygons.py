"""Outlines of masks as polygons, holes included."""

from __future__ import annotations

import cv2
import numpy as np

Polygon = np.ndarray
"""(N, 2) float64: x, y in pixels, where a pixel covers [x, x + 1] x [y, y + 1]. Closed without repeating a point."""


_SIDE_OVER_TOLERANCE = 20.0
"""An outline is simplified by at most this part of the root of its area."""


def loops(mask: np.ndarray, tolerance_px: float = 0.5, min_part_px: float = 4.0) -> list[Polygon]:
    """Boundaries of a mask (H, W) bool along the edges of its pixels: of parts, largest first, and of holes.

    A point is inside where it is inside of an odd number of loops. Parts and holes of less than `min_part_px` are left
    out, but for the largest part.

    Args:
        tolerance_px: how far a simplified outline may lie from the exact one; small parts get less.
    """
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return []
    top, left = int(rows.min()), int(columns.min())
    part = mask[top : int(rows.max()) + 1, left : int(columns.max()) + 1]
    # On a lattice of two points a pixel, pixel (y, x) covers [2y, 2y + 2] x [2x, 2x + 2]: contours lie on pixel edges.
    lattice = np.zeros((2 * part.shape[0] + 1, 2 * part.shape[1] + 1), np.uint8)
    for dy in range(3):
        for dx in range(3):
            lattice[dy : dy + 2 * part.shape[0] : 2, dx : dx + 2 * part.shape[1] : 2] |= part
    contours, hierarchy = cv2.findContours(lattice, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found: list[tuple[bool, float, Polygon]] = []
    for contour, relation in zip(contours, hierarchy[0], strict=True):
        area_px = cv2.contourArea(contour) / 4
        tolerance = 2 * min(tolerance_px, area_px**0.5 / _SIDE_OVER_TOLERANCE)
        simple = cv2.approxPolyDP(contour, tolerance, True)
        if len(simple) >= 3:
            points = simple[:, 0].astype(float) / 2 + (left, top)
            found.append((bool(relation[3] >= 0), area_px, points))
    found.sort(key=lambda entry: (entry[0], -entry[1]))
    return [points for number, (_, area, points) in enumerate(found) if number == 0 or area >= min_part_px]


def one_polygon(boundaries: list[Polygon]) -> Polygon:
    """Loops joined to one polygon by bridges of no width, for formats that allow only one.

    Filled by the even-odd rule (as `cv2.fillPoly` does), it has the parts and the holes of the loops.
    """
    joined = boundaries[0]
    for loop in boundaries[1:]:
        distances = ((joined[:, None] - loop[None]) ** 2).sum(axis=2)
        here, there = np.unravel_index(int(distances.argmin()), distances.shape)
        around = np.concatenate([loop[there:], loop[: there + 1]])
        joined = np.concatenate([joined[: here + 1], around, joined[here:]])
    return joined
