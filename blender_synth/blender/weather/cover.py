"""Water, ice and snow on surfaces that are open to the sky.

A map of heights (`heights`) says for each point whether something is above it: under awnings, cars and indoors it stays
dry. No geometry changes: snow has the colour and softness of its depth but no thickness, so that it hides nobody's feet
and the labels are those of any other weather. What a material does with water and snow is declared by its traits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from statistics import NormalDist

import bpy
import numpy as np

from blender_synth.blender import shelf
from blender_synth.blender.shading.nodes import GroupGraph, Socket, data_image
from blender_synth.blender.shading.noise import smoothstep, spectral_noise
from blender_synth.blender.shading.traits import declares_traits, traits_of
from blender_synth.blender.stage import SLOT_PROPERTY, Stage
from blender_synth.blender.weather.heights import Heights, is_person
from blender_synth.world.weather.sky import Spec

TILE_M = 5.0
"""Edge of the pattern's tile; a second look-up, larger and rotated, hides the repetition."""
_PERSON_SNOW = 0.6
"""Share of the falling snow that stays on people's clothes."""


@cache
def _pattern(n: int = 1024) -> np.ndarray:
    """(n, n, 4) in 0..1, tileable: R broad patches, G fine grain, B rings on water about 0.5, A footprints."""
    rng = np.random.default_rng(7)
    broad, fine = (0.5 + 0.5 * np.tanh(0.7 * spectral_noise(n, *law)) for law in ((1.5, 41, 1, 60), (0.7, 42, 25, 300)))
    metre = n / TILE_M
    rings, feet = np.zeros((n, n), np.float32), np.zeros((n, n), np.float32)

    def stamp(target: np.ndarray, x: float, y: float, reach: float, draw: Callable[..., np.ndarray]) -> None:
        offsets = np.arange(-int(reach) - 1, int(reach) + 2)
        rows, columns = (offsets + int(v) for v in (y, x))
        patch = draw(offsets[None, :] - x % 1, offsets[:, None] - y % 1)
        where = np.ix_(rows % n, columns % n)
        target[where] = np.where(np.abs(patch) > np.abs(target[where]), patch, target[where])

    for x, y, age in zip(*rng.uniform(0, n, (2, 420)), rng.random(420), strict=True):
        radius, wave = (0.008 + 0.06 * age) * metre, 0.011 * metre

        def ring(
            dx: np.ndarray, dy: np.ndarray, radius: float = radius, wave: float = wave, age: float = age
        ) -> np.ndarray:
            off = np.hypot(dx, dy) - radius
            return (1 - 0.8 * age) * np.cos(off / wave * 2.5) * np.exp(-((off / wave) ** 2))

        stamp(rings, x, y, radius + 3 * wave, ring)
    for x, y, turn in zip(*rng.uniform(0, n, (2, 90)), rng.normal(0, 0.5, 90), strict=True):
        long, wide = 0.14 * metre, 0.05 * metre

        def foot(
            dx: np.ndarray, dy: np.ndarray, turn: float = turn, long: float = long, wide: float = wide
        ) -> np.ndarray:
            u, v = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
            return smoothstep(1.15, 0.85, np.hypot(u / long, v / (wide * (1 + 0.25 * np.sign(u) * np.abs(u / long)))))

        stamp(feet, x, y, long * 1.3, foot)
    return np.stack([broad, fine, 0.5 + 0.5 * rings, feet], axis=2).astype(np.float32)


class _CoverGroup(GroupGraph):
    """A node group that covers share: position, upward slope, whether it is open to the sky, and the pattern.

    Attributes:
        x, y, z: of the shaded point, metres. up: z of its normal. open: 1 where nothing is above it.
    """

    def __init__(self, name: str, heights: Heights, outputs: dict[str, str]):
        super().__init__(name, outputs)
        geometry = self.node("ShaderNodeNewGeometry")
        position = geometry.outputs["Position"]
        self.up = self.axes(geometry.outputs["Normal"])[2]
        self.x, self.y, self.z = self.axes(position)
        size = 1 / (2 * heights.reach_m)
        offset = (0.5 - heights.middle_m[0] * size, 0.5 - heights.middle_m[1] * size, 0.0)
        uv = self.node("ShaderNodeVectorMath", {0: position, 1: (size,) * 3, 2: offset},
                       operation="MULTIPLY_ADD").outputs[0]  # fmt: skip
        top = self.image(heights.image, uv, extension="EXTEND")
        above = self.math("SUBTRACT", self.axes(top.outputs["Color"])[0], self.z)
        self.open = self.ramp(above, 0.10, 0.45, 1.0, 0.0)

    def pattern(self, tile_m: float, rotated: bool = False) -> tuple[Socket, Socket, Socket, Socket]:
        """The four channels of `_pattern` over the ground, on tiles of some size; walls show streaks of them."""
        across, along = (self.y, self.x) if rotated else (self.x, self.y)
        u, v = self.math("MULTIPLY_ADD", self.z, 0.31, across), self.math("MULTIPLY_ADD", self.z, 0.47, along)
        uv = self.scale(self.node("ShaderNodeCombineXYZ", {0: u, 1: v}).outputs[0], 1 / tile_m)
        look_up = self.image(shelf.block(("cover",), lambda: data_image("cover_pattern", _pattern())), uv)
        return (*self.split(look_up.outputs["Color"]), look_up.outputs["Alpha"])


