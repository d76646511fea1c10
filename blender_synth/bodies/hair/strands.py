"""Curves as ribbons and ropes of hair."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.fields import unit_rows
from blender_synth.bodies.hair.scalp import TIED
from blender_synth.bodies.head import Head
from blender_synth.bodies.mesh import Surface, tube
from blender_synth.world.people.complexion import HairSpec


def ropes(curves: np.ndarray, radius: float, hair: HairSpec) -> Surface:
    """Round locks along curves (n, steps, 3)."""
    steps = curves.shape[1]
    parts = [tube(c, radius, 5) for c in curves]
    vertices = np.concatenate([v for v, _ in parts])
    faces = np.concatenate([f + i * steps * 5 for i, (_, f) in enumerate(parts)])
    shade = 0.85 + 0.25 * np.sin(np.arange(len(vertices)) // 5 * 2.1 + hair.lock_seed % 97)
    uv = np.stack([np.arange(len(vertices)) % 5 * 0.004, vertices[:, 2]], 1)
    return Surface(vertices, faces, {"shade": shade}, {"uv": uv[faces]})


def ribbons(curves: np.ndarray, head: Head, width: float, hair: HairSpec, index: np.ndarray) -> Surface:
    """Locks as flat ribbons that taper, along curves (n, steps, 3)."""
    n, steps, _ = curves.shape
    tangent = unit_rows(np.gradient(curves, axis=1))
    outward = unit_rows(curves - head.centre)
    side = unit_rows(np.cross(tangent, outward))
    t = np.linspace(0, 1, steps)
    vary = 0.6 + 0.8 * ((index * 0.618034) % 1.0)
    lean = (0.22 if hair.style in ("long", "bob", "fringe", *TIED) else 0.5) * np.sin(index * 4.1)[
        :, None, None
    ]  # each lies a little askew, so that light breaks on them
    side = unit_rows(side + outward * lean)
    w = width * vary[:, None, None] * np.interp(t, (0, 0.3, 0.7, 1.0), (0.8, 1.0, 0.75, 0.08))[None, :, None] / 2
    columns = np.stack([curves - side * w, curves + side * w], 2)  # (n, steps, 2, 3)
    grid = np.arange(n * steps * 2).reshape(n, steps, 2)
    faces = np.stack([grid[:, :-1, 0], grid[:, :-1, 1], grid[:, 1:, 1], grid[:, 1:, 0]], -1).reshape(-1, 4)
    tone = 0.86 + 0.2 * np.sin(index * 12.9898 + hair.lock_seed % 97)[:, None, None]
    shade = np.broadcast_to(tone - 0.12 + 0.34 * t[None, :, None], (n, steps, 2)).reshape(-1)
    along = np.concatenate([np.zeros((n, 1)), np.cumsum(np.linalg.norm(np.diff(curves, axis=1), axis=2), 1)], 1)
    uv = np.stack(
        [
            np.broadcast_to(np.array([-0.5, 0.5]) * width, (n, steps, 2)) + index[:, None, None] * 0.017,
            np.broadcast_to(along[:, :, None], (n, steps, 2)),
        ],
        -1,
    ).reshape(-1, 2)
    return Surface(columns.reshape(-1, 3), faces, {"shade": shade.copy()}, {"uv": uv[faces]})
