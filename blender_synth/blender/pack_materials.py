"""Replaces materials of the scenery by those of asset packs.

A texture set replaces the colour, relief and roughness of a material; dirt, wear and markings stay on top. A material
of a `.blend` replaces the whole material; it takes over its name and traits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import bpy

from blender_synth.blender.pack_loader.load import load_file
from blender_synth.blender.scenery.materials import CLEAN
from blender_synth.blender.shading.textures import sample
from blender_synth.blender.shading.traits import declare_traits, traits_of
from blender_synth.blender.shelf import live
from blender_synth.errors import AssetError, ItemError
from blender_synth.world.materials import MaterialSpec, SurfaceSpec


def apply_pack_materials(specs: Sequence[SurfaceSpec], pack_roots: Mapping[str, Path]) -> None:
    """Apply pack materials to the scenery's materials, chosen by their trait `surface`.

    Args:
        specs: the pack material of each kind of surface. pack_roots: folders of the asset packs.

    Raises:
        ItemError: a file cannot be read.
    """
    for spec in specs:
        for material in [m for m in live(bpy.data.materials) if traits_of(m).surface == spec.surface]:
            if spec.material.maps:
                _texture(material, spec.material, pack_roots)
            else:
                _replace(material, spec.material, pack_roots)


def _texture(material: bpy.types.Material, spec: MaterialSpec, pack_roots: Mapping[str, Path]) -> None:
    tree = material.node_tree
    found, link = sample(tree, spec, pack_roots), tree.links.new
    clean = tree.nodes.get(CLEAN)
    marked = traits_of(material).roughness_class == "marked"
    for shader in [node for node in tree.nodes if node.type == "BSDF_PRINCIPLED"]:
        if clean is None:
            link(found.colour, shader.inputs["Base Color"])
        if found.roughness is not None and not marked:
            link(found.roughness, shader.inputs["Roughness"])
        if found.metallic is not None:
            link(found.metallic, shader.inputs["Metallic"])
        normal = shader.inputs["Normal"]
        relief = normal.links[0].from_node if normal.is_linked else None
        if marked and relief is not None and relief.type == "BUMP":
            if found.normal is not None:
                link(found.normal, relief.inputs["Normal"])
        elif found.normal is not None:
            link(found.normal, normal)
        elif relief is not None:
            tree.links.remove(normal.links[0])
    if clean is not None:
        for socket in [link.to_socket for output in clean.outputs for link in output.links]:
            link(found.colour, socket)


def _replace(material: bpy.types.Material, spec: MaterialSpec, pack_roots: Mapping[str, Path]) -> None:
    root = pack_roots[spec.pack]
    known = f"{spec.pack}/{spec.item}"
    new = next((m for m in bpy.data.materials if m.get(_ITEM) == known), None)
    if new is None:
        try:
            loaded = load_file(root / spec.file, root)
            loaded.raise_errors()
            by_name = {loaded.name_of(m): m for m in loaded.materials}
            loaded.drop()
            name = spec.material or next(iter(by_name), "")
            if name not in by_name:
                hint = f"use one of: {', '.join(by_name) or 'none'}"
                raise AssetError(
                    "the file has no such material", file=root / spec.file, key="material", value=name, hint=hint
                )
        except AssetError as error:
            raise ItemError.of(error, spec.pack, spec.item) from None
        new = by_name[name]
        new[_ITEM] = known
    old = material.name
    material.name = "replaced"
    copy = new.copy()
    copy.name = old
    declare_traits(copy, traits_of(material))
    material.user_remap(copy)


_ITEM = "bs_item"
