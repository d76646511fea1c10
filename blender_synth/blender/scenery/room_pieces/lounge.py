"""Furniture of lobbies and waiting areas."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from blender_synth.blender.scenery.furniture import leaves
from blender_synth.blender.scenery.meshes import Part, bevelled_box, box, join, lathe, quad, tube
from blender_synth.blender.scenery.room_pieces.shapes import BLACK, legs, soft_box
from blender_synth.blender.scenery.rooms import WHITE, glow
from blender_synth.world.scenery.shared.rooms import Piece


def _sofa(p: Piece) -> Part:
    w, d, h = p.size_m
    arm, seat, back = 0.18, 0.43, 0.24
    cloth = "fabric" if p.variant % 2 else "rubber"
    parts = [soft_box((-w / 2, -d / 2 + 0.02, 0.12), (w / 2, d / 2, 0.27), 0.04, cloth, p.rgb)]
    count = max(1, int((w - 2 * arm) / 0.62))
    xs = np.linspace(-w / 2 + arm, w / 2 - arm, count + 1)
    for a, b in pairwise(xs):
        parts.append(soft_box((a + 0.005, -d / 2, 0.26), (b - 0.005, d / 2 - back + 0.06, seat), 0.06, cloth, p.rgb))
        parts.append(soft_box((a + 0.005, d / 2 - back, seat - 0.06), (b - 0.005, d / 2 - 0.06, h), 0.08, cloth, p.rgb))
    parts.append(soft_box((-w / 2 + 0.02, d / 2 - 0.12, 0.2), (w / 2 - 0.02, d / 2, h - 0.06), 0.05, cloth, p.rgb))
    for x in (-w / 2, w / 2 - arm):
        parts.append(soft_box((x, -d / 2 + 0.02, 0.2), (x + arm, d / 2, 0.6), 0.06, cloth, p.rgb))
    if p.variant // 2 % 2:
        for x in (-w / 2 + arm + 0.24, w / 2 - arm - 0.24):
            pillow = soft_box((-0.2, -0.07, -0.2), (0.2, 0.07, 0.2), 0.07, "fabric", p.rgb2)
            parts.append(pillow.turned(-20, axis=0).moved((x, d / 2 - back - 0.08, seat + 0.2)))
    return join([*parts, *legs(w, d, 0.13, "steel", (0.3, 0.3, 0.3))])


def _coffee_table(p: Piece) -> Part:
    w, d, h = p.size_m
    if p.variant % 2:
        top = lathe([(0.98 * w / 2, h - 0.03), (w / 2, h - 0.025), (w / 2, h)], 36, "veneer", (*p.rgb, 0.5))
        stem = lathe([(0.24 * w, 0), (0.24 * w, 0.015), (0.03, 0.03), (0.03, h - 0.03)], 20, "steel", p.rgb2)
        return join([top, stem, *_on_table(p, h)])
    top = box((-w / 2, -d / 2, h - 0.04), (w / 2, d / 2, h), "veneer", (*p.rgb, 0.5))
    return join([top, *legs(w, d, h - 0.04, "steel", p.rgb2, 0.05), *_on_table(p, h)])


def _on_table(p: Piece, h: float) -> list[Part]:
    """Magazines and a vase."""
    rng = np.random.default_rng(p.seed)
    parts = []
    for k in range(int(rng.integers(1, 4))):
        rgb = tuple(rng.uniform(0.05, 0.6, 3))
        sheet = box((-0.11, -0.15, 0), (0.11, 0.15, 0.006), "paint", rgb).turned(float(rng.uniform(-40, 40)))
        parts.append(sheet.moved((-0.08 + 0.01 * k, 0.02 * k, h + 0.006 * k)))
    if rng.random() < 0.6:
        vase = lathe([(0.05, 0), (0.075, 0.08), (0.06, 0.16), (0.03, 0.22), (0.035, 0.24)], 20, "paint", p.rgb2)
        parts.append(vase.moved((0.16, -0.05, h)))
        spot = rng.normal(0, 0.05, (60, 3)) + (0.16, -0.05, h + 0.32)
        parts.append(leaves(rng, spot, 0.07, (0.06, 0.12, 0.03)))
    return parts


def _rug(p: Piece) -> Part:
    w, d, _ = p.size_m
    b = 0.14
    parts = [box((-w / 2, -d / 2, 0.0), (w / 2, d / 2, 0.010), "carpet", p.rgb, without=("-z",))]
    z = 0.0115
    for x0, x1, y0, y1 in ((-w / 2 + b, w / 2 - b, -d / 2 + b, -d / 2 + b + 0.08),
                           (-w / 2 + b, w / 2 - b, d / 2 - b - 0.08, d / 2 - b),
                           (-w / 2 + b, -w / 2 + b + 0.08, -d / 2 + b, d / 2 - b),
                           (w / 2 - b - 0.08, w / 2 - b, -d / 2 + b, d / 2 - b)):  # fmt: skip
        parts.append(quad((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z), "carpet", p.rgb2))
    return join(parts)


def _floor_lamp(p: Piece) -> Part:
    h = p.size_m[2]
    shade = lathe([(0.22, h - 0.32), (0.17, h)], 28, "lamp", glow(2900, 320.0))
    rod = tube(np.array([(0, 0, 0.02), (0, 0, h - 0.2)]), 0.012, 8, "steel", p.rgb)
    return join([shade, rod, lathe([(0.16, 0), (0.16, 0.02), (0.02, 0.03)], 24, "steel", p.rgb)])


def _desk(p: Piece) -> Part:
    """A reception counter: a high front with a lit joint, a lower desk behind, screens on it."""
    w, d, h = p.size_m
    tint = (*p.rgb, 0.5)
    material = "veneer" if p.variant % 2 else "marble"
    parts = [
        box((-w / 2, -d / 2, 0.1), (w / 2, -d / 2 + 0.1, h - 0.05), material, tint),
        box((-w / 2 + 0.05, -d / 2 + 0.04, 0), (w / 2 - 0.05, -d / 2 + 0.1, 0.1), "lamp", glow(3200, 400.0)),
        box((-w / 2 - 0.03, -d / 2 - 0.06, h - 0.05), (w / 2 + 0.03, -d / 2 + 0.32, h), "marble", (*p.rgb2, 0.6)),
        box((-w / 2, -d / 2 + 0.1, 0.72), (w / 2, d / 2, 0.75), "veneer", (0.3, 0.22, 0.15, 0.4)),
    ]
    for x in (-w / 2, w / 2 - 0.1):
        parts.append(box((x, -d / 2 + 0.1, 0), (x + 0.1, d / 2, h - 0.05), material, tint))
    for n in (0.25, 0.75):
        x = -w / 2 + n * w
        parts.append(box((x - 0.26, 0.06, 0.86), (x + 0.26, 0.085, 1.18), "paint", BLACK))
        parts.append(quad((x + 0.25, 0.086, 0.87), (x - 0.25, 0.086, 0.87), (x - 0.25, 0.086, 1.17),
                          (x + 0.25, 0.086, 1.17), "lamp", glow(6500, 160.0)))  # fmt: skip
        parts.append(tube(np.array([(x, 0.07, 0.75), (x, 0.07, 0.9)]), 0.02, 6, "paint", BLACK))
    if p.variant // 2 % 2 and w > 2.2:
        for x in np.arange(-w / 2 + 0.2, w / 2 - 0.1, 0.2):
            parts.append(box((x - 0.006, -d / 2 - 0.012, 0.1), (x + 0.006, -d / 2, h - 0.05), "steel", p.rgb2))
    bell = lathe([(0.04, 0), (0.045, 0.01), (0.035, 0.03), (0.006, 0.045)], 18, "steel", (0.6, 0.5, 0.3))
    return join([*parts, bell.moved((0.3 * w, -d / 2 + 0.12, h))])


def _stool(p: Piece) -> Part:
    w, _, h = p.size_m
    seat = soft_box((-w / 2, -w / 2, h - 0.16), (w / 2, w / 2, h), 0.05, "fabric", p.rgb)
    base = lathe([(0.42 * w, 0), (0.42 * w, h - 0.15)], 20, "fabric", p.rgb)
    return join([seat, base])


def _bench_seat(p: Piece) -> Part:
    """A backless bench of slats on a metal frame."""
    w, d, _ = p.size_m
    slats = [bevelled_box((-w / 2, -d / 2 + k * d / 5 + 0.006, 0.40), (w / 2, -d / 2 + (k + 1) * d / 5 - 0.006, 0.45),
                          0.006, "wood", p.rgb) for k in range(5)]  # fmt: skip
    frames = []
    for x in (-w / 2 + 0.2, w / 2 - 0.2):
        path = np.array(
            [(x, -d / 2 + 0.05, 0), (x, -d / 2 + 0.05, 0.38), (x, d / 2 - 0.05, 0.38), (x, d / 2 - 0.05, 0)]
        )
        frames.append(tube(path, 0.022, 8, "iron", p.rgb2))
    return join([*slats, *frames])


def _bin(p: Piece) -> Part:
    w, _, h = p.size_m
    r = w / 2
    return join([lathe([(0.95 * r, 0), (r, 0.03), (r, h - 0.06), (0.8 * r, h)], 22, "steel", p.rgb),
                 lathe([(0.55 * r, h - 0.01), (0.55 * r, h + 0.004)], 18, "matt", BLACK)])  # fmt: skip


def _water_cooler(p: Piece) -> Part:
    w, d, _ = p.size_m
    bottle = lathe([(0.09, 1.0), (0.135, 1.05), (0.135, 1.3), (0.12, 1.36)], 20, "paint", (0.25, 0.42, 0.55))
    return join([bevelled_box((-w / 2, -d / 2, 0), (w / 2, d / 2, 1.0), 0.03, "paint", WHITE), bottle,
                 box((-0.1, -d / 2 - 0.004, 0.6), (0.1, -d / 2, 0.85), "paint", BLACK)])  # fmt: skip


MAKERS: dict[str, Callable[[Piece], Part]] = {
    "sofa": _sofa,
    "armchair": _sofa,
    "coffee_table": _coffee_table,
    "rug": _rug,
    "floor_lamp": _floor_lamp,
    "desk": _desk,
    "stool": _stool,
    "water_cooler": _water_cooler,
    "bench_seat": _bench_seat,
    "bin": _bin,
}
"""Function that builds a piece, by the kind of the piece."""
SEEDED = frozenset({"coffee_table"})
"""Kinds whose shape depends on the whole seed; all others have five variants."""
