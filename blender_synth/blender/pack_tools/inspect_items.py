"""Collects the facts about the files of items from which `packs.rules` derives the findings of `assets check`.

Served to `blender-synth assets check`, one job per item; a file that kills the process fails only its own item.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.pack_loader.load import Loaded, load_file
from blender_synth.blender.pack_loader.shapes import boxes, shown
from blender_synth.packs.blendfile import read_contents
from blender_synth.packs.limits import within_limits
from blender_synth.packs.report import Finding, ImageReport, ItemReport, MeshReport, SkeletonReport

_KEEPS_TRANSFORMS = {".blend", ".glb", ".gltf"}
"""Formats whose importers keep the transforms of objects."""
_MOST_TRIANGLES = 3_000_000
"""Of larger meshes only the number of triangles is reported."""
_NO_AREA = 1e-10
"""Area of a face that counts as zero, relative to the square of the mesh's diagonal."""
_SHEET = 0.45
"""Threshold for |sum of area vectors| / sum of their lengths: 0 for a closed body, 0.2 for a box without a lid, 1 for a
flat sheet."""


def inspect(job: dict[str, Any]) -> dict[str, Any]:
    """Report on one item.

    Args:
        job: `report`, an `ItemReport` as JSON of what is known before; `file` and its pack's `folder`; `objects` and
            `collection` of a `.blend`, as for `load_file`; `item_from_world`, (3, 3), turns Blender's axes into the
            item's.

    Raises:
        AssetError: the file cannot be read.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    file = Path(job["file"])
    loaded = load_file(file, Path(job["folder"]), objects=job["objects"], collection=job["collection"])
    solid = list(dict.fromkeys(shape.original for shape, _, _ in shown(loaded)))
    graph = bpy.context.evaluated_depsgraph_get()
    transforms = file.suffix.lower() in _KEEPS_TRANSFORMS
    known = ItemReport.from_json(job["report"])
    report = replace(
        known,
        box_m=box_of(loaded, Matrix(job["item_from_world"]).to_4x4() @ _from_origin(loaded, job, known.origin)),
        meshes=tuple(mesh_report(obj, graph, transforms) for obj in solid),
        images=image_reports(solid),
        skeletons=skeleton_reports(loaded.objects),
        found=(
            *known.found,
            *(Finding(p.code, p.severity, p.text, p.hint, object=p.object, written=p.written) for p in loaded.problems),
            *_idle_texts(file, Path(job["folder"]), {p.object for p in loaded.problems if p.code == "script_removed"}),
        ),
    )
    return {"report": report.to_json()}


def _from_origin(loaded: Loaded, job: dict[str, Any], origin: str) -> Matrix:
    """Moves the item's origin to the world's: several items in one file may stand next to each other."""
    if origin == "foot":
        for obj in loaded.objects:
            if loaded.name_of(obj) in job["objects"]:
                return Matrix.Translation(-obj.matrix_world.translation)
    return Matrix.Identity(4)


def _idle_texts(file: Path, root: Path, reported: set[str]) -> Iterator[Finding]:
    """Text blocks of a `.blend`, which are never loaded with its objects."""
    for name in read_contents(file, root).texts if file.suffix.lower() == ".blend" else ():
        if name not in reported:
            hint = "remove it from the file: scripts are never executed here"
            yield Finding("script_removed", "warning", "the text block is ignored", hint, object=name)


def mesh_report(obj: bpy.types.Object, graph: bpy.types.Depsgraph, transforms: bool) -> MeshReport:
    """Report on one mesh object, as it is rendered.

    Args:
        transforms: whether the importer keeps those of the object.
    """
    shown = obj.evaluated_get(graph)
    mesh = shown.to_mesh()
    try:
        facts = _shape_facts(mesh, {n for n, slot in enumerate(obj.material_slots) if _is_glass(slot.material)})
        uv = bool(mesh.uv_layers)
    finally:
        shown.to_mesh_clear()
    images = {node.image.name for m in _materials(obj) for node in _image_nodes(m) if node.image and _by_uv(node)}
    if transforms:
        matrix = obj.matrix_world
        sign = -1 if matrix.is_negative else 1
        scale = [sign * v for v in matrix.to_scale()] if obj.parent else obj.scale
        facts["scale"] = tuple(round(v, 5) for v in scale)
        facts["rotation_deg"] = tuple(round(math.degrees(a), 3) for a in matrix.to_euler())
    return MeshReport(
        name=obj.name,
        root=obj.parent is None,
        mirrored=obj.matrix_world.is_negative,
        materials=len(_materials(obj)),
        images=tuple(sorted(images)),
        uv=uv,
        **facts,
    )


def image_reports(objects: Sequence[bpy.types.Object]) -> tuple[ImageReport, ...]:
    """All images that the objects' materials use."""
    images = {node.image for obj in objects for m in _materials(obj) for node in _image_nodes(m) if node.image}
    return tuple(ImageReport(i.name, int(i.size[0]), int(i.size[1])) for i in sorted(images, key=lambda i: i.name))


