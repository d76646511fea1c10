"""Instance ids and sizes of a lobby."""

from __future__ import annotations

GLASS_FOOT_M = 0.12
"""Height of the sill below the front's panes."""
