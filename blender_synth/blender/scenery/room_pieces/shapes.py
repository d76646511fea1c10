"""Shapes that several pieces of furniture share."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery.meshes import Part, Tint, Vec, loft, tube

BLACK = (0.02, 0.02, 0.022)


def soft_box(low: Vec, high: Vec, round_m: float, material: str, tint: Tint) -> Part:
    """A cushion: a box whose upright edges and top are rounded."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    r = min(round_m, (x1 - x0) / 2.2, (y1 - y0) / 2.2, (z1 - z0) / 1.5)
    a = np.linspace(0, np.pi / 2, 4)
    rings = []
    for inset, z in ((0.25 * r, z0), (0.0, z0 + 0.3 * r), (0.0, z1 - r), (0.29 * r, z1 - 0.29 * r), (r, z1)):
        k = max(r - inset, 0.004)
        ring = []
        for cx, cy, turn in ((x1 - r, y1 - r, 0), (x0 + r, y1 - r, 1), (x0 + r, y0 + r, 2), (x1 - r, y0 + r, 3)):
            b = a + turn * np.pi / 2
            ring.append(np.column_stack([cx + k * np.cos(b), cy + k * np.sin(b), np.full(4, z)]))
        rings.append(np.concatenate(ring))
    return loft(np.array(rings), material, tint, caps=True)


def legs(w: float, d: float, h: float, material: str, rgb: Tint, inset: float = 0.08, r: float = 0.018) -> list[Part]:
    return [tube(np.array([(x, y, 0), (x, y, h)]), r, 8, material, rgb)
            for x in (-w / 2 + inset, w / 2 - inset) for y in (-d / 2 + inset, d / 2 - inset)]  # fmt: skip
