"""Builds the studio: a floor and a wall."""

from __future__ import annotations

import bpy

from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.studio import FLOOR_ID, WALL_ID, WALL_Y_M, Spec

_FLOOR_REACH_M = 60.0


def build(spec: Spec, stage: Stage) -> None:
    """Add floor and wall to the scene."""
    r, half, top = _FLOOR_REACH_M, spec.width_m / 2, spec.wall_height_m
    floor = [(-r, -r, 0), (r, -r, 0), (r, r, 0), (-r, r, 0)]
    stage.add(_quads("floor", floor, [(0, 1, 2, 3)], spec.floor_rgb), FLOOR_ID)
    y0, y1 = WALL_Y_M, WALL_Y_M + 0.2
    corners = [(x, y, z) for z in (0, top) for x, y in ((-half, y0), (half, y0), (half, y1), (-half, y1))]
    sides = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7)]
    stage.add(_quads("wall", corners, sides, spec.wall_rgb), WALL_ID)


def _quads(name: str, corners: list, faces: list, rgb: tuple[float, float, float]) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], faces)
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    principled = material.node_tree.nodes["Principled BSDF"]
    principled.inputs["Base Color"].default_value = (*rgb, 1.0)
    principled.inputs["Roughness"].default_value = 0.7
    mesh.materials.append(material)
    return bpy.data.objects.new(name, mesh)
