"""The weather as it matters to people: temperature, rain, snow, sunlight."""

from __future__ import annotations

from pydantic import Field

from blender_synth.values import plain


@plain
class Climate:
    """The weather as people feel it.

    Attributes:
        temperature_c: of the air, degrees Celsius.
        rain_mm_h: rate of rain; 0 when dry.
        snow_mm_h: rate of snow as melted water; 0 when none falls.
        sunlight: share of a cloudless noon's direct light that reaches the ground, 0 to 1.
    """

    temperature_c: float = 16.0
    rain_mm_h: float = Field(default=0.0, ge=0)
    snow_mm_h: float = Field(default=0.0, ge=0)
    sunlight: float = Field(default=0.5, ge=0, le=1)
