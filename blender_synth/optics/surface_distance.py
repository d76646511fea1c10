"""Distance from points to a triangle mesh; numpy only."""

from __future__ import annotations

import numpy as np

_MARGIN_M = 1e-5
"""For rounding, where triangles that cannot be the nearest are left out."""


def surface_distances(points_m: np.ndarray, vertices_m: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Distance (N,) of points (N, 3) to the nearest of the triangles (T, 3) over vertices (V, 3); inf without any."""
    if not len(triangles):
        return np.full(len(points_m), np.inf)
    corners = vertices_m[triangles]
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    centre = points_m.mean(axis=0)
    middles, targets = (a + b + c) / 3 - centre, points_m - centre
    radii = np.sqrt(np.maximum.reduce([_squares(corner - centre - middles) for corner in (a, b, c)]))
    squares = _squares(middles)[:, None] - 2 * (middles @ targets.T) + _squares(targets)
    to_middles = np.sqrt(np.maximum(squares, 0.0))
    # a centroid lies on its triangle, so none that is farther away than the nearest centroid can be nearest
    candidates = to_middles - radii[:, None] <= to_middles.min(axis=0) + _MARGIN_M
    pairs = zip(points_m, candidates.T, strict=True)
    return np.array([_to_triangles(point, corners[np.flatnonzero(near)]).min() for point, near in pairs])


def _squares(vectors: np.ndarray) -> np.ndarray:
    """Squared lengths (N,) of vectors (N, 3)."""
    return np.einsum("nk,nk->n", vectors, vectors)


def _to_triangles(point: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Distance (T,) of a point (3,) to triangles (T, 3, 3): to the plane where it is above the triangle, else to the
    nearest edge."""
    edges = np.roll(corners, -1, axis=1) - corners
    to_point = point - corners
    lengths = np.maximum((edges * edges).sum(2), 1e-18)
    along = np.clip((to_point * edges).sum(2) / lengths, 0.0, 1.0)
    to_edges = np.linalg.norm(to_point - along[..., None] * edges, axis=2).min(axis=1)
    normals = np.cross(edges[:, 0], -edges[:, 2])
    sizes = np.linalg.norm(normals, axis=1)
    above = (np.einsum("tkj,tj->tk", np.cross(edges, to_point), normals) >= 0).all(axis=1) & (sizes > 1e-15)
    heights = np.abs((to_point[:, 0] * normals).sum(1)) / np.maximum(sizes, 1e-15)
    return np.where(above, heights, to_edges)