def _coverable(stage: Stage) -> Iterator[tuple[bpy.types.Material, bool]]:
    """Materials of all objects that are no mirror in the labels, each with whether a person wears it."""
    found: dict[str, tuple[bpy.types.Material, bool]] = {}
    mirrors = set()
    for obj in stage.scene.objects:
        if obj.type != "MESH":
            continue
        person = is_person(obj)
        for slot in obj.material_slots:
            if slot.material is not None and slot.material.use_nodes:
                found[slot.material.name] = (slot.material, person)
                if SLOT_PROPERTY in obj:
                    mirrors.add(slot.material.name)
    return (entry for name, entry in found.items() if name not in mirrors)


def wet(spec: Spec, stage: Stage, heights: Heights) -> None:
    """Darken porous materials and add a water film to upward surfaces, a little to walls; add patches of ice.

    Wet asphalt and stone reflect about half of what they reflect when dry (Lekner & Dorf 1988). The film reflects as
    water does; its patches join as it gets wetter. Ice darkens and reflects; in the labels it is ground.
    """
    if spec.wetness <= 0 and spec.ice <= 0:
        return
    g = _CoverGroup("wet", heights, {"Darken": "NodeSocketFloat", "Film": "NodeSocketFloat", "Rough": "NodeSocketFloat",
                              "Normal": "NodeSocketVector"})  # fmt: skip
    level = g.ramp(g.up, 0.1, 0.8)
    large, _, _, _ = g.pattern(17.0, rotated=True)
    near, fine, rings, _ = g.pattern(TILE_M)
    broad = g.math("MULTIPLY_ADD", near, 0.5, g.math("MULTIPLY", large, 0.5))
    soaked = g.math("MULTIPLY", g.open, g.math("MULTIPLY_ADD", level, 0.75, 0.25))
    soaked = g.math("MULTIPLY", soaked, min(1.0, 1.2 * spec.wetness))
    dark = g.math("MULTIPLY_ADD", soaked, g.ramp(broad, 0.3, 0.75, -0.56, -0.44), 1.0)
    lies = g.math("ADD", broad, g.math("MULTIPLY", g.math("SUBTRACT", fine, 0.5), 0.25))
    start = 0.72 - 0.52 * spec.wetness
    film = g.math("MULTIPLY", g.ramp(lies, start, start + 0.2, 0.25 * spec.wetness, 1.0), level)
    film = g.math("MULTIPLY", film, g.math("MULTIPLY", g.open, min(1.0, 10 * spec.wetness)))
    rough = g.ramp(lies, start, start + 0.28, 0.30, 0.045)
    if spec.ice > 0:
        frozen = _frozen(g, spec, broad, fine)
        film = g.math("MAXIMUM", film, frozen)
        dark = g.math("MULTIPLY", dark, g.ramp(frozen, 0.0, 1.0, 1.0, 0.55))
        smooth = g.math("MULTIPLY_ADD", g.math("SUBTRACT", rough, 0.07), g.ramp(frozen, 0.0, 0.6, 1.0, 0.0), 0.07)
        rough = g.math("MULTIPLY_ADD", fine, g.math("MULTIPLY", frozen, 0.08), smooth)
    height = g.math("MULTIPLY", fine, 0.12)
    if spec.rain_mm_h > 0.2:
        # rings where drops fall; stronger rain makes higher waves
        height = g.math("MULTIPLY_ADD", rings, min(0.25 + 0.04 * spec.rain_mm_h, 0.9), height)
    bump = g.node("ShaderNodeBump", {"Height": height, "Distance": 0.004, "Strength": 0.5})
    g.set_outputs(Darken=dark, Film=film, Rough=rough, Normal=bump.outputs["Normal"])
    for material, person in _coverable(stage):
        tree, traits = material.node_tree, traits_of(material)
        nodes = [n for n in tree.nodes if n.type == "BSDF_PRINCIPLED"]
        if not nodes or not (traits.soaks or traits.film) or (person and not _is_worn(material)):
            continue
        if spec.wetness <= 0 and not traits.film:
            continue  # ice lies on the ground only
        group = tree.nodes.new("ShaderNodeGroup")
        group.node_tree = g.tree
        for node in nodes:
            if traits.soaks:
                _darken(tree, node.inputs["Base Color"], group.outputs["Darken"])
            coat = node.inputs["Coat Weight"]
            if traits.film and not coat.is_linked and coat.default_value == 0:
                tree.links.new(group.outputs["Film"], coat)
                tree.links.new(group.outputs["Rough"], node.inputs["Coat Roughness"])
                tree.links.new(group.outputs["Normal"], node.inputs["Coat Normal"])
                node.inputs["Coat IOR"].default_value = 1.333


