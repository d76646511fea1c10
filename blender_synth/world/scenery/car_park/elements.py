"""Sizes, instance ids and components of this scene."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Vec2, plain

FLOOR_ID, CEILING_ID, LAMPS_ID, PIPES_ID, SIGNS_ID, RAMP_ID = 3001, 3002, 3003, 3004, 3005, 3006
WALL_IDS = {"north": 3011, "east": 3012, "south": 3013, "west": 3014}
CORE_FIRST_ID, COLUMN_FIRST_ID, CAR_FIRST_ID = 3021, 3101, 3401
BAY_LENGTH_M = 5.0
WALL_M = 0.3
BEAM_M = 0.34
"""Depth of the beams under the slab."""
RAMP_WIDTH_M, RAMP_LENGTH_M, RAMP_RISE_M = 5.4, 15.0, 1.9
DOOR_M = 1.7
"""What a core's front keeps for its door, with the wall beside it."""
COLUMN_DEEP_M = 0.62
Bays = Literal["plain", "charging", "wide"]


@plain
class Row:
    """A row of bays: `y_m` is its front line, along an aisle; the bays reach from there in direction `sign`.

    Attributes:
        wall: whether a wall stands behind the bays, not another row.
    """

    y_m: float
    sign: Literal[1, -1]
    wall: bool

    @property
    def middle_m(self) -> float:
        """y of the middle of the bays."""
        return self.y_m + self.sign * BAY_LENGTH_M / 2


@plain
class Core:
    """A block with stairs or a lift in place of some bays, its door and a stretch of blank wall to the aisle.

    Attributes:
        row: number of its row. x0_m, x1_m: its ends. door_left: whether the door is at the lower end of x. lift: or
            stairs.
    """

    instance_id: int
    name: str
    row: int
    x0_m: float
    x1_m: float
    door_left: bool
    lift: bool


@plain
class Column:
    """One column between bays; `mark` is painted on it."""

    instance_id: int
    name: str
    xy_m: Vec2
    mark: str
