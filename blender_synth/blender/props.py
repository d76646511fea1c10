"""Builds props: shapes from asset packs, loaded once per scene and shared by all instances."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from weakref import WeakKeyDictionary

import bpy
from mathutils import Matrix

from blender_synth.blender import item_cache, shelf
from blender_synth.blender.pack_loader.load import Loaded, load_file, load_materials
from blender_synth.blender.pack_loader.shapes import shown
from blender_synth.blender.stage import Stage
from blender_synth.errors import AssetError, ItemError
from blender_synth.packs.axes import item_from_blender
from blender_synth.world.placement.props import PropSpec

_VARIANT = "bs_variant_"
"""Prefix of the object properties that hold the colours of materials, so that all colour variants share one mesh."""


class _Shape:
    """One shape in the prop's local frame, its origin at the prop's base.

    Attributes:
        meshes: with their materials. swapped: copies of the meshes with other materials of the file, by the swaps.
        by_name: the file's materials by their names in the file. coloured: names of materials that read a colour
            property.
    """

    def __init__(self, meshes: list[bpy.types.Mesh], by_name: dict[str, bpy.types.Material]):
        self.meshes, self.by_name = meshes, by_name
        self.swapped: dict[tuple, list[bpy.types.Mesh]] = {(): meshes}
        self.coloured: set[str] = set()


_shapes: WeakKeyDictionary[Stage, dict[tuple, _Shape]] = WeakKeyDictionary()


def preload(specs: Iterable[PropSpec], stage: Stage, pack_roots: Mapping[str, Path]) -> None:
    """Import shapes that are not kept yet (see `blender.shelf`), in a scene that is still empty.

    An importer updates the whole scene several times: among finished buildings that takes longer than the import.

    Raises:
        ItemError: Blender cannot read a file, or it shows no mesh.
    """
    known = _shapes.setdefault(stage, {})
    for spec in specs:
        if shelf.holds(("prop", *_version(pack_roots[spec.pack] / spec.file, spec))):
            continue
        shape_of(spec, stage, pack_roots[spec.pack])
        for shape in known.values():
            bpy.data.batch_remove([*shape.meshes, *set(shape.by_name.values())])
        known.clear()


def build(spec: PropSpec, stage: Stage, pack_root: Path, flawed: bool = False) -> list[bpy.types.Object]:
    """Add one prop to the scene.

    Args:
        spec: what and where. stage: the scene. pack_root: folder of the pack named in the spec.
        flawed: add it even if a part of its file had to be removed or is missing.

    Returns:
        The prop's mesh objects; those of one item share mesh data and materials, whatever their colours.

    Raises:
        ItemError: Blender cannot read the file, or it shows no mesh.
    """
    meshes, colours, _ = shape_of(spec, stage, pack_root, flawed)
    objects = []
    for mesh in meshes:
        obj = bpy.data.objects.new(f"prop_{spec.instance_id}_{mesh.name}", mesh)
        obj.location = spec.position_m
        obj.rotation_euler = (0.0, 0.0, math.radians(spec.heading_deg))
        obj.scale = spec.scale
        for name, colour in colours.items():
            obj[name] = colour
        objects.append(stage.add(obj, spec.instance_id))
    return objects


def shape_of(
    spec: PropSpec, stage: Stage, pack_root: Path, flawed: bool = False
) -> tuple[list[bpy.types.Mesh], dict[str, tuple[float, ...]], dict[str, bpy.types.Material]]:
    """Load the meshes and materials of a prop, without adding it to the scene; `flawed` as for `build`.

    Returns:
        Meshes in the prop's local frame, shared by all instances of an item; properties to set on their objects; the
        file's materials by their names in the file.

    Raises:
        ItemError: Blender cannot read the file, or it shows no mesh.
    """
    known = _shapes.setdefault(stage, {})
    key = (spec.pack, spec.file, spec.object, spec.collection, spec.up_axis, spec.front, spec.origin_m)
    try:
        if key not in known:
            stage.report("opening", pack=spec.pack, item=spec.item)
            known[key] = _load(pack_root / spec.file, pack_root, spec, flawed)
            stage.report("opened")
        return *_varied(known[key], spec, pack_root), known[key].by_name
    except AssetError as error:
        stage.report("opened")
        raise ItemError.of(error, spec.pack, spec.item) from None


def _version(file: Path, spec: PropSpec) -> tuple[object, ...]:
    """What a shape depends on."""
    state = file.stat() if file.is_file() else None
    version = state and (state.st_size, state.st_mtime_ns)
    return (file, version, spec.object, spec.collection, spec.up_axis, spec.front, spec.origin_m)


def _load(file: Path, root: Path, spec: PropSpec, flawed: bool) -> _Shape:
    """Import the shape's meshes; everything else in the file is removed.

    Lights, cameras, animation and skeletons are dropped; a skinned mesh keeps its pose.
    """
    key = _version(file, spec)
    if (kept := shelf.shape(("prop", *key))) is not None:
        return _Shape(kept.meshes, kept.by_name)
    cached = item_cache.key_of(file, key[2:])
    if (kept := item_cache.read(cached)) is not None:
        shelf.keep_shape(("prop", *key), kept)
        return _Shape(kept.meshes, kept.by_name)
    loaded = load_file(
        file, root, objects=(spec.object,) if spec.object else (), collection=spec.collection, worlds=False
    )
    try:
        if not flawed:
            loaded.raise_errors()
        turn = Matrix(item_from_blender(spec.file, spec.up_axis, spec.front).tolist()).to_4x4()
        meshes = _meshes(loaded, Matrix.Translation([-x for x in spec.origin_m]) @ turn)
    except AssetError:
        loaded.drop()
        raise
    by_name = {loaded.name_of(material): material for material in loaded.materials}
    for block in loaded.shading():  # so that no name is one of the program's: `label_reflect`, `matt_panel` ...
        block.name = f"~{loaded.name_of(block)}"
    loaded.drop(keep=meshes)
    if not meshes:
        raise AssetError(
            "the file shows no mesh", file=file, hint="export it again with its meshes in the scene that is open"
        )
    shape = _Shape(meshes, by_name)
    if not flawed:
        item_cache.write(cached, shelf.Shape(meshes, by_name))
        shelf.keep_shape(("prop", *key), shelf.Shape(meshes, by_name))
    return shape


def _meshes(loaded: Loaded, item_from_blender: Matrix) -> list[bpy.types.Mesh]:
    meshes = []
    for shape, matrix, graph in shown(loaded):
        mesh = bpy.data.meshes.new_from_object(shape, preserve_all_data_layers=True, depsgraph=graph)
        if mesh is None or not mesh.polygons:
            continue
        for number, slot in enumerate(shape.material_slots):  # a slot may hold an object's own material
            if slot.link == "OBJECT" and number < len(mesh.materials):
                mesh.materials[number] = slot.material and slot.material.original
        matrix = item_from_blender @ matrix
        mesh.transform(matrix)
        if matrix.is_negative:
            mesh.flip_normals()
        for name in list(mesh.keys()):  # properties from the file could be mistaken for label properties
            del mesh[name]
        meshes.append(mesh)
    return meshes


def _varied(shape: _Shape, spec: PropSpec, root: Path) -> tuple[list[bpy.types.Mesh], dict[str, tuple[float, ...]]]:
    """The meshes of the spec's variant, and the properties to set on their objects."""
    colours, swaps = {}, []
    for name, choice in spec.variant.items():
        if not choice.startswith("#") and choice not in shape.by_name and spec.file.lower().endswith(".blend"):
            [shape.by_name[choice]], problems = load_materials(root / spec.file, root, [choice])
            shape.by_name[choice].name = f"~{choice}"
            Loaded(file=root / spec.file, problems=problems).raise_errors()
        if name not in shape.by_name or not (choice.startswith("#") or choice in shape.by_name):
            wrong, hint = name if name not in shape.by_name else choice, f"use one of: {', '.join(shape.by_name)}"
            raise AssetError("the file has no such material", file=spec.file, key="variants", value=wrong, hint=hint)
        if choice.startswith("#"):
            prop = _VARIANT + re.sub(r"\W", "_", name)
            if name not in shape.coloured:
                _take_colour_from(shape.by_name[name], prop)
                shape.coloured.add(name)
            colours[prop] = tuple(_linear(int(choice[k : k + 2], 16) / 255) for k in (1, 3, 5))
        elif choice != name:
            swaps.append((name, choice))
    swap = tuple(sorted(swaps))
    if swap not in shape.swapped:
        instead = {shape.by_name[name]: shape.by_name[choice] for name, choice in swap}
        copies = [mesh.copy() for mesh in shape.meshes]
        for mesh in copies:
            for number, material in enumerate(mesh.materials):
                mesh.materials[number] = instead.get(material, material)
        shape.swapped[swap] = copies
    return shape.swapped[swap], colours


