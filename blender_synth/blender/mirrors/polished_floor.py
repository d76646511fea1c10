"""Builds a floor of polished slabs: each of its own shade, with matt joints."""

from __future__ import annotations

import bpy

from blender_synth.blender.mirrors.materials import STONE_IOR, fresnel, glossy, grunge
from blender_synth.blender.mirrors.puddles import add_level
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.polished_floor import Spec


def build(spec: Spec, stage: Stage) -> None:
    """Add the floor to the scene."""
    materials = Materials()
    materials["polished_stone"] = _stone(spec, materials)
    add_level(spec, stage, spec.corners_m(), "polished_stone", materials)


def _stone(spec: Spec, materials: Materials) -> bpy.types.Material:
    g = Graph("polished_stone")
    uv = g.scale(g.uv(), 1.0 / spec.slab_m)
    slab = g.node("ShaderNodeVectorMath", {0: uv}, operation="FLOOR").outputs[0]
    within = g.node("ShaderNodeVectorMath", {0: uv}, operation="FRACTION").outputs[0]
    x, y, _ = (g.node("ShaderNodeSeparateXYZ", {0: within}).outputs[k] for k in range(3))
    nearest = [g.math("MINIMUM", v, g.math("SUBTRACT", 1.0, v)) for v in (x, y)]
    half = spec.joint_m / spec.slab_m / 2
    joint = g.ramp(g.math("MINIMUM", *nearest), 0.8 * half, 1.2 * half, 1.0, 0.0)
    shade = g.node("ShaderNodeTexWhiteNoise", {0: g.vector("ADD", slab, (spec.detail_seed % 997, 0.0, 0.0))}).outputs[0]
    broad, streak, speckle = grunge(g, materials, 4.0)
    light = g.math("MULTIPLY", g.ramp(shade, 0, 1, 0.82, 1.2), g.ramp(speckle, 0.1, 0.95, 0.6, 1.5))
    base = g.mix(joint, g.scale(spec.stone_rgb, light), (0.06, 0.058, 0.055))
    own = g.node("ShaderNodeBsdfDiffuse", {"Color": base}).outputs[0]
    worn = g.math("MULTIPLY", g.math("MULTIPLY", broad, streak), 0.5 * spec.wear)
    share = g.math("MULTIPLY", fresnel(g, STONE_IOR), g.math("SUBTRACT", 1.0, joint))
    share = g.math("MULTIPLY", share, g.math("SUBTRACT", 1.0, worn))
    polish = glossy(g, (1.0, 1.0, 1.0), spec.roughness)
    return g.surface(g.node("ShaderNodeMixShader", {0: share, 1: own, 2: polish}).outputs[0])
