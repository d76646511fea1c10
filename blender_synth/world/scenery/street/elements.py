"""Sizes, instance ids and components of this scene."""

from __future__ import annotations

ROAD_ID = 3001
PAVEMENT_IDS = {"left": 3002, "right": 3003, "east": 3004, "west": 3005}
BUILDING_IDS = {"left": 3011, "right": 3031, "east": 3051, "west": 3071}
FURNITURE_FIRST_ID = 3101
CAR_FIRST_ID = 3401
WIRE_FIRST_ID = 3501
PARKING_LANE_M = 2.1
WALL_MARGIN_M = 0.40
"""Nobody walks nearer to a wall than this; doorsteps, downpipes and leaning mirrors' frames stay within it."""
CAMERA_END_MARGIN_M = 20.0
"""Cameras keep this far from the street's ends, so that none looks round the corner of the side streets."""