def _frozen(g: _CoverGroup, spec: Spec, broad: Socket, fine: Socket) -> Socket:
    """1 in patches of ice, which cover the share `ice` of the open ground; their edges are ragged."""
    # `broad` is the mean of two bounded noises: about normal, with this spread
    start = 0.5 + 0.17 * NormalDist().inv_cdf(1 - min(max(spec.ice, 0.001), 0.999))
    lies = g.math("MULTIPLY_ADD", g.math("SUBTRACT", fine, 0.5), 0.14, broad)
    patches = g.ramp(lies, start - 0.02, start + 0.05)
    flat = g.math("MULTIPLY", g.ramp(g.up, 0.9, 0.98), g.ramp(g.z, 0.2, 0.3, 1.0, 0.0))
    return g.math("MULTIPLY", patches, g.math("MULTIPLY", flat, g.open))


def _darken(tree: bpy.types.NodeTree, colour: bpy.types.NodeSocket, factor: bpy.types.NodeSocket) -> None:
    scale = tree.nodes.new("ShaderNodeVectorMath")
    scale.operation = "SCALE"
    if colour.is_linked:
        tree.links.new(colour.links[0].from_socket, scale.inputs[0])
    else:
        scale.inputs[0].default_value = colour.default_value[:3]
    tree.links.new(factor, scale.inputs[3])
    tree.links.new(scale.outputs[0], colour)


def snow(spec: Spec, stage: Stage, heights: Heights) -> None:
    """Cover upward surfaces with snow; deeper snow holds on steeper slopes. Wheels make slush of it, feet make it grey.

    It stays on people's clothes while it falls. Albedo 0.8 of snow some days old, 0.5 and less of slush (Warren 1982,
    Reviews of Geophysics 20).
    """
    depth = spec.snow_depth_cm
    if depth <= 0:
        return
    g = _CoverGroup("snow", heights, {"Cover": "NodeSocketFloat", "Shader": "NodeSocketShader"})
    large, _, _, _ = g.pattern(17.0, rotated=True)
    near, fine, _, prints = g.pattern(TILE_M)
    broad = g.math("MULTIPLY_ADD", near, 0.5, g.math("MULTIPLY", large, 0.5))
    ragged = g.math("ADD", g.math("MULTIPLY", g.math("SUBTRACT", fine, 0.5), 0.35),
                    g.math("MULTIPLY", g.math("SUBTRACT", broad, 0.5), 0.3))  # fmt: skip
    steep = max(0.80 - 0.02 * depth, 0.55)
    lies = g.ramp(g.math("ADD", g.up, ragged), steep, steep + 0.16)
    # a thin layer leaves gaps
    gaps = g.ramp(g.math("ADD", broad, g.math("MULTIPLY", g.math("SUBTRACT", fine, 0.5), 0.6)),
                  max(0.62 - 0.22 * depth, -0.6), max(0.86 - 0.22 * depth, -0.3))  # fmt: skip
    lying = g.math("MULTIPLY", g.math("MULTIPLY", lies, gaps), g.open)
    wheel = _wheel_tracks(g, stage, large)
    ground = g.ramp(g.z, 0.20, 0.26, 1.0, 0.0)
    worn = g.math("MULTIPLY", wheel, g.ramp(broad, 0.3, 0.7, 1.0, 0.55))
    feet = _trodden(g, stage, prints, large)
    dirty = g.math("MAXIMUM", worn, g.math("MULTIPLY", feet, 0.55))
    bare = g.math("MULTIPLY", g.ramp(g.math("ADD", worn, g.math("MULTIPLY", g.math("SUBTRACT", fine, 0.5), 0.5)),
                                     0.75, 1.0, 0.0, max(0.9 - 0.03 * depth, 0.3)), ground)  # fmt: skip
    shown = g.math("MULTIPLY", lying, g.math("SUBTRACT", 1.0, bare))
    if spec.ice > 0:  # cleared, or trodden into ice
        shown = g.math("MULTIPLY", shown, g.ramp(_frozen(g, spec, broad, fine), 0.0, 1.0, 1.0, 0.2))
    dirty = g.math("MULTIPLY", dirty, ground)
    tint = g.node("ShaderNodeMix", data_type="RGBA", clamp_factor=True)
    g.tree.links.new(dirty, tint.inputs[0])
    tint.inputs[6].default_value, tint.inputs[7].default_value = (0.80, 0.83, 0.87, 1), (0.30, 0.285, 0.27, 1)
    # from the patterns alone: whatever feeds a bump is evaluated three times
    height = g.math("MULTIPLY_ADD", fine, 0.2, broad)
    bump = g.node("ShaderNodeBump", {"Height": height, "Distance": min(0.012 * depth + 0.01, 0.09), "Strength": 0.7})
    flake = g.node("ShaderNodeBsdfPrincipled", {
        "Base Color": tint.outputs[2], "Roughness": g.ramp(dirty, 0.2, 0.9, 0.75, 0.22), "Specular IOR Level": 0.3,
        "Normal": bump.outputs["Normal"],
    })  # fmt: skip
    g.set_outputs(Cover=shown, Shader=flake.outputs[0])
    for material, person in _coverable(stage):
        tree, share = material.node_tree, traits_of(material).snow
        if person:
            share = min(share, _PERSON_SNOW)
        output = next((n for n in tree.nodes if n.type == "OUTPUT_MATERIAL" and n.is_active_output), None)
        if (
            output is None
            or share <= 0
            or not output.inputs["Surface"].is_linked
            or (person and (spec.snow_mm_h < 0.3 or not _is_worn(material)))
        ):
            continue
        group, mix = tree.nodes.new("ShaderNodeGroup"), tree.nodes.new("ShaderNodeMixShader")
        group.node_tree = g.tree
        amount = group.outputs["Cover"]
        if share < 1:
            part = tree.nodes.new("ShaderNodeMath")
            part.operation = "MULTIPLY"
            part.inputs[1].default_value = share
            tree.links.new(amount, part.inputs[0])
            amount = part.outputs[0]
        tree.links.new(amount, mix.inputs[0])
        tree.links.new(output.inputs["Surface"].links[0].from_socket, mix.inputs[1])
        tree.links.new(group.outputs["Shader"], mix.inputs[2])
        tree.links.new(mix.outputs[0], output.inputs["Surface"])


