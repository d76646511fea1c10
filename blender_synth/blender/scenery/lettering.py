"""Words as geometry, in Blender's built-in font."""

from __future__ import annotations

from functools import lru_cache

import bpy
import numpy as np

from blender_synth.blender import shelf
from blender_synth.blender.scenery.meshes import Part, part


@lru_cache(maxsize=256)
def letters(words: str) -> Part:
    """`words` in the plane y = 0 facing -y, baseline at z = 0, left end at x = 0, capitals 0.7 high; a little thick."""
    obj = shelf.block(("words",), _words)
    obj.data.body = words
    mesh = obj.to_mesh()
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.attributes["position"].data.foreach_get("vector", points)
    mesh.calc_loop_triangles()
    triangles = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", triangles)
    obj.to_mesh_clear()
    points = points.reshape(-1, 3)
    points = np.column_stack([points[:, 0] - points[:, 0].min(), -points[:, 2], points[:, 1]])
    return part(points, triangles.reshape(-1, 3), "paint")


def _words() -> bpy.types.Object:
    """What letters are made with: adding and removing data-blocks takes longer than the letters."""
    curve = bpy.data.curves.new("words", "FONT")
    curve.extrude = 0.02
    curve.resolution_u = 3
    return bpy.data.objects.new("words", curve)
