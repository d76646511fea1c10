"""The upper storeys of a building's front: wall, windows, balconies."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from blender_synth.blender.scenery.facade.walls import IRON, REVEAL_M, pierced_wall, reveal, with_soot
from blender_synth.blender.scenery.facade.windows import pane_tints, shutters, surround, window_unit
from blender_synth.blender.scenery.meshes import Part, Tint, box, join, part
from blender_synth.world.scenery.shared.street_parts import Building


def upper_storeys(b: Building, rng: np.random.Generator) -> list[Part]:
    """The upper storeys: wall, windows with sills and surrounds, shutters, balconies."""
    edges = np.concatenate([[0], np.cumsum(b.bay_widths_m)])
    middles = (edges[:-1] + edges[1:]) / 2
    # blank bays of the ground floor may have any width; only bays of ordinary width have windows above
    middles = [m for m, w in zip(middles, b.bay_widths_m, strict=True) if w > b.window_w_m + 0.5]
    w, h = b.window_w_m, b.window_h_m
    french = b.balcony != "none"
    sill = 0.06 if french else max(0.75, (b.storey_m - h) * 0.62)
    h = min(h, b.storey_m - sill - 0.42)
    holes, corners = [], []
    for storey in range(b.storeys - 1):
        z = b.ground_m + storey * b.storey_m + sill
        for m in middles:
            holes.append((m - w / 2, m + w / 2, z, z + h))
            corners.append((m - w / 2, 0.0, z))
    offsets = np.array(corners)
    shift = float(rng.uniform(0, 20))
    wall = pierced_wall(0, b.width_m, b.ground_m, b.eaves_m, holes, b.wall, with_soot(b, b.wall_rgb), shift)
    depth = 0.10 if b.window_style == "modern" else REVEAL_M
    frame, panes = window_unit(w, h, b.window_style, b.frame_rgb, depth)
    reveal_tint = b.trim_rgb if b.surround == "frame" else b.wall_rgb
    fixed = [frame, reveal((0, w, 0, h), depth, "trim", with_soot(b, reveal_tint)), *surround(b, w, h, french)]
    if b.shutters_rgb is not None and b.balcony != "slab":
        fixed += shutters(w, h, b.shutters_rgb)
    parts = [wall, join(fixed).repeated(offsets), panes.repeated(offsets, pane_tints(rng, len(offsets)))]
    if french:
        unit = _balcony(b, w).moved((w / 2, 0, -sill))
        parts.append(unit.repeated(offsets))
    return parts


def railing(path_xy: list[tuple[float, float]], height_m: float, gap_m: float = 0.115, rgb: Tint = IRON) -> Part:
    """Iron railing along a path in plan: two rails and square balusters."""
    parts = []
    for (xa, ya), (xb, yb) in pairwise(path_xy):
        length = math.hypot(xb - xa, yb - ya)
        run = [
            box((0, -0.02, height_m - 0.03), (length, 0.02, height_m), "iron", rgb),
            box((0, -0.012, 0.08), (length, 0.012, 0.10), "iron", rgb),
        ]
        n = max(1, round(length / gap_m))
        xs = np.linspace(0, length, n + 1)
        baluster = box((-0.008, -0.008, 0.0), (0.008, 0.008, height_m - 0.02), "iron", rgb, without=("-z", "+z"))
        run.append(baluster.repeated(np.column_stack([xs, 0 * xs, 0 * xs])))
        angle = math.degrees(math.atan2(yb - ya, xb - xa))
        parts.append(join(run).turned(angle).moved((xa, ya, 0)))
    return join(parts)


def _balcony(b: Building, w: float) -> Part:
    """One balcony around x = 0 with its floor at z = 0."""
    half, out = w / 2 + 0.32, 0.55 if b.balcony == "railing" else 0.8
    tint = with_soot(b, b.trim_rgb)
    parts = [box((-half, -out, -0.14), (half, 0, 0), "trim", tint, without=("+y",))]
    for x in (-half + 0.12, half - 0.26):
        bracket = [(0, -0.42), (-0.10, -0.40), (-out * 0.75, -0.2), (-out * 0.8, -0.14)]
        points = [(x + dx, y, z) for dx in (0, 0.14) for y, z in [*bracket, (0, -0.14)]]
        faces4 = [[i, i + 5, (i + 1) % 5 + 5, (i + 1) % 5] for i in range(5)]
        sides = part(points, [f[::-1] for f in faces4], "trim", tint)
        fans = part(
            points, [[0, i, i + 1] for i in (1, 2, 3)] + [[5, 5 + i + 1, 5 + i] for i in (1, 2, 3)], "trim", tint
        )
        parts += [sides, fans]
    if b.balcony == "railing":
        e = 0.03
        parts.append(railing([(-half + e, 0), (-half + e, -out + e), (half - e, -out + e), (half - e, 0)], 1.02))
    else:
        rgb = with_soot(b, b.wall_rgb)
        for low, high in (
            ((-half, -out, 0), (half, -out + 0.1, 0.92)),
            ((-half, -out + 0.1, 0), (-half + 0.1, 0, 0.92)),
            ((half - 0.1, -out + 0.1, 0), (half, 0, 0.92)),
        ):
            parts.append(box(low, high, b.wall if b.wall == "plaster" else "trim", rgb, without=("-z",)))
        parts.append(box((-half - 0.02, -out - 0.02, 0.92), (half + 0.02, -out + 0.13, 0.98), "trim", tint))
    return join(parts)