def _is_worn(material: bpy.types.Material) -> bool:
    """Whether a person's material takes part in weather; those of asset packs, which declare nothing, only if cloth."""
    return declares_traits(material) or _is_cloth(material)


def _is_cloth(material: bpy.types.Material) -> bool:
    """Whether a person's material is neither skin (with subsurface scattering) nor hair (cut out by its alpha)."""
    nodes = [n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED"]
    soft = [n.inputs["Subsurface Weight"] for n in nodes]
    skin = any(socket.is_linked or socket.default_value > 0 for socket in soft)
    return bool(nodes) and not skin and not any(n.inputs["Alpha"].is_linked for n in nodes)


def _wheel_tracks(g: _CoverGroup, stage: Stage, noise: Socket) -> Socket:
    """1 where wheels run, 0.76 m to either side of the middle of each lane."""
    total = None
    for lane in stage.lanes_y_m:
        wander = g.math("MULTIPLY", g.math("SUBTRACT", noise, 0.5), 0.5)
        aside = g.math("ABSOLUTE", g.math("SUBTRACT", g.math("ADD", g.y, wander), lane))
        off = g.math("ABSOLUTE", g.math("SUBTRACT", aside, 0.76))
        track = g.ramp(off, 0.16, 0.5, 1.0, 0.0)
        total = track if total is None else g.math("MAXIMUM", total, track)
    if total is None:
        return g.math("MULTIPLY", g.y, 0.0)
    return g.math("MULTIPLY", total, g.ramp(g.z, 0.03, 0.06, 1.0, 0.0))


def _trodden(g: _CoverGroup, stage: Stage, prints: Socket, large: Socket) -> Socket:
    """1 where feet have been: footprints, denser along trodden paths; none on a carriageway."""
    where = g.ramp(large, 0.35, 0.6, 0.35, 1.0)
    path = g.math("MULTIPLY", g.ramp(large, 0.5, 0.75), 0.7)
    kerbs = g.ramp(g.z, 0.03, 0.08) if stage.lanes_y_m else g.math("ADD", 1.0, 0.0)
    return g.math("MULTIPLY", g.math("MAXIMUM", g.math("MULTIPLY", prints, where), path), kerbs)
