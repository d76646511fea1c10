"""A frame for what sits on a head: directions from its centre, and how far the skull reaches in each."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import BodyData, body_data


@dataclass(frozen=True)
class Head:
    """A frame for hair: the head's centre and the distance of the skull from it in every direction.

    Attributes:
        centre: (3,) metres, rest pose.
        scale: size against the reference head.
        table: (rows, columns) radius by elevation (-90 to 90) and azimuth (-180 to 180).
    """

    centre: np.ndarray
    scale: float
    table: np.ndarray

    def angles(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Azimuth from the front (left positive) and elevation in degrees, and distance, of points (.., 3)."""
        d = points - self.centre
        r = np.maximum(np.linalg.norm(d, axis=-1), 1e-9)
        return np.degrees(np.arctan2(d[..., 1], d[..., 0])), np.degrees(np.arcsin(np.clip(d[..., 2] / r, -1, 1))), r

    def radius(self, azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
        """Distance of the skull's surface."""
        rows, columns = self.table.shape
        y = ((elevation + 90) / 180 * (rows - 1)).clip(0, rows - 1.001)
        x = (azimuth + 180) / 360 * columns
        y0, x0 = y.astype(int), np.floor(x).astype(int)
        fy, fx = y - y0, x - x0
        a, b = x0 % columns, (x0 + 1) % columns
        t = self.table
        return (t[y0, a] * (1 - fx) + t[y0, b] * fx) * (1 - fy) + (t[y0 + 1, a] * (1 - fx) + t[y0 + 1, b] * fx) * fy


def direction_of(azimuth: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Unit vectors (.., 3) of azimuth and elevation in degrees."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], -1)


def head_centre(points: np.ndarray, data: BodyData) -> tuple[np.ndarray, float]:
    """The centre (3,) of a head, metres, and its size against the reference head."""
    base, tip = points[data.point("head")], points[data.point("head:tail")]
    scale = float(np.linalg.norm(tip - base)) / 0.149
    return base + np.array([0.012, 0, 0.052]) * scale, scale


def head_of(data: BodyData, points: np.ndarray) -> Head:
    """Measure the head of a shaped body."""
    centre, scale = head_centre(points, data)
    used = _head_vertices()
    v = points[used]
    rows, columns = 25, 48
    head = Head(centre, scale, np.zeros((rows, columns)))
    azimuth, elevation, r = head.angles(v)
    table = np.zeros((rows, columns))
    y = ((elevation + 90) / 180 * (rows - 1)).round().astype(int)
    x = ((azimuth + 180) / 360 * columns).round().astype(int) % columns
    np.maximum.at(table, (y, x), r)
    for row in table:
        known = np.flatnonzero(row > 0)
        if len(known) > 2:
            row[:] = np.interp(np.arange(columns), known, row[known], period=columns)
    filled = np.flatnonzero((table > 0).all(1))
    for k in range(columns):
        table[:, k] = np.interp(np.arange(rows), filled, table[filled, k])
    for _ in range(2):
        table = (np.roll(table, 1, 1) + 2 * table + np.roll(table, -1, 1)) / 4
        padded = np.vstack([table[:1], table, table[-1:]])
        table = (padded[:-2] + 2 * table + padded[2:]) / 4
    table[-1] = table[-1].mean()
    return Head(centre, scale, table)


@functools.cache
def _head_vertices() -> np.ndarray:
    data = body_data()
    v = anatomy.body_anatomy().rest_m
    skin = np.zeros(data.vertex_count, bool)
    skin[np.unique(data.faces["body"])] = True
    return np.flatnonzero(skin & (v[:, 2] > 1.50) & (data.masks["ears"] < 0.3))
