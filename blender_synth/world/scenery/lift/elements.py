"""Sizes, instance ids and components of this scene."""

from __future__ import annotations

SILL_M = 0.28
"""From the cabin's front to the landing's wall: doors, sill and the wall between."""
CABIN_FLOOR_ID, CABIN_CEILING_ID, CABIN_LAMPS_ID, DOORS_ID = 3004, 3005, 3006, 3007
LANDING_WALL_FIRST_ID = 3021
RAIL_M = 0.92
"""Height of the handrail."""
ROOM_M = 0.2
"""How far a mirror on a cabin's wall may reach into the cabin."""
