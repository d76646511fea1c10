"""Materials for people: `ShadingParams` -> node material, procedural.

Building a node tree takes milliseconds, copying one takes next to nothing: materials that differ in colours and numbers
only are copies of one template, with the values put into its named nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from blender_synth.blender import shelf
from blender_synth.blender.people import accessories, carried, cloth, skin
from blender_synth.blender.people.material_nodes import MaterialKind, PersonNodes, Values
from blender_synth.bodies.parts import ShadingParams

_KINDS: dict[str, MaterialKind[Any]] = {  # each takes the class of parameters of its key
    "skin": skin.SKIN,
    "eye": skin.EYE,
    "hair": skin.HAIR,
    "cloth": cloth.CLOTH,
    "shoe": accessories.SHOE,
    "rubber": accessories.RUBBER,
    "phone": accessories.GLOSSY,
    "felt": accessories.FELT,
    "carried": carried.CARRIED,
}


def _set(material: bpy.types.Material, values: Values) -> None:
    """Put values into the named nodes of a material that is new.

    Setting a socket's value has Blender look through all node trees each time; setting a collection's does not.
    """
    nodes = material.node_tree.nodes
    for name, value in values.items():
        nodes[name].outputs.foreach_set("default_value", (*value, 1.0) if isinstance(value, tuple) else (value,))


def material_for(shading: ShadingParams, pack_roots: Mapping[str, Path]) -> bpy.types.Material:
    """The material with these parameters; made once and shared by all parts with equal ones.

    Args:
        pack_roots: folders of the asset packs whose fabrics are worn.
    """
    existing = bpy.data.materials.get(shading.name)
    if existing is not None:
        return existing
    kind = _KINDS[shading.kind]
    name = "_".join(["person", shading.kind, *(str(v) for v in kind.structure(shading))])

    def make() -> bpy.types.Material:
        nodes = PersonNodes(name, kind.traits, pack_roots)
        return nodes.surface(kind.build(shading, nodes))

    material = shelf.material((name,), make)
    material.name = shading.name
    _set(material, kind.values(shading))
    return material
