"""Instance ids and sizes of a lift."""

from __future__ import annotations

SILL_M = 0.28
"""Distance between the cabin and the landing."""
CABIN_FLOOR_ID, CABIN_CEILING_ID, CABIN_LAMPS_ID, DOORS_ID = 3004, 3005, 3006, 3007
LANDING_WALL_FIRST_ID = 3021
RAIL_M = 0.92
"""Height of the handrail."""
ROOM_M = 0.2
"""Free depth in front of the cabin's walls for mirrors."""
