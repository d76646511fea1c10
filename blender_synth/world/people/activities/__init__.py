"""Activities: what people may be doing. Each file of this folder is one, and its name is the one that weights go by.

To add one, put `world/people/activities/<name>.py` into a plug-in folder; it defines `ACTIVITY = Activity(...)`. Its
default weight applies where the config does not set `pedestrians.person.pose.activity`. Umbrellas and bags are no
activity: they are carried (`carrying`) through any that leaves a hand free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from blender_synth.plugins import plugin_paths
from blender_synth.world.people.entries import entries

__path__ += plugin_paths("world/people/activities")

Legs = Literal["walk", "run", "stand", "sit"]


@dataclass(frozen=True)
class Activity:
    """What a person does, and what that means for legs, arms, gaze and what they carry.

    Attributes:
        order: position in the list of weights; random draws depend on it, so new ones come last.
        weight: default weight in `pose.activity`; 0 for what only the crowd decides.
        legs: what the legs do.
        walks_on_share: legs walk instead for those of a group with a pace and, of the others, for the share
            `pose.walking_phone_share`.
        arms: the weights that idle arms are drawn from, ``"gestures"``, ``"waiting"``, ``"talking"`` or ``"sitting"``.
        gesture: what idle arms always do instead, a file of `gestures/`.
        place: where on the ground, if the scene has a crossing: on it, or waiting at its end.
        moves: it goes somewhere; all others stay where they are.
        age_years: youngest and oldest who do it. instead: what all others do, and those without the seat they need.
        pace: factor on the walking speed. lean_deg: added to the trunk's forward lean.
        looks_at_traffic: the head is turned by `pose.crossing_look_deg` unless there is something else to look at.
        carries: ``"anything"``, ``"on_body"`` (backpacks and shoulder bags), ``"backpack"`` or ``"nothing"``.
        umbrella: a hand is free for one.
        pushes: they push a pram or a trolley; one of a group does, the others do what `instead` says.
        companions_talk: in company most people talk instead.
        recorded: recorded motions may take its place.
    """

    order: int
    weight: float
    legs: Legs
    walks_on_share: bool = False
    arms: Literal["gestures", "waiting", "talking", "sitting"] = "gestures"
    gesture: str | None = None
    place: Literal["anywhere", "crossing", "crossing_end"] = "anywhere"
    moves: bool = False
    age_years: tuple[float, float] = (0.0, 200.0)
    instead: str = "stand"
    pace: float = 1.0
    lean_deg: float = 0.0
    looks_at_traffic: bool = False
    carries: Literal["anything", "on_body", "backpack", "nothing"] = "anything"
    umbrella: bool = True
    pushes: bool = False
    companions_talk: bool = False
    recorded: bool = False


@cache
def activities() -> Mapping[str, Activity]:
    """All activities by name, in order."""
    return entries(__name__, "ACTIVITY", Activity, lambda activity: activity.order)
