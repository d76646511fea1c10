"""The materials of towns and rooms. Colour comes from the mesh's tint, structure from the maps in `textures`.

A material is made when it is first asked for; all buildings share one brick, one plaster and so on, since tints tell
them apart. Albedos are the tints' own: maps only vary them. Importing a module here registers its makers in `MAKERS`.
"""

from blender_synth.blender.scenery.materials import cars, glazing, ground, lights, plain, room_surfaces, walls, water
from blender_synth.blender.scenery.materials.glazing import pane
from blender_synth.blender.scenery.materials.ground import deck_material, road_material
from blender_synth.blender.scenery.materials.library import (
    CLEAN,
    DIRT_PROPERTY,
    GLOW,
    HEAD_LAMP,
    LAMP_LENS,
    LEAST_ROUGHNESS,
    LIGHTS_PROPERTY,
    LIT_LEVEL,
    LIT_SHARE,
    MAKERS,
    SEALED,
    STAYS_CLEAR,
    TAIL_LAMP,
    Maker,
    Materials,
)

__all__ = [
    "CLEAN", "DIRT_PROPERTY", "GLOW", "HEAD_LAMP", "LAMP_LENS", "LEAST_ROUGHNESS", "LIGHTS_PROPERTY", "LIT_LEVEL",
    "LIT_SHARE", "MAKERS", "SEALED", "STAYS_CLEAR", "TAIL_LAMP", "Maker", "Materials", "cars", "deck_material",
    "glazing", "ground", "lights", "pane", "plain", "road_material", "room_surfaces", "walls", "water",
]  # fmt: skip
