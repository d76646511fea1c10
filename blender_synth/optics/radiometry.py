"""The unit of radiance in renders and raw frames."""

from __future__ import annotations

WATTS_PER_UNIT = 100.0
"""Radiance of one unit by day, W m⁻² sr⁻¹ (irradiance: W m⁻²)."""
LUMENS_PER_WATT = 110.0
"""Luminous efficacy of daylight (Littlefair 1985: 105 to 130)."""
