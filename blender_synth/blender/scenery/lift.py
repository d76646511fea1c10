"""Builds a lift's cabin with its open doors and the landing before them."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.scenery import room_pieces, rooms
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, lathe, quad, tube
from blender_synth.blender.scenery.rooms import DARK, STEEL, WHITE, glow, text
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.lift import Spec
from blender_synth.world.scenery.lift.elements import (
    CABIN_CEILING_ID,
    CABIN_FLOOR_ID,
    CABIN_LAMPS_ID,
    DOORS_ID,
    RAIL_M,
    SILL_M,
)
from blender_synth.world.scenery.shared.rooms import CEILING_ID, FLOOR_ID, LAMPS_ID, WALL_M, Wall


def build(spec: Spec, stage: Stage) -> None:
    """Add cabin and landing to the scene."""
    rooms.prepare(stage)
    materials = Materials()
    half, deep, high = spec.width_m / 2, spec.depth_m, spec.height_m
    for wall in spec.walls:
        name = wall.name.removeprefix("cabin_")
        if name == "south":
            parts = [rooms.wall_face(wall, SILL_M / 2), _front_return(spec, wall)]
        else:
            parts = [rooms.wall_face(wall), rooms.skirting(wall, spec.metal_rgb, 0.12, "steel")]
            if name in ("west", "east"):
                parts.append(_rail(spec, wall))
            if name == spec.panel_side:
                parts.append(_buttons(spec, wall))
        rooms.add(stage, materials, wall.instance_id, wall.name, parts)
    rooms.add(stage, materials, CABIN_FLOOR_ID, "cabin_floor", [rooms.floor(spec.cabin_floor, -half, half, 0.0, deep)])
    rooms.add(stage, materials, CABIN_CEILING_ID, "cabin_ceiling", [
        rooms.ceiling(-half, half, 0.0, deep, high, "steel" if spec.lamp == "downlights" else "painted_wall",
                      spec.ceiling_rgb), _shaft(spec)])  # fmt: skip
    rooms.add(stage, materials, CABIN_LAMPS_ID, "cabin_lamps", [_cabin_lamps(spec, stage)])
    rooms.add(stage, materials, DOORS_ID, "lift_doors", [_doors(spec)])
    _landing(spec, stage, materials)
    room_pieces.add_pieces(spec.pieces, stage, materials)


def _shaft(spec: Spec) -> Part:
    """An opaque shell around cabin and landing."""
    half, wide = spec.width_m / 2, spec.landing_width_m / 2
    cabin = rooms.shell(-half, half, 0.3, spec.depth_m, 0.0, spec.height_m, without=("-y",))
    landing = rooms.shell(-wide, wide, -SILL_M - spec.landing_depth_m, -SILL_M, 0.0, spec.landing_height_m,
                          without=("+y",))  # fmt: skip
    top = max(spec.height_m, spec.landing_height_m) + 0.6
    x0, x1, y0, y1 = -wide - 0.6, wide + 0.6, -SILL_M - spec.landing_depth_m - 0.6, spec.depth_m + 0.6
    around = box((x0, y0, -0.4), (x1, y1, top), "matt", DARK)
    return join([cabin, landing, around])


def _front_return(spec: Spec, wall: Wall) -> Part:
    """The sill in the doorway, and the header's underside."""
    (opening,) = wall.openings
    a, b, d = opening.start_m, opening.end_m, SILL_M
    parts = [
        quad((a, d, -0.001), (a, 0, -0.001), (b, 0, -0.001), (b, d, -0.001), "steel", tuple(0.7 * c for c in STEEL))
    ]
    for y in (0.09, 0.15):
        parts.append(quad((a, y + 0.012, 0.0), (a, y, 0.0), (b, y, 0.0), (b, y + 0.012, 0.0), "matt", DARK))
    return rooms.in_place(wall, join(parts))


def _doors(spec: Spec) -> Part:
    """Two door leaves, behind their jambs when open."""
    x, w, top = spec.door_x_m, spec.door_m / 2, spec.door_top_m
    come = 0.03 + spec.closing * w
    parts = []
    for side in (-1, 1):
        a, b = sorted((x + side * (w + 0.005), x + side * (w - come)))  # edges lie behind the jambs
        for y0, y1 in ((-0.17, -0.13), (-0.11, -0.08)):
            parts.append(box((a, y0, 0.004), (b, y1, top + 0.005), "steel", spec.door_rgb))
    return join(parts)


