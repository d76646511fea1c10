"""The stage: a Blender scene that builders fill, and what they record for the label pass and for frame.json."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
import numpy as np

from blender_synth.blender.job_server import Report, ignore_events
from blender_synth.blender.shading.traits import MaterialTraits, declare_traits
from blender_synth.errors import AssetError
from blender_synth.frames.meta import Medium
from blender_synth.frames.raw_frame import VIA_BITS
from blender_synth.values import Vec2

if TYPE_CHECKING:  # it imports this module
    from blender_synth.blender.weather.night import Unlit
    from blender_synth.blender.weather.outdoors import Outdoors
    from blender_synth.world.contracts import WeatherSpec

SURFACE_CODES = {"opaque": 0.0, "mirror": 1.0, "polished": 1.0, "glass": 2.0, "water": 2.0}
"""How the label pass treats a surface: 0 ends the path, 1 reflects it, 2 reflects it and is also seen through."""
SEE_THROUGH = ("glass", "water")
MIN_AREA_M2 = 1e-6
SURFACE_PROPERTY = "bs_surface"
SLOT_PROPERTY = "bs_slot"
WEATHER_REACH_M = 42.0
"""Rain and snow reach this far from the camera along x and y."""
UNSEEN_PROPERTY = "bs_unseen"
"""Marks objects that the label pass leaves out."""


@dataclass(frozen=True)
class Solid:
    """The mesh of an instance, as rendered, without Blender's data.

    Attributes:
        parts: vertices (V, 3) and triangles (T, 3) of each object in its own axes, shared by objects of one mesh, and
            its world_from_object (4, 4).
        cut_out: whether its outline is cut out by textures.
    """

    parts: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]
    cut_out: bool

    @property
    def heading_deg(self) -> float | None:
        """Azimuth of the objects' own x axis; None where they differ or are not upright."""
        angles = []
        for _, _, matrix in self.parts:
            ahead, up = matrix[:3, 0], matrix[:3, 2]
            if abs(ahead[2]) > 1e-3 * np.linalg.norm(ahead) or np.hypot(*up[:2]) > 1e-3 * np.linalg.norm(up):
                return None
            angles.append(float(np.degrees(np.arctan2(ahead[1], ahead[0]))))
        same = all(abs((angle - angles[0] + 180) % 360 - 180) < 0.01 for angle in angles)
        return angles[0] if angles and same else None

    def body(self) -> tuple[np.ndarray, np.ndarray]:
        """Vertices (V, 3) float64 in world metres, triangles (T, 3)."""
        vertices, triangles, offset = [np.empty((0, 3))], [np.empty((0, 3), np.int32)], 0
        for points, corners, matrix in self.parts:
            vertices.append(points.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3])
            triangles.append(corners + offset)
            offset += len(points)
        return np.concatenate(vertices), np.concatenate(triangles)


