"""Reflecting panes of mirrors in packs: flatness, orientation and outline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blender_synth.errors import AssetError

FLAT_M = 0.001
"""Largest depth of a pane that counts as a flat mirror."""
SMALLEST_M = 0.05
"""Smallest width and height of a pane."""
_SMALLEST_FACING = 0.3
"""Smallest cosine of the angle between a pane's normal and the item's front."""


@dataclass(frozen=True, eq=False)
class Pane:
    """A flat pane in the item's axes (+X front, +Y left, +Z up), in real size.

    Attributes:
        base_m: (3,) middle of the bottom edge of the pane's bounding rectangle.
        normal: (3,) unit vector out of the front.
        width_m, height_m: of that rectangle.
        outline_m: (N, 2) convex outline, counter-clockwise as seen from the front; coordinates are to the right and up
            along the pane, from `base_m`.
    """

    base_m: np.ndarray
    normal: np.ndarray
    width_m: float
    height_m: float
    outline_m: np.ndarray


def measure_pane(points_m: np.ndarray, triangles: np.ndarray, file: Path, material: str) -> Pane:
    """The pane formed by the faces of a material.

    Args:
        points_m: (V, 3) vertices in real size, in the item's axes. triangles: (T, 3) int, counter-clockwise as
            seen from the front. file, material: for messages.

    Raises:
        AssetError: not flat, too small, two-sided, or facing away from the front.
    """
    about: dict[str, Any] = {"file": file, "key": "surface.material", "value": material}
    corners = np.asarray(points_m, float)[np.asarray(triangles, int)]
    areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    total = float(np.linalg.norm(areas, axis=1).sum())
    if not len(corners) or total < SMALLEST_M**2:
        raise AssetError(
            f"the reflecting surface has almost no area ({total:.4f} m2)",
            hint=f"give the whole pane this material, and make it at least {SMALLEST_M:g} m wide and high",
            **about,
        )
    used = corners.reshape(-1, 3)
    middle = used.mean(axis=0)
    normal = np.linalg.svd(used - middle, full_matrices=False)[2][2]
    depth_m = float(np.ptp((used - middle) @ normal))
    if depth_m > FLAT_M:
        raise AssetError(
            f"the reflecting surface is not flat: it is {1000 * depth_m:.1f} mm deep",
            hint="give this material to the front face only, not to the edges or the back, and make it flat to 1 mm",
            **about,
        )
    front = areas.sum(axis=0)
    if np.linalg.norm(front) < 0.99 * total:
        raise AssetError(
            "the reflecting surface has faces on both sides",
            hint="delete the pane's back and make its normals point out of the front",
            **about,
        )
    normal = front / np.linalg.norm(front)
    if normal[0] < _SMALLEST_FACING:
        raise AssetError(
            "the reflecting surface does not face the item's front",
            hint="set `front` to the direction that the mirror faces, or flip the pane's normals",
            **about,
        )
    right = np.array([-normal[1], normal[0], 0.0])
    right /= np.linalg.norm(right)
    up = np.cross(normal, right)
    flat = (used - middle) @ np.stack([right, up], axis=1)
    (low_x, low_y), (high_x, high_y) = flat.min(axis=0), flat.max(axis=0)
    if min(high_x - low_x, high_y - low_y) < SMALLEST_M:
        raise AssetError(
            f"the reflecting surface is {high_x - low_x:.3f} m wide and {high_y - low_y:.3f} m high",
            hint=f"make it at least {SMALLEST_M:g} m wide and high, or correct the item's size or scale",
            **about,
        )
    base_uv = np.array([(low_x + high_x) / 2, low_y])
    return Pane(
        base_m=middle + base_uv[0] * right + base_uv[1] * up,
        normal=normal,
        width_m=float(high_x - low_x),
        height_m=float(high_y - low_y),
        outline_m=convex_outline(flat - base_uv),
    )


def convex_outline(points: np.ndarray) -> np.ndarray:
    """The convex hull (N, 2) of points (M, 2), counter-clockwise, without collinear corners.

    A. M. Andrew, *Another efficient algorithm for convex hulls in two dimensions*, Inf. Proc. Letters 9 (1979).
    """
    ordered = np.unique(np.round(points, 6), axis=0)
    half: list[list[np.ndarray]] = []
    for rows in (ordered, ordered[::-1]):
        chain: list[np.ndarray] = []
        for point in rows:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 1e-9:
                chain.pop()
            chain.append(point)
        half.append(chain[:-1])
    return np.array([*half[0], *half[1]])


def _turn(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
