"""Paving, kerbs, asphalt, and the worn floors of roads and parking decks."""

from __future__ import annotations

import bpy
import numpy as np

from blender_synth.blender.scenery.materials.library import CLEAN, MAKERS, Maker, Materials, mapped, tint
from blender_synth.blender.scenery.meshes import Tint
from blender_synth.blender.shading.nodes import Graph, Socket, Value, data_image
from blender_synth.blender.shading.traits import MaterialTraits

_ROAD = MaterialTraits(film=True, surface="road", roughness_class="marked")


def _paving(pattern: str) -> Maker:
    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(f"paving_{pattern}", MaterialTraits(film=True, surface="pavement"))
        uv = g.uv()
        colour, dirt = tint(g)
        structure = mapped(g, materials, pattern, uv)
        grunge = mapped(g, materials, "grunge", uv)
        broad, _, _ = g.split(grunge.outputs["Color"])
        other = mapped(g, materials, "grunge", g.vector("ADD", uv, (3.7, 1.9, 0)), 3.1)
        fine, _, speckle = g.split(other.outputs["Color"])
        stain = g.math("MULTIPLY", g.ramp(broad, 0.35, 0.95), g.ramp(fine, 0.2, 0.8, 0.25, 1.0))
        gum = g.math("MULTIPLY", g.ramp(speckle, 0.955, 0.985), 0.6)
        dark = g.math("MULTIPLY", g.math("MAXIMUM", g.math("MULTIPLY", stain, 0.7), gum), dirt)
        clean = g.named(CLEAN, g.vector("MULTIPLY", g.scale(colour, 2.0), structure.outputs["Color"]))
        base = g.scale(clean, g.math("SUBTRACT", 1.0, dark))
        deep = {"slabs": 0.006, "bond": 0.007, "pavers": 0.006, "setts": 0.02}[pattern]
        normal = g.bump(structure.outputs["Alpha"], deep)
        rough = g.ramp(fine, 0.1, 0.9, 0.9, 0.62)
        return g.surface(g.principled(base=base, roughness=rough, normal=normal, specular=0.4))

    return make


def _kerb(materials: Materials) -> bpy.types.Material:
    """Kerb stones a metre long: joints by u, granite speckle from the asphalt's map."""
    g = Graph("kerb", MaterialTraits(film=True, surface="kerb"))
    uv = g.uv()
    colour, _ = tint(g)
    speckle = mapped(g, materials, "asphalt", uv, 2.0)
    along = g.axes(uv)[0]
    joint = g.math("ABSOLUTE", g.math("SUBTRACT", g.math("FRACT", along), 0.5))
    open_joint = g.ramp(joint, 0.493, 0.4965)
    broad, _, _ = g.split(mapped(g, materials, "grunge", uv, 2.0).outputs["Color"])
    stone = g.math("FRACT", g.math("MULTIPLY", g.math("SINE", g.math("FLOOR", along)), 43.7))
    light = g.math("MULTIPLY", g.ramp(stone, 0, 1, 0.85, 1.12), g.ramp(broad, 0, 1, 1.1, 0.65))
    speckled = g.mix(0.5, (0.5, 0.5, 0.5), speckle.outputs["Color"])
    clean = g.named(CLEAN, g.vector("MULTIPLY", g.scale(colour, 2.0), speckled))
    base = g.scale(clean, g.math("MULTIPLY", light, g.math("SUBTRACT", 1.0, g.math("MULTIPLY", open_joint, 0.75))))
    height = g.math("SUBTRACT", g.math("MULTIPLY", speckle.outputs["Alpha"], 0.15), open_joint)
    return g.surface(g.principled(base=base, roughness=0.75, normal=g.bump(height, 0.006), specular=0.4))


def _asphalt_base(g: Graph, materials: Materials, uv: Value) -> tuple[Socket, Socket, Socket]:
    """(albedo relative to the tint's, height) of asphalt with broad unevenness."""
    structure = mapped(g, materials, "asphalt", uv)
    broad, _, _ = g.split(mapped(g, materials, "grunge", uv).outputs["Color"])
    colour = g.scale(structure.outputs["Color"], g.ramp(broad, 0.0, 1.0, 1.7, 2.3))
    return colour, structure.outputs["Alpha"], broad


def _asphalt(materials: Materials) -> bpy.types.Material:
    g = Graph("asphalt", _ROAD)
    colour, _ = tint(g)
    albedo, height, _ = _asphalt_base(g, materials, g.uv())
    base = g.named(CLEAN, g.vector("MULTIPLY", colour, albedo))
    return g.surface(g.principled(base=base, roughness=0.85, normal=g.bump(height, 0.004), specular=0.35))


