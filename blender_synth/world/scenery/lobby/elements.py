"""Sizes, instance ids and components of this scene."""

from __future__ import annotations

GLASS_FOOT_M = 0.12
"""Height of the sill below the front's panes."""
