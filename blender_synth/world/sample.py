"""Samples a whole scene: (settings, scene index, attempt) -> SceneSpec. No bpy, no state."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from blender_synth.packs.items import Pack
from blender_synth.seeds import Streams
from blender_synth.world.climate import Climate
from blender_synth.world.materials import draw_surfaces
from blender_synth.world.mirrors.built_in import Randomizer as BuiltInMirrors
from blender_synth.world.mirrors.puddles import Randomizer as RainPuddles
from blender_synth.world.placement.camera_placement import place_camera
from blender_synth.world.placement.counts import draw_count
from blender_synth.world.placement.crowd import draw_people
from blender_synth.world.placement.lookalikes import place_lookalikes
from blender_synth.world.placement.mirrors import place_mirrors
from blender_synth.world.placement.scene_props import with_placed
from blender_synth.world.scene_spec import PERSON_IDS, SceneSpec

if TYPE_CHECKING:  # settings imports this package
    from blender_synth.settings import RunSettings


def sample_scene(settings: RunSettings, packs: Sequence[Pack], scene_index: int, attempt: int = 0) -> SceneSpec:
    """The scene of one index.

    Args:
        settings: of the run. packs: asset packs found for the run. scene_index: number of the scene.
        attempt: resampling counter (see `acceptance`); part of every stream's key except the weather's.
    """
    streams = Streams(settings.seed, scene_index, attempt)
    scenery = settings.scenery.sample(streams.child("scenery"))
    layout = scenery.layout()
    props = settings.props.sample(streams.child("props"), layout, packs)
    if layout.placed:
        props = with_placed(props, layout.placed, packs, streams.child("placed"))
    layout = dataclasses.replace(layout, obstacles=(*layout.obstacles, *(prop.obstacle() for prop in props)))
    camera = place_camera(
        settings.camera, layout, streams.child("camera"), settings.render.width_px, settings.render.height_px
    )
    weather = settings.weather.sample(dataclasses.replace(streams, attempt=0).child("weather")).resolve_packs(packs)
    indoors = layout.indoor_c is not None
    climate = weather.climate() if layout.indoor_c is None else Climate(temperature_c=layout.indoor_c, sunlight=0.0)
    people, wanted = draw_people(
        settings.pedestrians, layout, camera, climate, packs, streams.child("people"), PERSON_IDS
    )
    kinds = {
        name: group.randomizer.resolve_packs(packs, streams.child(f"mirrors/{name}"))
        for name, group in settings.mirrors.items()
    }
    counts = {
        name: draw_count(streams, f"mirrors/{name}/count", group.count) for name, group in settings.mirrors.items()
    }
    if layout.built_in_mirrors:  # first, so that their ids do not depend on the mirrors chosen
        kinds = {"built_in": BuiltInMirrors(), **kinds}
        counts = {"built_in": len(layout.built_in_mirrors), **counts}
    if weather.puddles and not indoors:  # last, so that they change no other mirror
        kinds["rain"], counts["rain"] = RainPuddles(rain=True, ripple=(0.1, 0.5)), weather.puddles
    mirrors = place_mirrors(
        kinds,
        counts,
        layout,
        camera,
        people,
        streams.child("mirrors"),
    )
    return SceneSpec(
        root_seed=settings.seed,
        scene_index=scene_index,
        attempt=attempt,
        scenery=scenery,
        surfaces=draw_surfaces(settings.surfaces, packs, streams.child("surfaces")),
        camera=camera,
        people=people,
        people_wanted=wanted,
        mirrors=mirrors,
        props=props,
        weather=weather,
        views=settings.views_per_scene,
        lookalikes=place_lookalikes(settings.lookalikes, layout, camera, people, mirrors, streams.child("lookalikes")),
    )


def sample_view(
    settings: RunSettings, packs: Sequence[Pack], scene: SceneSpec, view: int, attempt: int = 0
) -> SceneSpec:
    """A further view of a sampled scene: its camera, or its light and air, from the streams of the view.

    Args:
        packs: asset packs found for the run. scene: as its first view shows it. view: number of the view, from 1.
        attempt: resampling counter of this view (see `acceptance`).
    """
    streams = Streams(settings.seed, scene.scene_index, attempt).child(f"view/{view}")
    if settings.views.vary == "weather":
        weather = settings.weather.sample(streams.child("weather")).resolve_packs(packs)
        return dataclasses.replace(scene, view=view, weather=scene.weather.with_light_of(weather))
    layout = scene.scenery.layout()
    obstacles = [*layout.obstacles, *(prop.obstacle() for prop in scene.props)]
    obstacles += [obstacle for lookalike in scene.lookalikes for obstacle in lookalike.obstacles()]
    layout = dataclasses.replace(layout, obstacles=tuple(obstacles))
    width_px, height_px = scene.camera.width_px, scene.camera.height_px
    camera = place_camera(
        settings.camera,
        layout,
        streams.child("camera"),
        width_px,
        height_px,
        [person.position_m for person in scene.people],
        [mirror.corners_m() for mirror in scene.mirrors],
    )
    return dataclasses.replace(scene, view=view, camera=camera)


def check_packs(settings: RunSettings, packs: Sequence[Pack]) -> None:
    """Check that the packs have every item that the settings name, before anything is sampled.

    Raises:
        ConfigError: no pack has it. AssetError: it cannot be used.
    """
    streams = Streams(settings.seed, 0)
    settings.props.choices(packs)
    settings.pedestrians.figures.choices(packs)
    settings.pedestrians.person.resolve_packs(packs)
    draw_surfaces(settings.surfaces, packs, streams)
    for group in settings.mirrors.values():
        group.randomizer.resolve_packs(packs, streams)
