"""What the crowd settles about a person before the person is sampled."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import plain
from blender_synth.world.climate import Climate


@plain
class Situation:
    """What is settled about one person in advance. None leaves it to the person's own random draws.

    Attributes:
        activity: what they do: a file of `activities/`.
        speed_mps: pace of the group they walk with.
        generation: ``"adult"`` or ``"child"``.
        look_deg: where the head is turned, from the front, left positive: to a companion, the road, a window.
        seat_m: height above the ground of the seat under somebody who sits.
        stays: they stand where they are, whatever share of their activity walks.
        umbrella: there is room for one.
        climate: the weather they have dressed for.
    """

    activity: str | None = None
    speed_mps: float | None = None
    generation: Literal["adult", "child"] | None = None
    look_deg: float | None = None
    seat_m: float | None = None
    stays: bool = False
    umbrella: bool = True
    climate: Climate = Climate()


@plain
class Canopy:
    """An open umbrella in the frame of the person who holds it.

    Attributes:
        ahead_m, left_m: its middle. radius_m: of its rim. low_m, high_m: heights of rim and peak above the ground.
    """

    ahead_m: float
    left_m: float
    radius_m: float
    low_m: float
    high_m: float


@plain
class Footprint:
    """The ground that a person takes up, with what they push, pull and carry: a strip along their heading.

    Attributes:
        front_m, back_m: from the person's origin ahead and back, at least half_width_m.
        half_width_m: to either side.
        height_m: of the head's top above the ground. canopy: of an open umbrella, which may reach beyond the strip.
    """

    front_m: float = 0.3
    back_m: float = 0.3
    half_width_m: float = 0.3
    height_m: float = 1.8
    canopy: Canopy | None = None
