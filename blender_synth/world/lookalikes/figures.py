"""The people whose bodies look-alikes are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from blender_synth.seeds import Streams
from blender_synth.values import Range, uniform
from blender_synth.world.climate import Climate
from blender_synth.world.people.pedestrian import PedestrianSpec
from blender_synth.world.people.pedestrian import Randomizer as People
from blender_synth.world.people.situation import Situation

DISPLAY_GESTURES = {"hang": 0.4, "hip": 0.25, "hips": 0.15, "pockets": 0.1, "clasped": 0.1}
SEASONS_C: Range = (2.0, 28.0)
"""Temperatures that figures are dressed for."""
NOTHING = {"none": 1.0}


def draw_figure(
    people: People,
    streams: Streams,
    gestures: Mapping[str, float],
    *,
    generation: Literal["adult", "child"] | None = None,
    carries: bool = False,
    activity: str = "stand",
) -> PedestrianSpec:
    """Somebody who stands and holds nothing, at the origin, facing +X.

    Args:
        people: how they vary. gestures: weights of what the arms do. carries: whether they have bags.
        activity: what they do instead of standing.
    """
    pose = replace(people.pose, gestures=dict(gestures), waiting=dict(gestures))
    people = replace(people, pose=pose)
    if not carries:
        bags = replace(
            people.carried, female_bags=NOTHING, male_bags=NOTHING, children_bags=NOTHING, umbrella_in_dry=0.0
        )
        people = replace(people, carried=bags)
    situation = Situation(
        activity=activity,
        generation=generation,
        stays=activity == "stand",
        umbrella=False,
        climate=Climate(temperature_c=uniform(streams.rng("season"), SEASONS_C)),
    )
    return people.sample(streams.child("figure"), 1, situation=situation)
