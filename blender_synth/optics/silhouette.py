"""Which pixel centres a triangle mesh covers where nothing occludes it: the amodal mask. numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEAR_M = 0.02
"""Vertices nearer to the camera plane than this are not projected."""
_CHUNK = 4_000_000
"""Pixel centres that are tested at once, to bound memory."""
_MAX_OUTLINE_PX = 2048
"""Outlines that reach beyond the picture are measured at this size at most."""


@dataclass(frozen=True)
class Silhouette:
    """Attributes:
    mask: (H, W) bool, inside the picture. truncation: share of the whole silhouette that lies outside it.
    """

    mask: np.ndarray
    truncation: float


def silhouette(
    vertices_m: np.ndarray, triangles: np.ndarray, pose: np.ndarray, k: np.ndarray, shape: tuple[int, int]
) -> Silhouette | None:
    """The outline of a mesh in the picture.

    Args:
        vertices_m: (V, 3) world. triangles: (T, 3) int. pose: world_from_camera (4, 4), OpenCV. k: (3, 3).
        shape: (H, W) of the picture.

    Returns:
        None where no part of the mesh projects into the picture. Triangles that reach behind the camera are left out.
    """
    p = (vertices_m - pose[:3, 3]) @ pose[:3, :3]
    depth = p[:, 2]
    ahead = depth > NEAR_M
    if not ahead.any():
        return None
    z = np.where(ahead, depth, 1.0)
    x = k[0, 0] * p[:, 0] / z + k[0, 2]
    y = k[1, 1] * p[:, 1] / z + k[1, 2]
    kept = triangles if ahead.all() else triangles[ahead[triangles].all(axis=1)]
    height, width = shape
    low, high = (x[ahead].min(), y[ahead].min()), (x[ahead].max(), y[ahead].max())
    if not len(kept) or high[0] < 0 or high[1] < 0 or low[0] > width or low[1] > height:
        return None
    mask = cover(x, y, kept, shape)
    if low[0] >= 0 and low[1] >= 0 and high[0] <= width and high[1] <= height:
        return Silhouette(mask, 0.0)
    scale = min(1.0, _MAX_OUTLINE_PX / max(high[0] - low[0], high[1] - low[1]))
    whole_shape = (int((high[1] - low[1]) * scale) + 2, int((high[0] - low[0]) * scale) + 2)
    whole = cover((x - low[0]) * scale, (y - low[1]) * scale, kept, whole_shape)
    total = float(whole.sum()) / scale**2
    return Silhouette(mask, float(np.clip(1.0 - mask.sum() / total, 0.0, 1.0)) if total else 0.0)


def cover(x_px: np.ndarray, y_px: np.ndarray, triangles: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Pixel centres covered by triangles.

    Args:
        x_px, y_px: (V,) corners. triangles: (T, 3) int. shape: (H, W).

    Returns:
        (H, W) bool. A centre on an edge counts as inside.
    """
    height, width = shape
    mask = np.zeros(height * width, dtype=bool)
    xs, ys = (np.ascontiguousarray(v[triangles].T) for v in (x_px, y_px))
    left, columns = _span(xs, width)
    top, rows = _span(ys, height)
    inside = np.flatnonzero((columns > 0) & (rows > 0))
    xs, ys = xs[:, inside], ys[:, inside]
    left, columns, top, counts = left[inside], columns[inside], top[inside], columns[inside] * rows[inside]
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _CHUNK, side="right")))
        part = slice(start, stop)
        _cover_part(mask, width, xs[:, part], ys[:, part], left[part], top[part], columns[part], counts[part])
        start = stop
    return mask.reshape(shape)


def _span(corners: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """First pixel centre and number of centres (T,) between the extremes of (3, T) corners, within 0..size."""
    first = np.ceil(np.minimum(np.minimum(corners[0], corners[1]), corners[2]) - 0.5)
    last = np.floor(np.maximum(np.maximum(corners[0], corners[1]), corners[2]) - 0.5)
    first, last = np.maximum(first, 0), np.minimum(last, size - 1)
    return first.astype(np.int32), np.maximum(last - first + 1, 0).astype(np.int32)


def _cover_part(
    mask: np.ndarray,
    width: int,
    xs: np.ndarray,
    ys: np.ndarray,
    left: np.ndarray,
    top: np.ndarray,
    columns: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Set the pixels of a flat mask (H*W,) whose centres lie inside triangles.

    Args:
        xs, ys: (3, T) corners. left, top: (T,) first centre of each triangle's box. columns: (T,) centres in its rows.
        counts: (T,) centres in the box.
    """
    triangle = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    step = np.arange(len(triangle), dtype=np.int32) - np.repeat(np.cumsum(counts) - counts, counts).astype(np.int32)
    across = columns[triangle]
    row = step // across
    px_index, py_index = left[triangle] + step - row * across, top[triangle] + row
    px, py = px_index + 0.5, py_index + 0.5
    positive, negative = np.ones(len(triangle), bool), np.ones(len(triangle), bool)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        dx, dy = xs[b] - xs[a], ys[b] - ys[a]
        offset = dy * xs[a] - dx * ys[a]
        side = dx[triangle] * py - dy[triangle] * px + offset[triangle]
        positive &= side >= 0
        negative &= side <= 0
    inside = positive | negative
    mask[py_index[inside].astype(np.int64) * width + px_index[inside]] = True
