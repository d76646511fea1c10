"""Headlights of standing cars with their lights on, and of the car that a dashcam looks out of.

Dipped beams with the cut-off and the aim of `world.weather.low_beam`. Lenses seen from the side are about as bright as
a street lamp's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import bpy
import numpy as np

from blender_synth.blender.scenery.materials import HEAD_LAMP, LIGHTS_PROPERTY, TAIL_LAMP
from blender_synth.blender.shading.nodes import NodeBuilder, Socket
from blender_synth.blender.stage import Stage
from blender_synth.values import Vec3
from blender_synth.world.weather import low_beam
from blender_synth.world.weather.daylight import LUX_PER_UNIT
from blender_synth.world.weather.sky import Spec

LENS_CD_M2 = {HEAD_LAMP: 15_000.0, TAIL_LAMP: 1200.0}
BEAM_RGB = (1.06, 0.99, 0.88)
"""Between halogen and LED, luminance 1."""
_CONE_DEG = 150.0
"""Opening of the lamps' spots, wider than their beams."""
_SEEN_BELOW_LUX = 400.0
"""In brighter daylight beams add nothing visible; only the lenses shine."""
_REACH_M, _MAX_CARS = 70.0, 8
_BEAM_PROPERTY = "bs_beam"
DASHCAM = "dashcam"
_DASHCAM_CAR_M = (1.9, 0.62, -0.65)
"""Lamps of the dashcam's car: ahead of the camera, to either side, and below."""


def light(spec: Spec, stage: Stage, brighter: float) -> None:
    """Switch on the lights of some cars, and of the car that carries the camera.

    Args:
        brighter: render units per 100 W.
    """
    if stage.indoors or stage.scene.camera is None:
        return
    beams = spec.daylight_lux() < _SEEN_BELOW_LUX
    eye = np.array(stage.scene.camera.location)
    if spec.headlights_on():
        for name, level in LENS_CD_M2.items():
            if material := bpy.data.materials.get(name):
                material.node_tree.nodes[LIGHTS_PROPERTY].outputs[0].default_value = level / LUX_PER_UNIT * brighter
        shining = [obj for obj in _lit(spec, stage) if np.linalg.norm(np.array(obj.location) - eye) < _REACH_M]
        for obj in shining[:_MAX_CARS] if beams else ():
            heading = obj.rotation_euler[2]
            for place in _lenses(obj):
                _beam(stage, place, heading, brighter)
    if spec.headlights and beams and stage.camera_rig == DASHCAM:
        ahead, aside, below = _DASHCAM_CAR_M
        look = np.array(stage.scene.camera.matrix_basis)[:3, 2] * -1
        heading = math.atan2(look[1], look[0])
        forward, left = (np.array((math.cos(a), math.sin(a), 0.0)) for a in (heading, heading + math.pi / 2))
        for side in (-aside, aside):
            _beam(stage, eye + ahead * forward + side * left + (0, 0, below), heading, brighter)


def remove(stage: Stage) -> bool:
    """Remove the beams that `light` added; returns whether there were any."""
    beams = [obj for obj in stage.scene.objects if obj.type == "LIGHT" and obj.get(_BEAM_PROPERTY)]
    for obj in beams:
        lamp = obj.data
        bpy.data.objects.remove(obj)
        bpy.data.lights.remove(lamp)
    return bool(beams)


def _lit(spec: Spec, stage: Stage) -> list[bpy.types.Object]:
    """Cars with their lights on; they get the property that makes their lenses emit."""
    rng = np.random.default_rng(spec.car_seed)
    cars = [obj for obj in stage.scene.objects if obj.type == "MESH" and HEAD_LAMP in obj.data.materials]
    lit = []
    for car in sorted(cars, key=lambda obj: obj.name):
        if rng.random() < spec.lit_cars:
            car[LIGHTS_PROPERTY] = 1.0
            car.update_tag()
            lit.append(car)
    eye = np.array(stage.scene.camera.location)
    return sorted(lit, key=lambda obj: float(np.linalg.norm(np.array(obj.location) - eye)))


