"""Texture sets of asset packs as shader nodes, mapped by UVs in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import bpy

from blender_synth.blender.shading.nodes import UV_MAP, NodeBuilder, Socket
from blender_synth.errors import AssetError, ItemError
from blender_synth.packs.safety import inside
from blender_synth.world.materials import MaterialSpec


@dataclass(frozen=True)
class Sampled:
    """Output sockets of a texture set; None for maps that the set lacks."""

    colour: Socket
    normal: Socket | None
    roughness: Socket | None
    metallic: Socket | None


def sample(tree: bpy.types.NodeTree, spec: MaterialSpec, pack_roots: Mapping[str, Path]) -> Sampled:
    """Add nodes that look a texture set up, repeated every `tile_m`.

    Args:
        tree: of the material. spec: the texture set. pack_roots: folders of the asset packs.

    Raises:
        ItemError: a file is missing, outside its pack, or not an image.
    """
    g = NodeBuilder(tree)
    position = g.vector("MULTIPLY", g.uv(), (1 / spec.tile_m[0], 1 / spec.tile_m[1], 1.0))
    maps: dict[str, Socket] = {}
    for kind, relative in spec.maps:
        image = _image(spec, relative, pack_roots, data=kind != "albedo")
        maps[kind] = g.image(image, position).outputs["Color"]
    colour = maps["albedo"]
    if "ao" in maps:
        colour = g.mix(1.0, colour, maps["ao"], "MULTIPLY")
    normal = None
    if "normal" in maps or "normal_dx" in maps:
        tangent = maps["normal"] if "normal" in maps else _opengl_normal(g, maps["normal_dx"])
        normal = g.node("ShaderNodeNormalMap", {"Color": tangent}, uv_map=UV_MAP).outputs[0]
    if "height" in maps:
        normal = g.bump(maps["height"], spec.bump_m, normal=normal)
    return Sampled(colour=colour, normal=normal, roughness=maps.get("roughness"), metallic=maps.get("metallic"))


def _opengl_normal(g: NodeBuilder, colour: Socket) -> Socket:
    """A DirectX normal map converted to OpenGL's convention: green is inverted."""
    red, green, blue = g.split(colour)
    return g.node("ShaderNodeCombineColor", {0: red, 1: g.math("SUBTRACT", 1.0, green), 2: blue}).outputs[0]


def _image(spec: MaterialSpec, relative: str, pack_roots: Mapping[str, Path], data: bool) -> bpy.types.Image:
    """The image of one map, loaded once for each scene."""
    root = pack_roots[spec.pack].resolve()
    file = inside(root, root, relative)
    try:
        if file is None:
            raise AssetError("a path leads out of its pack", value=relative, hint="copy the file into the pack")
        try:
            image = bpy.data.images.load(str(file), check_existing=True)
        except RuntimeError as error:
            raise AssetError("the texture cannot be read", file=file, hint=str(error).strip()) from None
        if not image.size[0]:
            raise AssetError("the texture is no image that can be read", file=file, hint="save it again as PNG or JPEG")
    except AssetError as error:
        raise ItemError.of(error, spec.pack, spec.item) from None
    if data:
        image.colorspace_settings.name = "Non-Color"
    return image
