"""Builds a street from its spec. Every draw of a detail follows from seeds that stand in the spec."""

from __future__ import annotations

import math

import bpy
import numpy as np

from blender_synth.blender.scenery import facade, ground
from blender_synth.blender.scenery.materials import Materials, road_material
from blender_synth.blender.scenery.meshes import join, to_object
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.street import ROAD_ID, Spec


def build(spec: Spec, stage: Stage) -> None:
    """Put the whole street on the stage."""
    materials = Materials()
    _ground(spec, stage, materials)
    for building in spec.buildings:
        obj = to_object(building.name, facade.house(building), materials)
        nx, ny = building.outward
        place(obj, (*building.start_xy_m, spec.kerb_step_m), math.degrees(math.atan2(nx, -ny)))
        stage.add(obj, building.instance_id)


def place(obj: bpy.types.Object, position_m, heading_deg: float) -> bpy.types.Object:
    """Set an object's place and turn about z."""
    obj.location = position_m
    obj.rotation_euler = (0.0, 0.0, math.radians(heading_deg))
    return obj


def _ground(spec: Spec, stage: Stage, materials: Materials) -> None:
    size = (spec.length_m, spec.carriageway_m)
    rgb = np.array(ground.ASPHALT) * spec.road.tone
    materials["road"] = road_material(materials, ground.WearMap(spec).pixels(), size, rgb)
    stage.add(to_object("road", ground.carriageway(spec), materials), ROAD_ID)
    rest = [p for p in (ground.side_streets(spec), ground.lids(spec)) if p is not None]
    stage.add(to_object("road_rest", join(rest), materials), ROAD_ID)
    for paved in spec.pavements:
        stage.add(to_object(paved.name, ground.pavement(spec, paved), materials), paved.instance_id)
