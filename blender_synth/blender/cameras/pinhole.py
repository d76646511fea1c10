"""The pinhole camera."""

from __future__ import annotations

import bpy
from mathutils import Matrix

from blender_synth.blender.stage import Stage
from blender_synth.geometry import BLENDER_FROM_OPENCV_AXES
from blender_synth.world.cameras.pinhole import Spec

CLIP_M = (0.05, 5000.0)


def build(spec: Spec, stage: Stage) -> None:
    """Add the camera to the stage's scene and render through it."""
    data = bpy.data.cameras.new("camera")
    data.clip_start, data.clip_end = CLIP_M
    camera = bpy.data.objects.new("camera", data)
    stage.scene.collection.objects.link(camera)
    stage.scene.camera = camera
    move(spec, stage)


def move(spec: Spec, stage: Stage) -> None:
    """Move the stage's camera to another view."""
    camera = stage.scene.camera
    data = camera.data
    data.sensor_fit, data.sensor_width, data.lens = "HORIZONTAL", spec.sensor_width_mm, spec.focal_length_mm
    pose = spec.world_from_camera()
    pose[:3, :3] = pose[:3, :3] @ BLENDER_FROM_OPENCV_AXES
    camera.matrix_world = Matrix(pose.tolist())
