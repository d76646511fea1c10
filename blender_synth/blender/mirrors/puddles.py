"""Builds a puddle: a level sheet of water, and the wet ground round its edge, darker towards the water."""

from __future__ import annotations

import bpy
import numpy as np

from blender_synth.blender.mirrors.materials import grunge, water
from blender_synth.blender.mirrors.sheets import fan
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import part, to_object
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.puddles import Spec
from blender_synth.world.mirrors.shapes import Flat

_RIM_M = 0.16


def build(spec: Spec, stage: Stage) -> None:
    """Add the water to the scene under its id, the wet rim under the ground's."""
    materials = Materials()
    materials["puddle"] = water("puddle", spec.roughness, spec.darkening, spec.ripple)
    outline = spec.corners_m()
    add_level(spec, stage, outline, "puddle", materials)
    if spec.ground_id is None:
        return
    materials["wet_rim"] = _rim_material(spec, materials)
    xy = outline[:, :2]
    along = np.roll(xy, -1, axis=0) - np.roll(xy, 1, axis=0)
    out = np.column_stack([along[:, 1], -along[:, 0]])
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    rng = np.random.default_rng(spec.detail_seed)
    reach = _RIM_M * (
        0.6 + 0.8 * np.convolve(np.tile(rng.random(len(xy)), 3), np.ones(7) / 7, "same")[len(xy) : -len(xy)]
    )
    n, z = len(xy), spec.position_m[2] + spec.rise_m / 2
    points = np.concatenate(
        [np.column_stack([xy, np.full(n, z)]), np.column_stack([xy + reach[:, None] * out, np.full(n, z)])]
    )
    j = np.arange(n)
    k = (j + 1) % n
    faces = np.stack([j, n + j, n + k, k], axis=1)
    width = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.roll(xy, -1, axis=0) - xy, axis=1))])
    ends = ((width[j], 0 * j), (width[j], 0 * j + 1), (width[j + 1], 0 * j + 1), (width[j + 1], 0 * j))
    uvs = np.stack([np.column_stack(end) for end in ends], axis=1)
    stage.add(to_object("wet_rim", part(points, faces, "wet_rim", uvs=uvs), materials), spec.ground_id)


def add_level(spec: Flat, stage: Stage, outline: np.ndarray, material: str, materials: Materials) -> bpy.types.Object:
    """A level surface under the mirror's id; UVs are world metres."""
    obj = to_object(spec.kind, fan(outline, material, outline[:, :2]), materials)
    return stage.add(obj, spec.instance_id, surface=spec.surface, facing=(0.0, 0.0, 1.0))


def _rim_material(spec: Spec, materials: Materials) -> bpy.types.Material:
    """Lets the ground through, darkened as under the water at the edge and less and less outwards."""
    g = Graph("wet_rim")
    away = g.node("ShaderNodeSeparateXYZ", {0: g.uv()}).outputs["Y"]
    broad, _, _ = grunge(g, materials, 3.0)
    edge = g.math("ADD", away, g.math("MULTIPLY", g.math("SUBTRACT", broad, 0.5), 0.5))
    wet = g.ramp(edge, 0.15, 0.9, spec.darkening, 1.0)
    wet = g.math("MAXIMUM", wet, g.ramp(away, 0.8, 1.0, 0.0, 1.0))
    return g.surface(g.node("ShaderNodeBsdfTransparent", {"Color": g.scale((1.0, 1.0, 1.0), wet)}).outputs[0])
