"""Walls of rooms with openings, doors, lift doors, windows, skirtings, mouldings and letters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from blender_synth.blender.scenery import facade
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, Tint, Vec, box, extrude, join, lathe, part, quad, tube
from blender_synth.world.scenery.shared.rooms import WALL_M, Opening, Wall

STEEL = (0.50, 0.50, 0.49)
WHITE = (0.68, 0.68, 0.66)
DARK = (0.025, 0.025, 0.028)


def in_place(wall: Wall, shape: Part) -> Part:
    """A part transformed from the wall's local frame into the room."""
    x, y = wall.rightward
    return shape.turned(math.degrees(math.atan2(y, x))).moved((*wall.start_xy_m, wall.base_z_m))


def wall_face(wall: Wall, reveal_m: float = WALL_M) -> Part:
    """The face of a wall with its openings, the faces inside them, and joints of cladding, in room coordinates.

    Args:
        reveal_m: depth of the faces inside the openings; less where another wall's opening continues behind them.
    """
    holes = [(o.start_m, o.end_m, o.foot_m, o.top_m) for o in wall.openings]
    tint = (*wall.rgb, 0.35 if wall.material in ("veneer", "marble") else 0.03)
    shift = 3.7 * (wall.instance_id % 7)
    parts = [facade.pierced_wall(0.0, wall.length_m, 0.0, wall.height_m, holes, wall.material, tint, shift)]
    for opening, hole in zip(wall.openings, holes, strict=True):
        if opening.kind != "glazing":
            parts.append(facade.reveal(hole, reveal_m, "matt", shade(wall.rgb, 0.95), on_ground=opening.foot_m == 0))
    if wall.panel_m:
        parts.append(_panel_joints(wall, holes))
    return in_place(wall, join(parts))


def shade(rgb: Tint, factor: float) -> tuple:
    return tuple(factor * c for c in rgb)


def _panel_joints(wall: Wall, holes: Sequence[tuple[float, float, float, float]]) -> Part:
    """Dark joints between the panels that a wall is clad with."""
    count = max(1, round(wall.length_m / wall.panel_m))
    xs = np.linspace(0, wall.length_m, count + 1)[1:-1]
    dark = shade(wall.rgb, 0.25)
    parts = []
    for x in xs:
        spans = [(0.0, wall.height_m)]
        for x0, x1, z0, z1 in holes:
            if x0 - 0.02 < x < x1 + 0.02:
                spans = [s for a, b in spans for s in ((a, min(b, z0)), (max(a, z1), b)) if s[1] - s[0] > 0.02]
        parts += [quad((x - 0.004, -0.002, a), (x + 0.004, -0.002, a), (x + 0.004, -0.002, b), (x - 0.004, -0.002, b),
                       "matt", dark) for a, b in spans]  # fmt: skip
    for z in np.arange(1.25, wall.height_m - 0.3, 1.25) if wall.material == "marble" else ():
        parts += [quad((a, -0.002, z - 0.003), (b, -0.002, z - 0.003), (b, -0.002, z + 0.003), (a, -0.002, z + 0.003),
                       "matt", dark) for a, b in solid_spans(wall, z, z)]  # fmt: skip
    return join(parts) if parts else empty_part()


def empty_part() -> Part:
    return part(np.zeros((3, 3)), np.zeros((0, 4), int), "matt", uvs=np.zeros((0, 4, 2)))


def solid_spans(wall: Wall, low_m: float, high_m: float, margin_m: float = 0.0) -> list[tuple[float, float]]:
    """Intervals along a wall without an opening between two heights, widened by `margin_m`."""
    cuts = sorted((o.start_m - margin_m, o.end_m + margin_m) for o in wall.openings
                  if o.foot_m <= high_m and o.top_m >= low_m)  # fmt: skip
    spans, x = [], 0.0
    for a, b in [*cuts, (wall.length_m, wall.length_m)]:
        if a - x > 0.01:
            spans.append((x, a))
        x = max(x, b)
    return spans


def skirting(wall: Wall, rgb: Tint, height_m: float = 0.1, material: str = "paint") -> Part:
    """A board along the base of the wall, interrupted at doors."""
    profile = np.array([(-0.016, 0.0), (-0.016, height_m - 0.012), (-0.004, height_m), (0.0, height_m)])
    spans = solid_spans(wall, 0.0, height_m, 0.07)
    parts = [extrude(profile, b - a, material, rgb).moved((a, 0, 0)) for a, b in spans if b - a > 0.03]
    return in_place(wall, join(parts)) if parts else empty_part()


def cornice(wall: Wall, rgb: Tint, size_m: float = 0.16) -> Part:
    """A plaster moulding where wall and ceiling meet."""
    s, h = size_m, wall.height_m
    profile = [(0, h - s), (-0.12 * s, h - s), (-0.18 * s, h - 0.8 * s), (-0.55 * s, h - 0.35 * s),
               (-0.9 * s, h - 0.18 * s), (-s, h - 0.1 * s), (-s, h)]  # fmt: skip
    return in_place(wall, extrude(np.array(profile), wall.length_m, "matt", rgb))


