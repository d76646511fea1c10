"""Instance ids and sizes of streets."""

from __future__ import annotations

from typing import Literal

Side = Literal["left", "right"]
"""Left is +Y."""
SIDES: tuple[tuple[Side, int], ...] = (("left", 1), ("right", -1))
"""Both sides with the sign of their y."""

ROAD_ID = 3001
PAVEMENT_IDS = {"left": 3002, "right": 3003, "east": 3004, "west": 3005}
BUILDING_IDS = {"left": 3011, "right": 3031, "east": 3051, "west": 3071}
FURNITURE_FIRST_ID = 3101
WIRE_FIRST_ID = 3501
FRONT_ROWS = ("building_left", "building_right")
"""First words of the names of the houses along the street; the others close its ends."""
PARKING_LANE_M = 2.1
WALL_MARGIN_M = 0.40
"""Nobody walks nearer to a wall than this; doorsteps, downpipes and frames of leaning mirrors stay within it."""
CAMERA_END_MARGIN_M = 20.0
"""Cameras keep this far from the street's ends, so that none looks round the corner into the side streets."""
