"""Furniture of rooms. Each maker gives a `Part` that stands on z = 0, its front to -y, in metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import bpy
import numpy as np

from blender_synth.blender.scenery.furniture import leaves
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, bevelled_box, box, join, lathe, loft, part, quad, to_mesh, tube
from blender_synth.blender.scenery.pieces import place
from blender_synth.blender.scenery.rooms import DARK, STEEL, WHITE, glow, text
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.shared.rooms import Piece

BLACK = (0.02, 0.02, 0.022)


def soft_box(low, high, round_m: float, material: str, tint) -> Part:
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


def _legs(w: float, d: float, h: float, material: str, rgb, inset: float = 0.08, r: float = 0.018) -> list[Part]:
    return [tube(np.array([(x, y, 0), (x, y, h)]), r, 8, material, rgb)
            for x in (-w / 2 + inset, w / 2 - inset) for y in (-d / 2 + inset, d / 2 - inset)]  # fmt: skip


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
    return join([*parts, *_legs(w, d, 0.13, "steel", (0.3, 0.3, 0.3))])


def _coffee_table(p: Piece) -> Part:
    w, d, h = p.size_m
    if p.variant % 2:
        top = lathe([(0.98 * w / 2, h - 0.03), (w / 2, h - 0.025), (w / 2, h)], 36, "veneer", (*p.rgb, 0.5))
        stem = lathe([(0.24 * w, 0), (0.24 * w, 0.015), (0.03, 0.03), (0.03, h - 0.03)], 20, "steel", p.rgb2)
        return join([top, stem, *_on_table(p, h)])
    top = box((-w / 2, -d / 2, h - 0.04), (w / 2, d / 2, h), "veneer", (*p.rgb, 0.5))
    return join([top, *_legs(w, d, h - 0.04, "steel", p.rgb2, 0.05), *_on_table(p, h)])


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


# ---- gym


def _dumbbell(r: float, long: float, grip_rgb) -> Part:
    """Along y, its middle in the origin."""
    head = lathe([(0.7 * r, 0), (r, 0.012), (r, long - 0.012), (0.7 * r, long)], 12, "rubber", BLACK).turned(90, axis=0)
    bar = tube(np.array([(0, -0.07, 0), (0, 0.07, 0)]), 0.016, 8, "steel", STEEL)
    band = lathe([(1.005 * r, 0.4 * long), (1.005 * r, 0.5 * long)], 12, "paint", grip_rgb).turned(90, axis=0)
    return join([head.moved((0, -0.07, 0)), head.moved((0, 0.07 + long, 0)), bar, band.moved((0, -0.07, 0)),
                 band.moved((0, 0.07 + long, 0))])  # fmt: skip


def _dumbbell_rack(p: Piece) -> Part:
    w, d, _ = p.size_m
    parts = []
    rows = ((0.22, -0.10), (0.52, 0.0), (0.82, 0.10))
    for x in (-w / 2 + 0.05, w / 2 - 0.05, 0.0):
        parts.append(tube(np.array([(x, -d / 2 + 0.05, 0.03), (x, d / 2 - 0.05, 0.95)]), 0.03, 4, "paint", p.rgb2))
        parts.append(box((x - 0.03, -d / 2, 0), (x + 0.03, d / 2, 0.04), "paint", p.rgb2))
    for number, (z, y) in enumerate(rows):
        for rail in (-0.09, 0.09):
            parts.append(box((-w / 2, y + rail - 0.015, z - 0.02), (w / 2, y + rail + 0.015, z), "paint", p.rgb2))
        r = 0.062 + 0.012 * (len(rows) - 1 - number)
        n = int(w / (2.5 * r))
        bell = _dumbbell(r, 0.05 + 0.012 * (2 - number), p.rgb)
        xs = np.linspace(-w / 2 + 1.4 * r, w / 2 - 1.4 * r, n)
        parts.append(bell.repeated(np.column_stack([xs, np.full(n, y), np.full(n, z + r)])))
    return join(parts)


def _gym_bench(p: Piece) -> Part:
    """A weight bench along y; the head end is at +y."""
    w, d, _ = p.size_m
    pad = "rubber"
    parts = [
        soft_box((-0.15, -d / 2, 0.37), (0.15, -d / 2 + 0.36, 0.45), 0.03, pad, p.rgb),
        box((-0.03, -d / 2 + 0.1, 0.28), (0.03, d / 2 - 0.1, 0.36), "paint", p.rgb2),
        box((-w / 2, -d / 2 + 0.12, 0), (w / 2, -d / 2 + 0.19, 0.06), "paint", p.rgb2),
        box((-w / 2, d / 2 - 0.22, 0), (w / 2, d / 2 - 0.15, 0.06), "paint", p.rgb2),
        box((-0.035, -d / 2 + 0.12, 0.05), (0.035, -d / 2 + 0.19, 0.3), "paint", p.rgb2),
        box((-0.035, d / 2 - 0.22, 0.05), (0.035, d / 2 - 0.15, 0.3), "paint", p.rgb2),
    ]
    back = soft_box((-0.15, 0, 0), (0.15, d - 0.42, 0.08), 0.03, pad, p.rgb)
    tilt = 0.0 if p.variant % 2 else 32.0
    return join([*parts, back.turned(tilt, axis=0).moved((0, -d / 2 + 0.4, 0.37))])


def _treadmill(p: Piece) -> Part:
    """One walks towards +y, where the console is."""
    w, d, h = p.size_m
    side = 0.09
    parts = [
        box((-w / 2 + side, -d / 2, 0.14), (w / 2 - side, d / 2 - 0.35, 0.17), "rubber", (0.03, 0.03, 0.03)),
        box((-w / 2 + side, -d / 2 + 0.02, 0.05), (w / 2 - side, d / 2 - 0.35, 0.14), "paint", BLACK),
        bevelled_box((-w / 2, d / 2 - 0.55, 0.02), (w / 2, d / 2, 0.30), 0.08, "paint", p.rgb2),
    ]
    for x in (-w / 2, w / 2 - side):
        parts.append(bevelled_box((x, -d / 2, 0.03), (x + side, d / 2 - 0.4, 0.19), 0.02, "paint", p.rgb2))
        parts.append(box((x + 0.02, -d / 2 + 0.1, 0.19), (x + side - 0.02, d / 2 - 0.6, 0.193), "paint", p.rgb))
        inner = x + side / 2
        path = np.array([(inner, d / 2 - 0.35, 0.2), (inner, d / 2 - 0.2, 1.0), (inner, d / 2 - 0.32, h - 0.25)])
        parts.append(tube(path, 0.035, 8, "paint", p.rgb2))
        rail = np.array([(inner, d / 2 - 0.26, 0.98), (inner, d / 2 - 0.8, 0.95), (inner, d / 2 - 0.88, 0.86)])
        parts.append(tube(rail, 0.022, 8, "rubber", BLACK))
    console = join([
        bevelled_box((-w / 2, -0.05, -0.16), (w / 2, 0.05, 0.22), 0.03, "paint", p.rgb2),
        quad((-0.24, -0.053, -0.08), (0.24, -0.053, -0.08), (0.24, -0.053, 0.16), (-0.24, -0.053, 0.16), "lamp",
             tuple(c * f for c, f in zip(glow(6500, 150.0), (0.4, 0.8, 1.2), strict=True))),
        box((-0.07, -0.058, -0.15), (0.07, -0.05, -0.1), "paint", (0.5, 0.03, 0.02)),
    ])  # fmt: skip
    return join([*parts, console.turned(-22, axis=0).moved((0, d / 2 - 0.3, h - 0.22))])


def _exercise_bike(p: Piece) -> Part:
    """One rides towards +y."""
    h = p.size_m[2]
    wheel = lathe([(0.23, -0.04), (0.25, -0.02), (0.25, 0.02), (0.23, 0.04)], 28, "paint", p.rgb)
    hub = lathe([(0.06, -0.05), (0.06, 0.05)], 14, "steel", STEEL)
    disc = join([wheel, hub]).turned(90, axis=1).moved((0, 0.38, 0.34))
    frame = [
        np.array([(0, -0.42, 0.08), (0, -0.28, 0.55), (0, 0.3, 0.35)]),
        np.array([(0, -0.28, 0.5), (0, -0.33, 0.82)]),
        np.array([(0, 0.05, 0.3), (0, 0.42, 0.6), (0, 0.46, h - 0.1)]),
        np.array([(0, -0.42, 0.08), (0, 0.1, 0.2), (0, 0.62, 0.08)]),
    ]
    parts = [disc, *(tube(path, 0.032, 8, "paint", p.rgb2) for path in frame)]
    for y in (-0.42, 0.6):
        parts.append(tube(np.array([(-0.25, y, 0.05), (0.25, y, 0.05)]), 0.035, 8, "paint", p.rgb2))
    seat = loft(np.array([[(-0.03, 0.12, 0), (0.03, 0.12, 0), (0.12, -0.12, 0), (-0.12, -0.12, 0)],
                          [(-0.03, 0.12, 0.06), (0.03, 0.12, 0.06), (0.12, -0.12, 0.08), (-0.12, -0.12, 0.08)]]),
                "rubber", BLACK, caps=True, smooth=False)  # fmt: skip
    parts.append(seat.moved((0, -0.35, 0.82)))
    for s in (-1, 1):
        bar = np.array([(0, 0.46, h - 0.12), (0.2 * s, 0.46, h - 0.1), (0.2 * s, 0.24, h - 0.04)])
        parts.append(tube(bar, 0.016, 8, "rubber", BLACK))
        parts.append(box((0.06 * s - 0.02, 0.02 + 0.14 * s, 0.2), (0.22 * s, 0.14 + 0.14 * s, 0.22), "rubber", BLACK)
                     if s > 0 else box((-0.22, -0.12, 0.34), (-0.04, 0.0, 0.36), "rubber", BLACK))  # fmt: skip
    parts.append(box((-0.1, 0.44, h - 0.1), (0.1, 0.48, h + 0.06), "paint", BLACK))
    return join(parts)


def _ball(p: Piece) -> Part:
    r = p.size_m[0] / 2
    a = np.linspace(-np.pi / 2, np.pi / 2, 17)
    return lathe([(max(r * math.cos(t), 0.001), r + r * math.sin(t)) for t in a], 28, "rubber", p.rgb)


def _wall_bars(p: Piece) -> Part:
    w, _, h = p.size_m
    parts = []
    n = max(1, round(w / 0.9))
    xs = np.linspace(-w / 2 + 0.02, w / 2 - 0.02, n + 1)
    for x in xs:
        parts.append(box((x - 0.02, -0.06, 0), (x + 0.02, 0.06, h), "wood", (0.42, 0.27, 0.13)))
    rung = tube(np.array([(-w / 2, -0.03, 0), (w / 2, -0.03, 0)]), 0.019, 8, "wood", (0.50, 0.34, 0.18))
    zs = np.arange(0.14, h - 0.05, 0.165)
    return join([*parts, rung.repeated(np.column_stack([0 * zs, 0 * zs, zs]))])


def _mat(p: Piece) -> Part:
    w, d, h = p.size_m
    return soft_box((-w / 2, -d / 2, 0), (w / 2, d / 2, h), 0.01, "rubber", p.rgb)


def _plate(r: float, thick: float, rgb) -> Part:
    """A weight plate about the x axis."""
    return lathe([(0.92 * r, 0), (r, 0.008), (r, thick - 0.008), (0.92 * r, thick)], 26, "rubber", rgb).turned(
        90, axis=1
    )


def _squat_rack(p: Piece) -> Part:
    _, d, h = p.size_m
    parts = []
    for x in (-0.58, 0.58):
        for y in (-d / 2 + 0.04, d / 2 - 0.04):
            parts.append(box((x - 0.035, y - 0.035, 0), (x + 0.035, y + 0.035, h), "paint", p.rgb2))
        for z in (0.04, h - 0.04):
            parts.append(box((x - 0.03, -d / 2, z - 0.035), (x + 0.03, d / 2, z + 0.035), "paint", p.rgb2))
        parts.append(box((x - 0.025, -d / 2 - 0.1, 1.18), (x + 0.025, -d / 2 + 0.06, 1.22), "paint", p.rgb))
    for y, z in ((-d / 2 + 0.04, h - 0.04), (d / 2 - 0.04, h - 0.04), (d / 2 - 0.04, 0.05)):
        parts.append(tube(np.array([(-0.58, y, z), (0.58, y, z)]), 0.02, 8, "steel", STEEL))
    y = -d / 2 - 0.03
    parts.append(tube(np.array([(-1.1, y, 1.25), (1.1, y, 1.25)]), 0.014, 10, "steel", STEEL))
    for s in (-1, 1):
        for k, r in enumerate((0.225, 0.225, 0.16)):
            x = 0.72 + 0.05 * k
            rgb = (p.rgb, BLACK, BLACK)[k]
            parts.append(_plate(r, 0.045, rgb).moved((x if s > 0 else -x - 0.045, y, 1.25)))
    return join(parts)


def _kettlebells(p: Piece) -> Part:
    w, _, _ = p.size_m
    parts = []
    count = max(2, int(w / 0.3))
    for k, x in enumerate(np.linspace(-w / 2 + 0.14, w / 2 - 0.14, count)):
        r = 0.075 + 0.012 * k % 0.05
        a = np.linspace(-1.25, np.pi / 2 - 0.2, 10)
        bell = lathe([(max(r * math.cos(t), 0.001), 0.92 * r + r * math.sin(t)) for t in a], 18, "rubber",
                     p.rgb if k % 2 else BLACK)  # fmt: skip
        t = np.linspace(0, np.pi, 9)
        handle = np.column_stack([0.06 * np.cos(t), 0 * t, 1.6 * r + 0.09 * np.sin(t)])
        parts += [bell.moved((x, 0, 0)), tube(handle, 0.014, 8, "iron", BLACK).moved((x, 0, 0))]
    return join(parts)


def _plate_tree(p: Piece) -> Part:
    h = p.size_m[2]
    parts = [
        box((-0.05, -0.05, 0), (0.05, 0.05, h), "paint", p.rgb2),
        box((-0.3, -0.3, 0), (0.3, 0.3, 0.04), "paint", p.rgb2),
    ]
    for s in (-1, 1):
        for z, r, rgb in ((0.35, 0.225, p.rgb), (0.35, 0.225, BLACK), (0.85, 0.17, BLACK), (0.85, 0.17, p.rgb)):
            x = 0.08 + (0.05 if rgb == BLACK else 0.0)
            parts.append(_plate(r, 0.04, rgb).moved((x if s > 0 else -x - 0.04, 0, z)))
        for z in (0.35, 0.85):
            parts.append(tube(np.array([(0, 0, z), (0.28 * s, 0, z)]), 0.025, 8, "steel", STEEL))
    return join(parts)


def _punch_bag(p: Piece) -> Part:
    w, _, h = p.size_m
    r = w / 2
    bag = lathe([(0.8 * r, 0.45), (r, 0.5), (r, 1.6), (0.85 * r, 1.66)], 22, "rubber", p.rgb)
    band = lathe([(1.01 * r, 0.9), (1.01 * r, 1.05)], 22, "rubber", BLACK)
    chains = [tube(np.array([(0.8 * r * math.cos(a), 0.8 * r * math.sin(a), 1.64), (0, 0, 2.05)]), 0.006, 5, "steel",
                   STEEL)
              for a in np.arange(4) * math.pi / 2]  # fmt: skip
    return join([bag, band, *chains, tube(np.array([(0, 0, 2.05), (0, 0, h)]), 0.012, 6, "steel", STEEL)])


def _water_cooler(p: Piece) -> Part:
    w, d, _ = p.size_m
    bottle = lathe([(0.09, 1.0), (0.135, 1.05), (0.135, 1.3), (0.12, 1.36)], 20, "paint", (0.25, 0.42, 0.55))
    return join([bevelled_box((-w / 2, -d / 2, 0), (w / 2, d / 2, 1.0), 0.03, "paint", WHITE), bottle,
                 box((-0.1, -d / 2 - 0.004, 0.6), (0.1, -d / 2, 0.85), "paint", BLACK)])  # fmt: skip


# ---- on walls and overhead


def _picture(p: Piece) -> Part:
    """A framed abstract: blocks and discs of a few colours."""
    w, d, h = p.size_m
    rng = np.random.default_rng(p.seed)
    base = rng.uniform(0.08, 0.7, (4, 3))
    parts = [box((-w / 2, 0, 0), (w / 2, d, h), "paint", p.rgb2),
             quad((-w / 2 + 0.03, -0.002, 0.03), (w / 2 - 0.03, -0.002, 0.03), (w / 2 - 0.03, -0.002, h - 0.03),
                  (-w / 2 + 0.03, -0.002, h - 0.03), "matt", tuple(base[0]))]  # fmt: skip
    for k in range(int(rng.integers(4, 9))):
        rgb = tuple(np.clip(base[rng.integers(4)] * rng.uniform(0.6, 1.4), 0.02, 0.8))
        x0, x1 = np.sort(rng.uniform(-w / 2 + 0.06, w / 2 - 0.06, 2))
        z0, z1 = np.sort(rng.uniform(0.06, h - 0.06, 2))
        y = -0.003 - 0.0006 * k
        if p.variant % 2:
            r = 0.25 * (x1 - x0 + z1 - z0)
            cx = float(np.clip((x0 + x1) / 2, -w / 2 + 0.05 + r, w / 2 - 0.05 - r))
            cz = float(np.clip((z0 + z1) / 2, 0.05 + r, h - 0.05 - r))
            if r > 0.02 and 2 * r < min(w, h) - 0.12:
                a = np.linspace(0, 2 * np.pi, 24, endpoint=False)
                ring = np.column_stack([cx + r * np.cos(a), np.full(24, y), cz + r * np.sin(a)])
                fan = np.stack([np.arange(24), (np.arange(24) + 1) % 24, np.full(24, 24)], 1)
                parts.append(part(np.concatenate([ring, [[cx, y, cz]]]), fan, "matt", rgb))
        else:
            parts.append(quad((x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1), "matt", rgb))
    return join(parts)


def clock_face(r: float, hour: float, rgb, dial_rgb) -> Part:
    """A round clock in the plane y = 0 that looks to -y, its middle in the origin."""
    rim = lathe([(r, -0.02), (r, 0.03), (0.93 * r, 0.035)], 36, "steel", rgb).turned(90, axis=0)
    a = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    ring = np.column_stack([0.94 * r * np.cos(a), np.full(36, -0.037), 0.94 * r * np.sin(a)])
    dial = part(np.concatenate([ring, [[0, -0.037, 0]]]),
                np.stack([np.arange(36), (np.arange(36) + 1) % 36, np.full(36, 36)], 1), "paint", dial_rgb)  # fmt: skip
    ink = (0.02, 0.02, 0.02) if sum(dial_rgb) > 0.6 else (0.7, 0.7, 0.68)
    marks = [box((-0.012 * r, -0.042, 0.76 * r), (0.012 * r, -0.039, 0.88 * r), "paint", ink).turned(30 * k, axis=1)
             for k in range(12)]  # fmt: skip
    hands = [
        box((-0.022 * r, -0.046, -0.08 * r), (0.022 * r, -0.043, 0.5 * r), "paint", ink).turned(30 * hour, axis=1),
        box((-0.015 * r, -0.049, -0.1 * r), (0.015 * r, -0.046, 0.74 * r), "paint", ink).turned(360 * hour, axis=1),
    ]
    return join([rim, dial, *marks, *hands])


def _wall_clock(p: Piece) -> Part:
    r = p.size_m[0] / 2
    return clock_face(r, p.seed % 12 + p.seed % 60 / 60, p.rgb2, p.rgb).moved((0, -0.01, 0))


def _hang_clock(p: Piece) -> Part:
    """A two-faced clock on a rod; its middle in the origin, the rod `size_m[2]` long."""
    r = p.size_m[0] / 2
    face = clock_face(r, p.seed % 12 + p.seed % 60 / 60, p.rgb2, p.rgb).moved((0, -0.05, 0))
    drum = lathe([(r, -0.05), (r, 0.05)], 36, "iron", p.rgb2).turned(90, axis=0)
    rod = tube(np.array([(0, 0, r), (0, 0, r + p.size_m[2])]), 0.02, 8, "iron", p.rgb2)
    return join([face, face.turned(180), drum, rod])


def _hang_sign(p: Piece) -> Part:
    """A board that stands out from a wall on a bracket: the wall lies at +y, words on both faces (±x)."""
    w, d, h = p.size_m
    board = box((-w / 2, -d, 0), (w / 2, 0, h), "paint", p.rgb)
    parts = [board, tube(np.array([(0, -d - 0.02, h + 0.06), (0, 0.25, h + 0.06)]), 0.014, 6, "iron", DARK)]
    parts += [tube(np.array([(0, y, h), (0, y, h + 0.06)]), 0.008, 5, "iron", DARK) for y in (-d + 0.08, -0.08)]
    shape = letters(p.words)
    size = min(0.5 * h, 0.86 * d / max(float(np.ptp(shape.points[:, 0])), 0.1))
    for turn, x in ((90, w / 2 + 0.004), (-90, -w / 2 - 0.004)):
        line = text(p.words, size, (0, 0, 0), "paint", p.rgb2, 0.05).turned(turn)
        parts.append(line.moved((x, -d / 2, h / 2 - 0.35 * size)))
    return join(parts)


def _screen(p: Piece) -> Part:
    """A flat screen on a wall, showing bars of colour and words."""
    w, d, h = p.size_m
    rng = np.random.default_rng(p.seed)
    hue = rng.uniform(0.2, 1.0, 3)
    parts = [box((-w / 2, 0, 0), (w / 2, d, h), "paint", BLACK)]
    low = [c * f for c, f in zip(glow(6500, 130.0), hue, strict=True)]
    parts.append(quad((-w / 2 + 0.02, -0.001, 0.02), (w / 2 - 0.02, -0.001, 0.02), (w / 2 - 0.02, -0.001, h - 0.02),
                      (-w / 2 + 0.02, -0.001, h - 0.02), "lamp", tuple(low)))  # fmt: skip
    for k in range(3):
        rgb = tuple(c * f for c, f in zip(glow(6500, 220.0), rng.uniform(0.2, 1.0, 3), strict=True))
        z = 0.12 * h + 0.18 * h * k
        parts.append(quad((-0.42 * w, -0.002, z), (-0.42 * w + rng.uniform(0.3, 0.8) * w, -0.002, z),
                          (-0.2 * w, -0.002, z + 0.09 * h), (-0.42 * w, -0.002, z + 0.09 * h),
                          "lamp", rgb))  # fmt: skip
    if p.words:
        size = min(0.16 * h, 0.8 * w / (0.62 * len(p.words)))
        parts.append(text(p.words, size, (0, -0.003, 0.72 * h), "lamp", glow(6500, 300.0), 0.02))
    return join(parts)


_MAKERS = {
    "sofa": _sofa, "armchair": _sofa, "coffee_table": _coffee_table, "rug": _rug, "plant": _plant,
    "floor_lamp": _floor_lamp, "desk": _desk, "stool": _stool, "dumbbell_rack": _dumbbell_rack,
    "gym_bench": _gym_bench, "treadmill": _treadmill, "exercise_bike": _exercise_bike, "ball": _ball,
    "wall_bars": _wall_bars, "mat": _mat, "squat_rack": _squat_rack, "kettlebells": _kettlebells,
    "plate_tree": _plate_tree, "punch_bag": _punch_bag, "water_cooler": _water_cooler, "planter_box": _planter_box,
    "bench_seat": _bench_seat, "bin": _bin, "hang_sign": _hang_sign, "hang_clock": _hang_clock, "picture": _picture,
    "wall_clock": _wall_clock, "screen": _screen,
}  # fmt: skip


def make(piece: Piece) -> Part:
    """The piece's shape in its local frame."""
    return _MAKERS[piece.kind](piece)


def shape_key(piece: Piece) -> tuple:
    """Pieces with equal keys share one mesh."""
    own = (
        piece.seed
        if piece.kind in ("picture", "screen", "wall_clock", "hang_clock", "coffee_table")
        else piece.seed % 5
    )
    return piece.kind, piece.size_m, piece.rgb, piece.rgb2, piece.variant, piece.words, own


def put(pieces: Sequence[Piece], stage: Stage, materials: dict) -> None:
    """All pieces onto the stage, each an object of its own; equal ones share a mesh."""
    meshes: dict[tuple, bpy.types.Mesh] = {}
    for piece in pieces:
        key = shape_key(piece)
        if key not in meshes:
            meshes[key] = to_mesh(piece.kind, make(piece), materials)
        obj = place(bpy.data.objects.new(piece.name, meshes[key]), piece.position_m, piece.heading_deg)
        stage.add(obj, piece.instance_id)
