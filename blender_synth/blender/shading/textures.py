"""Texture sets of asset packs as shader nodes, mapped by UVs in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import bpy

from blender_synth.errors import AssetError, ItemError
from blender_synth.packs.safety import inside
from blender_synth.world.materials import MaterialSpec

UV = "uv"


@dataclass(frozen=True)
class Sampled:
    """Output sockets of a texture set; None for maps that the set lacks."""

    colour: bpy.types.NodeSocket
    normal: bpy.types.NodeSocket | None
    roughness: bpy.types.NodeSocket | None
    metallic: bpy.types.NodeSocket | None


def sample(tree: bpy.types.NodeTree, spec: MaterialSpec, pack_roots: Mapping[str, Path]) -> Sampled:
    """Add nodes that look a texture set up, repeated every `tile_m`.

    Args:
        tree: of the material. spec: the texture set. pack_roots: folders of the asset packs.

    Raises:
        ItemError: a file is missing, outside its pack, or not an image.
    """
    nodes, link = tree.nodes, tree.links.new
    place = nodes.new("ShaderNodeVectorMath")
    place.operation = "MULTIPLY"
    place.inputs[1].default_value = (1 / spec.tile_m[0], 1 / spec.tile_m[1], 1.0)
    link(nodes.new("ShaderNodeUVMap").outputs[0], place.inputs[0])
    place.inputs[0].links[0].from_node.uv_map = UV
    found: dict[str, bpy.types.NodeSocket] = {}
    for kind, relative in spec.maps:
        node = nodes.new("ShaderNodeTexImage")
        node.image = _image(spec, relative, pack_roots, data=kind != "albedo")
        link(place.outputs[0], node.inputs[0])
        found[kind] = node.outputs["Color"]
    colour = found["albedo"]
    if "ao" in found:
        mix = nodes.new("ShaderNodeMix")
        mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
        mix.inputs[0].default_value = 1.0
        link(colour, mix.inputs[6])
        link(found["ao"], mix.inputs[7])
        colour = mix.outputs[2]
    normal = None
    if "normal" in found or "normal_dx" in found:
        bent = nodes.new("ShaderNodeNormalMap")
        bent.uv_map = UV
        link(found.get("normal") or _green_down(tree, found["normal_dx"]), bent.inputs["Color"])
        normal = bent.outputs[0]
    if "height" in found:
        bump = nodes.new("ShaderNodeBump")
        bump.inputs["Distance"].default_value = spec.bump_m
        link(found["height"], bump.inputs["Height"])
        if normal is not None:
            link(normal, bump.inputs["Normal"])
        normal = bump.outputs[0]
    return Sampled(colour=colour, normal=normal, roughness=found.get("roughness"), metallic=found.get("metallic"))


def _green_down(tree: bpy.types.NodeTree, colour: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """A DirectX normal map converted to OpenGL's convention: green is inverted."""
    split, flip, merge = (tree.nodes.new(f"ShaderNode{name}") for name in ("SeparateColor", "Math", "CombineColor"))
    flip.operation = "SUBTRACT"
    flip.inputs[0].default_value = 1.0
    tree.links.new(colour, split.inputs[0])
    tree.links.new(split.outputs[1], flip.inputs[1])
    for source, target in zip((split.outputs[0], flip.outputs[0], split.outputs[2]), merge.inputs, strict=True):
        tree.links.new(source, target)
    return merge.outputs[0]


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
