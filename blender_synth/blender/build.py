"""SceneSpec -> Blender scene: asks each thing's own builder to put it on an empty stage."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from blender_synth.blender import pack_materials, props
from blender_synth.blender.job_server import Report, ignore_events
from blender_synth.blender.stage import Stage
from blender_synth.geometry import BLENDER_FROM_OPENCV_AXES, project
from blender_synth.world.scene_spec import SceneSpec

_BODY_M = 1.75
_DETAIL_BELOW_PX = {"tiny": 45.0, "low": 130.0}
"""People less tall than this in the picture are built with so much detail."""


def build_scene(
    spec: SceneSpec,
    pack_roots: Mapping[str, Path],
    scene_folder: Path | None = None,
    report: Report = ignore_events,
) -> Stage:
    """Reset Blender and build a spec.

    Args:
        spec: what to build. pack_roots: folders of the asset packs by name. scene_folder: of an authored scene.
        report: gets an event before and after the file of an item is read.

    Starting from empty factory settings keeps memory flat over hundreds of scenes (Blender 4.5), where removing
    datablocks one by one does not.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene, matt=spec.pair_role == "matt")
    stage.pack_roots, stage.scene_folder, stage.report = pack_roots, scene_folder, report
    stage.indoors = spec.scenery.layout().indoor_c is not None
    _builder("scenery", spec.scenery)(spec.scenery, stage)
    pack_materials.apply_pack_materials(spec.surfaces, pack_roots)
    for prop in spec.props:
        props.build(prop, stage, pack_roots[prop.pack])
    build_people(spec, stage)
    for mirror in spec.mirrors:
        _builder("mirrors", mirror)(mirror, stage)
    _add_camera(spec.camera, stage)
    _builder("weather", spec.weather)(spec.weather, stage)  # last: it wets, whitens and lights what stands there
    return stage


def build_people(spec: SceneSpec, stage: Stage) -> None:
    """Put the people of a spec onto the stage, each as detailed as they will be large in the picture."""
    for person in spec.people:
        _builder("people", person)(person, stage, _detail(person, spec))


def _builder(group: str, spec: Any) -> Any:
    return importlib.import_module(f"blender_synth.blender.{group}.{spec.kind}").build


def _detail(person: Any, spec: SceneSpec) -> str:
    """How detailed somebody is built: by their size in the picture, whichever way the camera sees them."""
    camera = spec.camera
    eye, chest = np.array(camera.position_m), np.array(person.position_m) + (0.0, 0.0, _BODY_M / 2)
    pixel, depth_m = project(chest, camera.world_from_camera(), camera.k())
    margin_px = camera.k()[1, 1] * _BODY_M / max(depth_m, 0.1)
    turns = [mirror.reflection_points(eye, chest[None])[0][0] for mirror in spec.mirrors]
    ways_m = [np.linalg.norm(turn - eye) + np.linalg.norm(chest - turn) for turn in turns]
    if (
        depth_m > 0
        and (pixel > -margin_px).all()
        and (pixel < np.array([camera.width_px, camera.height_px]) + margin_px).all()
    ):
        ways_m.append(np.linalg.norm(chest - eye))
    size_px = camera.k()[1, 1] * _BODY_M / min(ways_m, default=np.inf)
    return next((detail for detail, limit_px in _DETAIL_BELOW_PX.items() if size_px < limit_px), "full")


def _add_camera(spec: Any, stage: Stage) -> None:
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_width, data.lens = "HORIZONTAL", spec.sensor_width_mm, spec.focal_length_mm
    data.clip_start, data.clip_end = 0.05, 5000.0
    camera = bpy.data.objects.new("camera", data)
    camera["rig"] = spec.rig
    pose = spec.world_from_camera()
    pose[:3, :3] = pose[:3, :3] @ BLENDER_FROM_OPENCV_AXES
    camera.matrix_world = Matrix(pose.tolist())
    stage.scene.collection.objects.link(camera)
    stage.scene.camera = camera
