"""The materials of rooms, beside those of the street: polished stone, terrazzo, wood, carpet, rubber, brushed steel,
lamps. Colour comes from the mesh's tint; its fourth number tells how glossy a floor is.

No floor or metal here is smoother than `LEAST_ROUGHNESS`: sharper ones are mirrors, which have kinds of their own.
"""

from __future__ import annotations

from functools import cache

import bpy
import numpy as np

from blender_synth.blender.scenery.materials import MAKERS, Maker, Materials
from blender_synth.blender.scenery.meshes import TINT
from blender_synth.blender.scenery.textures import TILE_M, cells
from blender_synth.blender.shading.nodes import Graph, data_image
from blender_synth.blender.shading.noise import smoothstep, spectral_noise
from blender_synth.blender.shading.traits import MaterialTraits
from blender_synth.world.mirrors.shapes import LABEL_ROUGHNESS

LEAST_ROUGHNESS = 1.6 * LABEL_ROUGHNESS
_MAPS_M = {"marble": 2.6, "terrazzo": 1.2, "planks": 2.4, "grain": 1.6, "pile": 0.5, "flecks": 1.0, "brushed": 1.0}
"""Edge of the square that each map covers."""


class RoomMaterials(Materials):
    """Materials by name, those of rooms and those of the street."""

    def __missing__(self, name: str) -> bpy.types.Material:
        self[name] = (ROOM_MAKERS.get(name) or MAKERS[name])(self)
        return self[name]

    def map(self, name: str) -> bpy.types.Image:
        """The image of a texture map."""
        if name in _MAPS_M and name not in self._images:
            self._images[name] = data_image(name, _map(name))
        return super().map(name)


@cache
def _map(name: str) -> np.ndarray:
    """(n, n, 4) float32: relative albedo, mean 0.5, and height."""
    albedo, height = {"marble": _marble, "terrazzo": _terrazzo, "planks": _planks, "grain": _grain, "pile": _pile,
                      "flecks": _flecks, "brushed": _brushed}[name]()  # fmt: skip
    albedo = albedo[..., None].repeat(3, axis=2) if albedo.ndim == 2 else albedo
    low, high = np.percentile(height, (0.5, 99.5))
    level = (height - low) / max(high - low, 1e-6)
    return np.clip(np.dstack([albedo * (0.5 / albedo.mean()), level]), 0, 1).astype(np.float32)


def _marble(n: int = 512):
    clouds, fine = spectral_noise(n, 1.5, 301, 1, 60), spectral_noise(n, 0.6, 302, 10)
    vein = np.abs(spectral_noise(n, 1.35, 303, 1, 90))
    veins = smoothstep(0.09, 0.0, vein) * smoothstep(-0.6, 1.2, spectral_noise(n, 1.6, 304, 1, 12))
    light = np.exp(0.10 * clouds + 0.025 * fine) * (1 - 0.38 * veins)
    hue = spectral_noise(n, 1.6, 305, 1, 20)
    return light[..., None] * (1 + 0.035 * hue[..., None] * np.array([1.0, 0.2, -1.0])), 0.5 + 0.1 * fine


def _terrazzo(n: int = 1024):
    big, border, value = cells(n, 46, 311, 1.0)
    _, small_border, small_value = cells(n, 130, 312, 1.0)
    chip = smoothstep(0.02, 0.07, border) * (value > 0.42)
    grit = smoothstep(0.05, 0.15, small_border) * (small_value > 0.6)
    shade = np.where(chip > 0.5, 0.45 + 1.25 * ((value * 13) % 1), np.where(grit > 0.5, 0.55 + 0.9 * small_value, 1.0))
    hue = ((value * 29) % 1 - 0.5) * chip
    return (shade[..., None] * (1 + 0.24 * hue[..., None] * np.array([1.0, 0.0, -1.0]))).astype(np.float32), big * 0


def _planks(n: int = 1024, rows: int = 16):
    rng = np.random.default_rng(321)
    y, x = (np.arange(n) + 0.5) / n * rows, (np.arange(n) + 0.5) / n
    row = y.astype(int)
    start, value, hue = rng.random(rows), rng.random((rows, 2)), rng.normal(0, 1, (rows, 2))
    along = (x[None] + start[row][:, None]) % 1.0
    part = (along > 0.5).astype(int)
    grain = spectral_noise(n, 1.1, 322, 2, 220, 0.11) + 0.6 * spectral_noise(n, 0.5, 323, 30, 400, 0.07)
    edge = np.minimum(np.abs(y - row - 0.5)[:, None] * 0 + np.minimum(y - row, 1 - (y - row))[:, None] / rows,
                      np.minimum(np.abs(along - 0.5), np.minimum(along, 1 - along)) * 1.0)  # fmt: skip
    joint = smoothstep(0.0012, 0.0004, edge)
    light = np.exp(0.30 * (value[row][np.arange(n)[:, None], part] - 0.5) + 0.085 * grain) * (1 - 0.65 * joint)
    tone = hue[row][np.arange(n)[:, None], part]
    return light[..., None] * (1 + 0.05 * tone[..., None] * np.array([1.0, 0.1, -0.9])), 1 - joint + 0.03 * grain


