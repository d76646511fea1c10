"""Builds a lobby from its spec."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.scenery import room_pieces, rooms
from blender_synth.blender.scenery.materials import STAYS_CLEAR, Materials, pane
from blender_synth.blender.scenery.meshes import Part, Tint, box, join, quad, quad_of
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.lobby import Spec
from blender_synth.world.scenery.lobby.elements import GLASS_FOOT_M
from blender_synth.world.scenery.shared.rooms import COLUMN_FIRST_ID, Wall

_GLASS_Y_M = 0.12


def build(spec: Spec, stage: Stage) -> None:
    """Add the lobby, and the street before it, to the scene."""
    rooms.prepare(stage)
    materials = Materials()
    materials["shop_glass"] = pane("shop_glass", (0.72, 0.75, 0.74), 0.2, STAYS_CLEAR)(materials)
    half, deep, high = spec.width_m / 2, spec.depth_m, spec.height_m
    room = (-half, half, 0.0, deep)
    lamps = rooms.ceiling_lamps(stage, spec.light, *room, high - (0.0 if spec.ceiling != "coffers" else 0.02))
    outer_shell = rooms.shell(*room, 0.0, high, without=("-y",))
    above = _storeys_above(spec)
    rooms.add_room(stage, materials, rooms.floor(spec.floor, -half, half, -0.3, deep), _ceiling(spec), lamps)
    for wall in spec.walls:
        name = wall.name.removeprefix("wall_")
        parts = [rooms.wall_face(wall)]
        if name == "south":
            parts += [_front(spec, wall), outer_shell, above]
        else:
            parts.append(rooms.skirting(wall, _skirting_rgb(spec, wall), 0.12))
        if name == spec.lift_wall:
            for opening in wall.openings:
                floor = str(1 + opening.seed % 9)
                parts.append(rooms.lift_door(wall, opening, spec.metal_rgb, spec.metal_rgb, spec.light.kelvin, floor))
        if name == spec.desk_wall:
            parts.append(_desk_wall(spec, wall, stage))
        rooms.add(stage, materials, wall.instance_id, wall.name, parts)
    for number, (x, y) in enumerate(spec.columns_m):
        shape = rooms.column(x, y, high, spec.column_m, spec.column_round, spec.column_material, spec.column_rgb)
        rooms.add(stage, materials, COLUMN_FIRST_ID + number, f"column_{number}", [shape])
    room_pieces.add_pieces(spec.pieces, stage, materials)
    rooms.outside(spec.outside, stage, materials)


def _skirting_rgb(spec: Spec, wall: Wall) -> Tint:
    return (0.12, 0.12, 0.12) if spec.style == "office" else tuple(0.6 * c for c in wall.rgb)


def _ceiling(spec: Spec) -> list[Part]:
    half, deep, high = spec.width_m / 2, spec.depth_m, spec.height_m
    room = (-half, half, 0.0, deep)
    material = "ceiling_tiles" if spec.ceiling == "tiles" else "painted_wall"
    parts = [rooms.ceiling(*room, high, material, spec.ceiling_rgb)]
    rows, columns = spec.light.rows, spec.light.columns
    if spec.ceiling == "coffers":
        parts.append(rooms.beams(*room, high, rows, columns, (0.28, 0.2), "matt", spec.ceiling_rgb))
    elif spec.ceiling == "joists":
        count = max(6, round(spec.width_m / 0.9))
        parts.append(rooms.beams(*room, high, 1, count, (0.09, 0.16), "wood", tuple(0.8 * c for c in spec.accent_rgb)))
    if spec.style == "hotel" and spec.ceiling in ("plain", "coffers"):
        parts += [rooms.cornice(w, spec.ceiling_rgb) for w in spec.walls if w.name != "wall_south"]
    return parts


def _front(spec: Spec, wall: Wall) -> Part:
    """Posts, transoms and panes of the glazed front; sliding doors, a mat before them and their name on the glass."""
    glazing = wall.openings[0]
    rgb = tuple(0.6 * c for c in spec.metal_rgb) if spec.style == "office" else (0.03, 0.03, 0.03)
    a, b, top, y = glazing.start_m, glazing.end_m, glazing.top_m, _GLASS_Y_M
    xs = np.linspace(a, b, spec.panes + 1)
    f = 0.03
    parts = [box((x - f, y - 0.06, 0), (x + f, y + 0.06, top), "metal", rgb) for x in xs]
    parts.append(box((a, y - 0.06, top - 0.05), (b, y + 0.06, top), "metal", rgb))
    for k in range(spec.panes):
        x0, x1 = xs[k] + f, xs[k + 1] - f
        if k == spec.door:
            door_top = 2.2
            parts.append(box((x0, y - 0.05, door_top), (x1, y + 0.05, door_top + 0.09), "metal", rgb))
            for c, d in ((x0, (x0 + x1) / 2 - 0.004), ((x0 + x1) / 2 + 0.004, x1)):
                e, g, h = c + 0.05, d - 0.05, door_top - 0.05
                for u, v, z0, z1 in ((c, e, 0.01, door_top), (g, d, 0.01, door_top), (e, g, 0.01, 0.09),
                                     (e, g, h, door_top)):  # fmt: skip
                    parts.append(box((u, y - 0.02, z0), (v, y + 0.02, z1), "metal", rgb))
                parts.append(quad((e, y, 0.09), (g, y, 0.09), (g, y, h), (e, y, h), "front_glass"))
            low, high, z = door_top + 0.09, top - 0.05, 0.006
            parts.append(quad((x0, y, low), (x1, y, low), (x1, y, high), (x0, y, high), "front_glass"))
            mat = [(x0 - 0.2, -1.5, z), (x1 + 0.2, -1.5, z), (x1 + 0.2, 0.0, z), (x0 - 0.2, 0.0, z)]
            parts.append(quad_of(mat, "carpet", (0.05, 0.05, 0.052)))
            continue
        parts.append(box((x0, y - 0.06, 0), (x1, y + 0.06, GLASS_FOOT_M), "metal", rgb))
        parts.append(quad((x0, y, GLASS_FOOT_M), (x1, y, GLASS_FOOT_M), (x1, y, top - 0.05), (x0, y, top - 0.05),
                          "shop_glass"))  # fmt: skip
    return rooms.in_place(wall, join(parts))


def _storeys_above(spec: Spec) -> Part:
    """The storeys above, which keep the sun out, and a canopy over the entrance."""
    half = spec.width_m / 2 + 8.0
    top = spec.height_m + 0.35
    return join(
        [
            box((-half, -0.33, top), (half, spec.depth_m + 6.0, top + 9.0), "plaster", (0.45, 0.43, 0.4, 0.3)),
            box((-half, -0.33, -0.1), (-spec.width_m / 2 - 0.3, 6.0, top), "plaster", (0.45, 0.43, 0.4, 0.3)),
            box((spec.width_m / 2 + 0.3, -0.33, -0.1), (half, 6.0, top), "plaster", (0.45, 0.43, 0.4, 0.3)),
            box((-3.0, -2.2, spec.wall("south").openings[0].top_m + 0.02), (3.0, -0.3,
                spec.wall("south").openings[0].top_m + 0.2), "metal", (0.2, 0.2, 0.2)),
        ]
    )  # fmt: skip


def _desk_wall(spec: Spec, wall: Wall, stage: Stage) -> Part:
    """A clad panel behind the desk, lit from its edges, with the name of the building in metal letters."""
    desk = next(p for p in spec.pieces if p.kind == "desk")
    x, y = wall.start_xy_m
    rx, ry = wall.rightward
    middle = (desk.position_m[0] - x) * rx + (desk.position_m[1] - y) * ry
    wide, top = desk.size_m[0] + 1.2, min(spec.height_m - 0.25, 3.3)
    a, b = max(0.3, middle - wide / 2), min(wall.length_m - 0.3, middle + wide / 2)
    rgb = spec.accent_rgb
    tint = (*rgb, 0.4)
    kelvin = spec.light.kelvin
    lit = rooms.glow(kelvin, rooms.LAMP_CD_M2_PER_LUX * spec.light.lux)
    parts = [box((a, -0.09, 0.0), (b, -0.05, top), "veneer" if spec.accent != "marble" else "marble", tint)]
    for low, high in (((a - 0.05, -0.05, 0.05), (a, -0.01, top)), ((b, -0.05, 0.05), (b + 0.05, -0.01, top)),
                      ((a - 0.05, -0.05, top), (b + 0.05, -0.01, top + 0.05))):  # fmt: skip
        parts.append(box(low, high, "lamp", lit))
    if spec.accent == "slats":
        xs = np.arange(a + 0.03, b - 0.05, 0.1)
        slat = box((0, -0.125, 0.02), (0.045, -0.09, top - 0.02), "veneer", tuple(0.75 * c for c in tint[:3]) + (0.4,))
        parts.append(slat.repeated(np.column_stack([xs, 0 * xs, 0 * xs])))
    size = min(0.34, 0.8 * (b - a) / (0.7 * len(spec.words)))
    dark = sum(rgb) < 0.6
    letters = (0.75, 0.70, 0.58) if dark else (0.06, 0.055, 0.05)
    parts.append(rooms.text(spec.words, size, ((a + b) / 2, -0.15, 2.15), "steel" if dark else "paint", letters, 0.4))
    nx, ny = math.cos(math.radians(wall.facing_deg)), math.sin(math.radians(wall.facing_deg))
    at = wall.point((a + b) / 2)
    # a warm wash down the panel
    turn = wall.facing_deg - 90.0
    rooms.area_light(stage, (at[0] + 0.55 * nx, at[1] + 0.55 * ny, spec.height_m - 0.12), ((b - a) * 0.9, 0.12),
                     1400.0 * (b - a) / 4.0, kelvin, (-28.0, 0.0, turn))  # fmt: skip
    return rooms.in_place(wall, join(parts))
