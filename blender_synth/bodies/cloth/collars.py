"""Collars and hoods on the neck edge of a garment."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.cloth.neckline import band, neck_ring, ring_count
from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.head import Head, direction_of
from blender_synth.bodies.mesh import (
    Surface,
    hemmed,
)
from blender_synth.bodies.skeleton import Rig


def make_collar(surface: Surface, height_m: float, fold: bool) -> Surface | None:
    """A collar on the neck edge: a standing band, or a shirt's collar that folds over."""
    ring = neck_ring(surface, ring_count(surface))
    if ring is None:
        return None
    grid, at, out, ids = ring
    h = height_m
    up = np.array([0.16, 0, 1.0])
    front = smoothstep(1.5, 0.25, np.abs(grid))[:, None]  # 1 at the throat
    down = np.array([0, 0, -1.0]) * (0.85 + 0.15 * front) + np.array([0.45, 0, 0]) * front
    rows = [at - up * 0.006, at + up * h * 0.5 - out * 0.003, at + up * h * (1.0 - 0.45 * front) - out * 0.002]
    if fold:
        reach = h * (1.0 + 0.5 * smoothstep(0.9, 0.2, np.abs(grid))[:, None])
        rows += [
            at + up * h * (1.0 - 0.45 * front) + out * 0.005,
            at + up * h * (0.75 - 0.45 * front) + out * 0.013,
            at + up * h * (1.0 - 0.45 * front) + out * (0.020 + 0.004 * front) + down * reach,
        ]
    gap = 0.10 if fold else 0.0
    return hemmed(band(surface, ids, rows, np.abs(grid) >= gap, grid), 0.002, 0.006)


def make_hood(surface: Surface) -> Surface | None:
    """A hood lying on shoulders and back: a soft roll, thick behind, thin in front."""
    ring = neck_ring(surface, ring_count(surface))
    if ring is None:
        return None
    grid, at, out, ids = ring
    back = smoothstep(0.7, 2.6, np.abs(grid))[:, None]
    size = 0.009 + 0.030 * back
    centre = at + out * size * 0.55 + np.array([0, 0, 1.0]) * size * (0.9 - 0.9 * back) + np.array([0, 0, 0.012])
    rows = []
    for angle in np.linspace(np.pi, -0.75 * np.pi, 9):
        droop = np.where(np.sin(angle) < 0, 1.0 + 1.1 * back, 1.0)
        rows.append(centre + out * np.cos(angle) * size + np.array([0, 0, 1.0]) * np.sin(angle) * size * droop)
    return band(surface, ids, rows, np.abs(grid) > 0.2, grid)


def make_raised_hood(surface: Surface, rig: Rig, head: Head) -> Surface | None:
    """A hood over the head: a crown whose front edge frames the face, and sides that come down to the neck edge."""
    ring = neck_ring(surface, ring_count(surface))
    if ring is None:
        return None
    grid, at, out, ids = ring
    n = len(grid)
    azimuth = np.degrees(grid)
    a = np.abs(azimuth)
    brow = np.interp(a, (0, 35, 62, 80, 180), (34, 30, 14, 4, 2))
    room = np.interp(a, (0, 60, 120, 180), (0.030, 0.024, 0.030, 0.046)) * head.scale
    rows = []
    for t in np.linspace(0, 1, 7):
        elevation = 88 + (brow - 88) * t
        peak = 0.014 * np.sin(np.pi * t) * (a > 120)
        rows.append(
            head.centre + direction_of(azimuth, elevation) * (head.radius(azimuth, elevation) + room + peak)[:, None]
        )
    cheek = (
        head.centre
        + direction_of(azimuth, np.full(n, -12.0)) * (head.radius(azimuth, np.full(n, -8.0)) + room)[:, None]
    )
    cheek[:, 0] += 0.012 * smoothstep(100, 62, a)
    base = at + np.array([0, 0, 0.006])
    for t in (0.35, 0.7):
        sides = cheek * (1 - t) + base * t + out * (0.018 * np.sin(np.pi * t))
        rows.append(sides)
    rows.insert(7, cheek)
    rows.append(base - np.array([0, 0, 0.012]) + out * 0.004)
    k = np.arange(n)
    nxt = (k + 1) % n
    side = (a >= 58) & (np.abs(azimuth[nxt]) >= 58)
    faces = []
    for r in range(len(rows) - 1):
        use = k if r < 6 else k[side]
        faces.append(np.stack([use + r * n, nxt[use] + r * n, nxt[use] + (r + 1) * n, use + (r + 1) * n], 1))
    vertices = np.concatenate(rows)
    fields = {key: np.concatenate([f[ids]] * len(rows)) for key, f in surface.fields.items() if key != "skin_at"}
    share = np.repeat(np.r_[np.ones(7), 0.95, 0.6, 0.25, 0.0], n)[:, None]
    only_head = np.zeros(len(rig.heads))
    only_head[rig.index["head"]] = 1
    fields["weights"] = fields["weights"] * (1 - share) + only_head * share
    uv = np.stack([np.tile(grid * 0.12, len(rows)), np.repeat(np.arange(len(rows)) * 0.03, n)], 1)
    faces = np.concatenate(faces)[:, ::-1]
    corner = uv[faces]
    corner[..., 0] -= 0.754 * np.round((corner[..., 0] - corner[:, :1, 0]) / 0.754)
    return hemmed(Surface(vertices, faces, fields, {"uv": corner, "lining": np.zeros(len(faces))}), 0.004, 0.02)
