"""Air as a volume that Cycles renders: real scattering, for GPUs; `develop` then adds none.

Fog droplets absorb next to nothing (albedo near 1 in the visible) and scatter mostly forwards: asymmetry g = 0.85
(Bohren 1987, as in `world.weather.sky`), with the phase function of Henyey & Greenstein (1941).

The air fills a box around the camera, as deep as the layer of fog or haze. Radiation fog thins upwards: nested boxes
approximate it in steps of equal shares, so that each box is homogeneous and needs no ray marching.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import bpy

from blender_synth.blender.stage import Stage
from blender_synth.optics.extinction import KOSCHMIEDER
from blender_synth.values import Vec3
from blender_synth.world.weather.sky import Spec

ALBEDO = 0.999
ASYMMETRY = 0.85
BOUNCES = 16
"""Enough for fog of some optical depth."""
REACH_M = 4000.0
STEPS = 8
_BELOW_M = 1.0


def build(spec: Spec, stage: Stage) -> None:
    """Fill the air around the camera; label passes never see it."""
    x, y = stage.scene.camera.location[:2]
    for number, (top_m, extinction) in enumerate(layers(spec)):
        reach = REACH_M - number  # no coincident faces
        add_air(stage, (x - reach, y - reach, -_BELOW_M - 0.01 * number), (x + reach, y + reach, top_m), extinction)
    stage.scene.cycles.volume_bounces = BOUNCES


def layers(spec: Spec) -> Iterator[tuple[float, float]]:
    """(top in metres, extinction in 1/m) of the boxes, widest first; their extinctions add up."""
    at_ground = KOSCHMIEDER / spec.mor_m
    if spec.fog_height_m is None:
        yield spec.air_top_m(), at_ground
        return
    for k in range(STEPS):
        # the height where the density falls below the middle of this share
        yield spec.fog_height_m * -math.log((k + 0.5) / STEPS), at_ground / STEPS


def add_air(
    stage: Stage, low_m: Vec3, high_m: Vec3, extinction: float, g: float = ASYMMETRY, albedo: float = ALBEDO
) -> None:
    """A box of homogeneous air between two corners; `extinction` in 1/m."""
    corners = [(x, y, z) for z in (low_m[2], high_m[2]) for y in (low_m[1], high_m[1]) for x in (low_m[0], high_m[0])]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    mesh = bpy.data.meshes.new("air")
    mesh.from_pydata(corners, [], faces)
    mesh.materials.append(_material(extinction, g, albedo))
    stage.add_falling(bpy.data.objects.new("air", mesh))


def _material(extinction: float, g: float, albedo: float) -> bpy.types.Material:
    material = bpy.data.materials.new("air")
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    new, link = tree.nodes.new, tree.links.new
    scatter, absorb = new("ShaderNodeVolumeScatter"), new("ShaderNodeVolumeAbsorption")
    both = new("ShaderNodeAddShader")
    scatter.phase = "HENYEY_GREENSTEIN"
    for node, colour, density in ((scatter, 1.0, extinction * albedo), (absorb, 0.0, extinction * (1 - albedo))):
        node.inputs["Color"].default_value = (colour, colour, colour, 1.0)
        node.inputs["Density"].default_value = density
    scatter.inputs["Anisotropy"].default_value = g
    link(scatter.outputs[0], both.inputs[0])
    link(absorb.outputs[0], both.inputs[1])
    link(both.outputs[0], new("ShaderNodeOutputMaterial").inputs["Volume"])
    return material
