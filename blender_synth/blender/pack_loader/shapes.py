"""The surfaces of a loaded file, as they are rendered."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np
from mathutils import Matrix

from blender_synth.blender.pack_loader.loaded import Loaded

_SURFACES = ("MESH", "CURVE", "SURFACE", "FONT", "META")


def shown(loaded: Loaded) -> Iterator[tuple[bpy.types.Object, Matrix, bpy.types.Depsgraph]]:
    """Each evaluated object with a surface, its matrix in the scene, and its dependency graph.

    Modifiers and subdivision are those of the render; instances of collections and geometry nodes are yielded one by
    one. Objects that are hidden from the render are left out. Results are invalid after the next iteration step.
    """
    for obj in loaded.objects:
        obj.hide_viewport = False
        obj.hide_set(False)
    for obj in loaded.every_object():  # including those of instanced collections
        for modifier in obj.modifiers:
            modifier.show_viewport = modifier.show_render
            if modifier.type in ("SUBSURF", "MULTIRES"):
                modifier.levels = modifier.render_levels
    ours = set(loaded.objects)
    graph = bpy.context.evaluated_depsgraph_get()
    graph.update()
    for instance in graph.object_instances:
        shape = instance.object
        source = (instance.parent if instance.is_instance else shape).original
        if source not in ours or source.hide_render or (not instance.is_instance and not instance.show_self):
            continue
        if shape.type in _SURFACES and not shape.original.hide_render:
            yield shape, instance.matrix_world.copy(), graph


def points_of(mesh: bpy.types.Mesh) -> np.ndarray:
    """(V, 3) float64 vertices of a mesh."""
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.attributes["position"].data.foreach_get("vector", points)
    return points.reshape(-1, 3).astype(float)


def boxes(loaded: Loaded, turn: np.ndarray) -> Iterator[np.ndarray]:
    """(2, 3) box of each surface that is rendered.

    Args:
        turn: (4, 4), from the scene's axes to those of the boxes.
    """
    for shape, matrix, graph in shown(loaded):
        mesh = shape.to_mesh(preserve_all_data_layers=False, depsgraph=graph)
        if mesh is not None and mesh.polygons:
            placed = turn @ np.array(matrix)
            points = points_of(mesh) @ placed[:3, :3].T + placed[:3, 3]
            yield np.stack([points.min(axis=0), points.max(axis=0)])
        shape.to_mesh_clear()
