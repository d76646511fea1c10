"""Indoor plants in pots and boxes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from blender_synth.blender.scenery.furniture import leaves
from blender_synth.blender.scenery.meshes import Part, box, join, lathe, part, tube
from blender_synth.world.scenery.shared.rooms import Piece


@lru_cache(maxsize=16)
def _greenery(kind: int, seed: int, h: float) -> Part:
    """Leaves above a pot: a bush of small leaves, long blades, or a few large leaves on stems."""
    rng = np.random.default_rng(seed)
    green = np.array([(0.045, 0.10, 0.03), (0.06, 0.12, 0.035), (0.03, 0.075, 0.03)][kind]) * rng.uniform(0.8, 1.3)
    if kind == 0:
        n = 900
        u = rng.normal(0, 1, (n, 3))
        u *= (rng.random(n) ** 0.33 / np.linalg.norm(u, axis=1))[:, None]
        at = u * (0.42 * h, 0.42 * h, 0.44 * h) * 0.72 + (0, 0, 0.56 * h)
        stem = tube(np.array([(0, 0, 0), (0.02, 0.01, 0.4 * h)]), 0.02, 6, "bark", (0.12, 0.08, 0.05))
        return join([stem, leaves(rng, at, 0.11 * h, tuple(green), 0.4)])
    parts = []
    count = 26 if kind == 1 else 15
    for k in range(count):
        turn, lean = k * 137.5 + rng.uniform(-15, 15), rng.uniform(0.1, 0.75) if kind == 1 else rng.uniform(0.3, 1.0)
        long = h * rng.uniform(0.6, 1.0)
        t = np.linspace(0, 1, 7)
        out, up = long * lean * t**1.5, long * (t - 0.42 * lean * t**2.4)
        wide = (0.035 * h if kind == 1 else 0.17 * h) * np.sin(np.pi * np.clip(t, 0.02, 0.985)) ** 0.7
        if kind == 2:
            wide = np.where(t < 0.45, 0.006, 0.19 * h * np.sin(np.pi * np.clip((t - 0.45) / 0.55, 0.02, 0.97)) ** 0.6)
        left = np.column_stack([out, wide, up + 0.25 * wide])
        right = np.column_stack([out, -wide, up + 0.25 * wide])
        mid = np.column_stack([out, 0 * t, up])
        points = np.concatenate([left, mid, right])
        i = np.arange(6)
        faces = np.concatenate([np.stack([i, i + 7, i + 8, i + 1], 1), np.stack([i + 7, i + 14, i + 15, i + 8], 1)])
        shade = float(np.exp(rng.normal(0, 0.2)))
        blade = part(points, faces, "leaf", tuple(green * shade), np.zeros((12, 4, 2)), smooth=True)
        parts.append(blade.turned(turn))
    return join(parts)


def _plant(p: Piece) -> Part:
    w, _, h = p.size_m
    pot_h, r = 0.26 * h + 0.08, 0.30 * w
    if p.variant // 3 % 2:
        pot = box((-r, -r, 0), (r, r, pot_h), "paint", p.rgb, without=("-z", "+z"))
    else:
        pot = lathe([(0.75 * r, 0), (r, pot_h - 0.03), (1.05 * r, pot_h - 0.03), (1.05 * r, pot_h)], 24, "paint", p.rgb)
    z = pot_h - 0.03 if p.variant // 3 % 2 else pot_h + 0.001
    soil = lathe([(0.92 * r, z - 0.002), (0.92 * r, z)], 20, "matt", (0.035, 0.025, 0.018))
    green = _greenery(p.variant % 3, p.seed % 5, round(h - pot_h, 1))
    return join([pot, soil, green.moved((0, 0, pot_h - 0.02))])


def _planter_box(p: Piece) -> Part:
    w, d, h = p.size_m
    body = box((-w / 2, -d / 2, 0), (w / 2, d / 2, 0.42), "paint", p.rgb, without=("-z",))
    n = max(2, round(w / 0.4))
    rng = np.random.default_rng(p.seed)
    green = [
        _greenery(p.variant % 3, k % 3, round(h - 0.42, 1)).turned(float(rng.uniform(0, 360))).moved((x, 0, 0.4))
        for k, x in enumerate(np.linspace(-w / 2 + 0.2, w / 2 - 0.2, n))
    ]
    return join([body, *green])


MAKERS: dict[str, Callable[[Piece], Part]] = {
    "plant": _plant,
    "planter_box": _planter_box,
}
"""Function that builds a piece, by the kind of the piece."""
