"""The materials of one scene by name, and what their makers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import bpy

from blender_synth.blender import shelf
from blender_synth.blender.scenery.meshes import TINT
from blender_synth.blender.scenery.textures import TILE_M, texture
from blender_synth.blender.shading.nodes import Graph, Socket, Value, data_image
from blender_synth.blender.shading.traits import MaterialTraits
from blender_synth.world.mirrors.shapes import LABEL_ROUGHNESS

LAMP_LENS, GLOW, LIT_SHARE, LIT_LEVEL = "lamp_lens", "glow", "lit_share", "lit_level"
"""By these `weather.night` finds what shines in the dark: two materials, and two value nodes of windows."""
HEAD_LAMP, TAIL_LAMP = "car_glass_head", "car_glass_tail"
LIGHTS_PROPERTY = "bs_lights"
"""Property of a car object whose lights are on; in the lenses' materials, the node with their radiance."""
CLEAN = "bs_clean"
"""Name of the node with a surface's colour before dirt, wear and markings; see `blender.pack_materials`."""
DIRT_PROPERTY = "dirt"
"""Object property, 0 to 1: dust on a car."""

SEALED = MaterialTraits(soaks=False)
"""Water runs off; snow stays."""
STAYS_CLEAR = MaterialTraits(soaks=False, snow=0.0)
"""Panes and lamps: neither water nor snow is visible on them."""
LEAST_ROUGHNESS = 1.6 * LABEL_ROUGHNESS
"""Lower limit for floors and metals: smoother ones are mirrors, which have builders of their own."""

Maker: TypeAlias = "Callable[[Materials], bpy.types.Material]"
MAKERS: dict[str, Maker] = {}
"""Function that makes a material, by the material's name; the same material in every scene (see `blender.shelf`)."""


class Materials(dict[str, bpy.types.Material]):
    """Materials by name, each made at its first use in this scene."""

    def __missing__(self, name: str) -> bpy.types.Material:
        self[name] = shelf.material(("scenery", name), lambda: MAKERS[name](self))
        return self[name]

    def map(self, name: str) -> bpy.types.Image:
        """The image of a texture map."""
        return shelf.block(("scenery", "map", name), lambda: data_image(name, texture(name)))


def mapped(g: Graph, materials: Materials, name: str, uv: Value, scale: float = 1.0) -> bpy.types.Node:
    """A texture map looked up at UVs in metres; `scale` > 1 makes its features smaller."""
    return g.image(materials.map(name), g.scale(uv, scale / TILE_M[name]))


def tint(g: Graph) -> tuple[Socket, Socket]:
    """The mesh's tint: its colour, and its fourth number."""
    node = g.attribute(TINT)
    return node.outputs["Color"], node.outputs["Alpha"]
