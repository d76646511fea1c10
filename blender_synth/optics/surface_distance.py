"""Distance from points to a triangle mesh; numpy only."""

from __future__ import annotations

import numpy as np

_NEAREST = 400
"""Triangles that are examined, by the distance of their centroids less their radius."""


def surface_distances(points_m: np.ndarray, vertices_m: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Distance (N,) of points (N, 3) to the nearest of the triangles (T, 3) over vertices (V, 3); inf without any."""
    if not len(triangles):
        return np.full(len(points_m), np.inf)
    corners = vertices_m[triangles]
    middles = corners.mean(axis=1)
    radii = np.linalg.norm(corners - middles[:, None], axis=2).max(axis=1)
    distances = []
    for point in points_m:
        least = np.linalg.norm(middles - point, axis=1) - radii
        count = min(_NEAREST, len(least))
        near = np.argpartition(least, count - 1)[:count]
        distances.append(_to_triangles(point, corners[near]).min())
    return np.array(distances)


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
