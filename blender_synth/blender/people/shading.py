"""Materials for people: `ShadingParams` -> node material, procedural.

Building a node tree takes milliseconds, copying one takes next to nothing: materials that differ in colours and numbers
only are copies of one template, with the values put into its named nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

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
    """Put values into the named nodes of a material."""
    for name, value in values.items():
        socket = material.node_tree.nodes[name].outputs[0]
        socket.default_value = (*value, 1.0) if isinstance(value, tuple) else value


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
    template = bpy.data.materials.get(name)
    if template is None:
        nodes = PersonNodes(name, kind.traits, pack_roots)
        template = nodes.surface(kind.build(shading, nodes))
        template.use_fake_user = True  # kept even while no object uses it
    material = template.copy()
    material.use_fake_user = False
    material.name = shading.name
    _set(material, kind.values(shading))
    return material
