"""The ground floor of a building's front: plinth, windows, doors, gates, shops."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery.facade.shops import shop_front
from blender_synth.blender.scenery.facade.walls import IRON, REVEAL_M, Opening, pierced_wall, reveal, with_soot
from blender_synth.blender.scenery.facade.windows import pane_tints, surround, window_unit
from blender_synth.blender.scenery.meshes import Part, box, extrude, join, part, quad_of
from blender_synth.world.scenery.shared.street_parts import Building


def ground_floor(b: Building, rng: np.random.Generator) -> list[Part]:
    holes: list[Opening] = []
    parts: list[Part] = []
    shops = iter(b.shops)
    stone_base = b.wall != "stone" and rng.random() < 0.4
    for bay in b.ground:
        x0, x1 = b.bay_span(bay)
        if bay.kind == "blank":
            continue
        if bay.kind == "shop":
            opening, built = shop_front(b, rng, x0, x1, next(shops))
        else:
            make = {"window": _ground_window, "door": _door, "gate": _gate}[bay.kind]
            opening, built = make(b, rng, x0, x1)
        holes.append(opening)
        parts += built
    material, rgb = ("stone", b.trim_rgb) if stone_base else (b.wall, b.wall_rgb)
    wall = pierced_wall(0, b.width_m, 0, b.ground_m, holes, material, with_soot(b, rgb), float(rng.uniform(0, 20)))
    return [wall, *_plinth(b, holes), *parts]


def _plinth(b: Building, holes: list[Opening]) -> list[Part]:
    """A base course, interrupted by openings that reach the ground."""
    cuts = sorted((o[0] - 0.02, o[1] + 0.02) for o in holes if o[2] < b.plinth_m)
    parts, x = [], 0.0
    rgb = tuple(c * 0.72 for c in b.trim_rgb)
    profile = [(-0.03, 0), (-0.03, b.plinth_m - 0.03), (0.0, b.plinth_m)]
    for low, high in [*cuts, (b.width_m, b.width_m)]:
        if low - x > 0.05:
            parts.append(extrude(np.array(profile), low - x, "trim", with_soot(b, rgb)).moved((x, 0, 0)))
            for end, flip in ((x, False), (low, True)):
                face = [(end, 0, 0), (end, -0.03, 0), (end, -0.03, b.plinth_m - 0.03), (end, 0, b.plinth_m)]
                parts.append(quad_of(face[::-1] if flip else face, "trim", with_soot(b, rgb)))
        x = max(x, high)
    return parts


def _ground_window(b: Building, rng: np.random.Generator, x0: float, x1: float) -> tuple[Opening, list[Part]]:
    w = min(b.window_w_m * 1.05, x1 - x0 - 0.5)
    h = min(1.75, b.ground_m - 1.75)
    m, z = (x0 + x1) / 2, 1.05
    o = (m - w / 2, m + w / 2, z, z + h)
    frame, panes = window_unit(w, h, b.window_style, b.frame_rgb, REVEAL_M)
    parts = [frame, reveal((0, w, 0, h), REVEAL_M, "trim", with_soot(b, b.wall_rgb)), *surround(b, w, h, False)]
    parts.append(panes.painted(pane_tints(rng, 1)[0]))
    if rng.random() < 0.35:
        xs = np.linspace(0.06, w - 0.06, max(3, round(w / 0.13)))
        bar = box((-0.008, 0.03, 0), (0.008, 0.046, h), "iron", IRON, without=("-z", "+z"))
        parts.append(bar.repeated(np.column_stack([xs, 0 * xs, 0 * xs])))
        parts += [box((0, 0.026, h * k), (w, 0.05, h * k + 0.015), "iron", IRON) for k in (0.25, 0.75)]
    return o, [join(parts).moved((m - w / 2, 0, z))]


def _door(b: Building, rng: np.random.Generator, x0: float, x1: float) -> tuple[Opening, list[Part]]:
    w, h, light = min(1.3, x1 - x0 - 0.4), 2.25, 0.45
    m, depth = (x0 + x1) / 2, 0.26
    total = min(h + light, b.ground_m - 0.55)
    o = (m - w / 2, m + w / 2, 0.0, total)
    rgb, tint = b.door_rgb, with_soot(b, b.trim_rgb)
    parts = [reveal((0, w, 0, total), depth, "trim", tint, on_ground=True)]
    parts.append(box((0, depth - 0.05, h), (w, depth, h + 0.06), "paint", rgb))
    parts.append(
        part(
            [(0, depth - 0.02, h), (w, depth - 0.02, h), (w, depth - 0.02, total), (0, depth - 0.02, total)],
            [[0, 1, 2, 3]],
            "window",
            (0, 0, 0, float(rng.random())),
            [[(0, 0), (1, 0), (1, 1), (0, 1)]],
        )
    )
    leaves = [(0.0, w / 2 - 0.004), (w / 2 + 0.004, w)] if w > 1.15 else [(0.0, w)]
    for a, c in leaves:
        parts.append(box((a, depth - 0.03, 0.02), (c, depth, h), "paint", rgb))
        for z0, z1 in ((0.16, 0.62), (0.74, 1.36), (1.48, h - 0.14)):
            parts.append(
                box((a + 0.09, depth - 0.048, z0), (c - 0.09, depth - 0.03, z1), "paint", rgb, without=("+y",))
            )
            parts.append(
                box(
                    (a + 0.13, depth - 0.056, z0 + 0.04),
                    (c - 0.13, depth - 0.048, z1 - 0.04),
                    "paint",
                    rgb,
                    without=("+y",),
                )
            )
    parts.append(box((w / 2 - 0.09, depth - 0.09, 1.0), (w / 2 - 0.06, depth - 0.03, 1.22), "metal", (0.62, 0.5, 0.28)))
    for a, c, z0, z1 in ((-0.16, 0, 0, total + 0.16), (w, w + 0.16, 0, total + 0.16), (0, w, total, total + 0.16)):
        parts.append(box((a, -0.045, z0), (c, 0, z1), "trim", tint, without=("+y",)))
    hood = [(0, 0), (-0.08, 0.0), (-0.10, 0.05), (-0.17, 0.08), (-0.17, 0.13), (0, 0.17)]
    parts.append(extrude(np.array(hood), w + 0.6, "trim", tint).moved((-0.3, 0, total + 0.16)))
    parts.append(box((-0.1, -0.16, 0), (w + 0.1, depth, 0.045), "trim", (0.28, 0.27, 0.26, 0.5)))
    parts.append(box((w + 0.28, -0.02, 1.35), (w + 0.40, 0, 1.6), "metal", (0.5, 0.5, 0.5), without=("+y",)))
    return o, [join(parts).moved((m - w / 2, 0, 0))]


def _gate(b: Building, rng: np.random.Generator, x0: float, x1: float) -> tuple[Opening, list[Part]]:
    """A roller shutter."""
    w, h, depth = min(2.7, x1 - x0 - 0.36), 2.65, 0.2
    m = (x0 + x1) / 2
    rgb = (0.33, 0.34, 0.34) if rng.random() < 0.5 else b.door_rgb
    pitch = 0.09
    rows = int(h / pitch)
    profile = []
    for i in range(rows):
        profile += [(depth, i * pitch), (depth - 0.016, i * pitch + 0.02), (depth - 0.016, i * pitch + 0.07)]
    profile.append((depth, h))
    parts = [
        reveal((0, w, 0, h), depth, "trim", with_soot(b, b.wall_rgb), on_ground=True),
        extrude(np.array(profile), w, "paint", rgb),
        box((0, depth - 0.07, 0), (0.06, depth, h), "iron", (0.12, 0.12, 0.12)),
        box((w - 0.06, depth - 0.07, 0), (w, depth, h), "iron", (0.12, 0.12, 0.12)),
        box((0, 0.02, h - 0.24), (w, depth, h), "paint", rgb),
        box((-0.1, -0.02, h), (w + 0.1, 0, h + 0.22), "trim", with_soot(b, b.trim_rgb), without=("+y",)),
    ]
    return (m - w / 2, m + w / 2, 0.0, h), [join(parts).moved((m - w / 2, 0, 0))]
