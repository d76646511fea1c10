"""The materials of a street. Colour comes from the mesh's tint, structure from the maps in `textures`.

A material is made when it is first asked for; all houses share one brick, one plaster and so on, since tints tell
them apart. Albedos are the tints' own: maps only vary them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import bpy
import numpy as np

from blender_synth.blender.scenery.meshes import TINT
from blender_synth.blender.scenery.textures import TILE_M, texture
from blender_synth.blender.shading.nodes import Graph, data_image
from blender_synth.blender.shading.traits import MaterialTraits

LAMP_LENS, LIT_SHARE, LIT_LEVEL = "lamp_lens", "lit_share", "lit_level"
HEAD_LAMP, TAIL_LAMP = "car_glass_head", "car_glass_tail"
LIGHTS_PROPERTY = "bs_lights"
"""Of a car with its lights on; in the lenses' materials, the node with their radiance."""
"""Names by which what is dark by day is found at night: a material, and two value nodes of windows."""
CLEAN = "bs_clean"
"""Names the node with a surface's colour before dirt, wear and markings; see `blender.surfaces`."""
DIRT_PROPERTY = "dirt"
"""Object property, 0 to 1: dust on a car."""


SEALED = MaterialTraits(soaks=False)
"""Water runs off; snow stays."""
STAYS_CLEAR = MaterialTraits(soaks=False, snow=0.0)
"""Panes and lamps: neither water nor snow is visible on them."""
_ROAD = MaterialTraits(film=True, surface="road", roughness_class="marked")


class Materials(dict[str, bpy.types.Material]):
    """Materials by name, each made at its first use in this scene."""

    def __init__(self) -> None:
        super().__init__()
        self._images: dict[str, bpy.types.Image] = {}

    def __missing__(self, name: str) -> bpy.types.Material:
        self[name] = MAKERS[name](self)
        return self[name]

    def map(self, name: str) -> bpy.types.Image:
        """The image of a texture map."""
        if name not in self._images:
            self._images[name] = data_image(name, texture(name))
        return self._images[name]


Maker: TypeAlias = Callable[[Materials], bpy.types.Material]


def _mapped(g: Graph, materials: Materials, name: str, uv, scale: float = 1.0) -> bpy.types.Node:
    return g.image(materials.map(name), g.scale(uv, scale / TILE_M[name]))


def _tint(g: Graph):
    node = g.attribute(TINT)
    return node.outputs["Color"], node.outputs["Alpha"]


def _dirt(g: Graph, materials: Materials, uv, soot):
    """Factor on the albedo of a wall: streaks from above, blotches, splashes at the foot. `soot` 0..1."""
    broad, streak, _ = g.split(_mapped(g, materials, "grunge", uv).outputs["Color"])
    height = g.node("ShaderNodeSeparateXYZ", {0: uv}).outputs["Y"]
    splash = g.math("MULTIPLY", g.ramp(height, 0.0, 1.5, 1.0, 0.0), g.math("ADD", broad, 0.15))
    worn = g.math("MULTIPLY", g.ramp(streak, 0.35, 1.0), g.ramp(broad, 0.3, 0.95, 0.1, 1.0))
    amount = g.math("ADD", g.math("MULTIPLY", worn, 0.34), g.math("MULTIPLY", splash, 0.7))
    amount = g.math("ADD", amount, g.math("MULTIPLY", g.math("SUBTRACT", broad, 0.4), 0.3))
    return g.math("SUBTRACT", 1.0, g.math("MULTIPLY", amount, soot), clamp=True)


def _wall(name: str, bump_m: float, roughness: float, surface: str = "wall") -> Maker:
    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(f"wall_{name}", MaterialTraits(surface=surface))
        uv = g.uv()
        colour, soot = _tint(g)
        structure = _mapped(g, materials, name, uv)
        clean = g.named(CLEAN, g.vector("MULTIPLY", g.scale(colour, 2.0), structure.outputs["Color"]))
        base = g.scale(clean, _dirt(g, materials, uv, soot))
        normal = g.bump(structure.outputs["Alpha"], bump_m)
        return g.surface(g.principled(base=base, roughness=roughness, normal=normal, specular=0.3))

    return make


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
        colour, _ = _tint(g)
        broad, streak, _ = g.split(_mapped(g, materials, "grunge", g.uv(), 5.0).outputs["Color"])
        base = g.scale(colour, g.ramp(broad, 0.0, 1.0, 1.0 - wear, 1.0 + wear))
        rough = g.ramp(streak, 0.0, 1.0, roughness * 0.8, min(1.0, roughness * 1.25))
        return g.surface(g.principled(base=base, roughness=rough, metallic=metallic, specular=specular))

    return make


