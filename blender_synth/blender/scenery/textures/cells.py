"""Voronoi cells, and packing of albedo and height into one map."""

from __future__ import annotations

import numpy as np


def cells(n: int, across: int, seed: int, jitter: float = 0.8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tileable Voronoi cells.

    Returns:
        (nearest distance, distance to the border, random value of the cell), each (n, n); distances in cell widths.
    """
    rng = np.random.default_rng(seed)
    seeds = (0.5 + jitter * (rng.random((across, across, 2)) - 0.5)).astype(np.float32)
    value = rng.random((across, across)).astype(np.float32)
    coordinate = (np.arange(n, dtype=np.float32) + 0.5) * across / n
    cell = coordinate.astype(int)
    frac = coordinate - cell
    first = np.full((n, n), 9.0, np.float32)
    second = first.copy()
    owner = np.zeros((n, n), np.float32)
    for dy in (-1, 0, 1):
        row = (cell + dy) % across
        for dx in (-1, 0, 1):
            column = (cell + dx) % across
            near, cell_value = seeds[row][:, column], value[row][:, column]
            d = (near[..., 1] + (dy - frac)[:, None]) ** 2
            d += (near[..., 0] + (dx - frac)[None]) ** 2
            np.minimum(second, np.maximum(first, d), out=second)
            closer = d < first
            np.copyto(owner, cell_value, where=closer)
            np.minimum(first, d, out=first)
    first, second = np.sqrt(first), np.sqrt(second)
    return first, second - first, owner


def pack(albedo: np.ndarray, height: np.ndarray) -> np.ndarray:
    """RGBA from relative albedo, (n, n) or (n, n, 3), and height; the albedo's mean becomes 0.5."""
    if albedo.ndim == 2:
        albedo = albedo[..., None].repeat(3, axis=2)
    albedo = albedo * (0.5 / albedo.mean())
    low, high = np.percentile(height, (0.1, 99.9))
    rgba = np.concatenate([albedo, ((height - low) / (high - low))[..., None]], axis=2)
    return np.clip(rgba, 0, 1).astype(np.float32)


def tinted(value: np.ndarray, hue: np.ndarray, amount: float) -> np.ndarray:
    """Grey `value` shifted towards warm where `hue` is above zero and towards cold where below."""
    return value[..., None] * (1 + amount * hue[..., None] * np.array([1.0, 0.1, -0.9], np.float32))
