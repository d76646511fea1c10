"""Builds a street from its spec. All details follow from seeds in the spec."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.scenery import ground, pieces
from blender_synth.blender.scenery.materials import Materials, road_material
from blender_synth.blender.scenery.meshes import Part, join, to_object, tube
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.street import Spec
from blender_synth.world.scenery.street.elements import ROAD_ID, WIRE_FIRST_ID


def build(spec: Spec, stage: Stage) -> None:
    """Add the whole street to the scene."""
    materials = Materials()
    stage.lanes_y_m = (spec.lane_y_m("left"), spec.lane_y_m("right"))
    _ground(spec, stage, materials)
    pieces.add_buildings(spec.buildings, spec.kerb_step_m, stage, materials)
    sides = {side: spec.pavement(side).instance_id for side in ("left", "right")}
    pieces.add_furniture(
        spec.furniture, spec.leaf_rgb, lambda at: sides["left" if at[1] > 0 else "right"], stage, materials
    )
    pieces.add_cars(spec.cars, stage, materials)
    for k, x in enumerate(spec.wires_x_m):
        stage.add(to_object(f"wire_{k}", _wire(spec, x), materials), WIRE_FIRST_ID + k)


def _wire(spec: Spec, x: float) -> Part:
    """A cable that sags from building to building, 6 to 7 m above the ground."""
    y0, y1 = spec.wall_y_m("right"), spec.wall_y_m("left")
    z = spec.kerb_step_m + 6.4 + 0.5 * math.sin(x)
    t = np.linspace(0, 1, 15)
    path = np.column_stack([x + 1.6 * math.sin(3 * x) * t, y0 + (y1 - y0) * t, z - 4 * 0.32 * t * (1 - t)])
    return tube(path, 0.009, 5, "rubber", (0.02, 0.02, 0.02))


def _ground(spec: Spec, stage: Stage, materials: Materials) -> None:
    size = (spec.length_m, spec.carriageway_m)
    rgb = np.array(ground.ASPHALT) * spec.road.tone
    materials["road"] = road_material(materials, ground.StreetWear(spec).pixels(), size, rgb)
    stage.add(to_object("road", ground.carriageway(spec), materials), ROAD_ID)
    rest = [p for p in (ground.side_streets(spec), ground.lids(spec.road)) if p is not None]
    stage.add(to_object("road_rest", join(rest), materials), ROAD_ID)
    for paved in spec.pavements:
        stage.add(to_object(paved.name, ground.pavement(spec, paved), materials), paved.instance_id)
    for where, shape in ground.litter(spec).items():
        instance_id = ROAD_ID if where == "road" else spec.pavement(where).instance_id
        stage.add(to_object(f"litter_{where}", shape, materials), instance_id)
