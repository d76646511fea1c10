"""From a built stage to the files of a raw frame."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bpy

from blender_synth import __version__
from blender_synth.blender.glass_light import render_with_shares
from blender_synth.blender.instance_table import Body, Labels, instance_rows
from blender_synth.blender.stage import Stage
from blender_synth.frames.meta import CameraMeta, FrameMeta, InstanceRow, Licence, Medium, Pair
from blender_synth.frames.meta_json import FILE, write_meta
from blender_synth.frames.raw_frame import write_exr, write_frame
from blender_synth.world.scene_spec import SceneSpec, spec_to_plain


def render_frame(
    folder: Path,
    spec: SceneSpec,
    stage: Stage,
    labels: Labels,
    credit: tuple[Sequence[Mapping[str, str]], str],
    seconds: Mapping[str, float],
) -> dict[str, float]:
    """Render the picture and write the frame's folder.

    Label layers and outlines are computed and written while Cycles renders: Blender 4.5 lets other threads run then,
    as long as they do not touch its data.

    Args:
        labels: the layers of `LABEL_LAYERS`. credit: licences of the assets in the scene, and the device's name.
        seconds: spent on earlier stages, by stage.

    Returns:
        Seconds by stage; `files` is what the frame took in addition to the picture.
    """
    spent = dict(seconds)

    def fill(temporary: Path) -> None:
        start = time.perf_counter()
        bodies = {person.instance_id: stage.triangles(person.instance_id) for person in spec.people}
        with ThreadPoolExecutor(1) as background:
            table = background.submit(_label_files, temporary, spec, stage, labels, bodies)
            before = time.perf_counter()
            render_with_shares(stage, labels, temporary)
            spent["picture"] = round(time.perf_counter() - before, 3)
            instances = table.result()
        spent["files"] = round(time.perf_counter() - start - spent["picture"], 3)
        write_meta(temporary / FILE, _frame_meta(spec, stage, instances, credit, spent))

    write_frame(folder, fill)
    return spent


def _label_files(
    folder: Path, spec: SceneSpec, stage: Stage, labels: Labels, bodies: Mapping[int, Body]
) -> tuple[InstanceRow, ...]:
    write_exr(folder / "labels.exr", labels)
    return instance_rows(spec, stage, labels, bodies)


def _frame_meta(
    spec: SceneSpec,
    stage: Stage,
    instances: tuple[InstanceRow, ...],
    credit: tuple[Sequence[Mapping[str, str]], str],
    seconds: Mapping[str, float],
) -> FrameMeta:
    camera = spec.camera
    licences, device = credit
    return FrameMeta(
        frame_index=spec.frame_index,
        pair=None if spec.pair_role is None else Pair(role=spec.pair_role, frame_index=spec.frame_index ^ 1),
        camera=CameraMeta(
            width_px=camera.width_px,
            height_px=camera.height_px,
            k=camera.k().tolist(),
            world_from_camera=camera.world_from_camera().tolist(),
        ),
        instances=instances,
        categories=tuple(sorted({labelled.category for labelled in spec.labelled_instances()})),
        mirror_slots=tuple(stage.mirror_slots),
        medium=stage.medium or Medium(mor_m=spec.weather.mor_m),
        licences=tuple(Licence(**entry) for entry in licences),
        versions={"blender_synth": __version__, "blender": bpy.app.version_string, "device": device},
        seconds=dict(seconds),
        spec=spec_to_plain(spec),
    )
