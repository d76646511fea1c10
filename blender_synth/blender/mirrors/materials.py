"""The materials of mirrors, glass, water and polished stone.

Light that a camera ray sends through glass or water goes by a refraction of index 1, which bends nothing and lets
`glass_light` tell it from the reflection; all other rays pass by a transparent closure, so that light and shadow do not
stop at the pane. Waviness bends shading normals only: the labels take the flat surface.
"""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.textures import TILE_M
from blender_synth.blender.shading.nodes import Graph, Socket, Value

GLASS_IOR, WATER_IOR, STONE_IOR = 1.52, 1.333, 1.6
_DUST_RGB = (0.42, 0.40, 0.37)


def grunge(g: Graph, materials: Materials, scale: float = 1.0) -> tuple[Socket, Socket, Socket]:
    """(broad, streak, speckle), scalars 0 to 1, over the UVs in metres."""
    place = g.scale(g.uv(), scale / TILE_M["grunge"])
    return g.split(g.image(materials.map("grunge"), place).outputs["Color"])


def waves(g: Graph, waviness: float, wavelength_m: float = 0.5, height_m: float = 0.0008) -> Socket | None:
    """A normal that wavers: None for a flat surface. Slopes stay within about 6 height / wavelength."""
    if waviness <= 0:
        return None
    noise = g.node(
        "ShaderNodeTexNoise",
        {"Vector": g.uv(), "Scale": 1.0 / wavelength_m, "Detail": 1.0, "Roughness": 0.4},
    ).outputs[0]
    return g.bump(noise, height_m * waviness)


def glossy(g: Graph, tint: Sequence[float], roughness: Value, normal: Socket | None = None) -> Socket:
    """A mirror closure."""
    inputs: dict[str | int, Value] = {"Color": tuple(tint), "Roughness": roughness}
    if normal is not None:
        inputs["Normal"] = normal
    return g.node("ShaderNodeBsdfGlossy", inputs).outputs[0]


def dusted(g: Graph, materials: Materials, shader: Socket, dust: float, most: float = 0.06) -> Socket:
    """A shader under a film of dust, thicker in patches."""
    if dust <= 0:
        return shader
    broad, streak, _ = grunge(g, materials, 2.0)
    amount = g.math("MULTIPLY", g.ramp(broad, 0.25, 0.9), g.ramp(streak, 0.1, 0.9, 0.3, 1.0))
    film = g.node("ShaderNodeBsdfDiffuse", {"Color": _DUST_RGB}).outputs[0]
    return g.node("ShaderNodeMixShader", {0: g.math("MULTIPLY", amount, most * dust), 1: shader, 2: film}).outputs[0]


def see_through(g: Graph, tint: Value) -> Socket:
    """Straight on: see the module's docstring."""
    on = g.node("ShaderNodeBsdfRefraction", {"Color": tint, "IOR": 1.0, "Roughness": 0.0}).outputs[0]
    past = g.node("ShaderNodeBsdfTransparent", {"Color": tint}).outputs[0]
    camera = g.node("ShaderNodeLightPath").outputs["Is Camera Ray"]
    return g.node("ShaderNodeMixShader", {0: camera, 1: past, 2: on}).outputs[0]


def fresnel(g: Graph, ior: float, normal: Socket | None = None) -> Socket:
    """Share of unpolarised light that one face reflects."""
    inputs: dict[str | int, Value] = {"IOR": ior}
    if normal is not None:
        inputs["Normal"] = normal
    return g.node("ShaderNodeFresnel", inputs).outputs[0]


def mirror_glass(
    name: str,
    materials: Materials,
    tint: Sequence[float],
    roughness: float,
    dust: float,
    waviness: float = 0.0,
    wavelength_m: float = 0.6,
) -> bpy.types.Material:
    """Silvered or tinted glass, acrylic or polished steel."""
    g = Graph(name)
    silver = glossy(g, tint, roughness, waves(g, waviness, wavelength_m))
    return g.surface(dusted(g, materials, silver, dust))


def pane(
    name: str, materials: Materials, tint: Sequence[float], roughness: float, dust: float, waviness: float
) -> bpy.types.Material:
    """A thin pane: both faces reflect, R = 2 F / (1 + F), and what is not reflected goes on, tinted."""
    g = Graph(name)
    normal = waves(g, waviness, 0.7, 0.0004)
    face = fresnel(g, GLASS_IOR)
    both = g.math("DIVIDE", g.math("MULTIPLY", face, 2.0), g.math("ADD", face, 1.0))
    mixed = g.node(
        "ShaderNodeMixShader",
        {0: both, 1: see_through(g, tuple(tint)), 2: glossy(g, (1.0, 1.0, 1.0), roughness, normal)},
    ).outputs[0]
    return g.surface(dusted(g, materials, mixed, dust, 0.035))


def water(name: str, roughness: float, darkening: float, ripple: float) -> bpy.types.Material:
    """Still water over wet ground: one face reflects; what comes back from the ground is darkened."""
    g = Graph(name)
    normal = waves(g, ripple, 0.12, 0.00025)
    below = (darkening, 0.985 * darkening, 0.96 * darkening)
    mixed = g.node(
        "ShaderNodeMixShader",
        {
            0: fresnel(g, WATER_IOR, normal),
            1: see_through(g, below),
            2: glossy(g, (1.0, 1.0, 1.0), roughness, normal),
        },
    ).outputs[0]
    return g.surface(mixed)
