"""Which pixel centres a triangle mesh covers when nothing stands before it: the amodal mask. numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEAR_M = 0.02
_CHUNK = 4_000_000
_LARGEST_PX = 2048


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
    """Project a mesh and cover the pixel centres inside its triangles.

    Args:
        vertices_m: (V, 3) world. triangles: (T, 3) int. pose: world_from_camera (4, 4), OpenCV. k: (3, 3).
        shape: (H, W) of the picture.

    Returns:
        None when no part of the mesh projects into the picture. Triangles that reach behind the lens are left out.
    """
    p = (vertices_m - pose[:3, 3]) @ pose[:3, :3]
    depth = p[:, 2]
    ahead = depth > NEAR_M
    kept = triangles[ahead[triangles].all(axis=1)]
    if not len(kept):
        return None
    z = np.where(ahead, depth, 1.0)
    pixels = np.stack([k[0, 0] * p[:, 0] / z + k[0, 2], k[1, 1] * p[:, 1] / z + k[1, 2]], axis=1)
    used = pixels[np.unique(kept)]
    low, high = used.min(axis=0), used.max(axis=0)
    height, width = shape
    if high[0] < 0 or high[1] < 0 or low[0] > width or low[1] > height:
        return None
    corners = pixels[kept]
    mask = cover(corners, shape)
    if (low >= 0).all() and high[0] <= width and high[1] <= height:
        return Silhouette(mask, 0.0)
    scale = min(1.0, _LARGEST_PX / float((high - low).max()))
    whole = cover((corners - low) * scale, tuple(int(np.ceil(s * scale)) + 1 for s in (high - low)[::-1]))
    total = float(whole.sum()) / scale**2
    return Silhouette(mask, float(np.clip(1.0 - mask.sum() / total, 0.0, 1.0)) if total else 0.0)


def cover(corners_px: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Pixel centres covered by triangles.

    Args:
        corners_px: (T, 3, 2) x, y. shape: (H, W).

    Returns:
        (H, W) bool. A centre on an edge counts as inside.
    """
    height, width = shape
    mask = np.zeros(height * width, dtype=bool)
    low = np.ceil(corners_px.min(axis=1) - 0.5).astype(np.int64)
    high = np.floor(corners_px.max(axis=1) - 0.5).astype(np.int64)
    low, high = np.maximum(low, 0), np.minimum(high, (width - 1, height - 1))
    size = high - low + 1
    live = (size > 0).all(axis=1)
    corners, low, size = corners_px[live], low[live], size[live]
    counts = size[:, 0] * size[:, 1]
    start = 0
    while start < len(counts):
        stop = max(start + 1, start + int(np.searchsorted(np.cumsum(counts[start:]), _CHUNK)))
        part = slice(start, stop)
        _cover_part(mask, width, corners[part], low[part], size[part], counts[part])
        start = stop
    return mask.reshape(shape)


def _cover_part(mask, width, corners, low, size, counts) -> None:
    owner = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    x = low[owner, 0] + step % size[owner, 0]
    y = low[owner, 1] + step // size[owner, 0]
    px, py = x + 0.5, y + 0.5
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    positive = np.ones(len(owner), dtype=bool)
    negative = np.ones(len(owner), dtype=bool)
    for p, q in ((a, b), (b, c), (c, a)):
        edge = (q - p)[owner]
        side = edge[:, 0] * (py - p[owner, 1]) - edge[:, 1] * (px - p[owner, 0])
        positive &= side >= 0
        negative &= side <= 0
    inside = positive | negative
    mask[y[inside] * width + x[inside]] = True
