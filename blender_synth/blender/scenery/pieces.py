"""Adds buildings, furniture, trees and cars of a spec to the scene; equal pieces share a mesh."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import bpy

from blender_synth.blender.scenery import cars, facade, furniture, vegetation
from blender_synth.blender.scenery.materials import DIRT_PROPERTY, Materials
from blender_synth.blender.scenery.meshes import Part, Vec, to_mesh, to_object
from blender_synth.blender.stage import Stage
from blender_synth.values import Vec3
from blender_synth.world.scenery.shared.street_parts import Building, Car, Furniture


def place(obj: bpy.types.Object, position_m: Vec, heading_deg: float) -> bpy.types.Object:
    """Set an object's position and heading; returns the object."""
    obj.location = position_m
    obj.rotation_euler = (0.0, 0.0, math.radians(heading_deg))
    return obj


def add_buildings(
    buildings: Sequence[Building],
    ground_z_m: float,
    stage: Stage,
    materials: Materials,
    open_sides: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Add buildings whose bases are at one height.

    Args:
        buildings: what to add. ground_z_m: height of their bases. stage: the scene. materials: of the scene.
        open_sides: flank to leave out, by name of the building, as in `facade.building`.
    """
    for building in buildings:
        obj = to_object(building.name, facade.building(building, open_sides.get(building.name, "")), materials)
        nx, ny = building.outward
        place(obj, (*building.start_xy_m, ground_z_m), math.degrees(math.atan2(nx, -ny)))
        stage.add(obj, building.instance_id)


def add_furniture(
    furnishing: Sequence[Furniture],
    leaf_rgb: Vec3,
    ground_id: Callable[[tuple], int],
    stage: Stage,
    materials: Materials,
) -> None:
    """Add furniture and trees, each as an object; equal pieces share a mesh.

    Args:
        furnishing: what to add. leaf_rgb: colour of the leaves of all trees.
        ground_id: instance id of the ground at a position; tree pits belong to it.
        stage: the scene, whose `lamps` are extended. materials: of the scene.
    """
    meshes: dict[tuple, bpy.types.Mesh] = {}

    def mesh_of(key: tuple, make: Callable[[], Part]) -> bpy.types.Mesh:
        if key not in meshes:
            meshes[key] = to_mesh(str(key[0]), make(), materials)
        return meshes[key]

    for piece in furnishing:
        if piece.kind == "tree":
            mesh = mesh_of(("tree", piece.variant), partial(vegetation.tree, piece.variant, leaf_rgb))
            pit = bpy.data.objects.new(f"{piece.name}_pit", mesh_of(("pit",), vegetation.pit))
            stage.add(place(pit, piece.position_m, 0.0), ground_id(piece.position_m))
        else:
            mesh = mesh_of(furniture.shape_key(piece), partial(furniture.make, piece))
        obj = place(bpy.data.objects.new(piece.name, mesh), piece.position_m, piece.heading_deg)
        obj.scale = (piece.scale,) * 3
        stage.add(obj, piece.instance_id)
        if piece.kind == "lamp":
            aside, up = (piece.scale * v for v in furniture.LAMP_LIGHT_M[piece.variant])
            a = math.radians(piece.heading_deg)
            x, y, z = piece.position_m
            light = (x + aside * math.cos(a), y + aside * math.sin(a), z + up)
            stage.lamps.append((light, piece.heading_deg, piece.variant))


def add_cars(parked: Sequence[Car], stage: Stage, materials: Materials) -> None:
    """Add cars; the paint's colour is that of the object, so that cars of one body share a mesh."""
    meshes: dict[str, bpy.types.Mesh] = {}
    for car in parked:
        if car.body not in meshes:
            meshes[car.body] = to_mesh(car.body, cars.car(car.body), materials)
        obj = bpy.data.objects.new(car.name, meshes[car.body])
        obj.color = (*car.rgb, 1.0 if car.metallic else 0.0)
        obj[DIRT_PROPERTY] = car.dirt
        plates = to_object(f"{car.name}_plates", cars.plates(car.body, cars.plate_words(car.detail_seed)), materials)
        for piece in (obj, plates):
            stage.add(place(piece, car.position_m, car.heading_deg), car.instance_id)