def _rail(spec: Spec, wall: Wall) -> Part:
    """A round handrail on brackets."""
    a, b = (0.35, wall.length_m - 0.05) if wall.name == "cabin_west" else (0.05, wall.length_m - 0.35)
    material = "veneer" if sum(spec.rail_rgb) < 0.5 and spec.rail_rgb[0] > 1.5 * spec.rail_rgb[2] else "steel"
    y = -0.06
    parts = [tube(np.array([(a, y, RAIL_M), (b, y, RAIL_M)]), 0.019, 12, material, spec.rail_rgb)]
    for x in np.linspace(a + 0.12, b - 0.12, 3):
        parts.append(tube(np.array([(x, y, RAIL_M - 0.01), (x, y, RAIL_M - 0.05), (x, 0.0, RAIL_M - 0.05)]), 0.008, 6,
                          "steel", STEEL))  # fmt: skip
    return rooms.in_place(wall, join(parts))


def _buttons(spec: Spec, wall: Wall) -> Part:
    """The panel by the door: a display, a column or two of lit buttons with their numbers, alarm and door keys."""
    near = 0.24
    x = near if wall.name == "cabin_west" else wall.length_m - near
    w, y = 0.13, -0.014
    dark = spec.floors % 2 == 0
    face = (0.03, 0.03, 0.032) if dark else tuple(0.85 * c for c in STEEL)
    ink = (0.6, 0.6, 0.6) if dark else (0.02, 0.02, 0.02)
    parts = [box((x - w, y, 0.62), (x + w, 0, 1.98), "paint" if dark else "steel", face)]
    parts.append(box((x - 0.085, y - 0.002, 1.66), (x + 0.085, y, 1.9), "paint", (0.008, 0.008, 0.01)))
    red = tuple(c * f for c, f in zip(glow(6500, 260.0), (1.0, 0.16, 0.05), strict=True))
    parts.append(text(str(spec.level), 0.15, (x - 0.02, y - 0.004, 1.73), "lamp", red))
    columns = 1 if spec.floors <= 8 else 2
    rows = math.ceil(spec.floors / columns)
    pitch = min(0.085, 0.72 / rows)
    for k in range(spec.floors):
        bx = x + (0.0 if columns == 1 else (-0.055 if k % 2 == 0 else 0.055))
        bz = 0.86 + (k // columns) * pitch
        lit = k + 1 == spec.level or (k * 7 + spec.level) % 5 == 0
        ring = lathe([(0.027, 0), (0.027, 0.008), (0.022, 0.010)], 16, "steel", STEEL).turned(90, axis=0)
        parts.append(ring.moved((bx, y, bz)))
        cap = lathe([(0.020, 0), (0.020, 0.0105)], 16, "lamp" if lit else "paint",
                    glow(3000, 180.0) if lit else (0.5, 0.5, 0.48)).turned(90, axis=0)  # fmt: skip
        parts.append(cap.moved((bx, y, bz)))
        parts.append(text(str(k + 1), 0.022, (bx, y - 0.0115, bz - 0.008), "paint", (0.02, 0.02, 0.02), 0.02))
    for bx, rgb in ((x - 0.055, (0.6, 0.35, 0.02)), (x + 0.055, (0.02, 0.3, 0.08))):
        key = lathe([(0.024, 0), (0.024, 0.010)], 16, "paint", rgb).turned(90, axis=0)
        parts.append(key.moved((bx, y, 0.74)))
    parts.append(text(f"{75 * (4 + spec.floors % 9)} kg", 0.035, (x, y - 0.002, 1.60), "paint", ink, 0.02))
    return rooms.in_place(wall, join(parts))


def _cabin_lamps(spec: Spec, stage: Stage) -> Part:
    """A lit panel, a pattern of small lamps, or two lines, and their light objects."""
    w, d, z = spec.width_m, spec.depth_m, spec.height_m
    light = spec.light
    lumen = light.lux * w * d / 0.5
    tint = glow(light.kelvin, rooms.LAMP_CD_M2_PER_LUX * light.lux)
    if spec.lamp == "panel":
        a, b = 0.36 * w, 0.36 * d
        y = d / 2
        parts = [box((-a - 0.03, y - b - 0.03, z - 0.03), (a + 0.03, y + b + 0.03, z), "steel", spec.metal_rgb),
                 quad((-a, y + b, z - 0.0305), (a, y + b, z - 0.0305), (a, y - b, z - 0.0305), (-a, y - b, z - 0.0305),
                      "lamp", tint)]  # fmt: skip
        rooms.area_light(stage, (0, y, z - 0.05), (2 * a, 2 * b), lumen, light.kelvin)
        return join(parts)
    if spec.lamp == "lines":
        parts = []
        for x in (-w / 2 + 0.14, w / 2 - 0.14):
            parts.append(box((x - 0.04, 0.06, z - 0.035), (x + 0.04, d - 0.06, z - 0.01), "lamp", tint))
            rooms.area_light(stage, (x, d / 2, z - 0.05), (0.08, d - 0.12), lumen / 2, light.kelvin)
        return join(parts)
    lamp = rooms.downlight(0.045, tuple(2.0 * c for c in tint))
    xs, ys = (
        np.linspace(-w / 2 + 0.28, w / 2 - 0.28, 2 if w < 1.6 else 3),
        np.linspace(0.3, d - 0.3, 2 if d < 1.8 else 3),
    )
    places = np.array([(x, y, z) for x in xs for y in ys])
    rooms.area_light(stage, (0, d / 2, z - 0.02), (w - 0.4, d - 0.4), lumen, light.kelvin)
    return lamp.repeated(places)


def _landing(spec: Spec, stage: Stage, materials: Materials) -> None:
    wide, far, near, high = spec.landing_width_m / 2, -SILL_M - spec.landing_depth_m, -SILL_M, spec.landing_height_m
    room = (-wide, wide, far, near)
    for wall in spec.landing:
        name = wall.name.removeprefix("landing_")
        reveal_m = SILL_M / 2 if name == "north" else WALL_M
        parts = [rooms.wall_face(wall, reveal_m), rooms.skirting(wall, tuple(0.55 * c for c in wall.rgb), 0.09)]
        for opening in wall.openings:
            if opening.kind == "door":
                rgb = (0.2, 0.13, 0.08) if opening.seed % 3 else (0.55, 0.55, 0.53)
                parts.append(rooms.door_leaf(wall, opening, rgb, WHITE, glazed=opening.seed % 2 == 0))
        if name == "north":
            parts.append(_portal(spec, wall))
        rooms.add(stage, materials, wall.instance_id, wall.name, parts)
    rooms.add(stage, materials, FLOOR_ID, "landing_floor", [rooms.floor(spec.landing_floor, *room)])
    material = "ceiling_tiles" if spec.landing_light.style == "panels" else "painted_wall"
    rooms.add(stage, materials, CEILING_ID, "landing_ceiling",
              [rooms.ceiling(*room, high, material, (0.68, 0.68, 0.66))])  # fmt: skip
    rooms.add(
        stage, materials, LAMPS_ID, "landing_lamps", [rooms.ceiling_lamps(stage, spec.landing_light, *room, high)]
    )


def _portal(spec: Spec, wall: Wall) -> Part:
    """The steel frame round the doors, call buttons, the level's number, and an indicator above."""
    (opening,) = wall.openings
    a, b, top, f = opening.start_m, opening.end_m, opening.top_m, 0.11
    parts = []
    for low, high in (((a - f, -0.02, 0), (a, 0.1, top + f)), ((b, -0.02, 0), (b + f, 0.1, top + f)),
                      ((a, -0.02, top), (b, 0.1, top + f))):  # fmt: skip
        parts.append(box(low, high, "steel", spec.metal_rgb))
    x = b + f + 0.22
    parts.append(box((x - 0.06, -0.012, 0.9), (x + 0.06, 0, 1.25), "steel", STEEL))
    for z, arrow in ((1.02, "v"), (1.13, "^")):
        ring = lathe([(0.026, 0.0), (0.026, 0.012), (0.02, 0.014)], 16, "steel", STEEL).turned(90, axis=0)
        parts += [
            ring.moved((x, -0.012, z)),
            text(arrow, 0.03, (x, -0.028, z - 0.008), "paint", (0.02, 0.02, 0.02), 0.02),
        ]
    middle = (a + b) / 2
    if wall.height_m - top - f > 0.22:
        parts.append(box((middle - 0.17, -0.03, top + f + 0.05), (middle + 0.17, 0, top + f + 0.18), "paint", DARK))
        red = tuple(c * g for c, g in zip(glow(6500, 260.0), (1.0, 0.16, 0.05), strict=True))
        parts.append(text(f"{spec.level}", 0.1, (middle, -0.033, top + f + 0.082), "lamp", red))
    left = a - f - 0.45
    if left > 0.35:
        parts.append(box((left - 0.2, -0.012, 1.45), (left + 0.2, 0, 1.95), "paint", spec.sign_rgb))
        parts.append(text(str(spec.level), 0.42, (left, -0.016, 1.57), "paint", (0.75, 0.75, 0.73), 0.02))
    return rooms.in_place(wall, join(parts))
