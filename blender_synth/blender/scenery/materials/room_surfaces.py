"""Floors and ceilings of rooms."""

from __future__ import annotations

import bpy

from blender_synth.blender.scenery.materials.library import LEAST_ROUGHNESS, MAKERS, Maker, Materials, mapped, tint
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.shading.traits import MaterialTraits


def _floor(name: str, structure: str, bump_m: float, rough: tuple[float, float], specular: float = 0.5,
           surface: str = "floor") -> Maker:  # fmt: skip
    """A floor: `rough` is its roughness where the tint's fourth number is 0 and where it is 1."""

    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(name, MaterialTraits(surface=surface))
        colour, gloss = tint(g)
        image = mapped(g, materials, structure, g.uv())
        broad, streak, _ = g.split(mapped(g, materials, "grunge", g.uv(), 1.3).outputs["Color"])
        worn = g.math("MULTIPLY", g.math("MULTIPLY", broad, streak), 0.12)
        base = g.vector("MULTIPLY", g.scale(colour, 2.0), image.outputs["Color"])
        base = g.scale(base, g.math("SUBTRACT", 1.04, worn))
        roughness = g.math("ADD", g.math("MULTIPLY_ADD", gloss, rough[1] - rough[0], rough[0]), worn)
        inputs = {"base": base, "roughness": roughness, "specular": specular}
        if bump_m:
            inputs["normal"] = g.bump(image.outputs["Alpha"], bump_m)
        return g.surface(g.principled(**inputs))

    return make


def _rubber_floor(materials: Materials) -> bpy.types.Material:
    """Black granulate with flecks of the tint's colour."""
    g = Graph("rubber_floor", MaterialTraits(soaks=False, surface="floor"))
    colour, _ = tint(g)
    red, _, blue = g.split(mapped(g, materials, "flecks", g.uv()).outputs["Color"])
    fleck = g.ramp(g.math("SUBTRACT", blue, red), 0.1, 0.35)
    broad, _, _ = g.split(mapped(g, materials, "grunge", g.uv(), 2.0).outputs["Color"])
    ground = g.scale((0.036, 0.036, 0.038), g.ramp(broad, 0.0, 1.0, 0.8, 1.35))
    return g.surface(g.principled(base=g.mix(g.math("MULTIPLY", fleck, 0.8), ground, colour), roughness=0.72,
                                  specular=0.35))  # fmt: skip


def _ceiling_tiles(materials: Materials) -> bpy.types.Material:
    """Mineral tiles of 0.6 m in a white grid."""
    g = Graph("ceiling_tiles", MaterialTraits(surface="ceiling"))
    colour, _ = tint(g)
    x, y, _ = g.axes(g.scale(g.uv(), 1 / 0.6))
    near = [g.math("ABSOLUTE", g.math("SUBTRACT", g.math("FRACT", v), 0.5)) for v in (x, y)]
    grid = g.ramp(g.math("MAXIMUM", *near), 0.474, 0.480)
    _, _, speckle = g.split(mapped(g, materials, "grunge", g.uv(), 6.0).outputs["Color"])
    tile = g.scale(colour, g.ramp(speckle, 0.0, 0.25, 0.8, 1.0))
    return g.surface(g.principled(base=g.mix(grid, tile, (0.7, 0.7, 0.7)), roughness=0.9, specular=0.2,
                                  normal=g.bump(g.math("SUBTRACT", 1.0, grid), 0.004)))  # fmt: skip


MAKERS.update(
    {
        "stone_floor": _floor("stone_floor", "marble", 0.0, (0.55, LEAST_ROUGHNESS + 0.04)),
        "terrazzo": _floor("terrazzo", "terrazzo", 0.0, (0.5, LEAST_ROUGHNESS + 0.05)),
        "planks": _floor("planks", "planks", 0.0015, (0.6, 0.32), 0.4),
        "carpet": _floor("carpet", "pile", 0.004, (1.0, 0.95), 0.15),
        "veneer": _floor("veneer", "grain", 0.0006, (0.55, 0.35), 0.4, surface=""),
        "marble": _floor("marble", "marble", 0.0, (0.5, LEAST_ROUGHNESS + 0.05), surface=""),
        "rubber_floor": _rubber_floor,
        "ceiling_tiles": _ceiling_tiles,
    }
)