def road_material(materials: Materials, wear: np.ndarray, size_m: tuple[float, float], rgb: Tint) -> bpy.types.Material:
    """Asphalt with the wear map of one street.

    Args:
        wear: (h, w, 4) float32: R paint (0.5 is its edge), G tone (0.5 neutral), B cracks and seams, A polish and oil.
            It covers `size_m` (along, across) around the origin of the UVs.
        rgb: albedo of the asphalt.
    """
    g = Graph("road", _ROAD)
    uv = g.uv()
    albedo, height, broad = _asphalt_base(g, materials, uv)
    place = g.vector("ADD", g.vector("DIVIDE", uv, (size_m[0], size_m[1], 1.0)), (0.5, 0.5, 0.0))
    marks = g.image(data_image("road_wear", wear), place, extension="EXTEND")
    paint, tone, crack = g.split(marks.outputs["Color"])
    polish = marks.outputs["Alpha"]
    clean = g.named(CLEAN, g.vector("MULTIPLY", tuple(rgb), albedo))
    base = g.scale(clean, g.math("MULTIPLY", tone, 2.0))
    base = g.scale(base, g.math("SUBTRACT", 1.0, g.math("MULTIPLY", g.ramp(crack, 0.25, 0.6), 0.72)))
    # paint wears off the tops of the stones first, and out of the pores last
    edge = g.math("ADD", paint, g.math("MULTIPLY", g.math("SUBTRACT", 0.45, height), 0.22))
    painted = g.math("MULTIPLY", g.ramp(edge, 0.46, 0.54), g.ramp(crack, 0.3, 0.55, 1.0, 0.2))
    white = g.scale(
        g.mix(g.ramp(broad, 0.2, 0.9), (0.60, 0.60, 0.57), (0.42, 0.41, 0.38)), g.ramp(height, 0, 1, 0.85, 1.05)
    )
    base = g.mix(painted, base, white)
    rough = g.math("SUBTRACT", g.math("MULTIPLY_ADD", painted, -0.22, 0.88), g.math("MULTIPLY", polish, 0.42))
    relief = g.math("SUBTRACT", g.math("MULTIPLY", height, g.math("MULTIPLY_ADD", polish, -0.6, 1.0)), crack)
    return g.surface(g.principled(base=base, roughness=rough, normal=g.bump(relief, 0.005), specular=0.4))


def deck_material(
    materials: Materials, wear: np.ndarray, size_m: tuple[float, float], rgb: Tint, gloss: float
) -> bpy.types.Material:
    """Concrete or epoxy with the wear map of one deck, whose layout is that of `road_material`.

    Args:
        gloss: 0 (matt) to 1 (as glossy as a floor may be without being a mirror in the labels).
    """
    g = Graph("deck")
    uv = g.uv()
    structure = mapped(g, materials, "plaster", uv, 1.6)
    broad, _, speckle = g.split(mapped(g, materials, "grunge", uv, 1.3).outputs["Color"])
    place = g.vector("ADD", g.vector("DIVIDE", uv, (size_m[0], size_m[1], 1.0)), (0.5, 0.5, 0.0))
    marks = g.image(data_image("deck_wear", wear), place, extension="EXTEND")
    paint, tone, crack = g.split(marks.outputs["Color"])
    polish = marks.outputs["Alpha"]
    clean = g.vector("MULTIPLY", tuple(2.0 * c for c in rgb), structure.outputs["Color"])
    base = g.scale(clean, g.math("MULTIPLY", tone, g.ramp(broad, 0.0, 1.0, 2.15, 1.8)))
    base = g.scale(base, g.math("SUBTRACT", 1.0, g.math("MULTIPLY", g.ramp(crack, 0.25, 0.6), 0.7)))
    painted = g.ramp(g.math("ADD", paint, g.math("MULTIPLY", g.math("SUBTRACT", speckle, 0.5), 0.12)), 0.46, 0.54)
    base = g.mix(painted, base, (0.58, 0.58, 0.55))
    least = 0.72 - 0.50 * gloss
    rough = g.math("ADD", g.ramp(broad, 0.1, 0.9, least, least + 0.16), g.math("MULTIPLY", polish, -0.1))
    rough = g.math("MAXIMUM", rough, 0.2)
    relief = g.math("SUBTRACT", g.math("MULTIPLY", structure.outputs["Alpha"], 0.3), crack)
    return g.surface(g.principled(base=base, roughness=rough, normal=g.bump(relief, 0.001), specular=0.5))


MAKERS.update(
    {
        "kerb": _kerb,
        "asphalt": _asphalt,
        **{f"paving_{pattern}": _paving(pattern) for pattern in ("slabs", "bond", "pavers", "setts")},
    }
)
