"""Opens a scene's `.blend` and returns its objects as `Record`s: rendered objects, lights and markers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from blender_synth.blender.pack_loader.load import load_file
from blender_synth.packs.problems import Problem
from blender_synth.world.scenery.shared.marks import Record, mark_of, surface_of

SHAPED = ("MESH", "CURVE", "SURFACE", "FONT", "META")
_DEEPEST = 6
"""Largest nesting depth of collection instances."""


@dataclass(frozen=True)
class Opened:
    """A file's objects.

    Attributes:
        records: of all objects. shown: new, unlinked objects of what is rendered, by record name. lights: likewise.
        materials: names of the materials in use. problems: what the loader removed or could not find.
    """

    records: list[Record] = field(default_factory=list)
    shown: dict[str, bpy.types.Object] = field(default_factory=dict)
    lights: dict[str, bpy.types.Object] = field(default_factory=dict)
    materials: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def open_scene(file: Path, root: Path) -> Opened:
    """Load the scene of a file as new objects that only `shown` and `lights` of the result refer to.

    Raises:
        AssetError: the file is unreadable, or refers to files outside `root`.
    """
    loaded = load_file(file, root)
    shown_in_scene = list(loaded.objects)
    scene = bpy.context.scene
    for obj in loaded.every_object():  # originals of instances have a world matrix only once they are linked
        if obj.name not in scene.collection.objects:
            scene.collection.objects.link(obj)
        obj.hide_viewport = False  # objects hidden there are not evaluated
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    found = Opened(problems=loaded.problems)
    meshes: dict[str, bpy.types.Mesh] = {}
    for obj, matrix, name, where in list(_walk(shown_in_scene)):
        _take(found, obj, matrix, name, where, graph, meshes)
    found.materials.extend(sorted({m.name for mesh in meshes.values() for m in mesh.materials if m is not None}))
    new = [*found.shown.values(), *found.lights.values()]
    loaded.drop(keep=[*new, *(obj.data for obj in new)])
    return found


@dataclass(frozen=True)
class _Where:
    collections: tuple[str, ...]
    parents: tuple[str, ...]
    properties: dict[str, Any]
    hidden: bool


def _walk(objects: list[bpy.types.Object]) -> Iterator[tuple[bpy.types.Object, Matrix, str, _Where]]:
    """Yield (object, world matrix, name, context) of objects, collection instances expanded."""
    above = {child: parent for parent in bpy.data.collections for child in parent.children}

    def opened(
        obj: bpy.types.Object, matrix: Matrix, name: str, where: _Where, depth: int
    ) -> Iterator[tuple[bpy.types.Object, Matrix, str, _Where]]:
        if obj.instance_type != "COLLECTION" or obj.instance_collection is None or depth > _DEEPEST:
            yield obj, matrix, name, where
            return
        origin = matrix @ Matrix.Translation(-obj.instance_collection.instance_offset)
        yield obj, matrix, name, where
        for inner in obj.instance_collection.all_objects:
            inside = _Where(where.collections, (*(where.parents or ()), name), where.properties | _properties(inner),
                            where.hidden or inner.hide_render)  # fmt: skip
            yield from opened(inner, origin @ inner.matrix_world, f"{name}/{inner.name}", inside, depth + 1)

    for obj in objects:
        path: list[bpy.types.Collection] = [c for c in obj.users_collection if c in set(bpy.data.collections)][:1]
        while path and path[0] in above:
            path.insert(0, above[path[0]])
        properties: dict[str, Any] = {}
        for block in (*path, obj):
            properties |= _properties(block)
        parents: list[str] = []
        parent = obj.parent
        while parent is not None:
            parents.insert(0, parent.name)
            parent = parent.parent
        where = _Where(tuple(c.name for c in path), tuple(parents), properties, obj.hide_render)
        yield from opened(obj, obj.matrix_world.copy(), obj.name, where, 0)


def _properties(block: bpy.types.ID) -> dict[str, Any]:
    """Custom properties with plain values."""
    found = {}
    for key in block.keys():  # noqa: SIM118 - a datablock, not a mapping
        value = block.get(key)
        if isinstance(value, str | int | float | bool):
            found[key] = value
    return found


def _take(
    found: Opened,
    obj: bpy.types.Object,
    matrix: Matrix,
    name: str,
    where: _Where,
    graph: bpy.types.Depsgraph,
    meshes: dict,
) -> None:
    common = {
        "name": name,
        "collections": where.collections,
        "parents": where.parents,
        "properties": where.properties,
        "matrix": np.round(np.array(matrix), 6),
    }
    if obj.type == "EMPTY":
        size = obj.empty_display_size * max(abs(v) for v in matrix.to_scale())
        found.records.append(
            Record(kind="EMPTY", arrow=obj.empty_display_type == "SINGLE_ARROW", size_m=size, **common)
        )
        return
    if obj.type == "CAMERA":
        found.records.append(Record(kind="CAMERA", **common))
        return
    if obj.type == "LIGHT":
        record = Record(kind="LIGHT", **common)
        if mark_of(record) is None and (where.hidden or obj.data.type == "SUN"):
            return
        found.records.append(record)
        if mark_of(record) is None:
            light = bpy.data.objects.new(f"light_{name}", obj.data.copy())
            light.data.use_nodes = False
            light.matrix_world = matrix
            found.lights[name] = light
        return
    if obj.type not in SHAPED:
        return
    if obj.name not in meshes:
        meshes[obj.name] = _mesh(obj, graph)
    mesh = meshes[obj.name]
    record = Record(kind="MESH", **common, **_shape(mesh, matrix))
    if where.hidden and mark_of(record) is None:
        return
    found.records.append(record)
    if mark_of(record) is None and len(mesh.polygons):
        shown = bpy.data.objects.new(name, mesh)
        shown.matrix_world = matrix
        shown.color = obj.color
        found.shown[name] = shown


def _mesh(obj: bpy.types.Object, graph: bpy.types.Depsgraph) -> bpy.types.Mesh:
    """The evaluated mesh of an object, modifiers applied, in local coordinates, with its materials."""
    shown = obj.evaluated_get(graph)
    mesh = bpy.data.meshes.new_from_object(shown, preserve_all_data_layers=True, depsgraph=graph)
    mesh.name = f"own_{obj.name}"
    for key in list(mesh.keys()):  # properties from the file could be mistaken for label properties
        del mesh[key]
    return mesh


def _shape(mesh: bpy.types.Mesh, matrix: Matrix) -> dict[str, Any]:
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", points)
    world = np.array(matrix, float)
    starts, totals = np.empty(len(mesh.polygons), np.int32), np.empty(len(mesh.polygons), np.int32)
    corners, slots = np.empty(len(mesh.loops), np.int32), np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("loop_start", starts)
    mesh.polygons.foreach_get("loop_total", totals)
    mesh.polygons.foreach_get("material_index", slots)
    mesh.loops.foreach_get("vertex_index", corners)
    edges = np.empty(len(mesh.edges) * 2, np.int32)
    mesh.edges.foreach_get("vertices", edges)
    polygons = np.split(corners, starts[1:]) if len(starts) else []
    if matrix.is_negative:
        polygons = [p[::-1] for p in polygons]
    materials = [material.name if material else "" for material in mesh.materials]
    looks = {m.name: _look(m) for m in mesh.materials if m is not None}
    return {
        "vertices": np.round(points.reshape(-1, 3).astype(float) @ world[:3, :3].T + world[:3, 3], 5),
        "polygons": polygons,
        "edges": edges.reshape(-1, 2),
        "slots": tuple(materials),
        "slot_of": tuple(slots.tolist()) if len(materials) > 1 or any(map(surface_of, materials)) else (),
        "looks": looks,
    }


def _look(material: bpy.types.Material) -> tuple[float, tuple[float, float, float]]:
    """Roughness and colour of a reflecting material, from a metallic, transmissive or polished principled shader."""
    surface = surface_of(material.name)
    plain = (0.35, 0.33, 0.3) if surface == "polished" else (0.94, 0.95, 0.945)
    nodes = material.node_tree.nodes if material.use_nodes else []
    node = next((n for n in nodes if n.type == "BSDF_PRINCIPLED"), None)
    if node is None or node.inputs["Base Color"].is_linked:
        return 0.0, plain
    meant = max(node.inputs[k].default_value for k in ("Metallic", "Transmission Weight"))
    if surface != "polished" and meant <= 0.5:
        return 0.0, plain
    red, green, blue = (float(c) for c in node.inputs["Base Color"].default_value[:3])
    roughness = node.inputs["Roughness"]
    return (0.0 if roughness.is_linked else float(roughness.default_value)), (red, green, blue)