def _grain(n: int = 512):
    """Veneer, its grain upright."""
    figure = spectral_noise(n, 1.3, 331, 2, 120, 9.0)
    pores = spectral_noise(n, 0.4, 332, 40, 400, 14.0)
    return np.exp(0.13 * figure + 0.05 * pores), 0.5 + 0.1 * pores


def _pile(n: int = 256):
    tufts, wide = spectral_noise(n, 0.1, 341, 30), spectral_noise(n, 1.2, 342, 1, 12)
    return np.exp(0.16 * tufts + 0.06 * wide), 0.5 + 0.2 * tufts


def _flecks(n: int = 512):
    """Granulated rubber with coloured flecks: R and B of the albedo tell where they are."""
    _, border, value = cells(n, 90, 351, 1.0)
    fleck = (value > 0.90) * smoothstep(0.05, 0.2, border)
    ground = np.exp(0.10 * spectral_noise(n, 0.3, 352, 20)) * 0.5
    return np.dstack([ground + 0.0 * fleck, ground, ground + 0.5 * fleck]), spectral_noise(n, 0.3, 353, 30)


def _brushed(n: int = 256):
    lines = spectral_noise(n, 0.3, 361, 4, 128, 0.02)
    return np.exp(0.05 * lines), 0.5 + 0.2 * lines


def _at(g: Graph, materials: Materials, name: str, scale: float = 1.0, uv=None) -> bpy.types.Node:
    tile = _MAPS_M.get(name) or TILE_M[name]
    return g.image(materials.map(name), g.scale(g.uv() if uv is None else uv, scale / tile))


def _tint(g: Graph):
    node = g.attribute(TINT)
    return node.outputs["Color"], node.outputs["Alpha"]


def _floor(name: str, structure: str, bump_m: float, rough: tuple[float, float], specular: float = 0.5,
           surface: str = "floor") -> Maker:  # fmt: skip
    """A floor: `rough` is its roughness where the tint's fourth number is 0 and where it is 1."""

    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(name, MaterialTraits(surface=surface))
        colour, gloss = _tint(g)
        image = _at(g, materials, structure)
        broad, streak, _ = g.split(_at(g, materials, "grunge", 1.3).outputs["Color"])
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
    colour, _ = _tint(g)
    red, _, blue = g.split(_at(g, materials, "flecks").outputs["Color"])
    fleck = g.ramp(g.math("SUBTRACT", blue, red), 0.1, 0.35)
    broad, _, _ = g.split(_at(g, materials, "grunge", 2.0).outputs["Color"])
    ground = g.scale((0.036, 0.036, 0.038), g.ramp(broad, 0.0, 1.0, 0.8, 1.35))
    return g.surface(g.principled(base=g.mix(g.math("MULTIPLY", fleck, 0.8), ground, colour), roughness=0.72,
                                  specular=0.35))  # fmt: skip


def _ceiling_tiles(materials: Materials) -> bpy.types.Material:
    """Mineral tiles of 0.6 m in a white grid."""
    g = Graph("ceiling_tiles", MaterialTraits(surface="ceiling"))
    colour, _ = _tint(g)
    x, y, _ = g.node("ShaderNodeSeparateXYZ", {0: g.scale(g.uv(), 1 / 0.6)}).outputs
    near = [g.math("ABSOLUTE", g.math("SUBTRACT", g.math("FRACT", v), 0.5)) for v in (x, y)]
    grid = g.ramp(g.math("MAXIMUM", *near), 0.474, 0.480)
    _, _, speckle = g.split(_at(g, materials, "grunge", 6.0).outputs["Color"])
    tile = g.scale(colour, g.ramp(speckle, 0.0, 0.25, 0.8, 1.0))
    return g.surface(g.principled(base=g.mix(grid, tile, (0.7, 0.7, 0.7)), roughness=0.9, specular=0.2,
                                  normal=g.bump(g.math("SUBTRACT", 1.0, grid), 0.004)))  # fmt: skip


def _steel(materials: Materials) -> bpy.types.Material:
    """Brushed steel and other brushed metals: bright, never sharp."""
    g = Graph("steel")
    colour, _ = _tint(g)
    lines = _at(g, materials, "brushed")
    broad, _, _ = g.split(_at(g, materials, "grunge").outputs["Color"])
    base = g.scale(colour, g.ramp(lines.outputs["Alpha"], 0.0, 1.0, 0.94, 1.05))
    rough = g.math("MULTIPLY_ADD", broad, 0.06, LEAST_ROUGHNESS + 0.06)
    return g.surface(g.principled(base=base, metallic=1.0, roughness=rough, anisotropic=0.6))


