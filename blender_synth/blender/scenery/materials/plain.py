"""Paint, metal, wood, rubber, steel, cloth and leaves: the tint with a little unevenness."""

from __future__ import annotations

import bpy

from blender_synth.blender.scenery.materials.library import (
    LEAST_ROUGHNESS,
    MAKERS,
    SEALED,
    Maker,
    Materials,
    mapped,
    tint,
)
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.shading.traits import MaterialTraits


def _plain(
    name: str,
    roughness: float,
    traits: MaterialTraits,
    *,
    metallic: float = 0.0,
    wear: float = 0.15,
    specular: float = 0.5,
) -> Maker:
    """Paint, metal, plastic, cloth: the tint with a little unevenness."""

    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(name, traits)
        colour, _ = tint(g)
        broad, streak, _ = g.split(mapped(g, materials, "grunge", g.uv(), 5.0).outputs["Color"])
        base = g.scale(colour, g.ramp(broad, 0.0, 1.0, 1.0 - wear, 1.0 + wear))
        rough = g.ramp(streak, 0.0, 1.0, roughness * 0.8, min(1.0, roughness * 1.25))
        return g.surface(g.principled(base=base, roughness=rough, metallic=metallic, specular=specular))

    return make


def _leaf(materials: Materials) -> bpy.types.Material:
    """Leaves transmit about half of what they scatter; waxy on the upper side."""
    g = Graph("leaf", MaterialTraits(snow=0.6))
    colour, _ = tint(g)
    through = g.vector("MULTIPLY", colour, (1.5, 1.35, 0.6))
    front = g.principled(base=colour, roughness=0.5, specular=0.35)
    back = g.node("ShaderNodeBsdfTranslucent", {"Color": through}).outputs[0]
    return g.surface(g.mix_shaders(0.38, front, back))


def _cloth(materials: Materials) -> bpy.types.Material:
    """Awnings: slightly translucent canvas."""
    g = Graph("cloth")
    colour, _ = tint(g)
    front = g.principled(base=colour, roughness=0.9, specular=0.2)
    back = g.node("ShaderNodeBsdfTranslucent", {"Color": colour}).outputs[0]
    return g.surface(g.mix_shaders(0.3, front, back))


def _steel(materials: Materials) -> bpy.types.Material:
    """Brushed steel and other brushed metals, always rougher than a mirror."""
    g = Graph("steel")
    colour, _ = tint(g)
    lines = mapped(g, materials, "brushed", g.uv())
    broad, _, _ = g.split(mapped(g, materials, "grunge", g.uv()).outputs["Color"])
    base = g.scale(colour, g.ramp(lines.outputs["Alpha"], 0.0, 1.0, 0.94, 1.05))
    rough = g.math("MULTIPLY_ADD", broad, 0.06, LEAST_ROUGHNESS + 0.06)
    return g.surface(g.principled(base=base, metallic=1.0, roughness=rough, anisotropic=0.6))


def _fabric(materials: Materials) -> bpy.types.Material:
    g = Graph("fabric")
    colour, _ = tint(g)
    weave = mapped(g, materials, "pile", g.uv(), 2.0)
    broad, _, _ = g.split(mapped(g, materials, "grunge", g.uv(), 3.0).outputs["Color"])
    base = g.vector("MULTIPLY", g.scale(colour, 2.0), weave.outputs["Color"])
    base = g.scale(base, g.ramp(broad, 0.0, 1.0, 0.9, 1.08))
    return g.surface(
        g.principled(base=base, roughness=0.95, specular=0.2, sheen_weight=0.25,
                     normal=g.bump(weave.outputs["Alpha"], 0.0015))
    )  # fmt: skip


MAKERS.update(
    {
        "paint": _plain("paint", 0.38, SEALED, wear=0.12),
        "matt": _plain("matt", 0.8, MaterialTraits(film=True), wear=0.22, specular=0.3),
        "metal": _plain("metal", 0.38, SEALED, metallic=0.9, wear=0.2),
        "iron": _plain("iron", 0.45, MaterialTraits(soaks=False, film=True), wear=0.25),
        "wood": _plain("wood", 0.6, MaterialTraits(film=True), wear=0.35, specular=0.35),
        "rubber": _plain("rubber", 0.7, SEALED, wear=0.2, specular=0.3),
        "floor_paint": _plain("floor_paint", 0.5, MaterialTraits(), wear=0.25),
        "leaf": _leaf,
        "cloth": _cloth,
        "steel": _steel,
        "fabric": _fabric,
    }
)
