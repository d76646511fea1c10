"""Instance ids, sizes and components of crossings."""

from __future__ import annotations

import math
from typing import Literal

from blender_synth.values import Rgb, Vec2, Vec3, plain
from blender_synth.world.scenery.shared.street_parts import (
    Crossing,
    Roadway,
    rectangle,
)

ArmName = Literal["east", "north", "west", "south"]
StreetName = Literal["x", "y"]

ROAD_ID = 3001
PAVEMENT_FIRST_ID, END_PAVEMENT_FIRST_ID, ISLAND_FIRST_ID = 3002, 3006, 3091
BUILDING_FIRST_ID, END_BUILDING_FIRST_ID = 3011, 3059
FURNITURE_FIRST_ID, SIGNAL_FIRST_ID, CAR_FIRST_ID = 3101, 3301, 3401
ARMS: tuple[ArmName, ...] = ("east", "north", "west", "south")
"""Counter-clockwise from +X; the corner of the same index lies to the left of its arm."""
CORNERS = ("northeast", "northwest", "southwest", "southeast")
END_REACH_M = 26.0
"""Half the length of the row of houses that closes an arm."""
RAMP_M = 1.0
"""Depth of the kerb ramps, from the kerb into the pavement; people do not stand on them."""
RAMP_SIDE_M = 0.6
"""Width of a kerb ramp on each side of its zebra crossing."""
WALL_MARGIN_M = 0.4
NOSE_M = 1.5
"""Length of each half of a refuge island."""


@plain
class Arm:
    """One of the four arms; local coordinates are explained in the docstring of the package.

    Attributes:
        zebra: its zebra crossing; `x_m` is the distance from the centre of the junction.
        stop_m: distance of the stop line from the centre of the junction.
        walks: whether pedestrians may cross it while cars wait.
    """

    name: ArmName
    zebra: Crossing
    stop_m: float
    walks: bool

    @property
    def azimuth_deg(self) -> float:
        """Direction from the junction outwards."""
        return 90.0 * ARMS.index(self.name)

    def point(self, along_m: float, left_m: float) -> Vec2:
        """World coordinates of a point given in local coordinates."""
        a = math.radians(self.azimuth_deg)
        c, s = round(math.cos(a)), round(math.sin(a))
        return (along_m * c - left_m * s, along_m * s + left_m * c)

    def box(self, along0_m: float, along1_m: float, left0_m: float, left1_m: float) -> tuple[Vec2, ...]:
        """Counter-clockwise corners of a rectangle given in local coordinates."""
        return tuple(
            self.point(*c) for c in ((along0_m, left0_m), (along1_m, left0_m), (along1_m, left1_m), (along0_m, left1_m))
        )


@plain
class Street:
    """One of the two streets that cross.

    Attributes:
        half_length_m: length of an arm, from the centre of the junction.
        carriageway_m: kerb to kerb.
        island_m: width of the refuge islands, 0 without islands.
        pavement_m: kerb to wall, on both sides.
    """

    name: StreetName
    half_length_m: float
    carriageway_m: float
    island_m: float
    pavement_m: float
    road: Roadway

    @property
    def kerb_m(self) -> float:
        """Distance of the kerbs from the centre line."""
        return self.carriageway_m / 2

    @property
    def lane_m(self) -> float:
        """Distance of the centres of the lanes from the centre line."""
        return self.island_m / 4 + self.carriageway_m / 4


@plain
class Signal:
    """A pole with signals at one end of a zebra crossing.

    Attributes:
        heading_deg: azimuth that the traffic signals face, towards approaching cars.
        across_deg: azimuth that the pedestrian signals face, towards the other end of the crossing.
        traffic: whether it has signals for cars.
        walks: whether the pedestrian signal is green.
        mast_m: length of a mast arm over the carriageway, 0 without one.
    """

    instance_id: int
    name: str
    position_m: Vec3
    heading_deg: float
    across_deg: float
    traffic: bool
    walks: bool
    mast_m: float
    rgb: Rgb

    def footprint(self) -> tuple[Vec2, ...]:
        """Counter-clockwise corners of the pole's base."""
        return rectangle(self.position_m[:2], 0.16, 0.16, self.heading_deg)
