"""What hangs on walls and under ceilings: pictures, clocks, signs, screens."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, Tint, box, join, lathe, part, quad, tube
from blender_synth.blender.scenery.room_pieces.shapes import BLACK
from blender_synth.blender.scenery.rooms import DARK, glow, text
from blender_synth.world.scenery.shared.rooms import Piece


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


def clock_face(r: float, hour: float, rgb: Tint, dial_rgb: Tint) -> Part:
    """A round clock in the plane y = 0 that faces -y, centred at the origin."""
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
    """A two-faced clock centred at the origin, on a rod of length `size_m[2]`."""
    r = p.size_m[0] / 2
    face = clock_face(r, p.seed % 12 + p.seed % 60 / 60, p.rgb2, p.rgb).moved((0, -0.05, 0))
    drum = lathe([(r, -0.05), (r, 0.05)], 36, "iron", p.rgb2).turned(90, axis=0)
    rod = tube(np.array([(0, 0, r), (0, 0, r + p.size_m[2])]), 0.02, 8, "iron", p.rgb2)
    return join([face, face.turned(180), drum, rod])


def _hang_sign(p: Piece) -> Part:
    """A board that projects from a wall on a bracket: the wall is at +y, words on both faces (±x)."""
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


MAKERS: dict[str, Callable[[Piece], Part]] = {
    "hang_sign": _hang_sign,
    "hang_clock": _hang_clock,
    "picture": _picture,
    "wall_clock": _wall_clock,
    "screen": _screen,
}
"""Function that builds a piece, by the kind of the piece."""
SEEDED = frozenset({"picture", "screen", "wall_clock", "hang_clock"})
"""Kinds whose shape depends on the whole seed; all others have five variants."""
