"""Handlers for `blender.job_server` that open a `.blend` as a user's Blender does, and look at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np

from blender_synth.blender import label_pass
from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.stage import SURFACE_CODES, SURFACE_PROPERTY, Stage


def handlers(report: Report) -> Handlers:
    def look(file: str, labels: str, picture: str) -> dict[str, Any]:
        bpy.ops.wm.open_mainfile(filepath=file)
        scene = bpy.context.scene
        named = {obj.name: obj.get("instance_id") for obj in scene.objects}
        outside = [i.filepath for i in bpy.data.images if i.packed_file is None and i.source == "FILE"]
        scene.render.filepath, scene.cycles.samples = picture, 1
        bpy.ops.render.render(write_still=True)
        stage = Stage(scene)
        stage.mirror_slots = list(scene["mirror_slots"])
        codes = {code: surface for surface, code in SURFACE_CODES.items()}
        for obj in scene.objects:
            if obj.pass_index and codes[obj.get(SURFACE_PROPERTY, SURFACE_CODES["opaque"])] != "opaque":
                stage.surfaces[obj.pass_index] = codes[obj[SURFACE_PROPERTY]]
        np.savez(labels, **label_pass.render_labels(stage))
        return {
            "named": named,
            "outside": outside,
            "collections": [collection.name for collection in scene.collection.children],
            "materials": sum(bool(obj.data.materials) for obj in scene.objects if obj.type == "MESH"),
            "camera": scene.camera.name,
            "exposure_ev": scene.view_settings.exposure,
            "spec": bool(bpy.data.texts["scene_spec.json"].as_string()),
            "libraries": len(bpy.data.libraries),
            "picture": Path(picture).stat().st_size,
        }

    return {"setup": lambda: {}, "look": look}
