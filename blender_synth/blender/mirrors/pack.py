"""Builds a mirror from an asset pack: the faces of one material reflect, all else of the shape holds them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import bmesh
import bpy
import numpy as np
from mathutils import Matrix, Vector

from blender_synth.blender import props
from blender_synth.blender.mirrors.materials import mirror_glass, pane
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.stage import Stage
from blender_synth.errors import AssetError, ItemError
from blender_synth.world.mirrors.pack import Spec
from blender_synth.world.placement.props import PropSpec


def build(spec: Spec, stage: Stage) -> None:
    """Add pane and frame to the scene, each under its own id.

    Raises:
        ItemError: the file cannot be read, or has no faces of the pane's material.
    """
    root = stage.pack_roots[spec.pack]
    shape = PropSpec(
        instance_id=spec.frame_instance_id,
        category=spec.frame_category,
        pack=spec.pack,
        item=spec.item,
        file=spec.file,
        object=spec.object,
        collection=spec.collection,
        up_axis=spec.up_axis,
        front=spec.front,
        origin_m=spec.origin_m,
        variant=spec.variant,
        position_m=spec.body_m,
        heading_deg=spec.heading_deg,
        scale=spec.scale,
        low_m=(0.0, 0.0, 0.0),
        high_m=(0.0, 0.0, 0.0),
        licence=spec.licence,
    )
    meshes, colours, by_name = props.shape_of(shape, stage, root)
    glass = by_name.get(spec.material)
    place = (
        Matrix.Translation(spec.body_m)
        @ Matrix.Rotation(math.radians(spec.heading_deg), 4, "Z")
        @ Matrix.Rotation(-math.radians(spec.lean_deg), 4, "Y")
        @ Matrix.Diagonal((*spec.scale, 1.0))
    )
    panes = []
    for mesh in meshes:
        slots = [number for number, material in enumerate(mesh.materials) if material == glass and glass is not None]
        inside = _faces(mesh, slots)
        if inside.any():
            panes.append(_part(mesh, inside))
        if not inside.all():
            frame = bpy.data.objects.new(f"{spec.kind}_frame", _part(mesh, ~inside) if inside.any() else mesh)
            frame.matrix_basis = place
            for name, colour in colours.items():
                frame[name] = colour
            stage.add(frame, spec.frame_instance_id)
    if not panes:
        error = AssetError(
            "the file shows no face of the mirror's material", file=root / spec.file, key="surface.material",
            value=spec.material, hint=f"use one of: {', '.join(sorted(by_name)) or 'none'}",
        )  # fmt: skip
        raise ItemError.of(error, spec.pack, spec.item)
    _add_pane(spec, stage, panes, place)


def _add_pane(spec: Spec, stage: Stage, panes: Sequence[bpy.types.Mesh], place: Matrix) -> None:
    """The pane's faces, moved onto the spec's plane exactly, in the sheet's own axes with UVs in metres."""
    right, up, normal = spec.axes()
    own = Matrix.Identity(4)
    own.translation = spec.position_m
    for column, axis in enumerate((right, -normal, up)):
        for row in range(3):
            own[row][column] = axis[row]
    whole = bmesh.new()
    for mesh in panes:
        mesh.transform(own.inverted() @ place)
        if place.is_negative:
            mesh.flip_normals()
        whole.from_mesh(mesh)
        bpy.data.meshes.remove(mesh)
    for vertex in whole.verts:
        vertex.co.y = 0.0
    for layer in [*whole.loops.layers.uv.values()]:
        whole.loops.layers.uv.remove(layer)
    uv = whole.loops.layers.uv.new("uv")
    shift = Vector((spec.width_m / 2, 0.0))
    for face in whole.faces:
        face.smooth, face.material_index = False, 0
        for loop in face.loops:
            loop[uv].uv = Vector((loop.vert.co.x, loop.vert.co.z)) + shift
    sheet = bpy.data.meshes.new(spec.kind)
    whole.to_mesh(sheet)
    whole.free()
    for attribute in [a for a in sheet.attributes if a.name == "custom_normal"]:
        sheet.attributes.remove(attribute)
    sheet.materials.append(_material(spec))
    obj = bpy.data.objects.new(spec.kind, sheet)
    obj.matrix_basis = own
    stage.add(obj, spec.instance_id, surface=spec.surface, facing=normal.tolist())


def _material(spec: Spec) -> bpy.types.Material:
    materials = Materials()
    if spec.surface == "glass":
        return pane("labelled_pane", materials, spec.tint, spec.roughness, spec.dust, spec.waviness)
    return mirror_glass("mirror_glass", materials, spec.tint, spec.roughness, spec.dust, spec.waviness)


def _faces(mesh: bpy.types.Mesh, slots: Sequence[int]) -> np.ndarray:
    """Which faces (F,) have one of these material slots."""
    index = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("material_index", index)
    return np.isin(index, slots)


def _part(mesh: bpy.types.Mesh, faces: np.ndarray) -> bpy.types.Mesh:
    """A copy of the mesh with these faces only."""
    copy = mesh.copy()
    cut = bmesh.new()
    cut.from_mesh(copy)
    gone = [face for face, kept in zip(cut.faces, faces, strict=True) if not kept]
    bmesh.ops.delete(cut, geom=gone, context="FACES")
    cut.to_mesh(copy)
    cut.free()
    return copy
