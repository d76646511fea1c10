"""Roofs, party walls and back walls of buildings."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.scenery.facade.walls import with_soot
from blender_synth.blender.scenery.facade.windows import pane_tints, window_unit
from blender_synth.blender.scenery.meshes import Part, Tint, Vec, box, extrude, join, part, quad, quad_of
from blender_synth.world.scenery.shared.street_parts import Building


def sides(b: Building) -> list[Part]:
    """Party walls and back; seen only over lower neighbours and at the ends of a row."""
    w, d, h = b.width_m, b.depth_m, b.eaves_m
    rgb = tuple(0.75 * c for c in b.wall_rgb)
    tint = (*rgb, min(1.0, b.soot + 0.3))
    material = "brick" if b.wall == "brick" else "plaster"
    return [
        quad((0, d, 0), (0, 0, 0), (0, 0, h), (0, d, h), material, tint),
        quad((w, 0, 0), (w, d, 0), (w, d, h), (w, 0, h), material, tint),
        quad((w, d, 0), (0, d, 0), (0, d, h), (w, d, h), material, tint),
    ]


def roof(b: Building, rng: np.random.Generator) -> list[Part]:
    w, d, h = b.width_m, b.depth_m, b.eaves_m
    tint, wall = (*b.roof_rgb, 0.4), (*(0.75 * c for c in b.wall_rgb), 0.6)
    gable = "brick" if b.wall == "brick" else "plaster"
    parts: list[Part] = []
    if b.roof == "flat":
        for low, high in (
            ((0, 0, h), (w, 0.25, h + 0.55)),
            ((0, 0.25, h), (0.25, d, h + 0.55)),
            ((w - 0.25, 0.25, h), (w, d, h + 0.55)),
        ):
            parts.append(box(low, high, b.wall, with_soot(b, b.wall_rgb), without=("-z",)))
        parts.append(box((-0.01, -0.06, h + 0.55), (w + 0.01, 0.31, h + 0.63), "trim", with_soot(b, b.trim_rgb)))
        parts.append(
            quad((0, 0, h + 0.05), (w, 0, h + 0.05), (w, d, h + 0.05), (0, d, h + 0.05), "matt", (0.1, 0.1, 0.1))
        )
    elif b.roof == "mansard":
        rise, back = 2.5, 1.0
        parts.append(_slope((0, -0.05, h), (w, -0.05, h), (w, back, h + rise), (0, back, h + rise), tint))
        parts.append(_slope((w, d, h), (0, d, h), (0, d - back, h + rise), (w, d - back, h + rise), tint))
        parts.append(
            quad(
                (0, back, h + rise),
                (w, back, h + rise),
                (w, d - back, h + rise),
                (0, d - back, h + rise),
                "matt",
                (0.16, 0.17, 0.18),
            )
        )
        for x, flip in ((0.0, False), (w, True)):
            face = [(x, d, h), (x, 0, h), (x, back, h + rise), (x, d - back, h + rise)]
            parts.append(quad_of(face[::-1] if flip else face, gable, wall))
        edges = np.concatenate([[0], np.cumsum(b.bay_widths_m)])
        for m in (edges[:-1] + edges[1:]) / 2:
            parts.append(_dormer(b, rng, float(m), h))
        parts.append(_gutter(w, -0.12, h + 0.02))
    else:
        rise, over = d / 2 * math.tan(math.radians(float(rng.uniform(28, 42)))), 0.38
        fall = over * rise / (d / 2)
        parts.append(
            _slope(
                (0, -over, h - fall + 0.08),
                (w, -over, h - fall + 0.08),
                (w, d / 2, h + rise + 0.08),
                (0, d / 2, h + rise + 0.08),
                tint,
            )
        )
        parts.append(
            _slope(
                (w, d + over, h - fall),
                (0, d + over, h - fall),
                (0, d / 2, h + rise + 0.08),
                (w, d / 2, h + rise + 0.08),
                tint,
            )
        )
        parts.append(
            quad(
                (0, 0, h - 0.01),
                (w, 0, h - 0.01),
                (w, -over, h - fall + 0.02),
                (0, -over, h - fall + 0.02),
                "paint",
                (0.3, 0.27, 0.23),
            )
        )
        for x, flip in ((0.0, False), (w, True)):
            parts.append(
                part([(x, d, h), (x, 0, h), (x, d / 2, h + rise)], [[2, 1, 0] if flip else [0, 1, 2]], gable, wall)
            )
        parts.append(_gutter(w, -over - 0.06, h - fall + 0.03))
    for _ in range(int(rng.integers(1, 4))):
        x, y = float(rng.uniform(0.6, w - 1.4)), float(rng.uniform(d * 0.3, d * 0.5))
        top = h + (d / 2 * 0.75 if b.roof == "pitched" else 3.2) + float(rng.uniform(0.4, 1.2))
        parts.append(box((x, y, h), (x + 0.9, y + 0.5, top), "brick", (0.25, 0.14, 0.10, 0.9), without=("-z",)))
        for k in (0.2, 0.6):
            parts.append(box((x + k, y + 0.15, top), (x + k + 0.18, y + 0.33, top + 0.35), "matt", (0.3, 0.15, 0.09)))
    return parts


def _slope(a: Vec, b: Vec, c: Vec, d: Vec, tint: Tint) -> Part:
    """A roof plane whose tiles run level: u along the eaves, v up the slope."""
    length = math.dist(a, b)
    up = math.dist(b, c)
    return quad(a, b, c, d, "roof", tint, [(0, 0), (length, 0), (length, up), (0, up)])


def _gutter(w: float, y: float, z: float) -> Part:
    angles = np.linspace(np.pi, 2 * np.pi, 6)
    profile = np.column_stack([y + 0.065 * np.cos(angles), z + 0.065 * np.sin(angles)])
    return extrude(profile[::-1], w, "metal", (0.28, 0.29, 0.3), smooth=True)


def _dormer(b: Building, rng: np.random.Generator, m: float, h: float) -> Part:
    w, tall, z, y = 1.0, 1.35, h + 0.45, 0.02
    frame, panes = window_unit(w, tall, "casement", b.frame_rgb, 0.1)
    rgb = b.roof_rgb
    parts = [
        frame,
        panes.painted(pane_tints(rng, 1)[0]),
        box((-0.14, 0.0, -0.1), (0, 1.2, tall + 0.1), "paint", b.trim_rgb),
        box((w, 0.0, -0.1), (w + 0.14, 1.2, tall + 0.1), "paint", b.trim_rgb),
        box((-0.2, -0.06, -0.1), (w + 0.2, 0.4, 0.0), "paint", b.trim_rgb),
        box((-0.24, -0.12, tall + 0.05), (w + 0.24, 1.4, tall + 0.17), "matt", rgb),
    ]
    return join(parts).moved((m - w / 2, y, z))
