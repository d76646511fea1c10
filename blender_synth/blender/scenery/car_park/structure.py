"""Walls, stair and lift cores, columns and ceiling of a deck."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.scenery.car_park.colours import BLACK, LIT_AMBER, MOUTH_M, STEEL, WHITE, YELLOW
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, Tint, Vec, box, join, lathe, quad
from blender_synth.world.scenery.car_park import Spec
from blender_synth.world.scenery.car_park.elements import (
    BAY_LENGTH_M,
    BEAM_M,
    COLUMN_DEEP_M,
    DOOR_M,
    RAMP_WIDTH_M,
    Core,
)


def _face(a: Vec, b: Vec, z0: float, z1: float, material: str, tint: Tint) -> Part:
    """A stretch of wall from a to b (left to right as seen from its front), with UVs along it and up."""
    length = math.dist(a, b)
    return quad((*a, z0), (*b, z0), (*b, z1), (*a, z1), material, tint, [(0, z0), (length, z0), (length, z1), (0, z1)])


def _banded(spec: Spec, a: Vec, b: Vec, top: float) -> list[Part]:
    """A wall with the deck's band of colour."""
    low, high = spec.band_m
    plain, band = (*spec.wall_rgb, spec.grime), (*spec.band_rgb, spec.grime)
    cuts = [(0.0, low, plain), (low, high, band), (high, top, plain)]
    return [_face(a, b, z0, z1, "plaster", tint) for z0, z1, tint in cuts if z1 - z0 > 0.01]


def walls(spec: Spec) -> dict[str, list[Part]]:
    x, y, top = spec.half_length_m, spec.half_depth_m, spec.height_m
    low, high = spec.ramp_y_m - RAMP_WIDTH_M / 2, spec.ramp_y_m + RAMP_WIDTH_M / 2
    plain = (*spec.wall_rgb, spec.grime)
    east = [*_banded(spec, (x, y), (x, high), top), *_banded(spec, (x, low), (x, -y), top)]
    east.append(_face((x, high), (x, low), MOUTH_M, top, "plaster", plain))
    for edge, ends in ((high, (-0.07, 0.0)), (low, (0.0, 0.07))):
        for k in range(6):
            a = (x - 0.03, edge + ends[0], 0.2 * k)
            b = (x + 0.1, edge + ends[1], 0.2 * (k + 1))
            east.append(box(a, b, "rubber", YELLOW if k % 2 else BLACK))
    walls = {
        "north": _banded(spec, (-x, y), (x, y), top),
        "south": _banded(spec, (x, -y), (-x, -y), top),
        "west": _banded(spec, (-x, -y), (-x, y), top),
        "east": east,
    }
    # the deck's name in large letters at the ends of the aisles
    tall = 1.1
    for number, aisle in enumerate(spec.aisles_y_m):
        name = letters(spec.level).scaled((tall, 0.02, tall)).painted(spec.band_rgb)
        middle = np.ptp(name.points[:, 0]) / 2
        if number == 0 or len(spec.aisles_y_m) > 1:
            walls["west"].append(name.moved((-middle, 0, 0)).turned(90).moved((-x + 0.012, aisle - 3.6, 1.55)))
    return walls


def core_block(spec: Spec, core: Core) -> Part:
    """The walls and door of a core, in world coordinates."""
    row = spec.rows[core.row]
    wide, top = core.x1_m - core.x0_m, spec.height_m
    parts = [*_banded(spec, (0, 0), (wide, 0), top), *_banded(spec, (0, BAY_LENGTH_M), (0, 0), top),
             *_banded(spec, (wide, 0), (wide, BAY_LENGTH_M), top)]  # fmt: skip
    left = core.door_left == (row.sign > 0)
    x = 0.25 + DOOR_M / 2 if left else wide - 0.25 - DOOR_M / 2
    parts.append(_lift(spec, x) if core.lift else _fire_door(spec, x))
    sign = letters("LIFT" if core.lift else "STAIRS").scaled((0.24, 0.02, 0.24)).painted(WHITE)
    half = np.ptp(sign.points[:, 0]) / 2
    parts.append(box((x - 0.8, -0.03, 2.32), (x + 0.8, -0.001, 2.66), "paint", spec.band_rgb))
    parts.append(sign.moved((x - half, -0.036, 2.40)))
    # the deck's name beside the door
    name = letters(spec.level).scaled((0.7, 0.02, 0.7)).painted(WHITE if sum(spec.band_rgb) < 0.9 else BLACK)
    other = x + (1.6 if left else -1.6)
    parts.append(box((other - 0.55, -0.012, 1.25), (other + 0.55, -0.001, 2.15), "paint", spec.band_rgb))
    parts.append(name.moved((other - np.ptp(name.points[:, 0]) / 2, -0.03, 1.45)))
    shape = join(parts)
    return shape.moved((core.x0_m, row.y_m, 0)) if row.sign > 0 else shape.turned(180).moved((core.x1_m, row.y_m, 0))


