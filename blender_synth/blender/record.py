"""From a built stage to the files of a raw frame."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import bpy

from blender_synth import __version__
from blender_synth.blender.glass_light import render_with_shares
from blender_synth.blender.instance_table import Body, Labels, instance_rows, seen_objects
from blender_synth.blender.label_pass import is_cut_out
from blender_synth.blender.stage import Solid, Stage
from blender_synth.frames.meta import Acceptance, CameraMeta, FrameMeta, InstanceRow, Licence, Medium, Pair
from blender_synth.frames.meta_json import FILE, write_meta
from blender_synth.frames.raw_frame import write_exr, write_frame
from blender_synth.world.scene_spec import SceneSpec, spec_to_plain


@dataclass(frozen=True)
class Facts:
    """What a frame records in addition to its scene.

    Attributes:
        licences: of the assets in the scene. device: name of what renders.
        shortfall: what the frame misses of the acceptance criteria, in words.
    """

    licences: Sequence[Mapping[str, str]]
    device: str
    shortfall: str = ""


def render_frame(
    folder: Path,
    spec: SceneSpec,
    stage: Stage,
    labels: Labels,
    facts: Facts,
) -> dict[str, float]:
    """Render the picture and write the frame's folder.

    Label layers and outlines are computed and written while Cycles renders: Blender 4.5 lets other threads run then,
    as long as they do not touch its data.

    Args:
        labels: the layers of `LABEL_LAYERS`. facts: what the scene does not know.

    Returns:
        Seconds for the picture, and for `files`: what the frame took in addition. They are not written into the frame,
        so that equal frames are equal files.
    """
    spent: dict[str, float] = {}

    def fill(temporary: Path) -> None:
        start = time.perf_counter()
        bodies = {person.instance_id: stage.triangles(person.instance_id) for person in spec.people}
        meshes: dict[str, Body] = {}
        solids = {number: stage.solid(number, meshes, is_cut_out) for number in seen_objects(spec, labels)}
        with ThreadPoolExecutor(1) as background:
            table = background.submit(_label_files, temporary, spec, stage, labels, bodies, solids)
            before = time.perf_counter()
            render_with_shares(stage, labels, temporary)
            spent["picture"] = round(time.perf_counter() - before, 3)
            instances = table.result()
        spent["files"] = round(time.perf_counter() - start - spent["picture"], 3)
        write_meta(temporary / FILE, _frame_meta(spec, stage, instances, facts))

    write_frame(folder, fill)
    return spent


def _label_files(
    folder: Path,
    spec: SceneSpec,
    stage: Stage,
    labels: Labels,
    bodies: Mapping[int, Body],
    solids: Mapping[int, Solid],
) -> tuple[InstanceRow, ...]:
    write_exr(folder / "labels.exr", labels)
    return instance_rows(spec, stage, labels, bodies, solids)


def _frame_meta(
    spec: SceneSpec,
    stage: Stage,
    instances: tuple[InstanceRow, ...],
    facts: Facts,
) -> FrameMeta:
    camera = spec.camera
    return FrameMeta(
        frame_index=spec.frame_index,
        pair=_pair(spec),
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
        licences=tuple(Licence(**entry) for entry in facts.licences),
        versions={"blender_synth": __version__, "blender": bpy.app.version_string, "device": facts.device},
        accept=Acceptance(satisfied=not facts.shortfall, missing=facts.shortfall),
        spec=spec_to_plain(spec),
    )


def _pair(spec: SceneSpec) -> Pair | None:
    twin = spec.twin_index
    return None if spec.pair_role is None or twin is None else Pair(role=spec.pair_role, frame_index=twin)
