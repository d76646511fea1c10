"""Builds a street from its spec. Every draw of a detail follows from seeds that stand in the spec."""

from __future__ import annotations

import math

import bpy
import numpy as np

from blender_synth.blender.scenery import cars, facade, furniture, ground, vegetation
from blender_synth.blender.scenery.materials import DIRT_PROPERTY, Materials, road_material
from blender_synth.blender.scenery.meshes import Part, join, to_mesh, to_object, tube
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.street import ROAD_ID, WIRE_FIRST_ID, Spec


def build(spec: Spec, stage: Stage) -> None:
    """Put the whole street on the stage."""
    materials = Materials()
    stage.lanes_y_m = (spec.lane_y_m("left"), spec.lane_y_m("right"))
    _ground(spec, stage, materials)
    for building in spec.buildings:
        obj = to_object(building.name, facade.house(building), materials)
        nx, ny = building.outward
        place(obj, (*building.start_xy_m, spec.kerb_step_m), math.degrees(math.atan2(nx, -ny)))
        stage.add(obj, building.instance_id)
    _furniture(spec, stage, materials)
    _cars(spec, stage, materials)
    for k, x in enumerate(spec.wires_x_m):
        stage.add(to_object(f"wire_{k}", _wire(spec, x), materials), WIRE_FIRST_ID + k)


def _wire(spec: Spec, x: float) -> Part:
    """A cable with its natural sag from house to house, 6 to 7 m up, and the hooks that hold it."""
    y0, y1 = spec.wall_y_m("right"), spec.wall_y_m("left")
    z = spec.kerb_step_m + 6.4 + 0.5 * math.sin(x)
    t = np.linspace(0, 1, 15)
    path = np.column_stack([x + 1.6 * math.sin(3 * x) * t, y0 + (y1 - y0) * t, z - 4 * 0.32 * t * (1 - t)])
    return tube(path, 0.009, 5, "rubber", (0.02, 0.02, 0.02))


def _furniture(spec: Spec, stage: Stage, materials: Materials) -> None:
    """Furniture and trees; equal pieces share a mesh, each is an object of its own."""
    meshes: dict[tuple, bpy.types.Mesh] = {}

    def mesh_of(key: tuple, make) -> bpy.types.Mesh:
        if key not in meshes:
            meshes[key] = to_mesh(str(key[0]), make(), materials)
        return meshes[key]

    for piece in spec.furniture:
        if piece.kind == "tree":
            mesh = mesh_of(("tree", piece.variant), lambda piece=piece: vegetation.tree(piece.variant, spec.leaf_rgb))
            pit = bpy.data.objects.new(f"{piece.name}_pit", mesh_of(("pit",), vegetation.pit))
            stage.add(place(pit, piece.position_m, 0.0), _pavement_id(spec, piece.position_m))
        else:
            mesh = mesh_of(furniture.shape_key(piece), lambda piece=piece: furniture.make(piece))
        obj = place(bpy.data.objects.new(piece.name, mesh), piece.position_m, piece.heading_deg)
        obj.scale = (piece.scale,) * 3
        stage.add(obj, piece.instance_id)
        if piece.kind == "lamp":
            aside, up = (piece.scale * v for v in furniture.LAMP_LIGHT_M[piece.variant])
            a = math.radians(piece.heading_deg)
            x, y, z = piece.position_m
            light = (x + aside * math.cos(a), y + aside * math.sin(a), z + up)
            stage.lamps.append((light, piece.heading_deg, piece.variant))


def _pavement_id(spec: Spec, position_m) -> int:
    return spec.pavement("left" if position_m[1] > 0 else "right").instance_id


def _cars(spec: Spec, stage: Stage, materials: Materials) -> None:
    """Parked cars; the paint's colour is the object's, so that cars of one body may share a mesh."""
    meshes: dict[str, bpy.types.Mesh] = {}
    for car in spec.cars:
        if car.body not in meshes:
            meshes[car.body] = to_mesh(car.body, cars.car(car.body), materials)
        obj = bpy.data.objects.new(car.name, meshes[car.body])
        obj.color = (*car.rgb, 1.0 if car.metallic else 0.0)
        obj[DIRT_PROPERTY] = car.dirt
        plates = to_object(f"{car.name}_plates", cars.plates(car.body, cars.plate_words(car.detail_seed)), materials)
        for piece in (obj, plates):
            stage.add(place(piece, car.position_m, car.heading_deg), car.instance_id)


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
    for where, shape in ground.litter(spec).items():
        instance_id = ROAD_ID if where == "road" else spec.pavement(where).instance_id
        stage.add(to_object(f"litter_{where}", shape, materials), instance_id)