def _trim(materials: Materials) -> bpy.types.Material:
    """Dressed stone and painted mouldings: sills, cornices, frames round windows."""
    g = Graph("trim", SEALED)
    uv = g.uv()
    colour, soot = _tint(g)
    structure = _mapped(g, materials, "plaster", uv, 2.0)
    broad, streak, _ = g.split(_mapped(g, materials, "grunge", uv, 2.0).outputs["Color"])
    dirt = g.math("MULTIPLY", g.math("MULTIPLY", streak, broad), soot)
    clean = g.vector("MULTIPLY", g.scale(colour, 2.0), structure.outputs["Color"])
    base = g.scale(clean, g.math("SUBTRACT", 1.0, dirt))
    return g.surface(
        g.principled(base=base, roughness=0.8, normal=g.bump(structure.outputs["Alpha"], 0.003), specular=0.3)
    )


def _paving(pattern: str):
    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(f"paving_{pattern}", MaterialTraits(film=True, surface="pavement"))
        uv = g.uv()
        colour, dirt = _tint(g)
        structure = _mapped(g, materials, pattern, uv)
        grunge = _mapped(g, materials, "grunge", uv)
        broad, _, _ = g.split(grunge.outputs["Color"])
        other = _mapped(g, materials, "grunge", g.vector("ADD", uv, (3.7, 1.9, 0)), 3.1)
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
    colour, _ = _tint(g)
    speckle = _mapped(g, materials, "asphalt", uv, 2.0)
    along = g.node("ShaderNodeSeparateXYZ", {0: uv}).outputs["X"]
    joint = g.math("ABSOLUTE", g.math("SUBTRACT", g.math("FRACT", along), 0.5))
    open_joint = g.ramp(joint, 0.493, 0.4965)
    broad, _, _ = g.split(_mapped(g, materials, "grunge", uv, 2.0).outputs["Color"])
    stone = g.math("FRACT", g.math("MULTIPLY", g.math("SINE", g.math("FLOOR", along)), 43.7))
    light = g.math("MULTIPLY", g.ramp(stone, 0, 1, 0.85, 1.12), g.ramp(broad, 0, 1, 1.1, 0.65))
    speckled = g.mix(0.5, (0.5, 0.5, 0.5), speckle.outputs["Color"])
    clean = g.named(CLEAN, g.vector("MULTIPLY", g.scale(colour, 2.0), speckled))
    base = g.scale(clean, g.math("MULTIPLY", light, g.math("SUBTRACT", 1.0, g.math("MULTIPLY", open_joint, 0.75))))
    height = g.math("SUBTRACT", g.math("MULTIPLY", speckle.outputs["Alpha"], 0.15), open_joint)
    return g.surface(g.principled(base=base, roughness=0.75, normal=g.bump(height, 0.006), specular=0.4))


def _asphalt_base(g: Graph, materials: Materials, uv):
    """(albedo relative to the tint's, height) of asphalt with broad unevenness."""
    structure = _mapped(g, materials, "asphalt", uv)
    broad, _, _ = g.split(_mapped(g, materials, "grunge", uv).outputs["Color"])
    colour = g.scale(structure.outputs["Color"], g.ramp(broad, 0.0, 1.0, 1.7, 2.3))
    return colour, structure.outputs["Alpha"], broad


def _asphalt(materials: Materials) -> bpy.types.Material:
    g = Graph("asphalt", _ROAD)
    colour, _ = _tint(g)
    albedo, height, _ = _asphalt_base(g, materials, g.uv())
    base = g.named(CLEAN, g.vector("MULTIPLY", colour, albedo))
    return g.surface(g.principled(base=base, roughness=0.85, normal=g.bump(height, 0.004), specular=0.35))


