"""Gym equipment."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from blender_synth.blender.scenery.meshes import Part, Tint, bevelled_box, box, join, lathe, loft, quad, tube
from blender_synth.blender.scenery.room_pieces.shapes import BLACK, soft_box
from blender_synth.blender.scenery.rooms import STEEL, glow
from blender_synth.world.scenery.shared.rooms import Piece


def _dumbbell(r: float, long: float, grip_rgb: Tint) -> Part:
    """A dumbbell along y, centred at the origin."""
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
    """A treadmill; its user faces +y, where the console is."""
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
    """An exercise bike; its rider faces +y."""
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


def _plate(r: float, thick: float, rgb: Tint) -> Part:
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


MAKERS: dict[str, Callable[[Piece], Part]] = {
    "dumbbell_rack": _dumbbell_rack,
    "gym_bench": _gym_bench,
    "treadmill": _treadmill,
    "exercise_bike": _exercise_bike,
    "ball": _ball,
    "wall_bars": _wall_bars,
    "mat": _mat,
    "squat_rack": _squat_rack,
    "kettlebells": _kettlebells,
    "plate_tree": _plate_tree,
    "punch_bag": _punch_bag,
}
"""Function that builds a piece, by the kind of the piece."""
