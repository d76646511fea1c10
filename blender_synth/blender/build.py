"""SceneSpec -> Blender scene: calls the builder of each part's kind on an empty stage.

The builder of a spec of kind `wall` in the group `mirrors` is `blender/mirrors/wall.py`, of this package or of a
plug-in folder, which has `build(spec, stage)`. A builder of people may also have `together(specs)`, a context manager
inside which all people of its kind are built.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from blender_synth.blender import pack_materials, props, shelf
from blender_synth.blender.job_server import Report, ignore_events
from blender_synth.blender.lookalikes.pictures import render_missing
from blender_synth.blender.shading.indirect import simplify_indirect
from blender_synth.blender.stage import WEATHER_REACH_M, Stage
from blender_synth.errors import ConfigError
from blender_synth.geometry import project
from blender_synth.values import Vec2, Vec3
from blender_synth.world.contracts import PersonSpec
from blender_synth.world.scene_spec import SceneSpec

_BODY_M = 1.75
_DETAIL_BELOW_PX = {"tiny": 45.0, "low": 130.0}
"""Level of detail of people who are less tall than this in the picture."""


class _Kind(Protocol):
    @property
    def kind(self) -> str: ...


def build_scene(
    spec: SceneSpec,
    pack_roots: Mapping[str, Path],
    scene_folder: Path | None = None,
    report: Report = ignore_events,
) -> Stage:
    """Build a spec in an empty scene; what was in Blender before is removed.

    Args:
        spec: what to build. pack_roots: folders of the asset packs by name. scene_folder: of an authored scene.
        report: gets an event before and after the file of an item is read.

    Raises:
        AssetError: an asset cannot be used. ConfigError: a kind has no builder.
    """
    render_missing([picture for lookalike in spec.lookalikes for picture in lookalike.pictures()], pack_roots)
    stage = Stage(shelf.new_scene(), matt=spec.pair_role == "matt")
    stage.view, stage.weather_area = spec.view, weather_area(spec)
    stage.pack_roots, stage.scene_folder, stage.report = pack_roots, scene_folder, report
    stage.indoors = spec.scenery.layout().indoor_c is not None
    props.preload(spec.props, stage, pack_roots)
    _builder("scenery", spec.scenery)(spec.scenery, stage)
    pack_materials.apply_pack_materials(spec.surfaces, pack_roots)
    for prop in spec.props:
        props.build(prop, stage, pack_roots[prop.pack])
    build_people(spec, stage)
    for mirror in spec.mirrors:
        _builder("mirrors", mirror)(mirror, stage)
    for lookalike in spec.lookalikes:
        _builder("lookalikes", lookalike)(lookalike, stage, _detail(lookalike.position_m, spec))
    stage.camera_rig = spec.camera.rig
    _builder("cameras", spec.camera)(spec.camera, stage)
    _builder("weather", spec.weather)(spec.weather, stage)  # last: it wets, covers with snow and lights all the rest
    simplify_indirect()
    return stage


def move_view(before: SceneSpec, spec: SceneSpec, stage: Stage) -> bool:
    """Move a built scene to another view of it, if that is possible without building it anew.

    What is rendered is the same to the bit as after `build_scene`. The builders of camera and weather have
    `move(spec, stage)` for it, which changes what depends on the view; a scene whose builders have not is built anew.

    Args:
        before: as it was built or moved. spec: the view wanted. stage: of `before`, changed in place.

    Returns:
        Whether it was done; otherwise the stage is as before.
    """
    if spec.views == 1 or replace(before, view=spec.view, camera=spec.camera, weather=spec.weather) != spec:
        return False
    camera, weather = _module("cameras", spec.camera), _module("weather", spec.weather)
    if not (hasattr(camera, "move") and hasattr(weather, "move")):
        return False
    stage.view = spec.view
    camera.move(spec.camera, stage)
    weather.move(spec.weather, stage)
    simplify_indirect()
    return True


def weather_area(spec: SceneSpec) -> tuple[Vec2, float] | None:
    """Middle and reach of the area that rain and snow are built for, which all views of a scene share.

    None for a scene of one view, which has it around its camera.
    """
    if spec.views == 1:
        return None
    lines = [a for a in spec.scenery.layout().cameras if a.rig == spec.camera.rig]
    ends = np.array([end for line in lines for end in (line.start_xy_m, line.end_xy_m)])
    low, high = ends.min(axis=0), ends.max(axis=0)
    x, y = (round(float(v), 1) for v in (low + high) / 2)
    return (x, y), WEATHER_REACH_M + float((high - low).max() / 2)


def build_people(spec: SceneSpec, stage: Stage) -> None:
    """Add the people of a spec to the scene, each as detailed as their size in the picture needs."""
    by_kind: dict[str, list[PersonSpec]] = {}
    for person in spec.people:
        by_kind.setdefault(person.kind, []).append(person)
    with ExitStack() as done:
        for people in by_kind.values():
            together = getattr(_module("people", people[0]), "together", None)
            if together is not None:
                done.enter_context(together(people))
        for person in spec.people:
            _builder("people", person)(person, stage, _detail(person.position_m, spec))


def _builder(group: str, spec: _Kind) -> Callable[..., None]:
    """The `build` function of a spec's kind."""
    build: Callable[..., None] = _module(group, spec).build
    return build


def _module(group: str, spec: _Kind) -> Any:
    """The builder's module of a spec's kind."""
    name = f"blender_synth.blender.{group}.{spec.kind}"
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ConfigError(
            "this kind has no builder",
            key=group,
            value=spec.kind,
            hint=f"add a file blender/{group}/{spec.kind}.py with build(spec, stage)",
        ) from None


def _detail(position_m: Vec3, spec: SceneSpec) -> str:
    """Level of detail of a body there, by the greatest size in the picture that a direct or mirrored view can have."""
    if spec.views > 1:
        return "full"  # the people stay while the camera moves
    camera = spec.camera
    eye, chest = np.array(camera.position_m), np.array(position_m) + (0.0, 0.0, _BODY_M / 2)
    pixel, depth_m = project(chest, camera.world_from_camera(), camera.k())
    margin_px = camera.k()[1, 1] * _BODY_M / max(depth_m, 0.1)
    mirrored = [mirror.reflection_points(eye, chest[None])[0][0] for mirror in spec.mirrors]
    paths_m = [float(np.linalg.norm(point - eye) + np.linalg.norm(chest - point)) for point in mirrored]
    if (
        depth_m > 0
        and (pixel > -margin_px).all()
        and (pixel < np.array([camera.width_px, camera.height_px]) + margin_px).all()
    ):
        paths_m.append(float(np.linalg.norm(chest - eye)))
    size_px = camera.k()[1, 1] * _BODY_M / min(paths_m, default=np.inf)
    return next((detail for detail, limit_px in _DETAIL_BELOW_PX.items() if size_px < limit_px), "full")
