"""A scarf wound aaround the neck."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.cloth.neckline import neck_ring, ring_count
from blender_synth.bodies.cloth.worn import Worn
from blender_synth.bodies.fields import smooth_noise
from blender_synth.bodies.mesh import (
    Surface,
)
from blender_synth.bodies.skeleton import Rig, unit
from blender_synth.world.people.clothes import FabricSpec, GarmentSpec

SCARF = GarmentSpec(kind="top", fabric=FabricSpec(kind="knit", rgb=(0.2, 0.2, 0.2)), fit=0.0)
"""What a scarf is to the rules for cloth; its colour comes from the outfit."""


def make_scarf(worn: list[Worn], rig: Rig, seed: int) -> Surface | None:
    """A scarf wound twice aaround the neck, one end hanging down the chest."""
    outermost = next(w.surface for w in reversed(worn) if w.name in ("outer0", "top"))
    ring = neck_ring(outermost, ring_count(outermost))
    if ring is None:
        return None
    _, at, out, ids = ring
    n, sides = len(at), 8
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    neck, up = rig.points["neck01"], unit(rig.points["head"] - rig.points["neck01"])
    base_id = 0
    vertices, faces, chosen = [], [], []
    for k, (rise, inward, size) in enumerate(((0.012, 0.012, 0.026), (0.042, 0.026, 0.023))):
        lumps = smooth_noise(np.column_stack([out[:, 0] * 2, out[:, 1] * 2, np.full(n, k)]), seed + k, 2)
        middle = at - out * inward + up * rise + np.array([0, 0, 0.008]) * lumps[:, None]
        radius = size * (1 + 0.22 * lumps)
        ringed = [middle + (out * np.cos(t) * 0.9 + up * np.sin(t) * 1.05) * radius[:, None] for t in angle]
        vertices.append(np.stack(ringed, 1).reshape(-1, 3))
        grid = np.arange(n * sides).reshape(n, sides) + base_id
        nxt, right = np.roll(grid, -1, 0), np.roll(grid, -1, 1)
        faces.append(np.stack([grid, nxt, np.roll(nxt, -1, 1), right], -1).reshape(-1, 4))
        chosen.append(np.repeat(ids, sides))
        base_id += n * sides
    body = outermost.vertices[outermost.fields["arm_weight"] < 0.3]
    sign = 1.0 if seed % 2 else -1.0
    steps = 9
    z = np.linspace(at[:, 2].min() + 0.02, at[:, 2].min() - 0.30, steps)
    y = sign * np.linspace(0.035, 0.06, steps)
    x = np.array(
        [
            body[(np.abs(body[:, 1] - b) < 0.05) & (np.abs(body[:, 2] - c) < 0.04), 0].max(initial=neck[0])
            for b, c in zip(y, z, strict=True)
        ]
    )
    x = np.maximum.accumulate(x) + 0.010
    path = np.column_stack([x, y, z])
    half = np.linspace(0.045, 0.075, steps)
    bow = (-1.0, -0.5, 0.0, 0.5, 1.0)
    strip = np.stack([path + np.column_stack([0.006 - 0.016 * c * c + 0 * half, c * half, 0 * half]) for c in bow], 1)
    grid = np.arange(steps * len(bow)).reshape(steps, len(bow)) + base_id
    faces.append(np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], -1).reshape(-1, 4))
    vertices.append(strip.reshape(-1, 3))
    front = np.flatnonzero(outermost.fields["arm_weight"] < 0.3)
    nearest = ((outermost.vertices[front][None] - path[:, None]) ** 2).sum(2).argmin(1)
    chosen.append(np.repeat(front[nearest], len(bow)))
    vertices, faces, chosen = np.concatenate(vertices), np.concatenate(faces), np.concatenate(chosen)
    fields = {k: f[chosen] for k, f in outermost.fields.items() if k not in ("skin_at", "hem_of")}
    fields["rest"] = vertices.copy()
    uv = np.stack([vertices[:, 1], vertices[:, 2]], 1)[faces]
    return Surface(vertices, faces, fields, {"uv": uv, "lining": np.zeros(len(faces))})
