"""Necklines: where a garment's neck opening runs, and bands of quads along it."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.mesh import (
    Surface,
    boundary_edges,
)
from blender_synth.world.people.clothes import GarmentSpec


def outside_neck(spec: GarmentSpec, neck: np.ndarray, outer: bool) -> np.ndarray:
    """Metres outside the garment's neckline, an ellipse aaround the neck that a deeper neckline stretches forward.

    Args:
        neck: (N, 2) as in `Anatomy.neck`.
        outer: it is worn over a top.
    """
    if not outer and spec.neck < 0.06:  # a roll neck has no opening below the shell's upper edge
        return np.full(len(neck), 1.0)
    across = 0.066 + 0.03 * spec.neck
    front = 0.078 + (0.06 if outer else 0.085) * spec.neck
    y, s = neck[:, 0], neck[:, 1] - 0.012
    return (np.hypot(y / across, s / np.where(s > 0, front, 0.070)) - 1) * across


def ring_count(surface: Surface) -> int:
    """How many points a ring aaround the neck needs to match the fineness of a garment."""
    return 44 if len(surface.faces) > 1500 else 24 if len(surface.faces) > 500 else 16


def neck_ring(surface: Surface, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """The neck edge by direction: angles (count,) from the front, places (count, 3), outward (count, 3), weights."""
    rim = np.unique(boundary_edges(surface.faces))
    neck = surface.fields["neck"][rim]
    near = (np.hypot(neck[:, 0], neck[:, 1]) < 0.26) & (surface.fields["arm_weight"][rim] < 0.4)
    rim, neck = rim[near], neck[near]
    if len(rim) < 6:
        return None
    angle = np.arctan2(neck[:, 0], neck[:, 1] - 0.012)
    order = np.argsort(angle)
    rim, angle = rim[order], angle[order]
    grid = np.linspace(-np.pi, np.pi, count, endpoint=False)
    at = np.stack([np.interp(grid, angle, surface.vertices[rim, k], period=2 * np.pi) for k in range(3)], 1)
    for _ in range(3):
        at = (np.roll(at, 1, 0) + 2 * at + np.roll(at, -1, 0)) / 4
    middle = np.array([at[:, 0].min() * 0.55 + at[:, 0].max() * 0.45, 0.0])
    out = np.concatenate([at[:, :2] - middle, np.zeros((count, 1))], 1)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    nearest = np.abs((grid[:, None] - angle[None] + np.pi) % (2 * np.pi) - np.pi).argmin(1)
    return grid, at, out, rim[nearest]


def band(surface: Surface, ids: np.ndarray, rows: list[np.ndarray], keep: np.ndarray, grid: np.ndarray) -> Surface:
    """Rows (R of (n, 3)) aaround the neck as quads; only where `keep` (n,) holds at both ends."""
    n = len(grid)
    k = np.flatnonzero(keep & np.roll(keep, -1))
    nxt = (k + 1) % n
    faces = np.concatenate(
        [np.stack([k + r * n, nxt + r * n, nxt + (r + 1) * n, k + (r + 1) * n], 1) for r in range(len(rows) - 1)]
    )
    fields = {key: np.concatenate([f[ids]] * len(rows)) for key, f in surface.fields.items()}
    uv = np.concatenate([np.stack([grid * 0.07, np.full(n, 0.02 * r)], 1) for r in range(len(rows))])[faces]
    uv[..., 0] -= 0.44 * np.round((uv[..., 0] - uv[:, :1, 0]) / 0.44)
    return Surface(np.concatenate(rows), faces, fields, {"uv": uv, "lining": np.zeros(len(faces))})
