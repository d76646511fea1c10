"""Drops and flakes in the space before the camera, each drawn out over the exposure; seen in mirrors, never in labels.

Their numbers, sizes and speeds are those of `world.weather._falling`. A particle covers a point of its streak only for
the time that it takes to pass, so the longer the streak the fainter it is (Garg & Nayar 2007, "Vision and rain"); one
thinner than a pixel is drawn a pixel wide and fainter still, one near the lens is spread by its circle of confusion.
What comes out fainter than can be seen is part of the air's extinction, which holds all of them anyway.

They glow with the light that falls on them instead of being lit: nothing of theirs is left to chance, so they cost no
samples and the denoiser keeps them. Drops show nearly the whole sky (Garg & Nayar), flakes send back what reaches them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import bpy
import numpy as np

from blender_synth.blender.stage import Stage
from blender_synth.blender.weather.cover import Above
from blender_synth.blender.weather.night import Lamps
from blender_synth.world.weather import falling as law
from blender_synth.world.weather.daylight import WATTS_PER_UNIT
from blender_synth.world.weather.sky import Spec

NEAREST_M = 0.35
_FAINTEST = 0.02
_MOST = 8000
_APERTURE_M, _FOCUS_M = 0.0022, 6.0
"""Of a small camera: 6 mm at f/2.8, focused on the scene."""
_WIND_SHARE = 0.75
"""Wind near the ground against that at 10 m."""


@dataclass(frozen=True)
class _Kind:
    """One sort of particle."""

    sizes: law.Sizes
    least_mm: float
    most_mm: float
    reach_m: float
    snow: bool


def kinds(spec: Spec) -> list[_Kind]:
    """What falls, from the size on that can be seen singly."""
    found = []
    if spec.rain_mm_h > 0.05:
        found.append(_Kind(law.rain_sizes(spec.rain_mm_h), 0.6, 6.0, 10.0, False))
    if spec.snow_mm_h > 0.02:
        found.append(_Kind(law.snow_sizes(spec.snow_mm_h), 0.35, 4.0, 22.0, True))
    return found


def build(spec: Spec, stage: Stage, above: Above, lamps: Lamps) -> None:
    """Put the particles on the stage."""
    rng = np.random.default_rng(spec.fall_seed)
    for kind in kinds(spec):
        streaks = _streaks(spec, kind, stage.scene, above, rng)
        if len(streaks[0]):
            _add(spec, kind, stage, lamps, *streaks)


def scattered(rng: np.random.Generator, kind: _Kind, spread: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Particles before a camera at the origin that looks along -z: places (n, 3) in metres, sizes (n,) in mm.

    Args:
        spread: half width and half height of the space at a metre's distance.

    Far ones must be large to be seen: the space is filled in shells, each with the sizes that matter there.
    """
    edges = np.geomspace(NEAREST_M, kind.reach_m, 9)
    places, sizes = [], []
    for near, far in pairwise(edges):
        least = kind.least_mm * max(1.0, math.sqrt(near / 1.5))
        volume = 4 * spread[0] * spread[1] * (far**3 - near**3) / 3
        count = rng.poisson(volume * kind.sizes.count_m3(least, kind.most_mm))
        z = np.cbrt(near**3 + (far**3 - near**3) * rng.random(count))
        places.append(np.column_stack([z * rng.uniform(-1, 1, count) * spread[0],
                                       z * rng.uniform(-1, 1, count) * spread[1], -z]))  # fmt: skip
        sizes.append(kind.sizes.draw_mm(rng, count, least, kind.most_mm))
    return np.concatenate(places), np.concatenate(sizes)


def _streaks(spec: Spec, kind: _Kind, scene: bpy.types.Scene, above: Above, rng: np.random.Generator):
    """Middles (n, 3), half lengths along the fall (n, 3), half widths (n,) and opacities (n,)."""
    camera = scene.camera
    wide = camera.data.sensor_width / camera.data.lens / 2
    render = scene.render
    tall = wide * render.resolution_y / render.resolution_x
    focal_px = render.resolution_x / (2 * wide)
    # a little more than the picture, for mirrors; the space behind the camera is left empty
    at, size_mm = scattered(rng, kind, (1.25 * wide, 1.25 * tall))
    pose = np.array(camera.matrix_basis)
    at = at @ pose[:3, :3].T + pose[:3, 3]
    distance = np.linalg.norm(at - pose[:3, 3], axis=1)
    across = (law.flake_mm(size_mm) if kind.snow else size_mm) / 1000
    speed = (law.flake_speed_mps if kind.snow else law.drop_speed_mps)(size_mm)
    gust = spec.wind_mps * _WIND_SHARE * rng.normal(1.0, 0.35 if kind.snow else 0.12, len(at))
    angle = math.radians(spec.wind_deg) + (rng.normal(0, 0.4, len(at)) if kind.snow else 0.0)
    velocity = np.column_stack([gust * np.cos(angle), gust * np.sin(angle), -speed])
    path = velocity * spec.shutter_s
    drawn = np.linalg.norm(path, axis=1)
    confusion = _APERTURE_M * np.abs(_FOCUS_M - distance) / _FOCUS_M
    width = np.maximum(across + confusion, 0.8 * distance / focal_px)
    opacity = (across / width) * across / (across + drawn) * np.minimum(1.0, (across + drawn) / (drawn + width))
    length = drawn + np.maximum(across + confusion, 0.8 * distance / focal_px)
    if not kind.snow:
        opacity = opacity * spec.fall_gain
    keep = (opacity > _FAINTEST) & above.open_at(at) & (at[:, 2] > 0.02)
    keep &= np.cumsum(keep) <= _MOST
    direction = velocity / np.linalg.norm(velocity, axis=1, keepdims=True)
    half = direction * (length / 2)[:, None]
    return at[keep], half[keep], width[keep] / 2, np.minimum(opacity[keep], 0.95)


