"""Gestures: what the arms of somebody do together when nothing is carried. Each file of this folder is one.

To add one, put `world/people/gestures/<name>.py` into a plug-in folder; it defines `GESTURE = Gesture(...)`. Its
default weights apply where the config does not set `pose.gestures`, `pose.waiting`, `pose.talking` or `pose.sitting`.
The arm poses that it names are files of `bodies/arm_poses/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from blender_synth.plugins import plugin_paths
from blender_synth.world.people.entries import entries

__path__ += plugin_paths("world/people/gestures")

When = Literal["gestures", "waiting", "talking", "sitting"]


@dataclass(frozen=True)
class Gesture:
    """What two arms do together.

    Attributes:
        arm: pose of the main arm, a file of `bodies/arm_poses/`; None: as the arm rests.
        both: the other arm does the same; ``"sometimes"``: in half of all cases.
        weights: (position, default weight) in the lists ``"gestures"``, ``"waiting"``, ``"talking"``, ``"sitting"``;
            random draws depend on positions, so new gestures come last.
        standing, sitting: whether those who stand or walk, and those who sit, may do it.
        walking: whether it is done while walking.
        joined: the hands hold each other or the arms, so that one arm alone cannot do it.
        other_hand: where its hand is taken by something that is carried, the other hand does it.
    """

    arm: str | None
    both: bool | Literal["sometimes"] = False
    weights: Mapping[When, tuple[int, float]] = field(default_factory=dict)
    standing: bool = True
    sitting: bool = False
    walking: bool = True
    joined: bool = False
    other_hand: bool = False


@cache
def gestures() -> Mapping[str, Gesture]:
    """All gestures by name."""
    return entries(__name__, "GESTURE", Gesture)


def default_weights(when: When) -> dict[str, float]:
    """Default weights of one list, in order."""
    rows = sorted((g.weights[when][0], name, g.weights[when][1]) for name, g in gestures().items() if when in g.weights)
    return {name: weight for _, name, weight in rows}


def joined_arms() -> frozenset[str]:
    """Arm poses that need both arms."""
    return frozenset(g.arm for g in gestures().values() if g.joined and g.arm)


def movable_arms() -> frozenset[str]:
    """Arm poses that the other arm takes over where a hand is taken."""
    return frozenset(g.arm for g in gestures().values() if g.other_hand and g.arm)