class Stage:
    """A Blender scene being filled.

    Builders link objects through its methods only, so that everything in the scene has an instance id.

    Attributes:
        objects: Blender objects by instance id. surfaces: a key of `SURFACE_CODES` by instance id, without opaque ones.
        mirror_slots: ids of what reflects; the position in the list, counted from 1, encodes a mirror in chains.
        keypoints: of each person, name to world position (3,). pack_roots: folders of the asset packs by name.
        matt: whether matt panels replace everything that reflects.
        lamps: street lamps: position of the light in world metres, azimuth of the arm in degrees, variant.
        lights: lights of the scenery itself. indoors: whether the whole scene is under a roof.
        lanes_y_m: centre lines of the lanes of a street along x. camera_rig: how the camera is mounted.
        view: number of the view that is built.
        weather_area: middle and reach of the area that rain and snow are built for; None: around the camera.
        weather: that is built. unlit: what its lights change in the scenery.
        units_per_100_w: what 100 W are in units of the picture. outdoors: what the weather's builder keeps for `move`.
        medium: the air, as frame.json describes it. scene_folder: of an authored scene.
        report: gets an event before and after an item's file is read.
    """

    def __init__(self, scene: bpy.types.Scene, matt: bool = False):
        self.scene = scene
        self.matt = matt
        self.objects: dict[int, list[bpy.types.Object]] = {}
        self.surfaces: dict[int, str] = {}
        self.mirror_slots: list[int] = []
        self.keypoints: dict[int, dict[str, np.ndarray]] = {}
        self.pack_roots: Mapping[str, Path] = {}
        self.lamps: list[tuple[tuple[float, float, float], float, int]] = []
        self.lights: list[bpy.types.Object] = []
        self.indoors = False
        self.camera_rig = ""
        self.units_per_100_w = 1.0
        self.lanes_y_m: tuple[float, ...] = ()
        self.view = 0
        self.weather_area: tuple[Vec2, float] | None = None
        self.outdoors: Outdoors | None = None
        self.weather: WeatherSpec | None = None
        self.unlit: Unlit | None = None
        self.medium: Medium | None = None
        self.scene_folder: Path | None = None
        self.report: Report = ignore_events

    def add(
        self, obj: bpy.types.Object, instance_id: int, surface: str = "opaque", facing: Sequence[float] | None = None
    ) -> bpy.types.Object:
        """Link an object into the scene and label it.

        Args:
            obj: any renderable object, not yet linked.
            instance_id: of what it belongs to; 0 for what must not be labelled (sky domes).
            surface: a key of `SURFACE_CODES`.
            facing: unit normal (3,) that a flat reflecting surface is meant to have.

        Raises:
            AssetError: more mirrors than a chain can tell apart, a reflecting mesh without area, glass that is not
                manifold, or a surface that faces the other way.
        """
        if surface != "opaque":
            _check_reflecting(obj, surface, facing)
        if surface != "opaque" and self.matt:
            surface = "opaque"
            obj.data = obj.data.copy()
            obj.data.materials.clear()
            obj.data.materials.append(_matt_material())
        obj.pass_index = instance_id
        obj[SURFACE_PROPERTY] = SURFACE_CODES[surface]
        if surface != "opaque":
            self.surfaces[instance_id] = surface
            if instance_id not in self.mirror_slots:
                self.mirror_slots.append(instance_id)
            if len(self.mirror_slots) >= 2**VIA_BITS:
                raise AssetError(
                    "too many mirrors in one scene", value=len(self.mirror_slots), hint=f"use at most {2**VIA_BITS - 1}"
                )
            obj[SLOT_PROPERTY] = float(self.mirror_slots.index(instance_id) + 1)
        self.scene.collection.objects.link(obj)
        self.objects.setdefault(instance_id, []).append(obj)
        return obj

    def add_light(self, obj: bpy.types.Object) -> bpy.types.Object:
        """Link a light of the scenery that is on by day and night; the weather brings it to the picture's scale.

        Args:
            obj: a light object, its energy in units of 100 W of light (`daylight.LUX_PER_UNIT` converts to lumens).
        """
        self.scene.collection.objects.link(obj)
        self.lights.append(obj)
        return obj

    def add_falling(self, obj: bpy.types.Object) -> bpy.types.Object:
        """Link rain, snow or air into the scene: in the picture, directly and in mirrors, but never in the labels."""
        obj.pass_index = 0
        obj[UNSEEN_PROPERTY] = True
        self.scene.collection.objects.link(obj)
        return obj

    def forget_rendered(self) -> None:
        """Have Cycles forget what it keeps of the scene between renders."""
        self.scene.render.use_persistent_data = False
        self.scene.render.use_persistent_data = True

    def clear_falling(self) -> bool:
        """Remove all that `add_falling` linked, with its meshes and materials; returns whether there was any."""
        falling = [obj for obj in self.scene.objects if obj.get(UNSEEN_PROPERTY)]
        for obj in falling:
            mesh = obj.data
            materials = list(mesh.materials)
            bpy.data.objects.remove(obj)
            bpy.data.meshes.remove(mesh)
            for material in materials:
                if material is not None and not material.users:
                    bpy.data.materials.remove(material)
        return bool(falling)

    def ids_with(self, *surfaces: str) -> list[int]:
        """Ids of the instances with one of these surfaces."""
        return [number for number, surface in self.surfaces.items() if surface in surfaces]

    def triangles(self, instance_id: int) -> tuple[np.ndarray, np.ndarray]:
        """An instance's mesh as rendered: vertices (V, 3) float64 in world metres, triangles (T, 3) int."""
        return self.solid(instance_id, {}, lambda obj: False).body()

    def solid(
        self,
        instance_id: int,
        meshes: dict[str, tuple[np.ndarray, np.ndarray]],
        is_cut_out: Callable[[bpy.types.Object], bool],
    ) -> Solid:
        """An instance's mesh as rendered. `meshes`: what is known already, by name; it is added to."""
        parts, objects = [], [obj for obj in self.objects.get(instance_id, []) if obj.type == "MESH"]
        for obj in objects:
            if obj.modifiers or obj.data.shape_keys:
                shown = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
                mesh = _mesh_arrays(shown.to_mesh())
                shown.to_mesh_clear()
            elif (known := meshes.get(obj.data.name_full)) is not None:
                mesh = known
            else:
                mesh = meshes[obj.data.name_full] = _mesh_arrays(obj.data)
            parts.append((*mesh, np.array(obj.matrix_world)))
        return Solid(tuple(parts), any(is_cut_out(obj) for obj in objects))