def _add(spec: Spec, kind: _Kind, stage: Stage, lamps: Lamps, at, half, half_width, opacity) -> None:
    """One mesh of quads that face the camera, each with its opacity and its light as attributes."""
    eye = np.array(stage.scene.camera.location)
    aside = np.cross(half, at - eye)
    length = np.linalg.norm(aside, axis=1, keepdims=True)
    aside = np.where(length > 1e-9, aside / np.maximum(length, 1e-9), (1.0, 0.0, 0.0)) * half_width[:, None]
    corners = np.stack([at - half - aside, at - half + aside, at + half + aside, at + half - aside], axis=1)
    n = len(at)
    mesh = bpy.data.meshes.new("snowfall" if kind.snow else "rainfall")
    mesh.vertices.add(4 * n)
    mesh.vertices.foreach_set("co", corners.astype(np.float32).ravel())
    mesh.loops.add(4 * n)
    mesh.loops.foreach_set("vertex_index", np.arange(4 * n, dtype=np.int32))
    mesh.polygons.add(n)
    mesh.polygons.foreach_set("loop_start", np.arange(0, 4 * n, 4, dtype=np.int32))
    uv = mesh.uv_layers.new(name="uv")
    uv.data.foreach_set("uv", np.tile(np.array([0, 0, 1, 0, 1, 1, 0, 1], np.float32), n))
    brighter = WATTS_PER_UNIT / spec.watts_per_unit()
    up = max(math.sin(math.radians(spec.sun_elevation_deg)), 0.0)
    # a drop shows the sky of half the sphere it sees; a flake scatters what falls on it from all round
    sky = (spec.diffuse() + 0.25 * spec.sun() * up) / math.pi * (0.75 if kind.snow else 0.85)
    light = sky + lamps.at(at) / math.pi * (0.8 if kind.snow else 0.5)
    colour = np.concatenate([light * brighter, opacity[:, None]], axis=1).repeat(4, axis=0).astype(np.float32)
    layer = mesh.color_attributes.new("streak", "FLOAT_COLOR", "POINT")
    layer.data.foreach_set("color", colour.ravel())
    mesh.update()
    mesh.materials.append(_material(kind.snow))
    obj = bpy.data.objects.new(mesh.name, mesh)
    obj.visible_shadow = obj.visible_diffuse = False
    stage.add_falling(obj)
    stage.scene.cycles.transparent_max_bounces = 64


def _material(snow: bool) -> bpy.types.Material:
    material = bpy.data.materials.new("flakes" if snow else "drops")
    material.use_nodes = True
    material.cycles.emission_sampling = "NONE"
    tree = material.node_tree
    tree.nodes.clear()
    new, link = tree.nodes.new, tree.links.new

    def math_(operation: str, *values):
        node = new("ShaderNodeMath")
        node.operation = operation
        for socket, value in zip(node.inputs, values, strict=False):
            if isinstance(value, bpy.types.NodeSocket):
                link(value, socket)
            else:
                socket.default_value = value
        return node.outputs[0]

    streak = new("ShaderNodeAttribute")
    streak.attribute_name, streak.attribute_type = "streak", "GEOMETRY"
    parts = new("ShaderNodeSeparateXYZ")
    link(new("ShaderNodeUVMap").outputs["UV"], parts.inputs[0])

    def faded(value, power: float):
        """1 in the middle, 0 at both edges."""
        return math_("SUBTRACT", 1.0, math_("POWER", math_("ABSOLUTE", math_("MULTIPLY_ADD", value, 2.0, -1.0)), power))

    shape = math_("MULTIPLY", faded(parts.outputs[0], 2.0), faded(parts.outputs[1], 3.0 if snow else 6.0))
    alpha = math_("MULTIPLY", math_("MULTIPLY", streak.outputs["Alpha"], shape), 1.4)
    alpha = math_("MINIMUM", alpha, 0.97)
    glow, clear, both = new("ShaderNodeEmission"), new("ShaderNodeBsdfTransparent"), new("ShaderNodeAddShader")
    link(streak.outputs["Color"], glow.inputs["Color"])
    link(alpha, glow.inputs["Strength"])
    rest = new("ShaderNodeCombineColor")
    for socket in rest.inputs[:3]:
        link(math_("SUBTRACT", 1.0, alpha), socket)
    link(rest.outputs[0], clear.inputs["Color"])
    link(glow.outputs[0], both.inputs[0])
    link(clear.outputs[0], both.inputs[1])
    output = new("ShaderNodeOutputMaterial")
    link(both.outputs[0], output.inputs["Surface"])
    return material
