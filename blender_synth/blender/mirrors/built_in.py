"""Builds the flat mirrors, panes and water that are part of an artist's scene, from their outlines in the spec."""

from __future__ import annotations

import bpy
import numpy as np

from blender_synth.blender.mirrors.materials import STONE_IOR, fresnel, glossy, mirror_glass, pane, water
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.built_in import Spec


def build(spec: Spec, stage: Stage) -> None:
    """Add the sheet to the scene. What carries it is the scenery's."""
    points = np.concatenate([np.array(face, float) for face in spec.faces_m])
    faces, first = [], 0
    for face in spec.faces_m:
        faces.append(tuple(range(first, first + len(face))))
        first += len(face)
    mesh = bpy.data.meshes.new(f"own_{spec.instance_id}")
    mesh.from_pydata(points.tolist(), [], faces)
    point, normal = spec.plane()
    right = np.cross((0.0, 0.0, 1.0) if abs(normal[2]) < 0.9 else (1.0, 0.0, 0.0), normal)
    right /= np.linalg.norm(right)
    uvs = (points - point) @ np.stack([right, np.cross(normal, right)], axis=1)
    loops = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", loops)
    mesh.uv_layers.new(name="uv").data.foreach_set("uv", uvs[loops].astype(np.float32).ravel())
    mesh.materials.append(_material(spec))
    stage.add(bpy.data.objects.new(mesh.name, mesh), spec.instance_id, surface=spec.surface, facing=normal.tolist())


def _material(spec: Spec) -> bpy.types.Material:
    name, materials = f"own_{spec.surface}", Materials()
    if spec.surface == "glass":
        return pane(name, materials, spec.tint, spec.roughness, dust=0.2, waviness=0.15)
    if spec.surface == "water":
        return water(name, spec.roughness, darkening=0.8, ripple=0.2)
    if spec.surface == "polished":
        g = Graph(name)
        own = g.node("ShaderNodeBsdfDiffuse", {"Color": spec.tint}).outputs[0]
        shine = glossy(g, (1.0, 1.0, 1.0), spec.roughness)
        return g.surface(g.node("ShaderNodeMixShader", {0: fresnel(g, STONE_IOR), 1: own, 2: shine}).outputs[0])
    return mirror_glass(name, materials, spec.tint, spec.roughness, dust=0.15)
