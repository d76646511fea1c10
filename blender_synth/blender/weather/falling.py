"""Drops and flakes in front of the camera, drawn out over the exposure; seen in mirrors too, never in labels.

Their numbers, sizes and speeds are those of `world.weather.falling`. A particle covers a point of its streak only for
the time that it takes to pass, so the longer the streak the fainter it is (Garg & Nayar 2007, "Vision and rain"). A
streak thinner than a pixel is drawn a pixel wide and fainter still; one near the lens is spread by its circle of
confusion. Particles too faint to be seen are left out; the extinction of the air accounts for all particles anyway.

Particles emit the light that falls on them instead of being lit. That has no noise, so they cost no samples and the
denoiser keeps them. Drops show nearly the whole sky (Garg & Nayar), flakes scatter what reaches them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import bpy
import numpy as np

from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.weather.outdoors import Outdoors
from blender_synth.world.weather import falling as law
from blender_synth.world.weather.daylight import WATTS_PER_UNIT
from blender_synth.world.weather.sky import Spec

NEAREST_M = 0.35
_MIN_OPACITY = 0.02
_MAX_PARTICLES = 8000
_SIZE_PX = (1920, 1080)
"""Size of the picture that streaks are made for: none is narrower than about a pixel of it."""
_APERTURE_M, _FOCUS_M = 0.0022, 6.0
"""Of a small camera: 6 mm at f/2.8, focused on the scene."""
_WIND_SHARE = 0.75
"""Wind near the ground relative to the wind at 10 m."""


@dataclass(frozen=True)
class Particles:
    """One kind of falling particles.

    Attributes:
        name: of the Blender mesh and material.
        sizes: their law of sizes (for flakes, of the melted flake).
        min_mm, max_mm: sizes that are drawn as single particles. reach_m: up to this distance from the camera.
        diameter_mm, speed_mps: diameters and fall speeds (n,) from sizes (n,).
        wind_spread: standard deviation of the wind's share that each follows. turn_spread_rad: of its direction.
        sky_share, lamp_share: share of the light of sky and lamps that they send to the camera.
        opacity_gain: factor on the physical opacity.
        taper: how abruptly the ends of a streak fade; higher is more abrupt.
    """

    name: str
    sizes: law.Sizes
    min_mm: float
    max_mm: float
    reach_m: float
    diameter_mm: Callable[[np.ndarray], np.ndarray]
    speed_mps: Callable[[np.ndarray], np.ndarray]
    wind_spread: float
    turn_spread_rad: float = 0.0
    sky_share: float = 0.85
    lamp_share: float = 0.5
    opacity_gain: float = 1.0
    taper: float = 6.0


@dataclass(frozen=True)
class Streaks:
    """Streaks of particles: middles (n, 3), half lengths along the fall (n, 3), half widths (n,), opacities (n,)."""

    middles_m: np.ndarray
    halves_m: np.ndarray
    half_widths_m: np.ndarray
    opacities: np.ndarray


def rain_and_snow(spec: Spec) -> list[Particles]:
    """What the sky itself lets fall."""
    particles = []
    if spec.rain_mm_h > 0.05:
        particles.append(
            Particles(
                name="rainfall",
                sizes=law.rain_sizes(spec.rain_mm_h),
                min_mm=0.6,
                max_mm=6.0,
                reach_m=10.0,
                diameter_mm=np.asarray,
                speed_mps=law.drop_speed_mps,
                wind_spread=0.12,
                opacity_gain=spec.fall_gain,
            )
        )
    if spec.snow_mm_h > 0.02:
        particles.append(
            Particles(
                name="snowfall",
                sizes=law.snow_sizes(spec.snow_mm_h),
                min_mm=0.35,
                max_mm=4.0,
                reach_m=22.0,
                diameter_mm=law.flake_mm,
                speed_mps=law.flake_speed_mps,
                wind_spread=0.35,
                turn_spread_rad=0.4,
                sky_share=0.75,
                lamp_share=0.8,
                taper=3.0,
            )
        )
    return particles


def build(outdoors: Outdoors) -> None:
    """Add the sky's rain and snow to the scene."""
    seed, view = outdoors.weather.fall_seed, outdoors.stage.view
    rng = np.random.default_rng([seed, view] if view else seed)
    for particles in rain_and_snow(outdoors.weather):
        add_particles(particles, outdoors, rng)


