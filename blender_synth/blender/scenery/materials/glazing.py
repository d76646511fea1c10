"""Opaque windows with painted-on interiors, and transparent panes."""

from __future__ import annotations

import bpy

from blender_synth.blender.scenery.materials.library import (
    LIT_LEVEL,
    LIT_SHARE,
    MAKERS,
    STAYS_CLEAR,
    Maker,
    Materials,
    mapped,
    tint,
)
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.shading.traits import MaterialTraits

_UNCLEARED = MaterialTraits()


def _window(materials: Materials) -> bpy.types.Material:
    """An opaque window: reflections over a dark room, a curtain or a blind, all in the shader.

    UVs are 0..1 over the window; the tint holds (curtain width 0..0.5, how far the blind is down 0..1, colour of the
    cloth 0..1) and, as its fourth number, a random value of the window.
    """
    g = Graph("window", STAYS_CLEAR)
    uv = g.uv()
    what, chance = tint(g)
    width, blind, cloth = g.split(what)
    u, v, _ = g.axes(uv)
    side = g.math("SUBTRACT", 0.5, g.math("ABSOLUTE", g.math("SUBTRACT", u, 0.5)))
    in_curtain = g.ramp(g.math("SUBTRACT", width, side), 0.0, 0.02)
    fold = g.math("SINE", g.math("ADD", g.math("MULTIPLY", u, 75.0), g.math("MULTIPLY", chance, 40.0)))
    folds = g.math("MULTIPLY_ADD", fold, 0.22, 0.75)
    in_blind = g.math("GREATER_THAN", blind, g.math("SUBTRACT", 1.0, v))
    slats = g.ramp(g.math("SINE", g.math("MULTIPLY", v, 190.0)), -1.0, 1.0, 0.55, 0.95)
    cover = g.math("MAXIMUM", in_curtain, in_blind)
    shade = g.mix(in_blind, g.scale((0.62, 0.6, 0.55), folds), g.scale((0.6, 0.59, 0.56), slats))
    shade = g.scale(shade, g.ramp(cloth, 0, 1, 0.28, 0.8))
    depth = g.ramp(v, 0.0, 1.0, 0.012, 0.035)
    room = g.scale((1.0, 0.92, 0.8), depth)
    broad, _, _ = g.split(mapped(g, materials, "grunge", g.vector("ADD", uv, chance), 1.6).outputs["Color"])
    # by night `weather.night` sets these: the share of windows with light on, and the radiance of what is lit in them
    share = g.node("ShaderNodeValue", name=LIT_SHARE).outputs[0]
    level = g.node("ShaderNodeValue", name=LIT_LEVEL).outputs[0]
    share.default_value = level.default_value = 0.0
    other = g.math("FRACT", g.math("MULTIPLY", chance, 37.3))
    lit = g.math("MULTIPLY", g.math("LESS_THAN", other, share), g.math("MULTIPLY_ADD", chance, 0.9, 0.25))
    inside = g.scale((1.0, 0.74, 0.43), g.ramp(v, 0.0, 1.1, 0.35, 1.0))
    through = g.vector("MULTIPLY", shade, (0.95, 0.66, 0.36))
    g.material.cycles.emission_sampling = "NONE"
    return g.surface(
        g.principled(
            base=g.mix(cover, room, shade),
            emission_color=g.mix(cover, inside, through),
            emission_strength=g.math("MULTIPLY", lit, level),
            roughness=0.035,
            ior=1.52,
            specular=0.75,
            normal=g.bump(broad, 0.004, 0.6),
        )
    )


def _shop_glass(materials: Materials) -> bpy.types.Material:
    """A thin pane: Fresnel reflection of both faces over what is behind. Shadow rays are hardly attenuated."""
    g = Graph("shop_glass", STAYS_CLEAR)
    fresnel = g.node("ShaderNodeFresnel", {"IOR": 1.52}).outputs[0]
    both = g.math("MULTIPLY", fresnel, 1.85, clamp=True)
    clear = g.node("ShaderNodeBsdfTransparent", {"Color": (0.86, 0.89, 0.87)}).outputs[0]
    mirror = g.node("ShaderNodeBsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.012}).outputs[0]
    return g.surface(g.mix_shaders(both, clear, mirror))


def pane(name: str, clear: tuple[float, float, float], seen: float = 1.0, traits: MaterialTraits = _UNCLEARED) -> Maker:
    """A thin pane with the reflection of both faces; transmitted light is tinted and not refracted.

    Args:
        name: of the material.
        clear: share of light that is transmitted.
        seen: factor on it for what the picture and its mirrors show. By day a street is a hundred times brighter than a
            room: no picture can show both, and eyes adapt to each.
        traits: how weather treats it.
    """

    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(name, traits)
        fresnel = g.node("ShaderNodeFresnel", {"IOR": 1.52}).outputs[0]
        both = g.math("MULTIPLY", fresnel, 1.85, clamp=True)
        path = g.node("ShaderNodeLightPath").outputs
        share = g.math("MULTIPLY", both, g.math("SUBTRACT", 1.0, path["Is Shadow Ray"]))
        looking = g.math("MAXIMUM", path["Is Camera Ray"], path["Is Glossy Ray"])
        shown = g.mix(looking, clear, tuple(seen * c for c in clear))
        through = g.node("ShaderNodeBsdfTransparent", {"Color": shown}).outputs[0]
        mirror = g.node("ShaderNodeBsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.02}).outputs[0]
        return g.surface(g.mix_shaders(share, through, mirror))

    return make


MAKERS.update(
    {
        "window": _window,
        "shop_glass": _shop_glass,
        "front_glass": pane("front_glass", (0.72, 0.75, 0.74), 0.2),
        "roof_glass": pane("roof_glass", (0.74, 0.78, 0.77)),
    }
)
