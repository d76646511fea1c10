"""The camera whose lens slides upwards."""

from __future__ import annotations

import bpy
from blender_synth.world.cameras.rising import SENSOR_WIDTH_MM, Spec
from mathutils import Matrix

from blender_synth.blender.stage import Stage
from blender_synth.geometry import BLENDER_FROM_OPENCV_AXES


def build(spec: Spec, stage: Stage) -> None:
    """Add the camera to the stage's scene and render through it."""
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_width, data.lens = "HORIZONTAL", SENSOR_WIDTH_MM, spec.focal_length_mm
    data.shift_y = spec.rise
    camera = bpy.data.objects.new("camera", data)
    pose = spec.world_from_camera()
    pose[:3, :3] = pose[:3, :3] @ BLENDER_FROM_OPENCV_AXES
    camera.matrix_world = Matrix(pose.tolist())
    stage.scene.collection.objects.link(camera)
    stage.scene.camera = camera
