"""Water in basins and fountains."""

from __future__ import annotations

import bpy

from blender_synth.blender.scenery.materials.library import MAKERS, Materials, mapped, tint
from blender_synth.blender.shading.nodes import Graph


def _pool(materials: Materials) -> bpy.types.Material:
    """Slightly rippled water in a basin; opaque."""
    g = Graph("pool")
    colour, _ = tint(g)
    ripples = mapped(g, materials, "plaster", g.uv(), 4.0).outputs["Alpha"]
    return g.surface(
        g.principled(base=colour, roughness=0.03, ior=1.333, specular=0.5, normal=g.bump(ripples, 0.03, 0.5))
    )


def _spray(materials: Materials) -> bpy.types.Material:
    """Falling water, white with air."""
    g = Graph("spray")
    colour, _ = tint(g)
    white = g.node("ShaderNodeBsdfTranslucent", {"Color": colour}).outputs[0]
    gloss = g.node("ShaderNodeBsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.1}).outputs[0]
    clear = g.node("ShaderNodeBsdfTransparent").outputs[0]
    water = g.mix_shaders(0.35, white, gloss)
    return g.surface(g.mix_shaders(0.45, water, clear))


MAKERS.update(
    {
        "pool": _pool,
        "spray": _spray,
    }
)
