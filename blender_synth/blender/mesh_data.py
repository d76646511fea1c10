"""Meshes from arrays: every attribute is handed to Blender as one block of memory.

`mesh.vertices`, `mesh.loops` and `mesh.polygons` set their values one by one, the attributes behind them do not
(Blender 4.5: 45 ms against 3 ms for 30,000 quads).
"""

from __future__ import annotations

import bpy
import numpy as np

_KINDS = {  # data type in Blender, name of its values, numpy type, by the values of one element
    "float": ("FLOAT", "value", np.float32),
    "int": ("INT", "value", np.int32),
    "bool": ("BOOLEAN", "value", np.bool_),
    "vector": ("FLOAT_VECTOR", "vector", np.float32),
    "uv": ("FLOAT2", "vector", np.float32),
    "color": ("FLOAT_COLOR", "color", np.float32),
}


def new_mesh(name: str, points_m: np.ndarray, corners: np.ndarray, sizes: np.ndarray) -> bpy.types.Mesh:
    """A mesh without edges, which `finish` adds.

    Args:
        points_m: (V, 3) vertices. corners: (C,) vertices of all faces, one face after the other.
        sizes: (F,) number of corners of each face.
    """
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(points_m))
    mesh.loops.add(len(corners))
    mesh.polygons.add(len(sizes))
    _set(mesh.attributes["position"], "vector", points_m)
    _set(mesh.attributes[".corner_vert"], "int", corners)
    starts = np.zeros(len(sizes), np.int32)
    np.cumsum(sizes[:-1], out=starts[1:])
    mesh.polygons.foreach_set("loop_start", starts)
    return mesh


def add_attribute(mesh: bpy.types.Mesh, name: str, domain: str, kind: str, values: np.ndarray) -> None:
    """Add an attribute.

    Args:
        domain: "POINT", "CORNER" or "FACE". kind: a key of `_KINDS`. values: one row for each element of the domain.
    """
    _set(mesh.attributes.new(name, _KINDS[kind][0], domain), kind, values)


def finish(mesh: bpy.types.Mesh, materials: np.ndarray, smooth: np.ndarray | bool) -> bpy.types.Mesh:
    """Add what shading needs, and the edges; returns the mesh.

    Args:
        materials: (F,) material slots. smooth: whether faces are shaded smooth, all or (F,).
    """
    add_attribute(mesh, "material_index", "FACE", "int", materials)
    flat = ~np.broadcast_to(smooth, len(mesh.polygons))
    if flat.any():
        add_attribute(mesh, "sharp_face", "FACE", "bool", flat)
    mesh.update(calc_edges=True)
    return mesh


def _set(attribute: bpy.types.Attribute, kind: str, values: np.ndarray) -> None:
    _, field, dtype = _KINDS[kind]
    attribute.data.foreach_set(field, np.ascontiguousarray(values, dtype).ravel())