def _fabric(materials: Materials) -> bpy.types.Material:
    g = Graph("fabric")
    colour, _ = _tint(g)
    weave = _at(g, materials, "pile", 2.0)
    broad, _, _ = g.split(_at(g, materials, "grunge", 3.0).outputs["Color"])
    base = g.vector("MULTIPLY", g.scale(colour, 2.0), weave.outputs["Color"])
    base = g.scale(base, g.ramp(broad, 0.0, 1.0, 0.9, 1.08))
    return g.surface(
        g.principled(base=base, roughness=0.95, specular=0.2, sheen_weight=0.25,
                     normal=g.bump(weave.outputs["Alpha"], 0.0015))
    )  # fmt: skip


def _lamp(materials: Materials) -> bpy.types.Material:
    """What a lamp looks like: the tint as radiance, to the camera and in mirrors only. Its light comes from a light
    object of the stage, which no picture shows and which shines through it; so few samples do."""
    g = Graph("lamp")
    colour, _ = _tint(g)
    path = g.node("ShaderNodeLightPath").outputs
    dark = g.node("ShaderNodeBsdfDiffuse", {"Color": (0.7, 0.7, 0.7)}).outputs[0]
    past = g.node("ShaderNodeBsdfTransparent").outputs[0]
    lit = g.node("ShaderNodeEmission", {"Color": colour, "Strength": 1.0}).outputs[0]
    g.material.cycles.emission_sampling = "NONE"
    seen = g.node("ShaderNodeMixShader", {0: path["Is Diffuse Ray"], 1: lit, 2: dark}).outputs[0]
    return g.surface(g.node("ShaderNodeMixShader", {0: path["Is Shadow Ray"], 1: seen, 2: past}).outputs[0])


def pane(name: str, clear: tuple[float, float, float], seen: float = 1.0) -> Maker:
    """A thin pane that tints what comes through, with the reflection of both faces; light passes it unbent.

    Args:
        clear: share of light that comes through. seen: factor on it for what the picture and its mirrors show. By day a
            street is a hundred times brighter than a room: no picture can show both, and eyes see it so.
    """

    def make(materials: Materials) -> bpy.types.Material:
        g = Graph(name)
        fresnel = g.node("ShaderNodeFresnel", {"IOR": 1.52}).outputs[0]
        both = g.math("MULTIPLY", fresnel, 1.85, clamp=True)
        path = g.node("ShaderNodeLightPath").outputs
        share = g.math("MULTIPLY", both, g.math("SUBTRACT", 1.0, path["Is Shadow Ray"]))
        looking = g.math("MAXIMUM", path["Is Camera Ray"], path["Is Glossy Ray"])
        tint = g.mix(looking, clear, tuple(seen * c for c in clear))
        through = g.node("ShaderNodeBsdfTransparent", {"Color": tint}).outputs[0]
        mirror = g.node("ShaderNodeBsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.02}).outputs[0]
        return g.surface(g.node("ShaderNodeMixShader", {0: share, 1: through, 2: mirror}).outputs[0])

    return make


def _painted_wall(materials: Materials) -> bpy.types.Material:
    """Emulsion paint: even, with the faintest marks."""
    g = Graph("painted_wall", MaterialTraits(soaks=False, surface="wall"))
    colour, _ = _tint(g)
    broad, _, _ = g.split(_at(g, materials, "grunge").outputs["Color"])
    skin = _at(g, materials, "plaster", 2.0)
    base = g.scale(colour, g.ramp(broad, 0.0, 1.0, 0.965, 1.03))
    normal = g.bump(skin.outputs["Alpha"], 0.0008)
    return g.surface(g.principled(base=base, roughness=0.75, specular=0.3, normal=normal))


ROOM_MAKERS: dict[str, Maker] = {
    "stone_floor": _floor("stone_floor", "marble", 0.0, (0.55, LEAST_ROUGHNESS + 0.04)),
    "terrazzo": _floor("terrazzo", "terrazzo", 0.0, (0.5, LEAST_ROUGHNESS + 0.05)),
    "planks": _floor("planks", "planks", 0.0015, (0.6, 0.32), 0.4),
    "carpet": _floor("carpet", "pile", 0.004, (1.0, 0.95), 0.15),
    "veneer": _floor("veneer", "grain", 0.0006, (0.55, 0.35), 0.4, surface=""),
    "marble": _floor("marble", "marble", 0.0, (0.5, LEAST_ROUGHNESS + 0.05), surface=""),
    "rubber_floor": _rubber_floor,
    "painted_wall": _painted_wall,
    "ceiling_tiles": _ceiling_tiles,
    "steel": _steel,
    "fabric": _fabric,
    "lamp": _lamp,
    "front_glass": pane("front_glass", (0.72, 0.75, 0.74), 0.2),
    "roof_glass": pane("roof_glass", (0.74, 0.78, 0.77)),
}
