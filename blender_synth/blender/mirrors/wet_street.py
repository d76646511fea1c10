"""Builds a wet carriageway: a film of water through which the road is seen darker, broken by the stones."""

from __future__ import annotations

import bpy

from blender_synth.blender.mirrors.materials import WATER_IOR, fresnel, glossy, grunge, see_through
from blender_synth.blender.mirrors.puddles import add_level
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.wet_street import Spec


def build(spec: Spec, stage: Stage) -> None:
    """Add the film to the scene."""
    materials = Materials()
    materials["wet_film"] = _film(spec, materials)
    add_level(spec, stage, spec.corners_m(), "wet_film", materials)


def _film(spec: Spec, materials: Materials) -> bpy.types.Material:
    g = Graph("wet_film")
    broad, streak, _ = grunge(g, materials, 1.0)
    fine, _, _ = grunge(g, materials, 6.0)
    stones = g.math("MULTIPLY", g.ramp(fine, 0.35, 0.75), g.ramp(broad, 0.25, 0.8, 1.0, 0.15))
    closed = g.math("SUBTRACT", 1.0, g.math("MULTIPLY", stones, 0.85 * spec.relief))
    share = g.math("MULTIPLY", fresnel(g, WATER_IOR), closed)
    rough = g.math("ADD", spec.roughness, g.math("MULTIPLY", streak, 0.02 * spec.relief))
    below = (spec.darkening, 0.985 * spec.darkening, 0.965 * spec.darkening)
    mixed = g.node("ShaderNodeMixShader", {0: share, 1: see_through(g, below), 2: glossy(g, (1.0, 1.0, 1.0), rough)})
    return g.surface(mixed.outputs[0])