def _check_reflecting(obj: bpy.types.Object, surface: str, facing: Sequence[float] | None) -> None:
    """Check that a mesh can reflect properly, before time is spent on rendering it."""
    mesh = obj.data
    points, corners = _mesh_arrays(mesh)
    matrix = np.array(obj.matrix_basis)  # matrix_world is stale until the object is linked (Blender 4.5)
    points = points.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
    a, b, c = (points[corners[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a) / 2
    areas = np.linalg.norm(normals, axis=1)
    if areas.sum() < MIN_AREA_M2:
        raise AssetError(
            f"the {surface} {obj.name!r} has no area", key="area_m2", value=float(areas.sum()),
            hint="give it faces with an area, or leave it out",
        )  # fmt: skip
    if surface in SEE_THROUGH:
        edges = np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        _, shared = np.unique(edges, axis=0, return_counts=True)
        if shared.max(initial=0) > 2:
            raise AssetError(
                f"the {surface} {obj.name!r} is not manifold: an edge bounds more than two triangles",
                key="edges", value=int((shared > 2).sum()),
                hint="make it one sheet or one closed body, without inner or doubled faces",
            )  # fmt: skip
    if facing is not None and normals.sum(axis=0) @ np.asarray(facing) <= 0.5 * areas.sum():
        raise AssetError(
            f"the {surface} {obj.name!r} turns its back to the scene", key="normal",
            value=[round(float(v), 3) for v in normals.sum(axis=0) / areas.sum()],
            hint="flip its faces, so that their normals point away from the wall",
        )  # fmt: skip


def _matt_material() -> bpy.types.Material:
    material = bpy.data.materials.get("matt_panel")
    if material is None:
        material = bpy.data.materials.new("matt_panel")
        material.use_nodes = True
        declare_traits(material, MaterialTraits(film=True))
        principled = material.node_tree.nodes["Principled BSDF"]
        principled.inputs["Base Color"].default_value = (0.18, 0.18, 0.18, 1.0)
        principled.inputs["Roughness"].default_value = 1.0
        principled.inputs["Specular IOR Level"].default_value = 0.0
    return material


def _mesh_arrays(mesh: bpy.types.Mesh) -> tuple[np.ndarray, np.ndarray]:
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.attributes["position"].data.foreach_get("vector", points)
    corners = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", corners)
    return points.reshape(-1, 3), corners.reshape(-1, 3)
