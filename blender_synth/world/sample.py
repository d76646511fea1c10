"""Draws a whole scene: (settings, seed, scene index, attempt) -> SceneSpec. No bpy, no state."""

from __future__ import annotations

import dataclasses
from typing import Any

from blender_synth.seeds import Streams
from blender_synth.world.climate import Climate
from blender_synth.world.mirror_placement import place_mirrors
from blender_synth.world.people.situation import Situation
from blender_synth.world.placement import draw_count, place_camera, place_people
from blender_synth.world.scene_spec import MIRROR_IDS, PERSON_IDS, SceneSpec
from blender_synth.world.values import uniform

_SEASONS_C = (0.0, 28.0)
"""Temperatures that people are dressed for with `dress=fixed`, degrees Celsius."""


def sample_scene(settings: Any, packs: tuple, scene_index: int, attempt: int = 0) -> SceneSpec:
    """The scene of one index.

    Args:
        settings: `RunSettings`. packs: asset packs found for the run. scene_index: number of the scene.
        attempt: redraw counter of the preflight; it reaches every stream but the weather's.
    """
    streams = Streams(settings.seed, scene_index, attempt)
    scenery = settings.scenery.sample(streams.child("scenery"))
    layout = scenery.layout()
    props = settings.props.sample(streams.child("props"), layout, packs)
    layout = dataclasses.replace(layout, obstacles=(*layout.obstacles, *(prop.obstacle() for prop in props)))
    camera = place_camera(
        settings.camera, layout, streams.child("camera"), settings.render.width_px, settings.render.height_px
    )
    weather = settings.weather.sample(dataclasses.replace(streams, attempt=0).child("weather"))
    crowd = settings.pedestrians
    people_streams = streams.child("people")
    season = Climate(temperature_c=uniform(people_streams.rng("season"), _SEASONS_C))
    situation = Situation(climate=weather.climate() if crowd.dress == "weather" else season)
    count = min(draw_count(people_streams, "count", crowd.count), len(PERSON_IDS))
    places = place_people(count, layout, camera, people_streams, crowd.view_share)
    mirrors = place_mirrors(
        {name: group.randomizer for name, group in settings.mirrors.items()},
        {name: draw_count(streams, f"mirrors/{name}/count", group.count) for name, group in settings.mirrors.items()},
        layout,
        camera,
        places,
        streams.child("mirrors"),
        MIRROR_IDS[0],
    )
    people = tuple(
        crowd.person.sample(
            people_streams.child(str(number)), PERSON_IDS[number], place.position_m, place.heading_deg, situation
        )
        for number, place in enumerate(places)
    )
    return SceneSpec(
        root_seed=settings.seed,
        scene_index=scene_index,
        attempt=attempt,
        scenery=scenery,
        camera=camera,
        people=people,
        mirrors=mirrors,
        props=props,
        weather=weather,
    )