def _take_colour_from(material: bpy.types.Material, prop: str) -> None:
    """Make the material's base colour that of an object property; a texture is multiplied by it."""
    material.use_nodes = True
    tree = material.node_tree
    attribute = tree.nodes.new("ShaderNodeAttribute")
    attribute.attribute_type, attribute.attribute_name = "OBJECT", prop
    for node in [node for node in tree.nodes if node.bl_idname in _COLOURED]:
        socket = node.inputs[_COLOURED[node.bl_idname]]
        if socket.is_linked:
            texture = socket.links[0].from_socket
            mix = tree.nodes.new("ShaderNodeMix")
            mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
            mix.inputs["Factor"].default_value = 1.0
            first, second, result = mix.inputs[6], mix.inputs[7], mix.outputs[2]  # its colour sockets (Blender 4.5)
            tree.links.new(texture, first)
            tree.links.new(attribute.outputs["Color"], second)
            tree.links.new(result, socket)
        else:
            tree.links.new(attribute.outputs["Color"], socket)


_COLOURED = {
    "ShaderNodeBsdfPrincipled": "Base Color",
    "ShaderNodeBsdfDiffuse": "Color",
    "ShaderNodeBsdfMetallic": "Base Color",
    "ShaderNodeBsdfAnisotropic": "Color",
}


def _linear(value: float) -> float:
    """sRGB to linear (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
