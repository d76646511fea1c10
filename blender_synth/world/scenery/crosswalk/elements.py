"""Sizes, instance ids and components of this scene."""

from __future__ import annotations

import math
from typing import Literal

from blender_synth.values import Vec2, Vec3, plain
from blender_synth.world.scenery.shared.street_parts import (
    Crossing,
    Roadway,
    rectangle,
)

ROAD_ID = 3001
PAVEMENT_FIRST_ID, END_PAVEMENT_FIRST_ID, ISLAND_FIRST_ID = 3002, 3006, 3091
BUILDING_FIRST_ID, END_BUILDING_FIRST_ID = 3011, 3059
FURNITURE_FIRST_ID, SIGNAL_FIRST_ID, CAR_FIRST_ID = 3101, 3301, 3401
ARMS = ("east", "north", "west", "south")
"""Counter-clockwise from +X; the corner of the same number lies to the left of its arm."""
CORNERS = ("northeast", "northwest", "southwest", "southeast")
END_REACH_M = 26.0
"""How far the houses that close an arm reach to both sides."""
RAMP_M = 1.0
"""Depth of the kerb ramps, from the kerb into the pavement; nobody's feet are placed on them."""
RAMP_SIDE_M = 0.6
WALL_MARGIN_M = 0.4
NOSE_M = 1.5
"""Length of each half of a refuge island."""


@plain
class Arm:
    """One of the four arms.

    Attributes:
        zebra: over it; its `x_m` counts from the middle of the junction.
        stop_m: where the stop line is. walks: whether people may walk over it, and cars wait.
    """

    name: Literal["east", "north", "west", "south"]
    zebra: Crossing
    stop_m: float
    walks: bool

    @property
    def azimuth_deg(self) -> float:
        return 90.0 * ARMS.index(self.name)

    def point(self, along_m: float, left_m: float) -> Vec2:
        """A place in the world."""
        a = math.radians(self.azimuth_deg)
        c, s = round(math.cos(a)), round(math.sin(a))
        return (along_m * c - left_m * s, along_m * s + left_m * c)

    def box(self, along0_m: float, along1_m: float, left0_m: float, left1_m: float) -> tuple[Vec2, ...]:
        """Counter-clockwise corners of a rectangle along the arm."""
        return tuple(
            self.point(*c) for c in ((along0_m, left0_m), (along1_m, left0_m), (along1_m, left1_m), (along0_m, left1_m))
        )


@plain
class Street:
    """One of the two streets that cross.

    Attributes:
        half_length_m: of an arm, from the middle of the junction.
        carriageway_m: kerb to kerb. island_m: width of the refuge islands in it, 0 where there are none.
        pavement_m: kerb to wall, on both sides.
    """

    name: Literal["x", "y"]
    half_length_m: float
    carriageway_m: float
    island_m: float
    pavement_m: float
    road: Roadway

    @property
    def kerb_m(self) -> float:
        """From the middle line to a kerb."""
        return self.carriageway_m / 2

    @property
    def lane_m(self) -> float:
        """From the middle line to the middle of a lane."""
        return self.island_m / 4 + self.carriageway_m / 4


@plain
class Signal:
    """A pole at one end of a zebra.

    Attributes:
        heading_deg: where the traffic signals look, towards those who drive at them.
        across_deg: where the signals for walkers look, to the zebra's other end.
        traffic: whether it has signals for cars. walks: as the arm's. mast_m: length of an arm over the carriageway.
    """

    instance_id: int
    name: str
    position_m: Vec3
    heading_deg: float
    across_deg: float
    traffic: bool
    walks: bool
    mast_m: float
    rgb: tuple[float, float, float]

    def footprint(self) -> tuple[Vec2, ...]:
        return rectangle(self.position_m[:2], 0.16, 0.16, self.heading_deg)
