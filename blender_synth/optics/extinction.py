"""How air takes contrast away with distance: the Koschmieder relation and the meteorological optical range."""

from __future__ import annotations

import math

CONTRAST_AT_MOR = 0.05
"""Share of a contrast that is left at the meteorological optical range (WMO-No. 8, part I, chapter 9)."""
KOSCHMIEDER = -math.log(CONTRAST_AT_MOR)
"""Optical depth at the meteorological optical range: extinction in 1/m = KOSCHMIEDER / MOR in m."""
