"""Opens a scene's `.blend` and tells its objects as `Record`s: what is rendered, what lights, what is only a mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from blender_synth.errors import AssetError
from blender_synth.world.scenery._marks import Record, mark_of, surface_of

SHAPED = ("MESH", "CURVE", "SURFACE", "FONT", "META")
_DEEPEST = 6
"""How deep instances of collections may lie in each other."""


@dataclass(frozen=True)
class Opened:
    """A file's objects.

    Attributes:
        records: all of them. shown: of what is rendered, by record's name: a new object, not linked. lights: the same.
        materials: names of what they wear. removed: drivers and scripts that were taken out, as text.
    """

    records: list[Record]
    shown: dict[str, bpy.types.Object] = field(default_factory=dict)
    lights: dict[str, bpy.types.Object] = field(default_factory=dict)
    materials: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def open_scene(file: Path, root: Path) -> Opened:
    """Append the first scene of a file, as new objects that only `records` and the two mappings still hold.

    Nothing in the file is run, and no path in it leaves `root`.

    Raises:
        AssetError: the file is unreadable, holds no scene, or refers to files outside `root`.
    """
    scene, removed = _append(file, root)
    graph_scene = bpy.context.scene
    linked = []
    for obj in list(bpy.data.objects):
        if obj.name not in graph_scene.collection.objects:
            graph_scene.collection.objects.link(obj)
            linked.append(obj)
        obj.hide_viewport = False  # what is hidden there is not evaluated
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    found = Opened(records=[], removed=removed)
    meshes: dict[str, bpy.types.Mesh] = {}
    for obj, matrix, name, where in list(_walk(scene)):
        _take(found, obj, matrix, name, where, graph, meshes)
    found.materials.extend(sorted({s.name for o in found.shown.values() for m in [o.data] for s in m.materials if s}))
    for obj in linked:
        bpy.data.objects.remove(obj)
    bpy.data.scenes.remove(scene)
    return found


@dataclass(frozen=True)
class _Where:
    collections: tuple[str, ...]
    parents: tuple[str, ...]
    properties: dict[str, Any]
    hidden: bool


def _walk(scene: bpy.types.Scene) -> Iterator[tuple[bpy.types.Object, Matrix, str, _Where]]:
    """(object, world matrix, name, where it is) of everything in a scene, instances of collections opened up."""
    seen = set()

    def tree(collection: bpy.types.Collection, path: tuple[str, ...], told: dict, hidden: bool):
        for obj in collection.objects:
            if obj.name in seen:
                continue
            seen.add(obj.name)
            parents, above = [], obj.parent
            while above is not None:
                parents.insert(0, above.name)
                above = above.parent
            properties = told | _properties(obj)
            where = _Where(path, tuple(parents), properties, hidden or obj.hide_render)
            yield from opened(obj, obj.matrix_world.copy(), obj.name, where, 0)
        for child in collection.children:
            yield from tree(child, (*path, child.name), told | _properties(child), hidden or child.hide_render)

    def opened(obj, matrix: Matrix, name: str, where: _Where, depth: int):
        if obj.instance_type != "COLLECTION" or obj.instance_collection is None or depth > _DEEPEST:
            yield obj, matrix, name, where
            return
        origin = matrix @ Matrix.Translation(-obj.instance_collection.instance_offset)
        yield obj, matrix, name, where
        for inner in obj.instance_collection.all_objects:
            inside = _Where(where.collections, (*(where.parents or ()), name), where.properties | _properties(inner),
                            where.hidden or inner.hide_render)  # fmt: skip
            yield from opened(inner, origin @ inner.matrix_world, f"{name}/{inner.name}", inside, depth + 1)

    yield from tree(scene.collection, (), {}, False)


def _properties(block: bpy.types.ID) -> dict[str, Any]:
    """Custom properties of plain values."""
    found = {}
    for key in block.keys():  # noqa: SIM118 - a datablock, not a mapping
        value = block.get(key)
        if isinstance(value, str | int | float | bool):
            found[key] = value
    return found


def _take(found: Opened, obj, matrix: Matrix, name: str, where: _Where, graph, meshes: dict) -> None:
    told = {
        "name": name,
        "collections": where.collections,
        "parents": where.parents,
        "properties": where.properties,
        "matrix": np.array(matrix),
    }
    if obj.type == "EMPTY":
        size = obj.empty_display_size * max(abs(v) for v in matrix.to_scale())
        found.records.append(Record(kind="EMPTY", arrow=obj.empty_display_type == "SINGLE_ARROW", size_m=size, **told))
        return
    if obj.type == "CAMERA":
        found.records.append(Record(kind="CAMERA", **told))
        return
    if obj.type == "LIGHT":
        record = Record(kind="LIGHT", **told)
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
    record = Record(kind="MESH", **told, **_shape(mesh, matrix))
    if where.hidden and mark_of(record) is None:
        return
    found.records.append(record)
    if mark_of(record) is None and len(mesh.polygons):
        shown = bpy.data.objects.new(name, mesh)
        shown.matrix_world = matrix
        shown.color = obj.color
        found.shown[name] = shown


def _mesh(obj: bpy.types.Object, graph: bpy.types.Depsgraph) -> bpy.types.Mesh:
    """What an object looks like, modifiers applied, in its own axes, with the materials it wears."""
    shown = obj.evaluated_get(graph)
    mesh = bpy.data.meshes.new_from_object(shown, preserve_all_data_layers=True, depsgraph=graph)
    mesh.name = f"own_{obj.name}"
    for key in list(mesh.keys()):  # the file's own properties could pass for labels
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
        "vertices": points.reshape(-1, 3).astype(float) @ world[:3, :3].T + world[:3, 3],
        "polygons": polygons,
        "edges": edges.reshape(-1, 2),
        "slots": tuple(materials),
        "slot_of": tuple(slots.tolist()) if len(materials) > 1 or any(map(surface_of, materials)) else (),
        "looks": looks,
    }


def _look(material: bpy.types.Material) -> tuple[float, tuple[float, float, float]]:
    """Roughness and colour of what reflects: those of a metallic, glassy or polished principled surface."""
    surface = surface_of(material.name)
    plain = (0.35, 0.33, 0.3) if surface == "polished" else (0.94, 0.95, 0.945)
    nodes = material.node_tree.nodes if material.use_nodes else []
    node = next((n for n in nodes if n.type == "BSDF_PRINCIPLED"), None)
    if node is None or node.inputs["Base Color"].is_linked:
        return 0.0, plain
    meant = max(node.inputs[k].default_value for k in ("Metallic", "Transmission Weight"))
    if surface != "polished" and meant <= 0.5:
        return 0.0, plain
    rgb = tuple(float(c) for c in node.inputs["Base Color"].default_value[:3])
    roughness = node.inputs["Roughness"]
    return (0.0 if roughness.is_linked else float(roughness.default_value)), rgb


def _append(file: Path, root: Path) -> tuple[bpy.types.Scene, list[str]]:
    with open(file, "rb") as opened:
        magic = opened.read(12)
    if not magic.startswith((b"BLENDER", b"\x28\xb5\x2f\xfd", b"\x1f\x8b")):
        raise AssetError("the file is no .blend", file=file, value=magic[:8], mend="save it again from Blender")
    try:
        with bpy.data.libraries.load(str(file), link=False) as (there, wanted):
            if not there.scenes:
                raise AssetError("the file holds no scene", file=file, mend="save the scene itself, not only assets")
            wanted.scenes = there.scenes[:1]
    except (OSError, RuntimeError) as error:
        raise AssetError("Blender cannot read the file", file=file, value=str(error).strip(),
                         mend="save it again from Blender 4.5 or older") from None  # fmt: skip
    scene = wanted.scenes[0]
    if scene is None:
        raise AssetError("Blender cannot read the file's scene", file=file, mend="save it again from Blender")
    removed = []
    for block in (*bpy.data.objects, *bpy.data.meshes, *bpy.data.materials, *bpy.data.lights, *bpy.data.worlds,
                  *bpy.data.node_groups, *bpy.data.collections, scene):  # fmt: skip
        data = getattr(block, "animation_data", None)
        if data is not None:
            removed += [f"{block.name}: driver of {driver.data_path}" for driver in data.drivers]
            block.animation_data_clear()
        tree = getattr(block, "node_tree", None)
        if tree is not None and tree.animation_data is not None:
            removed += [f"{block.name}: driver of {driver.data_path}" for driver in tree.animation_data.drivers]
            tree.animation_data_clear()
    for text in list(bpy.data.texts):
        removed.append(f"text {text.name}")
        bpy.data.texts.remove(text)
    _check_paths(file, root)
    return scene, removed


def _check_paths(file: Path, root: Path) -> None:
    """Refuse what lies outside the scene's folder.

    Raises:
        AssetError: naming the picture or library.
    """
    root = root.resolve()
    for library in bpy.data.libraries:
        path = Path(bpy.path.abspath(library.filepath)).resolve()
        if path != file.resolve() and not path.is_relative_to(root):
            raise AssetError("the scene links a file outside its folder", file=file, value=library.filepath,
                             mend="append instead of linking, or copy the library into the folder")  # fmt: skip
    for image in bpy.data.images:
        if image.source not in ("FILE", "SEQUENCE", "MOVIE", "TILED") or image.packed_file or not image.filepath:
            continue
        path = Path(bpy.path.abspath(image.filepath, library=image.library)).resolve()
        if not path.is_relative_to(root):
            raise AssetError("a picture lies outside the scene's folder", file=file, value=image.name,
                             mend="pack it into the .blend (File > External Data > Pack Resources)")  # fmt: skip