def road_material(materials: Materials, wear: np.ndarray, size_m: tuple[float, float], rgb) -> bpy.types.Material:
    """Asphalt under one street's own wear map.

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
    # paint lies on the stones and goes first from their tops, last from the pores
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
    materials: Materials, wear: np.ndarray, size_m: tuple[float, float], rgb, gloss: float
) -> bpy.types.Material:
    """Concrete or epoxy under one deck's own wear map, laid out as that of `road_material`.

    Args:
        gloss: 0 dull to 1 as gleaming as a floor can be that is no mirror to the labels.
    """
    g = Graph("deck")
    uv = g.uv()
    structure = _mapped(g, materials, "plaster", uv, 1.6)
    broad, _, speckle = g.split(_mapped(g, materials, "grunge", uv, 1.3).outputs["Color"])
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


def _window(materials: Materials) -> bpy.types.Material:
    """A pane that cannot be seen through: sky and street mirrored over a dark room, a curtain or a blind.

    UVs are 0..1 over the window; the tint holds (curtain width 0..0.5, how far the blind is down 0..1, colour of the
    cloth 0..1) and, as its fourth number, a random value of the window.
    """
    g = Graph("window", STAYS_CLEAR)
    uv = g.uv()
    what, chance = _tint(g)
    width, blind, cloth = g.split(what)
    position = g.node("ShaderNodeSeparateXYZ", {0: uv})
    u, v = position.outputs["X"], position.outputs["Y"]
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
    broad, _, _ = g.split(_mapped(g, materials, "grunge", g.vector("ADD", uv, chance), 1.6).outputs["Color"])
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
    """A thin pane: Fresnel reflection of both faces over what lies behind. Shadows pass nearly unweakened."""
    g = Graph("shop_glass", STAYS_CLEAR)
    fresnel = g.node("ShaderNodeFresnel", {"IOR": 1.52}).outputs[0]
    both = g.math("MULTIPLY", fresnel, 1.85, clamp=True)
    clear = g.node("ShaderNodeBsdfTransparent", {"Color": (0.86, 0.89, 0.87)}).outputs[0]
    mirror = g.node("ShaderNodeBsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.012}).outputs[0]
    return g.surface(g.node("ShaderNodeMixShader", {0: both, 1: clear, 2: mirror}).outputs[0])


def _glow(materials: Materials) -> bpy.types.Material:
    """Lit panels inside shops: the tint as radiance."""
    g = Graph("glow", STAYS_CLEAR)
    colour, _ = _tint(g)
    return g.surface(g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0])


def _signal(materials: Materials) -> bpy.types.Material:
    """Lit lenses of signals and signs: the tint as radiance; what they light up is not worth a sample."""
    g = Graph("signal")
    colour, _ = _tint(g)
    g.material.cycles.emission_sampling = "NONE"
    return g.surface(g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0])


def _lamp_lens(materials: Materials) -> bpy.types.Material:
    """Frosted glass of a street lamp; `weather.night` lights it."""
    g = Graph(LAMP_LENS, STAYS_CLEAR)
    colour, _ = _tint(g)
    g.material.cycles.emission_sampling = "NONE"
    return g.surface(g.principled(base=colour, roughness=0.3))


def _leaf(materials: Materials) -> bpy.types.Material:
    """Leaves let about half of what they scatter through; waxy above."""
    g = Graph("leaf", MaterialTraits(snow=0.6))
    colour, _ = _tint(g)
    through = g.vector("MULTIPLY", colour, (1.5, 1.35, 0.6))
    front = g.principled(base=colour, roughness=0.5, specular=0.35)
    back = g.node("ShaderNodeBsdfTranslucent", {"Color": through}).outputs[0]
    return g.surface(g.node("ShaderNodeMixShader", {0: 0.38, 1: front, 2: back}).outputs[0])


def _cloth(materials: Materials) -> bpy.types.Material:
    """Awnings: canvas that glows a little against the light."""
    g = Graph("cloth")
    colour, _ = _tint(g)
    front = g.principled(base=colour, roughness=0.9, specular=0.2)
    back = g.node("ShaderNodeBsdfTranslucent", {"Color": colour}).outputs[0]
    return g.surface(g.node("ShaderNodeMixShader", {0: 0.3, 1: front, 2: back}).outputs[0])


def _car_paint(materials: Materials) -> bpy.types.Material:
    """Lacquer over colour; the object's colour is the paint, its alpha whether it is metallic."""
    g = Graph("car_paint", SEALED)
    info = g.node("ShaderNodeObjectInfo")
    colour, metal = info.outputs["Color"], info.outputs["Alpha"]
    height = g.node("ShaderNodeSeparateXYZ", {0: g.node("ShaderNodeTexCoord").outputs["Object"]}).outputs["Z"]
    broad, _, _ = g.split(_mapped(g, materials, "grunge", g.uv(), 3.0).outputs["Color"])
    dirt = g.node("ShaderNodeAttribute", attribute_name=DIRT_PROPERTY, attribute_type="OBJECT").outputs["Fac"]
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
    colour, _ = _tint(g)
    return g.surface(g.principled(base=colour, roughness=0.02, ior=1.52, specular=0.7))


