"""Paint, glass and lenses of cars."""

from __future__ import annotations

import bpy

from blender_synth.blender.scenery.materials.library import (
    DIRT_PROPERTY,
    HEAD_LAMP,
    LIGHTS_PROPERTY,
    MAKERS,
    SEALED,
    STAYS_CLEAR,
    TAIL_LAMP,
    Maker,
    Materials,
    mapped,
    tint,
)
from blender_synth.blender.shading.nodes import Graph


def _car_paint(materials: Materials) -> bpy.types.Material:
    """Clear coat over paint. The object's colour is the paint's, its alpha is 1 for metallic paint."""
    g = Graph("car_paint", SEALED)
    info = g.node("ShaderNodeObjectInfo")
    colour, metal = info.outputs["Color"], info.outputs["Alpha"]
    height = g.axes(g.node("ShaderNodeTexCoord").outputs["Object"])[2]
    broad, _, _ = g.split(mapped(g, materials, "grunge", g.uv(), 3.0).outputs["Color"])
    dirt = g.attribute(DIRT_PROPERTY, owner="OBJECT").outputs["Fac"]
    dust = g.math("MULTIPLY", g.ramp(height, 0.25, 0.85, 1.3, 0.15), g.ramp(broad, 0.1, 0.9, 0.25, 1.0))
    dust = g.math("MULTIPLY", dust, dirt, clamp=True)
    base = g.mix(dust, colour, (0.16, 0.145, 0.125))
    return g.surface(
        g.principled(
            base=base,
            metallic=g.math("MULTIPLY", metal, 0.55),
            roughness=g.ramp(dust, 0.0, 0.8, 0.3, 0.65),
            coat=g.ramp(dust, 0.05, 0.7, 1.0, 0.15),
            coat_roughness=0.03,
        )
    )


def _car_glass(materials: Materials) -> bpy.types.Material:
    g = Graph("car_glass", SEALED)
    colour, _ = tint(g)
    return g.surface(g.principled(base=colour, roughness=0.02, ior=1.52, specular=0.7))


def _car_lamp(name: str, rgb: tuple[float, float, float]) -> Maker:
    """A car's lens, which `weather.headlights` lights."""

    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(name, STAYS_CLEAR)
        colour, _ = tint(g)
        lit = g.attribute(LIGHTS_PROPERTY, owner="OBJECT").outputs["Fac"]
        level = g.node("ShaderNodeValue", name=LIGHTS_PROPERTY).outputs[0]
        level.default_value = 0.0
        g.material.cycles.emission_sampling = "NONE"
        shine = g.math("MULTIPLY", lit, level)
        glass = {"roughness": 0.02, "ior": 1.52, "specular": 0.7}
        return g.surface(g.principled(base=colour, emission_color=rgb, emission_strength=shine, **glass))

    return make


MAKERS.update(
    {
        "car_paint": _car_paint,
        "car_glass": _car_glass,
        HEAD_LAMP: _car_lamp(HEAD_LAMP, (1.06, 0.99, 0.88)),
        TAIL_LAMP: _car_lamp(TAIL_LAMP, (4.2, 0.14, 0.08)),
    }
)