def door_leaf(
    wall: Wall, opening: Opening, rgb: Tint, frame_rgb: Tint, *, glazed: bool = False, double: bool = False
) -> Part:
    """A door of one or two leaves with frame and handle, set 6 cm into its opening; glazed ones have a frosted pane."""
    w, h, y = opening.end_m - opening.start_m, opening.top_m, 0.06
    parts = [box((0, -0.012, 0), (0.06, 0.1, h), "paint", frame_rgb), box((w - 0.06, -0.012, 0), (w, 0.1, h), "paint",
             frame_rgb), box((0.06, -0.012, h - 0.06), (w - 0.06, 0.1, h), "paint", frame_rgb)]  # fmt: skip
    edges = [0.065, w / 2 - 0.002, w / 2 + 0.002, w - 0.065] if double else [0.065, w - 0.065]
    for a, b, hand in zip(edges[::2], edges[1::2], (1, -1), strict=False):
        parts.append(box((a, y, 0.008), (b, y + 0.045, h - 0.065), "paint", rgb))
        if glazed:
            parts.append(box((a + 0.16, y - 0.004, 0.5), (b - 0.16, y + 0.01, h - 0.3), "paint", (0.35, 0.38, 0.38)))
        x = b - 0.08 if hand > 0 else a + 0.08
        parts.append(tube(np.array([(x, y, 1.05), (x, y - 0.05, 1.05), (x - 0.11 * hand, y - 0.05, 1.05)]), 0.009, 8,
                          "steel", STEEL))  # fmt: skip
        parts.append(box((x - 0.025, y - 0.006, 0.97), (x + 0.025, y, 1.13), "steel", STEEL))
    parts.append(quad((0, y + 0.2, 0), (w, y + 0.2, 0), (w, y + 0.2, h), (0, y + 0.2, h), "matt", DARK))
    return in_place(wall, join(parts).moved((opening.start_m, 0, 0)))


def lift_door(wall: Wall, opening: Opening, rgb: Tint, frame_rgb: Tint, kelvin: float, words: str = "") -> Part:
    """Two closed leaves of brushed metal in a metal frame, a call panel beside them and an indicator above."""
    w, h, y, f = opening.end_m - opening.start_m, opening.top_m, 0.16, 0.09
    parts = []
    for a, b, c, d in ((-f, 0, 0, h + f), (w, w + f, 0, h + f), (0, w, h, h + f)):
        parts.append(box((a, -0.02, c), (b, y, d), "steel", frame_rgb))
    for a, b in ((0.0, w / 2 - 0.003), (w / 2 + 0.003, w)):
        parts.append(box((a, y, 0.01), (b, y + 0.03, h), "steel", rgb))
    parts.append(box((w / 2 - 0.004, y + 0.004, 0), (w / 2 + 0.004, y + 0.035, h), "matt", DARK))
    parts.append(box((0, 0.0, 0), (w, y + 0.03, 0.006), "steel", shade(STEEL, 0.6)))
    parts.append(box((w / 2 - 0.22, -0.03, h + f + 0.06), (w / 2 + 0.22, 0, h + f + 0.2), "paint", DARK))
    parts.append(text(words or "1", 0.09, (w / 2, -0.032, h + f + 0.095), "glow", (0.5, 0.12, 0.03)))
    parts.append(box((w + f + 0.16, -0.012, 0.92), (w + f + 0.28, 0, 1.24), "steel", frame_rgb))
    for z in (1.03, 1.13):
        ring = lathe([(0.024, 0.0), (0.024, 0.012), (0.018, 0.014)], 14, "steel", shade(STEEL, 0.8))
        parts.append(ring.turned(90, axis=0).moved((w + f + 0.22, -0.012, z)))
    return in_place(wall, join(parts).moved((opening.start_m, 0, 0)))


def window(
    wall: Wall, opening: Opening, frame_rgb: Tint, panes: int, sill_rgb: Tint, material: str = "front_glass"
) -> Part:
    """A window with upright bars, glass 8 cm into the wall, and a sill."""
    w, h, y = opening.end_m - opening.start_m, opening.top_m - opening.foot_m, 0.10
    parts = [box((a, y - 0.03, c), (b, y + 0.04, d), "paint", frame_rgb)
             for a, b, c, d in ((0, 0.06, 0, h), (w - 0.06, w, 0, h), (0.06, w - 0.06, 0, 0.06),
                                (0.06, w - 0.06, h - 0.06, h))]  # fmt: skip
    for k in range(1, panes):
        x = w * k / panes
        parts.append(box((x - 0.025, y - 0.025, 0.06), (x + 0.025, y + 0.035, h - 0.06), "paint", frame_rgb))
    parts.append(quad((0.03, y, 0.03), (w - 0.03, y, 0.03), (w - 0.03, y, h - 0.03), (0.03, y, h - 0.03), material))
    if opening.foot_m > 0.2:
        parts.append(box((-0.06, -0.09, -0.035), (w + 0.06, y, 0.0), "paint", sill_rgb))
    return in_place(wall, join(parts).moved((opening.start_m, 0, opening.foot_m)))


def text(words: str, size_m: float, middle: Vec, material: str, tint: Tint, depth: float = 0.15) -> Part:
    """Words in a wall's local frame, facing the room; `middle` (3,) is the centre of the baseline."""
    shape = letters(words)
    span = float(np.ptp(shape.points[:, 0])) * size_m
    shape = shape.scaled((size_m, size_m * depth, size_m)).painted(tint)
    made = part(shape.points, shape.faces[:, :3], material, shape.tints)
    return made.moved((middle[0] - span / 2, middle[1], middle[2]))
