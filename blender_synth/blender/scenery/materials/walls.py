"""Brick, plaster, stone, roof tiles and bark; mouldings; painted walls of rooms."""

from __future__ import annotations

import bpy

from blender_synth.blender.scenery.materials.library import CLEAN, MAKERS, SEALED, Maker, Materials, mapped, tint
from blender_synth.blender.shading.nodes import Graph, Socket, Value
from blender_synth.blender.shading.traits import MaterialTraits


def _dirt(g: Graph, materials: Materials, uv: Value, soot: Value) -> Socket:
    """Factor on the albedo of a wall: streaks from above, blotches, splashes at the base. `soot` 0..1."""
    broad, streak, _ = g.split(mapped(g, materials, "grunge", uv).outputs["Color"])
    height = g.axes(uv)[1]
    splash = g.math("MULTIPLY", g.ramp(height, 0.0, 1.5, 1.0, 0.0), g.math("ADD", broad, 0.15))
    worn = g.math("MULTIPLY", g.ramp(streak, 0.35, 1.0), g.ramp(broad, 0.3, 0.95, 0.1, 1.0))
    amount = g.math("ADD", g.math("MULTIPLY", worn, 0.34), g.math("MULTIPLY", splash, 0.7))
    amount = g.math("ADD", amount, g.math("MULTIPLY", g.math("SUBTRACT", broad, 0.4), 0.3))
    return g.math("SUBTRACT", 1.0, g.math("MULTIPLY", amount, soot), clamp=True)


def _wall(name: str, bump_m: float, roughness: float, surface: str = "wall") -> Maker:
    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(f"wall_{name}", MaterialTraits(surface=surface))
        uv = g.uv()
        colour, soot = tint(g)
        structure = mapped(g, materials, name, uv)
        clean = g.named(CLEAN, g.vector("MULTIPLY", g.scale(colour, 2.0), structure.outputs["Color"]))
        base = g.scale(clean, _dirt(g, materials, uv, soot))
        normal = g.bump(structure.outputs["Alpha"], bump_m)
        return g.surface(g.principled(base=base, roughness=roughness, normal=normal, specular=0.3))

    return make


def _trim(materials: Materials) -> bpy.types.Material:
    """Dressed stone and painted mouldings: sills, cornices, frames round windows."""
    g = Graph("trim", SEALED)
    uv = g.uv()
    colour, soot = tint(g)
    structure = mapped(g, materials, "plaster", uv, 2.0)
    broad, streak, _ = g.split(mapped(g, materials, "grunge", uv, 2.0).outputs["Color"])
    dirt = g.math("MULTIPLY", g.math("MULTIPLY", streak, broad), soot)
    clean = g.vector("MULTIPLY", g.scale(colour, 2.0), structure.outputs["Color"])
    base = g.scale(clean, g.math("SUBTRACT", 1.0, dirt))
    return g.surface(
        g.principled(base=base, roughness=0.8, normal=g.bump(structure.outputs["Alpha"], 0.003), specular=0.3)
    )


def _painted_wall(materials: Materials) -> bpy.types.Material:
    """Emulsion paint: even, with the faintest marks."""
    g = Graph("painted_wall", MaterialTraits(soaks=False, surface="wall"))
    colour, _ = tint(g)
    broad, _, _ = g.split(mapped(g, materials, "grunge", g.uv()).outputs["Color"])
    skin = mapped(g, materials, "plaster", g.uv(), 2.0)
    base = g.scale(colour, g.ramp(broad, 0.0, 1.0, 0.965, 1.03))
    normal = g.bump(skin.outputs["Alpha"], 0.0008)
    return g.surface(g.principled(base=base, roughness=0.75, specular=0.3, normal=normal))


MAKERS.update(
    {
        "brick": _wall("brick", 0.010, 0.85),
        "plaster": _wall("plaster", 0.006, 0.88),
        "stone": _wall("stone", 0.010, 0.8),
        "roof": _wall("roof", 0.05, 0.75, surface="roof"),
        "trim": _trim,
        "bark": _wall("bark", 0.02, 0.9, surface=""),
        "painted_wall": _painted_wall,
    }
)
