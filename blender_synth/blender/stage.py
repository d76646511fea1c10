"""The stage: what builders put things on, and how they say what a thing is to the label pass."""

from __future__ import annotations

import bpy
import numpy as np

from blender_synth.errors import AssetError
from blender_synth.frames.raw_frame import VIA_BITS

SURFACE_CODES = {"opaque": 0.0, "mirror": 1.0, "glass": 2.0}
SURFACE_PROPERTY = "bs_surface"
SLOT_PROPERTY = "bs_slot"


class Stage:
    """One empty Blender scene being filled.

    Builders link objects only through `add`, so that nothing stands on the stage without an instance id.

    Attributes:
        objects: the objects of each instance id. mirror_slots: ids of what reflects; its place, counted from 1, is
            the number that spells it in a chain of mirrors. keypoints: of each person, name to world position (3,).
    """

    def __init__(self, scene: bpy.types.Scene):
        self.scene = scene
        self.objects: dict[int, list[bpy.types.Object]] = {}
        self.mirror_slots: list[int] = []
        self.keypoints: dict[int, dict[str, np.ndarray]] = {}

    def add(self, obj: bpy.types.Object, instance_id: int, surface: str = "opaque") -> bpy.types.Object:
        """Link `obj` into the scene and label it.

        Args:
            obj: any renderable object, not yet linked.
            instance_id: the spec's id for the thing it is part of; 0 for what must not be labelled (sky domes).
            surface: how it passes light on to the labels: ``"opaque"``, ``"mirror"`` or ``"glass"``.

        Raises:
            AssetError: more mirrors than a chain can tell apart.
        """
        obj.pass_index = instance_id
        obj[SURFACE_PROPERTY] = SURFACE_CODES[surface]
        if surface != "opaque":
            if instance_id not in self.mirror_slots:
                self.mirror_slots.append(instance_id)
            if len(self.mirror_slots) >= 2**VIA_BITS:
                raise AssetError(
                    "too many mirrors in one scene", value=len(self.mirror_slots), mend=f"use at most {2**VIA_BITS - 1}"
                )
            obj[SLOT_PROPERTY] = float(self.mirror_slots.index(instance_id) + 1)
        self.scene.collection.objects.link(obj)
        self.objects.setdefault(instance_id, []).append(obj)
        return obj

    def ids_with(self, surface: str) -> list[int]:
        """Ids of the instances that pass light on in this way."""
        code = SURFACE_CODES[surface]
        return [
            number for number, objects in self.objects.items() if any(o.get(SURFACE_PROPERTY) == code for o in objects)
        ]

    def triangles(self, instance_id: int) -> tuple[np.ndarray, np.ndarray]:
        """The instance's surface as it is rendered: vertices (V, 3) float64 in world metres, triangles (T, 3) int."""
        graph = None
        vertices, triangles, offset = [], [], 0
        for obj in self.objects.get(instance_id, []):
            if obj.modifiers or obj.data.shape_keys:
                graph = graph or bpy.context.evaluated_depsgraph_get()
                shown = obj.evaluated_get(graph)
                points, corners = _mesh_arrays(shown.to_mesh())
                shown.to_mesh_clear()
            else:
                points, corners = _mesh_arrays(obj.data)
            matrix = np.array(obj.matrix_world)
            vertices.append(points.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3])
            triangles.append(corners + offset)
            offset += len(points)
        if not vertices:
            return np.empty((0, 3)), np.empty((0, 3), np.int32)
        return np.concatenate(vertices), np.concatenate(triangles)


def _mesh_arrays(mesh: bpy.types.Mesh) -> tuple[np.ndarray, np.ndarray]:
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.attributes["position"].data.foreach_get("vector", points)
    corners = np.empty(len(mesh.loop_triangles) * 3, np.int32)
    mesh.loop_triangles.foreach_get("vertices", corners)
    return points.reshape(-1, 3), corners.reshape(-1, 3)
