"""Writes the scene of a frame as a `.blend` for people: named objects in collections, textures packed.

`setup` as for `blender.worker`, then `save`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from blender_synth.blender import build, cycles, shelf
from blender_synth.blender.job_server import Handlers, Report
from blender_synth.blender.stage import UNSEEN_PROPERTY, Stage
from blender_synth.errors import RunError
from blender_synth.settings import RenderSettings
from blender_synth.world.scene_spec import SceneSpec, spec_from_json, spec_to_plain

ID_PROPERTY, CATEGORY_PROPERTY = "instance_id", "category"
SPEC_TEXT, SLOTS_PROPERTY = "scene_spec.json", "mirror_slots"
_OTHERS = "unlabelled"


def save_scene(
    spec: SceneSpec,
    file: Path,
    settings: RenderSettings,
    roots: Mapping[str, Path],
    scene_folder: Path,
    report: Report,
    exposure_ev: float = 0.0,
) -> dict[str, Any]:
    """Build a spec and save it as a `.blend`; numbers of its `objects`, `people`, `mirrors` and `images`.

    Args:
        exposure_ev: stops between the scene's radiance and the picture, for Blender's view transform.

    Raises:
        RunError: the file cannot be written. AssetError: an item cannot be used.
    """
    stage = build.build_scene(spec, roots, scene_folder, report)
    shelf.release()
    kind, _ = cycles.choose_device(settings.device)
    cycles.use_device(stage.scene, kind)
    seed = spec.root_seed * 1_000_003 + spec.scene_index + 7_368_787 * spec.view  # that of the frame's picture
    cycles.apply_picture_settings(stage.scene, settings, seed)
    stage.scene.name = f"frame {spec.frame_index}"
    stage.scene.view_settings.exposure = exposure_ev
    stage.scene[SLOTS_PROPERTY] = list(stage.mirror_slots)
    if stage.scene.camera is not None:
        stage.scene.camera.name = "camera"
    _name_objects(spec, stage)
    bpy.data.texts.new(SPEC_TEXT).write(json.dumps(spec_to_plain(spec), indent=1))
    _pack_images()
    _show_camera()
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(file), compress=True, check_existing=False)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise RunError(f"the scene cannot be written ({reason})", file=file, hint="choose another file") from None
    return {
        "objects": len(stage.scene.objects),
        "people": len(spec.people),
        "mirrors": len(spec.mirrors),
        "images": len(bpy.data.images),
    }


def _name_objects(spec: SceneSpec, stage: Stage) -> None:
    """Give labelled objects the names of the instance table, and sort all into collections by category."""
    collections: dict[str, bpy.types.Collection] = {}
    for labelled in spec.labelled_instances():
        for number, obj in enumerate(stage.objects.get(labelled.instance_id, [])):
            obj.name = labelled.name if number == 0 else f"{labelled.name}.{number:03d}"
            obj[ID_PROPERTY], obj[CATEGORY_PROPERTY] = labelled.instance_id, labelled.category
            _move(obj, labelled.category, stage.scene, collections)
    for obj in list(stage.scene.collection.objects):
        kind = "lights" if obj.type == "LIGHT" else "camera" if obj.type == "CAMERA" else _OTHERS
        _move(obj, "weather" if obj.get(UNSEEN_PROPERTY) else kind, stage.scene, collections)


def _move(
    obj: bpy.types.Object, name: str, scene: bpy.types.Scene, collections: dict[str, bpy.types.Collection]
) -> None:
    if name not in collections:
        collections[name] = bpy.data.collections.new(name)
        scene.collection.children.link(collections[name])
    if obj.name in scene.collection.objects:
        scene.collection.objects.unlink(obj)
        collections[name].objects.link(obj)


def _pack_images() -> None:
    """Store all images in the file, so that it needs no other."""
    for image in bpy.data.images:
        if image.packed_file is None and (image.source == "GENERATED" or image.filepath or image.is_dirty):
            image.pack()


def _show_camera() -> None:
    """Have the 3D views of the default screens look through the camera, with materials."""
    for screen in bpy.data.screens:
        for area in screen.areas:
            for space in area.spaces:
                if isinstance(space, bpy.types.SpaceView3D) and space.region_3d is not None:
                    space.region_3d.view_perspective = "CAMERA"
                    space.shading.type = "MATERIAL"


def handlers(report: Report) -> Handlers:
    """`setup` of the run, then `save`: a spec into a file."""
    settings, roots, folder = RenderSettings(), dict[str, Path](), Path()

    def set_up(render: dict[str, Any], packs: dict[str, dict[str, str]], scene_folder: str) -> dict[str, Any]:
        nonlocal settings, roots, folder
        settings = RenderSettings(**render)
        roots = {name: Path(pack["folder"]) for name, pack in packs.items()}
        folder = Path(scene_folder)
        return {"blender": bpy.app.version_string}

    def save(spec: str, file: str, exposure_ev: float = 0.0) -> dict[str, Any]:
        return save_scene(spec_from_json(spec), Path(file), settings, roots, folder, report, exposure_ev)

    return {"setup": set_up, "save": save}
