"""Builds a gym from its spec."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery import facade, room_pieces, rooms
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, lathe, part, quad
from blender_synth.blender.scenery.rooms import WHITE
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.gym import Spec
from blender_synth.world.scenery.shared.rooms import Wall


def build(spec: Spec, stage: Stage) -> None:
    """Add the gym, and the street before its windows, to the scene."""
    rooms.prepare(stage)
    materials = Materials()
    half, deep, high = spec.width_m / 2, spec.depth_m, spec.height_m
    room = (-half, half, 0.0, deep)
    hang = 0.55 if spec.ceiling == "raw" else 0.0
    lamps = rooms.ceiling_lamps(stage, spec.light, -half, half, 0.0, deep, high - hang)
    if hang:
        lamps = join([lamps, _hangers(spec, hang)])
    rooms.add_room(stage, materials, _floor(spec), _ceiling(spec), lamps)
    for wall in spec.walls:
        parts = [rooms.wall_face(wall), rooms.skirting(wall, (0.05, 0.05, 0.052), 0.1)]
        if wall.name == "wall_south":
            parts.append(rooms.shell(*room, 0.0, high, without=("-y",)))
            parts.append(_outer_wall(wall, spec))
            for opening in wall.openings:
                panes = max(1, round((opening.end_m - opening.start_m) / 1.2))
                parts.append(rooms.window(wall, opening, spec.frame_rgb, panes, WHITE))
        else:
            parts.append(_decoration(spec, wall))
        for opening in (o for o in wall.openings if o.kind == "door"):
            parts.append(rooms.door_leaf(wall, opening, spec.door_rgb, spec.frame_rgb, glazed=opening.seed % 2 == 0))
        rooms.add(stage, materials, wall.instance_id, wall.name, parts)
    room_pieces.add_pieces(spec.pieces, stage, materials)
    rooms.outside(spec.outside, stage, materials)


def _floor(spec: Spec) -> Part:
    half, deep = spec.width_m / 2, spec.depth_m
    parts = [rooms.floor(spec.floor, -half, half, 0.0, deep)]
    if spec.turf_m is not None:
        y0, y1 = spec.turf_m
        z = 0.004
        parts.append(quad((-half, y0, z), (half, y0, z), (half, y1, z), (-half, y1, z), "carpet", spec.turf_rgb))
        for y in (y0, y1 - 0.06):
            parts.append(quad((-half, y, z + 0.001), (half, y, z + 0.001), (half, y + 0.06, z + 0.001),
                              (-half, y + 0.06, z + 0.001), "paint", WHITE))  # fmt: skip
    return join(parts)


def _ceiling(spec: Spec) -> list[Part]:
    """Tiles, paint, or raw concrete with a ventilation duct and trays under it."""
    half, deep, high = spec.width_m / 2, spec.depth_m, spec.height_m
    material = {"tiles": "ceiling_tiles", "raw": "plaster", "plain": "painted_wall"}[spec.ceiling]
    parts = [rooms.ceiling(-half, half, 0.0, deep, high, material, spec.ceiling_rgb)]
    if spec.ceiling == "raw":
        parts.append(rooms.beams(-half, half, 0.0, deep, high, 1, max(2, round(spec.width_m / 3.5)), (0.25, 0.3),
                                 "plaster", (*spec.ceiling_rgb, 0.05)))  # fmt: skip
        duct = lathe([(0.24, 0.0), (0.24, spec.width_m - 0.02)], 20, "metal", (0.55, 0.56, 0.57)).turned(90, axis=1)
        parts.append(duct.moved((-half + 0.01, 0.72 * deep, high - 0.62)))
        for x in np.arange(-half + 1.0, half - 0.5, 2.2):
            vent = box((-0.22, -0.03, -0.06), (0.22, 0.03, 0.06), "metal", (0.2, 0.2, 0.2))
            parts.append(vent.moved((x, 0.72 * deep - 0.235, high - 0.68)))
    return parts


def _hangers(spec: Spec, drop: float) -> Part:
    """Wires that carry the lamps."""
    xs = -spec.width_m / 2 + (np.arange(spec.light.columns) + 0.5) * spec.width_m / spec.light.columns
    ys = (np.arange(spec.light.rows) + 0.5) * spec.depth_m / spec.light.rows
    wire = box((-0.004, -0.004, 0), (0.004, 0.004, drop), "iron", (0.1, 0.1, 0.1))
    gx, gy = (a.ravel() for a in np.meshgrid(xs, ys))
    return wire.repeated(np.column_stack([gx, gy, np.full(len(gx), spec.height_m - drop)]))


def _outer_wall(wall: Wall, spec: Spec) -> Part:
    """The front's outer face, and the storeys above and below."""
    e = 0.32
    holes = [(wall.length_m - o.end_m, wall.length_m - o.start_m, o.foot_m, o.top_m) for o in wall.openings]
    face = facade.pierced_wall(
        -e, wall.length_m + e, -0.2, wall.height_m + 6.0, holes, "plaster", (0.5, 0.48, 0.44, 0.3)
    )
    half = spec.width_m / 2
    above = box((-half - e, 0.0, wall.height_m + 0.35), (half + e, spec.depth_m + e, wall.height_m + 6.0), "plaster",
                (0.5, 0.48, 0.44, 0.3))  # fmt: skip
    low = -spec.outside.drop_m - 0.2
    parts = [face.moved((-half, -0.3, 0)), above]
    if spec.outside.drop_m:
        parts.append(box((-half - e, -0.3, low), (half + e, spec.depth_m, -0.21), "plaster", (0.5, 0.48, 0.44, 0.3)))
    return join(parts)


def _decoration(spec: Spec, wall: Wall) -> Part:
    """Stripes in the accent colour over the side walls, and words on one of them."""
    length, high = wall.length_m, wall.height_m
    parts = []
    y, rgb = -0.003, spec.accent_rgb
    side = wall.name != "wall_north"
    if spec.stripe == "band":
        for a, b in rooms.solid_spans(wall, 1.35, 1.65, 0.08):
            parts.append(quad((a, y, 1.35), (b, y, 1.35), (b, y, 1.65), (a, y, 1.65), "paint", rgb))
    elif spec.stripe == "lower":
        for a, b in rooms.solid_spans(wall, 0.1, 1.1, 0.08):
            parts.append(quad((a, y, 0.1), (b, y, 0.1), (b, y, 1.1), (a, y, 1.1), "paint", rgb))
    elif spec.stripe == "wedge" and side and not wall.openings:
        points = [(0.15 * length, y, 0.1), (0.55 * length, y, 0.1), (0.9 * length, y, high), (0.6 * length, y, high)]
        parts.append(part(points, [[0, 1, 2, 3]], "paint", rgb))
    if wall.name == f"wall_{spec.words_wall}":
        size = min(0.5, 0.7 * length / (0.62 * len(spec.words)))
        level = sum(wall.rgb) / 3
        ink = (0.75, 0.75, 0.73) if level < 0.2 else rgb if spec.stripe not in ("wedge",) else (0.03, 0.03, 0.03)
        parts.append(rooms.text(spec.words, size, (length / 2, -0.012, min(high - 0.75, 2.62)), "paint", ink, 0.08))
    return rooms.in_place(wall, join(parts)) if parts else box((0, 0, -0.1), (0.01, 0.01, -0.09), "matt")