def skeleton_reports(objects: Sequence[bpy.types.Object]) -> tuple[SkeletonReport, ...]:
    """All armatures."""
    return tuple(
        SkeletonReport(obj.name, tuple(bone.name for bone in obj.data.bones))
        for obj in objects
        if obj.type == "ARMATURE"
    )


def box_of(loaded: Loaded, item_from_world: Matrix) -> Any:
    """(2, 3) box of the surfaces that are rendered, in the item's axes; None if there are none."""
    corners = [np.array(box) for box in boxes(loaded, np.array(item_from_world))]
    if not corners:
        return None
    points = np.concatenate(corners)
    return tuple(points.min(axis=0).tolist()), tuple(points.max(axis=0).tolist())


def _shape_facts(mesh: bpy.types.Mesh, glass_slots: set[int]) -> dict[str, Any]:
    """The fields of a `MeshReport` that come from vertices and faces."""
    mesh.calc_loop_triangles()
    count = len(mesh.loop_triangles)
    facts: dict[str, Any] = {"triangles": count, "glass": bool(glass_slots)}
    if not 0 < count <= _MOST_TRIANGLES:
        return facts
    points = _points(mesh)
    diagonal = float(np.linalg.norm(np.ptp(points, axis=0)))
    areas = np.empty(len(mesh.polygons), np.float32)
    mesh.polygons.foreach_get("area", areas)
    facts["zero_area"] = int((areas <= _NO_AREA * diagonal**2).sum())
    corners = np.empty(count * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", corners)
    slots = np.empty(count, np.int32)
    mesh.loop_triangles.foreach_get("material_index", slots)
    points, triangles = _welded(points, corners.reshape(-1, 3), 1e-6 * diagonal)
    whole = (triangles != np.roll(triangles, 1, axis=1)).all(axis=1)
    triangles, slots = triangles[whole], slots[whole]
    if not len(triangles):
        return facts
    facts["inside_out"], facts["disagreeing_edges"] = _orientation(points, triangles)
    glass = triangles[np.isin(slots, list(glass_slots))]
    facts["glass"] = bool(len(glass))
    if len(glass):
        _, counts, _ = _edges(glass)
        facts["open_edges"], facts["crowded_edges"] = int((counts == 1).sum()), int((counts > 2).sum())
        normals = _area_vectors(points, glass)
        total = float(np.linalg.norm(normals, axis=1).sum())
        facts["sheet"] = bool(np.linalg.norm(normals.sum(axis=0)) > _SHEET * total)
    return facts


def _points(mesh: bpy.types.Mesh) -> np.ndarray:
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", points)
    return points.reshape(-1, 3).astype(np.float64)


def _welded(points: np.ndarray, triangles: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Merge vertices at the same position, because files split them at seams and sharp edges."""
    _, first, to = np.unique(np.round(points / max(tolerance, 1e-12)), axis=0, return_index=True, return_inverse=True)
    return points[first], to.reshape(-1)[triangles]


def _edges(triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges (E, 2), the number of faces at each, and the number of faces that traverse it in ascending minus descending
    order of its vertices."""
    directed = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    edges, to, counts = np.unique(np.sort(directed, axis=1), axis=0, return_inverse=True, return_counts=True)
    balance = np.bincount(to.reshape(-1), np.where(directed[:, 0] < directed[:, 1], 1, -1), len(edges))
    return edges, counts, balance


def _area_vectors(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return np.cross(b - a, c - a) / 2


def _orientation(points: np.ndarray, triangles: np.ndarray) -> tuple[int, int]:
    """Numbers of closed parts that are inside out, and of edges between faces with opposite orientation.

    A closed part whose normals point inwards encloses a negative volume. Parts within others are ignored, because the
    normals of the inner side of a bottle point inwards correctly.
    """
    edges, counts, balance = _edges(triangles)
    pairs = counts == 2
    disagreeing = int((pairs & (balance != 0)).sum())
    part = _parts(len(points), edges)
    parts = np.unique(part[triangles[:, 0]])
    closed = set(parts.tolist()) - set(part[edges[~(pairs & (balance == 0)), 0]].tolist())
    if not closed:
        return 0, disagreeing
    of = part[triangles[:, 0]]
    a, b, c = (points[triangles[:, k]] for k in range(3))
    volumes = np.bincount(of, np.einsum("ij,ij->i", a, np.cross(b, c)) / 6, len(points))
    low, high = np.full((len(points), 3), np.inf), np.full((len(points), 3), -np.inf)
    np.minimum.at(low, part, points)
    np.maximum.at(high, part, points)
    inverted = [p for p in closed if volumes[p] < -1e-12 * float(np.prod(np.maximum(high[p] - low[p], 1e-9)))]
    bodies = np.array(sorted(closed))
    count = 0
    for p in inverted[:1000]:
        around = (low[bodies] < low[p]).all(axis=1) & (high[bodies] > high[p]).all(axis=1)
        count += not around.any()
    return count, disagreeing


def _parts(count: int, edges: np.ndarray) -> np.ndarray:
    """(count,) lowest vertex index of the connected part of each vertex."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[edges[:, 0]], label[edges[:, 1]])
        new = label.copy()
        np.minimum.at(new, edges[:, 0], low)
        np.minimum.at(new, edges[:, 1], low)
        new = new[new]
        if (new == label).all():
            return label
        label = new


def _materials(obj: bpy.types.Object) -> list[bpy.types.Material]:
    return [slot.material for slot in obj.material_slots if slot.material]


def _nodes(tree: bpy.types.NodeTree | None, depth: int = 0) -> Iterator[bpy.types.Node]:
    """All nodes, including those in groups."""
    for node in tree.nodes if tree else ():
        yield node
        if node.type == "GROUP" and depth < 8:
            yield from _nodes(node.node_tree, depth + 1)


def _image_nodes(material: bpy.types.Material) -> Iterator[bpy.types.Node]:
    return (node for node in _nodes(material.node_tree) if node.type == "TEX_IMAGE")


def _by_uv(node: bpy.types.Node) -> bool:
    """Whether an image texture is mapped by UV, explicitly or by default."""
    if node.projection == "BOX":
        return False
    waiting, seen = [node.inputs["Vector"]], set()
    while waiting:
        socket = waiting.pop()
        for link in socket.links:
            source = link.from_node
            if source.type == "UVMAP" or (source.type == "TEX_COORD" and link.from_socket.name == "UV"):
                return True
            if source.name not in seen:
                seen.add(source.name)
                waiting.extend(source.inputs)
    return not node.inputs["Vector"].is_linked


def _is_glass(material: bpy.types.Material | None) -> bool:
    for node in _nodes(material.node_tree if material else None):
        if node.type in ("BSDF_GLASS", "BSDF_REFRACTION"):
            return True
        if node.type == "BSDF_PRINCIPLED":
            through = node.inputs["Transmission Weight"]
            if through.is_linked or through.default_value > 0.5:
                return True
    return False


def handlers(report: Report) -> Handlers:
    """The job `inspect`, whose fields are those of `inspect`'s `job`, and the `size` in bytes of what it reads."""
    bpy.ops.wm.read_factory_settings(use_empty=True)  # so that limits do not count what Blender itself takes

    def inspect_job(size: int, **job: Any) -> dict[str, Any]:
        return within_limits(report, Path(job["file"]), size, lambda: inspect(job))

    return {"inspect": inspect_job}