def _lift(spec: Spec, x: float) -> Part:
    """Two leaves of brushed steel in a frame, a call button and a lit arrow."""
    parts = [box((x - 0.62, -0.05, 0), (x - 0.5, 0.0, 2.2), "steel", STEEL),
             box((x + 0.5, -0.05, 0), (x + 0.62, 0.0, 2.2), "steel", STEEL),
             box((x - 0.62, -0.05, 2.1), (x + 0.62, 0.0, 2.22), "steel", STEEL)]  # fmt: skip
    for a, b in ((x - 0.5, x - 0.003), (x + 0.003, x + 0.5)):
        parts.append(box((a, -0.02, 0.01), (b, 0.0, 2.1), "steel", tuple(0.85 * c for c in STEEL)))
    parts.append(box((x + 0.72, -0.015, 1.0), (x + 0.84, 0.0, 1.3), "steel", STEEL))
    parts.append(box((x + 0.76, -0.02, 1.1), (x + 0.8, -0.014, 1.14), "signal", LIT_AMBER))
    return join(parts)


def _fire_door(spec: Spec, x: float) -> Part:
    """A painted steel door with a small pane and a bar."""
    rgb, frame = tuple(0.8 * c for c in spec.band_rgb), (0.2, 0.2, 0.2)
    return join(
        [
            box((x - 0.56, -0.04, 0), (x - 0.48, 0.0, 2.13), "paint", frame),
            box((x + 0.48, -0.04, 0), (x + 0.56, 0.0, 2.13), "paint", frame),
            box((x - 0.56, -0.04, 2.05), (x + 0.56, 0.0, 2.13), "paint", frame),
            box((x - 0.48, -0.02, 0.01), (x + 0.48, 0.0, 2.05), "paint", rgb),
            box((x - 0.16, -0.025, 1.35), (x + 0.16, -0.018, 1.85), "car_glass", (0.03, 0.035, 0.035)),
            box((x - 0.4, -0.09, 1.0), (x + 0.4, -0.06, 1.05), "metal", STEEL),
        ]
    )


def column_shaft(spec: Spec) -> Part:
    """One column about the origin, without its mark."""
    top, wide = spec.height_m, spec.column_wide_m
    low, high = 1.15, 2.05
    plain, band = (*spec.wall_rgb, spec.grime), (*spec.band_rgb, spec.grime)
    levels = [(0.0, low, plain), (low, high, band), (high, top, plain)]
    if spec.column_style == "round":
        r = wide / 2
        parts = [lathe([(r, a), (r, b)], 28, "plaster", tint) for a, b, tint in levels]
        parts += [lathe([(r + 0.008, 0.15 * k + 0.05), (r + 0.008, 0.15 * (k + 1) + 0.05)], 28, "rubber",
                        YELLOW if k % 2 else BLACK) for k in range(6)]  # fmt: skip
        return join(parts)
    x, y = wide / 2, COLUMN_DEEP_M / 2
    parts = [box((-x, -y, a), (x, y, b), "plaster", tint, without=("-z", "+z")) for a, b, tint in levels]
    for sx in (-1, 1):
        for sy in (-1, 1):
            for k in range(6):
                rgb = YELLOW if k % 2 else BLACK
                z0, z1 = 0.05 + 0.15 * k, 0.2 + 0.15 * k
                for low_xy, high_xy in (((x - 0.09, y - 0.004), (x + 0.012, y + 0.012)),
                                        ((x - 0.004, y - 0.09), (x + 0.012, y - 0.004))):  # fmt: skip
                    a = np.array([sx * low_xy[0], sy * low_xy[1], z0])
                    b = np.array([sx * high_xy[0], sy * high_xy[1], z1])
                    parts.append(box(np.minimum(a, b), np.maximum(a, b), "rubber", rgb, without=("-z",)))
    return join(parts)


def column_marks(spec: Spec, words: str) -> list[Part]:
    """The column's letter and number on the faces towards the aisles."""
    size = min(0.3, 0.72 * spec.column_wide_m / (0.62 * len(words)))
    ink = WHITE if sum(spec.band_rgb) < 0.75 else BLACK
    text = letters(words).scaled((size, 0.01, size)).painted(ink)
    deep = COLUMN_DEEP_M / 2 if spec.column_style == "square" else spec.column_wide_m / 2
    one = text.moved((-np.ptp(text.points[:, 0]) / 2, -deep - 0.012, 1.6 - 0.35 * size))
    marks = [one, one.turned(180)]
    if spec.column_style == "square":
        size = 0.3
        side = letters(words).scaled((size, 0.01, size)).painted(ink)
        side = side.moved((-np.ptp(side.points[:, 0]) / 2, -spec.column_wide_m / 2 - 0.012, 1.6 - 0.35 * size))
        marks += [side.turned(90), side.turned(-90)]
    return marks


def ceiling(spec: Spec) -> list[Part]:
    """The slab and the beams over the rows of columns."""
    x, y, top = spec.half_length_m, spec.half_depth_m, spec.height_m
    tint = (*(0.92 * c for c in spec.wall_rgb), 0.5 * spec.grime)
    parts = [quad((-x, y, top), (x, y, top), (x, -y, top), (-x, -y, top), "plaster", tint)]
    pitch = spec.bay_m * spec.bays_each
    for k in range(round(2 * spec.rows_half_m / pitch) + 1):
        at = -spec.rows_half_m + k * pitch
        parts.append(box((at - 0.2, -y, top - BEAM_M), (at + 0.2, y, top), "plaster", tint, without=("+z",)))
    return parts