def add_particles(particles: Particles, outdoors: Outdoors, rng: np.random.Generator) -> None:
    """Add one kind of particles to the scene, as streaks wherever they are visible to the camera."""
    streaks = visible_streaks(particles, outdoors, rng)
    if len(streaks.middles_m):
        _add_mesh(particles, outdoors, streaks)


def scattered(
    rng: np.random.Generator, particles: Particles, spread: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Particles in front of a camera at the origin that looks along -z: positions (n, 3) in metres, sizes (n,) in mm.

    Args:
        spread: half width and half height of the space at a metre's distance.

    Far particles must be large to be seen: the space is filled in shells, each with the sizes that matter there.
    """
    edges = np.geomspace(NEAREST_M, particles.reach_m, 9)
    positions, sizes = [], []
    for near, far in pairwise(edges):
        min_mm = particles.min_mm * max(1.0, math.sqrt(near / 1.5))
        volume_m3 = 4 * spread[0] * spread[1] * (far**3 - near**3) / 3
        count = rng.poisson(volume_m3 * particles.sizes.count_m3(min_mm, particles.max_mm))
        z = np.cbrt(near**3 + (far**3 - near**3) * rng.random(count))
        positions.append(np.column_stack([z * rng.uniform(-1, 1, count) * spread[0],
                                          z * rng.uniform(-1, 1, count) * spread[1], -z]))  # fmt: skip
        sizes.append(particles.sizes.draw_mm(rng, count, min_mm, particles.max_mm))
    return np.concatenate(positions), np.concatenate(sizes)


def visible_streaks(particles: Particles, outdoors: Outdoors, rng: np.random.Generator) -> Streaks:
    """Streaks in front of the scene's camera that are opaque enough and under the open sky."""
    spec, scene = outdoors.weather, outdoors.stage.scene
    camera = scene.camera
    half_width = camera.data.sensor_width / camera.data.lens / 2
    half_height = half_width * _SIZE_PX[1] / _SIZE_PX[0]
    focal_px = _SIZE_PX[0] / (2 * half_width)
    # a little more than the picture, for mirrors; the space behind the camera is left empty
    points, size_mm = scattered(rng, particles, (1.25 * half_width, 1.25 * half_height))
    pose = np.array(camera.matrix_basis)
    points = points @ pose[:3, :3].T + pose[:3, 3]
    distance = np.linalg.norm(points - pose[:3, 3], axis=1)
    diameter = particles.diameter_mm(size_mm) / 1000
    speed = particles.speed_mps(size_mm)
    gust = spec.wind_mps * _WIND_SHARE * rng.normal(1.0, particles.wind_spread, len(points))
    turn = rng.normal(0, particles.turn_spread_rad, len(points)) if particles.turn_spread_rad else 0.0
    angle = math.radians(spec.wind_deg) + turn
    velocity = np.column_stack([gust * np.cos(angle), gust * np.sin(angle), -speed])
    path = velocity * spec.shutter_s
    drawn = np.linalg.norm(path, axis=1)
    confusion = _APERTURE_M * np.abs(_FOCUS_M - distance) / _FOCUS_M
    width = np.maximum(diameter + confusion, 0.8 * distance / focal_px)
    opacity = (diameter / width) * diameter / (diameter + drawn)
    opacity = opacity * np.minimum(1.0, (diameter + drawn) / (drawn + width)) * particles.opacity_gain
    length = drawn + np.maximum(diameter + confusion, 0.8 * distance / focal_px)
    keep = (opacity > _MIN_OPACITY) & outdoors.heights.open_at(points) & (points[:, 2] > 0.02)
    keep &= np.cumsum(keep) <= _MAX_PARTICLES
    direction = velocity / np.linalg.norm(velocity, axis=1, keepdims=True)
    half = direction * (length / 2)[:, None]
    return Streaks(points[keep], half[keep], width[keep] / 2, np.minimum(opacity[keep], 0.95))


def _add_mesh(particles: Particles, outdoors: Outdoors, streaks: Streaks) -> None:
    """One mesh of quads that face the camera, each with its opacity and its light as attributes."""
    spec, scene = outdoors.weather, outdoors.stage.scene
    middle, half = streaks.middles_m, streaks.halves_m
    sideways = np.cross(half, middle - np.array(scene.camera.location))
    length = np.linalg.norm(sideways, axis=1, keepdims=True)
    sideways = np.where(length > 1e-9, sideways / np.maximum(length, 1e-9), (1.0, 0.0, 0.0))
    sideways = sideways * streaks.half_widths_m[:, None]
    corners = np.stack(
        [middle - half - sideways, middle - half + sideways, middle + half + sideways, middle + half - sideways], axis=1
    )
    n = len(middle)
    mesh = bpy.data.meshes.new(particles.name)
    mesh.vertices.add(4 * n)
    mesh.vertices.foreach_set("co", corners.astype(np.float32).ravel())
    mesh.loops.add(4 * n)
    mesh.loops.foreach_set("vertex_index", np.arange(4 * n, dtype=np.int32))
    mesh.polygons.add(n)
    mesh.polygons.foreach_set("loop_start", np.arange(0, 4 * n, 4, dtype=np.int32))
    uv = mesh.uv_layers.new(name="uv")
    uv.data.foreach_set("uv", np.tile(np.array([0, 0, 1, 0, 1, 1, 0, 1], np.float32), n))
    units_per_100_w = WATTS_PER_UNIT / spec.watts_per_unit()
    sun_height = max(math.sin(math.radians(spec.sun_elevation_deg)), 0.0)
    # a drop shows the sky of half the sphere around it; a flake scatters what falls on it from all sides
    sky = (spec.diffuse() + 0.25 * spec.sun() * sun_height) / math.pi * particles.sky_share
    light = sky + outdoors.lamps.at(middle) / math.pi * particles.lamp_share
    colour = np.concatenate([light * units_per_100_w, streaks.opacities[:, None]], axis=1)
    layer = mesh.color_attributes.new("streak", "FLOAT_COLOR", "POINT")
    layer.data.foreach_set("color", colour.repeat(4, axis=0).astype(np.float32).ravel())
    mesh.update()
    mesh.materials.append(_material(particles))
    obj = bpy.data.objects.new(mesh.name, mesh)
    obj.visible_shadow = obj.visible_diffuse = False
    outdoors.stage.add_falling(obj)
    scene.cycles.transparent_max_bounces = 64


def _material(particles: Particles) -> bpy.types.Material:
    """Emits the light of each streak where it is opaque and transmits the rest."""
    graph = Graph(particles.name)
    graph.material.cycles.emission_sampling = "NONE"
    streak = graph.attribute("streak")
    across, along, _ = graph.node("ShaderNodeSeparateXYZ", {0: graph.node("ShaderNodeUVMap").outputs["UV"]}).outputs

    def faded(value: bpy.types.NodeSocket, power: float) -> bpy.types.NodeSocket:
        """1 in the middle, 0 at both edges."""
        from_middle = graph.math("ABSOLUTE", graph.math("MULTIPLY_ADD", value, 2.0, -1.0))
        return graph.math("SUBTRACT", 1.0, graph.math("POWER", from_middle, power))

    shape = graph.math("MULTIPLY", faded(across, 2.0), faded(along, particles.taper))
    alpha = graph.math("MULTIPLY", graph.math("MULTIPLY", streak.outputs["Alpha"], shape), 1.4)
    alpha = graph.math("MINIMUM", alpha, 0.97)
    rest = graph.math("SUBTRACT", 1.0, alpha)
    emitted = graph.node("ShaderNodeEmission", {"Color": streak.outputs["Color"], "Strength": alpha})
    rest_rgb = graph.node("ShaderNodeCombineColor", {0: rest, 1: rest, 2: rest})
    transmitted = graph.node("ShaderNodeBsdfTransparent", {"Color": rest_rgb.outputs[0]})
    return graph.surface(
        graph.node("ShaderNodeAddShader", {0: emitted.outputs[0], 1: transmitted.outputs[0]}).outputs[0]
    )