def _car_lamp(name: str, rgb: tuple[float, float, float]) -> Maker:
    """A car's lens, which `weather.headlights` lights."""

    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(name, STAYS_CLEAR)
        colour, _ = _tint(g)
        lit = g.node("ShaderNodeAttribute", attribute_name=LIGHTS_PROPERTY, attribute_type="OBJECT").outputs["Fac"]
        level = g.node("ShaderNodeValue", name=LIGHTS_PROPERTY).outputs[0]
        level.default_value = 0.0
        g.material.cycles.emission_sampling = "NONE"
        shine = g.math("MULTIPLY", lit, level)
        glass = {"roughness": 0.02, "ior": 1.52, "specular": 0.7}
        return g.surface(g.principled(base=colour, emission_color=rgb, emission_strength=shine, **glass))

    return make


def _pool(materials: Materials) -> bpy.types.Material:
    """Water in a basin, stirred a little; too deep to be seen through."""
    g = Graph("pool")
    colour, _ = _tint(g)
    ripples = _mapped(g, materials, "plaster", g.uv(), 4.0).outputs["Alpha"]
    return g.surface(
        g.principled(base=colour, roughness=0.03, ior=1.333, specular=0.5, normal=g.bump(ripples, 0.03, 0.5))
    )


def _spray(materials: Materials) -> bpy.types.Material:
    """Falling water, white with air."""
    g = Graph("spray")
    colour, _ = _tint(g)
    white = g.node("ShaderNodeBsdfTranslucent", {"Color": colour}).outputs[0]
    gloss = g.node("ShaderNodeBsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.1}).outputs[0]
    clear = g.node("ShaderNodeBsdfTransparent").outputs[0]
    water = g.node("ShaderNodeMixShader", {0: 0.35, 1: white, 2: gloss}).outputs[0]
    return g.surface(g.node("ShaderNodeMixShader", {0: 0.45, 1: water, 2: clear}).outputs[0])


MAKERS: dict[str, Maker] = {
    "brick": _wall("brick", 0.010, 0.85),
    "plaster": _wall("plaster", 0.006, 0.88),
    "stone": _wall("stone", 0.010, 0.8),
    "roof": _wall("roof", 0.05, 0.75, surface="roof"),
    "trim": _trim,
    "paint": _plain("paint", 0.38, SEALED, wear=0.12),
    "matt": _plain("matt", 0.8, MaterialTraits(film=True), wear=0.22, specular=0.3),
    "metal": _plain("metal", 0.38, SEALED, metallic=0.9, wear=0.2),
    "iron": _plain("iron", 0.45, MaterialTraits(soaks=False, film=True), wear=0.25),
    "wood": _plain("wood", 0.6, MaterialTraits(film=True), wear=0.35, specular=0.35),
    "rubber": _plain("rubber", 0.7, SEALED, wear=0.2, specular=0.3),
    "bark": _wall("bark", 0.02, 0.9, surface=""),
    "window": _window,
    "shop_glass": _shop_glass,
    "glow": _glow,
    "signal": _signal,
    "floor_paint": _plain("floor_paint", 0.5, MaterialTraits(), wear=0.25),
    "pool": _pool,
    "spray": _spray,
    LAMP_LENS: _lamp_lens,
    "leaf": _leaf,
    "cloth": _cloth,
    "kerb": _kerb,
    "asphalt": _asphalt,
    "car_paint": _car_paint,
    "car_glass": _car_glass,
    HEAD_LAMP: _car_lamp(HEAD_LAMP, (1.06, 0.99, 0.88)),
    TAIL_LAMP: _car_lamp(TAIL_LAMP, (4.2, 0.14, 0.08)),
    **{f"paving_{pattern}": _paving(pattern) for pattern in ("slabs", "bond", "pavers", "setts")},
}
