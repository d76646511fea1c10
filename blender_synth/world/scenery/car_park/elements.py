"""Instance ids, sizes and components of car parks."""

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
"""Width of the part of a core's front that its door takes."""
COLUMN_DEEP_M = 0.62
Bays = Literal["plain", "charging", "wide"]
ColumnStyle = Literal["square", "round"]
FloorKind = Literal["epoxy", "concrete"]


@plain
class Row:
    """A row of bays.

    Attributes:
        y_m: y of its front line, along an aisle; the bays extend from there in direction `sign`.
        wall: whether a wall is behind the bays, not another row.
    """

    y_m: float
    sign: Literal[1, -1]
    wall: bool

    @property
    def middle_m(self) -> float:
        """The y of the centres of the bays."""
        return self.y_m + self.sign * BAY_LENGTH_M / 2


@plain
class Core:
    """A block with stairs or a lift in place of some bays, with its door and a blank wall towards the aisle.

    Attributes:
        row: index of its row.
        x0_m, x1_m: its extent.
        door_left: whether the door is at the lower end of x.
        lift: whether it contains a lift; otherwise stairs.
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
    """One column between bays, with its painted label `mark`."""

    instance_id: int
    name: str
    xy_m: Vec2
    mark: str
