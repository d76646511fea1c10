"""Rooms: walls with openings, floors, ceilings, columns, lamps, and the street before their windows.

The local frame of a wall has x to the right along its base as seen from the room, y into the wall, z up. Metres.
"""

from blender_synth.blender.scenery.rooms.assemble import add, add_room, prepare
from blender_synth.blender.scenery.rooms.lamps import (
    LAMP_CD_M2_PER_LUX,
    UTILISATION,
    area_light,
    ceiling_lamps,
    downlight,
    glow,
    point_light,
)
from blender_synth.blender.scenery.rooms.outside import outside
from blender_synth.blender.scenery.rooms.surfaces import beams, ceiling, column, floor, shell
from blender_synth.blender.scenery.rooms.walls import (
    DARK,
    STEEL,
    WHITE,
    cornice,
    door_leaf,
    in_place,
    lift_door,
    skirting,
    solid_spans,
    text,
    wall_face,
    window,
)

__all__ = [
    "DARK",
    "LAMP_CD_M2_PER_LUX",
    "STEEL",
    "UTILISATION",
    "WHITE",
    "add",
    "add_room",
    "area_light",
    "beams",
    "ceiling",
    "ceiling_lamps",
    "column",
    "cornice",
    "door_leaf",
    "downlight",
    "floor",
    "glow",
    "in_place",
    "lift_door",
    "outside",
    "point_light",
    "prepare",
    "shell",
    "skirting",
    "solid_spans",
    "text",
    "wall_face",
    "window",
]
