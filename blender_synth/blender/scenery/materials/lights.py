"""What glows: lit panels, signals, lamps."""

from __future__ import annotations

import bpy

from blender_synth.blender.scenery.materials.library import GLOW, LAMP_LENS, MAKERS, STAYS_CLEAR, Materials, tint
from blender_synth.blender.shading.nodes import Graph


def _glow(materials: Materials) -> bpy.types.Material:
    """Lit panels inside shops: the tint as radiance."""
    g = Graph(GLOW, STAYS_CLEAR)
    colour, _ = tint(g)
    return g.surface(g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0])


def _signal(materials: Materials) -> bpy.types.Material:
    """Lit lenses of signals and signs: the tint as radiance; they are not sampled as light sources."""
    g = Graph("signal")
    colour, _ = tint(g)
    g.material.cycles.emission_sampling = "NONE"
    return g.surface(g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0])


def _lamp_lens(materials: Materials) -> bpy.types.Material:
    """Frosted glass of a street lamp; `weather.night` lights it."""
    g = Graph(LAMP_LENS, STAYS_CLEAR)
    colour, _ = tint(g)
    g.material.cycles.emission_sampling = "NONE"
    return g.surface(g.principled(base=colour, roughness=0.3))


def _lamp(materials: Materials) -> bpy.types.Material:
    """The visible surface of a lamp: the tint as radiance, for camera and glossy rays only. Its light comes from an
    invisible light object behind it, which needs far fewer samples."""
    g = Graph("lamp")
    colour, _ = tint(g)
    path = g.node("ShaderNodeLightPath").outputs
    dark = g.node("ShaderNodeBsdfDiffuse", {"Color": (0.7, 0.7, 0.7)}).outputs[0]
    past = g.node("ShaderNodeBsdfTransparent").outputs[0]
    lit = g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0]
    g.material.cycles.emission_sampling = "NONE"
    seen = g.mix_shaders(path["Is Diffuse Ray"], lit, dark)
    return g.surface(g.mix_shaders(path["Is Shadow Ray"], seen, past))


MAKERS.update(
    {
        GLOW: _glow,
        "signal": _signal,
        LAMP_LENS: _lamp_lens,
        "lamp": _lamp,
    }
)
