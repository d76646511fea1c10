"""The stage: what builders put things on, and how they say what a thing is to the label pass."""

from __future__ import annotations

import bpy

SURFACE_CODES = {"opaque": 0.0, "mirror": 1.0, "glass": 2.0}
SURFACE_PROPERTY = "bs_surface"


class Stage:
    """One empty Blender scene being filled.

    Builders link objects only through `add`, so that nothing stands on the stage without an instance id.
    """

    def __init__(self, scene: bpy.types.Scene):
        self.scene = scene
        self.objects: dict[int, list[bpy.types.Object]] = {}

    def add(self, obj: bpy.types.Object, instance_id: int, surface: str = "opaque") -> bpy.types.Object:
        """Link `obj` into the scene and label it.

        Args:
            obj: any renderable object, not yet linked.
            instance_id: the spec's id for the thing it is part of; 0 for what must not be labelled (sky domes).
            surface: how it passes light on to the labels: ``"opaque"``, ``"mirror"`` or ``"glass"``.
        """
        obj.pass_index = instance_id
        obj[SURFACE_PROPERTY] = SURFACE_CODES[surface]
        self.scene.collection.objects.link(obj)
        self.objects.setdefault(instance_id, []).append(obj)
        return obj