def _lenses(car: bpy.types.Object) -> list[np.ndarray]:
    """World positions (3,) just in front of the right and the left headlamp of a car, which faces its +x."""
    mesh = car.data
    slot = mesh.materials.find(HEAD_LAMP)
    points = np.array([v for p in mesh.polygons if p.material_index == slot for v in _corners(mesh, p)])
    matrix = np.array(car.matrix_basis)
    places = []
    for side in (-1, 1):
        lens = points[points[:, 1] * side > 0]
        middle = np.array([lens[:, 0].max() + 0.05, lens[:, 1].mean(), lens[:, 2].mean()])
        places.append(matrix[:3, :3] @ middle + matrix[:3, 3])
    return places


def _corners(mesh: bpy.types.Mesh, polygon: bpy.types.MeshPolygon) -> Iterator[Vec3]:
    return (tuple(mesh.vertices[index].co) for index in polygon.vertices)


def _beam(stage: Stage, position_m: np.ndarray, heading: float, brighter: float) -> None:
    lamp = bpy.data.lights.new("headlight", "SPOT")
    lamp.energy, lamp.color = 4 * math.pi * low_beam.PEAK_CD / LUX_PER_UNIT * brighter, BEAM_RGB
    lamp.spot_size, lamp.spot_blend, lamp.shadow_soft_size = math.radians(_CONE_DEG), 0.1, 0.06
    lamp.use_nodes = True
    nodes = NodeBuilder(lamp.node_tree)
    emission = next(node for node in lamp.node_tree.nodes if node.type == "EMISSION")
    nodes.feed(emission.inputs["Strength"], _share_of_peak(nodes, heading))
    obj = bpy.data.objects.new("headlight", lamp)
    obj[_BEAM_PROPERTY] = True
    obj.location = position_m
    obj.rotation_euler = (math.radians(90.0), 0.0, heading - math.pi / 2)  # a spot shines along its own -z
    obj.visible_camera = obj.visible_glossy = False  # the lenses are seen
    stage.scene.collection.objects.link(obj)


def _share_of_peak(nodes: NodeBuilder, heading: float) -> Socket:
    """`low_beam.intensity_cd` over its peak as shader nodes, for a lamp that faces an azimuth in radians."""
    out = nodes.node("ShaderNodeNewGeometry").outputs["Incoming"]  # of a lamp: from it to what it lights
    ahead = nodes.vector("DOT_PRODUCT", out, (math.cos(heading), math.sin(heading), 0.0))
    aside = nodes.vector("DOT_PRODUCT", out, (math.sin(heading), -math.cos(heading), 0.0))
    up = nodes.math("DEGREES", nodes.math("ARCSINE", nodes.axes(out)[2]))
    right = nodes.math("DEGREES", nodes.math("ARCTAN2", aside, ahead))
    start, end = low_beam.CUT_OFF_DEG, low_beam.HIGHEST_CUT_OFF_DEG
    cut_off = nodes.ramp(right, 0.0, (end - start) / low_beam.CUT_OFF_RISE, start, end, smooth=False)
    below = nodes.math("SUBTRACT", cut_off, up)
    lit = nodes.ramp(below, -low_beam.SOFT_DEG, low_beam.SOFT_DEG)
    beam = nodes.math("MULTIPLY", lit, _interpolated(nodes, below, low_beam.BELOW_DEG, low_beam.BELOW_SHARE))
    level = nodes.math("ABSOLUTE", up)
    stray = _interpolated(nodes, level, low_beam.STRAY_DEG, low_beam.STRAY_SHARE)
    sides = _interpolated(nodes, nodes.math("ABSOLUTE", right), low_beam.ASIDE_DEG, low_beam.ASIDE_SHARE)
    return nodes.math("MULTIPLY", nodes.math("MAXIMUM", beam, stray), sides)


def _interpolated(nodes: NodeBuilder, value: Socket, places: Sequence[float], levels: Sequence[float]) -> Socket:
    """`numpy.interp` for places from 0 on, as a colour ramp."""
    position = nodes.math("DIVIDE", value, places[-1])
    node = nodes.node("ShaderNodeValToRGB", {0: position})
    ramp = node.color_ramp
    ramp.interpolation = "LINEAR"
    while len(ramp.elements) > 1:
        ramp.elements.remove(ramp.elements[-1])
    for k, (place, level) in enumerate(zip(places, levels, strict=True)):
        element = ramp.elements[0] if k == 0 else ramp.elements.new(place / places[-1])
        element.position, element.color = place / places[-1], (level, level, level, 1.0)
    return node.outputs["Color"]
