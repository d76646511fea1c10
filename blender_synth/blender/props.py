"""Builds props: a `.glb` from an asset pack, imported once for each scene and shared by all that stand in it."""

from __future__ import annotations

import math
from pathlib import Path
from weakref import WeakKeyDictionary

import bpy
from mathutils import Matrix

from blender_synth.blender.stage import Stage
from blender_synth.errors import AssetError
from blender_synth.packs.pack import axes
from blender_synth.world.props import PropSpec

_meshes: WeakKeyDictionary[Stage, dict[tuple, list[bpy.types.Mesh]]] = WeakKeyDictionary()
_IMPORTED = ("objects", "collections", "meshes", "armatures", "cameras", "lights", "actions")
_ZUP_FROM_FILE = Matrix(((1, 0, 0), (0, 0, -1), (0, 1, 0)))
"""What the importer does to the file's axes (glTF is +Y up)."""


def build(spec: PropSpec, stage: Stage, pack_root: Path) -> list[bpy.types.Object]:
    """Put one prop on the stage.

    Args:
        spec: what and where. pack_root: folder of the pack named in the spec.

    Returns:
        The prop's mesh objects; those of one file share mesh data.

    Raises:
        AssetError: Blender cannot read the file, or it shows no mesh.
    """
    known = _meshes.setdefault(stage, {})
    key = (spec.pack, spec.file, spec.up_axis, spec.front, spec.origin_m)
    if key not in known:
        known[key] = _import(pack_root / spec.file, spec)
    objects = []
    for mesh in known[key]:
        obj = bpy.data.objects.new(f"prop_{spec.instance_id}_{mesh.name}", mesh)
        obj.location = spec.position_m
        obj.rotation_euler = (0.0, 0.0, math.radians(spec.heading_deg))
        obj.scale = spec.scale
        objects.append(stage.add(obj, spec.instance_id))
    return objects


def _import(file: Path, spec: PropSpec) -> list[bpy.types.Mesh]:
    """The file's meshes in the prop's own axes, origin_m at their origin; all else that came with them is removed.

    Lights, cameras, animation and skeletons go; a skinned mesh stays as it is posed.
    """
    before = {kind: set(getattr(bpy.data, kind)) for kind in _IMPORTED}
    try:
        # The importer reports a broken file by a RuntimeError (Blender 4.5).
        bpy.ops.import_scene.gltf(
            filepath=str(file),
            import_scene_extras=False,
            import_scene_as_collection=True,
            import_select_created_objects=False,
            disable_bone_shape=True,
            loglevel=50,
        )
    except RuntimeError as error:
        raise AssetError(
            "Blender cannot read the file", file=file, value=str(error).strip(), mend="export it again as .glb"
        ) from None
    own_from_zup = Matrix(axes(spec.up_axis, spec.front).tolist()) @ _ZUP_FROM_FILE.transposed()
    own_from_zup = Matrix.Translation([-x for x in spec.origin_m]) @ own_from_zup.to_4x4()
    graph = bpy.context.evaluated_depsgraph_get()
    meshes = []
    for obj in bpy.context.view_layer.objects:  # holds the file's default scene only
        if obj.type != "MESH" or obj in before["objects"] or not obj.data.polygons:
            continue
        mesh = bpy.data.meshes.new_from_object(obj.evaluated_get(graph), preserve_all_data_layers=True, depsgraph=graph)
        matrix = own_from_zup @ obj.matrix_world
        mesh.transform(matrix)
        if matrix.is_negative:
            mesh.flip_normals()
        for name in list(mesh.keys()):  # the file's own properties could pass for labels
            del mesh[name]
        meshes.append(mesh)
    for kind, old in before.items():
        for block in set(getattr(bpy.data, kind)) - old - set(meshes):
            getattr(bpy.data, kind).remove(block)
    if not meshes:
        raise AssetError(
            "the file shows no mesh", file=file, mend="export it again with its meshes in the default scene"
        )
    return meshes
