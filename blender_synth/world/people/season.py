"""What the weather makes people wear: weights of garments scaled by how warm, wet and bright it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from blender_synth.world.climate import Climate
from blender_synth.world.people.garments import OuterGarment

# Felt temperatures (degrees Celsius) between which a garment is usual; at either limit half as many wear it as would
# otherwise. They follow the insulation that keeps a slow walker comfortable (ISO 11079 for cold, ISO 7730 for warmth):
# about 0.5 clo at 24, 1 clo at 14, 2 clo at 2 and 3 clo at -8 degrees, with clo values of garments from ISO 9920.
COMFORT_C: dict[str, tuple[float, float]] = {
    "sneaker": (-60, 60),
    "leather": (-60, 29),
    "boot": (-60, 17),
    "flat": (8, 60),
    "sandal": (21, 60),
    "cap": (6, 60),
    "beanie": (-60, 9),
    "brim": (17, 60),
}
"""Of shoes and hats; garments state theirs in `garments/`."""
_NO_OUTER_C = (15.0, 60.0)
_EDGE_C = 1.6  # how soft those limits are
_NEVER = 3.2  # beyond a limit by this many edges it is never worn


def felt_c(climate: Climate) -> float:
    """Temperature that people dress for: sunshine adds up to 3 degrees, rain and snow subtract."""
    wet = 2.0 if climate.rain_mm_h > 0.1 else 1.0 if climate.snow_mm_h > 0.1 else 0.0
    return climate.temperature_c + 6.0 * (climate.sunlight - 0.5) - wet


def suits(comfort_c: tuple[float, float], climate: Climate) -> float:
    """How usual something with these comfortable temperatures is in this weather, 0 to 1."""
    low, high = comfort_c
    felt = felt_c(climate)
    inside = min(felt - low, high - felt) / _EDGE_C
    return 0.0 if inside < -_NEVER else float(1 / (1 + np.exp(-2 * inside)))


def scaled(weights: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """Weights times factors (1 where there is none); the weights unchanged where all would be 0."""
    out = {name: weight * factors.get(name, 1.0) for name, weight in weights.items()}
    return out if sum(out.values()) > 0 else dict(weights)


def fitting(
    weights: Mapping[str, float], climate: Climate, comfort_c: Mapping[str, tuple[float, float]]
) -> dict[str, float]:
    """Weights of lower garments, tops or shoes, with their comfortable temperatures, for this weather."""
    factors = {n: suits(comfort_c[n], climate) for n in weights}
    wet = climate.rain_mm_h > 0.1 or climate.snow_mm_h > 0.1
    factors |= {
        "sandal": factors.get("sandal", 0) * (0.1 if wet else 1),
        "flat": factors.get("flat", 0) * (1 - 0.6 * wet),
    }
    factors["boot"] = factors.get("boot", 0) * (3.0 if climate.snow_mm_h > 0.1 or felt_c(climate) < 0 else 1.0)
    return scaled(weights, factors)


def over(weights: Mapping[str, float], climate: Climate, garments: Mapping[str, OuterGarment]) -> dict[str, float]:
    """Weights of outer garments, among them ``"none"``, for this weather."""
    rain = climate.rain_mm_h > 0.1
    factors = {
        name: suits(garments[name].comfort_c, climate) * (garments[name].rain if rain else garments[name].dry)
        for name in weights
        if name != "none"
    }
    factors["none"] = suits(_NO_OUTER_C, climate) * (0.5 if rain else 1.0)
    return scaled(weights, factors)


def on_heads(weights: Mapping[str, float], climate: Climate) -> dict[str, float]:
    """Weights of hats for this weather: caps and brims against the sun, wool against the cold."""
    felt, sun = felt_c(climate), max(0.0, climate.sunlight - 0.3)
    dry = climate.rain_mm_h < 0.1
    return scaled(
        weights,
        {
            "cap": suits(COMFORT_C["cap"], climate) * (0.6 + 2.2 * sun * dry),
            "brim": suits(COMFORT_C["brim"], climate) * (0.5 + 5.0 * sun) * dry,
            "beanie": suits(COMFORT_C["beanie"], climate) * (1 + 0.8 * float(np.clip(9 - felt, 0, 12))),
        },
    )


def on_eyes(weights: Mapping[str, float], climate: Climate) -> dict[str, float]:
    """Weights of glasses: dark ones in the sun only."""
    return scaled(weights, {"sun": max(0.0, climate.sunlight - 0.2) * 4.0 * (climate.rain_mm_h < 0.1)})


def chance_of_scarf(climate: Climate) -> float:
    """0 above about 10 degrees to 1 in frost."""
    return float(np.interp(felt_c(climate), (-4, 4, 10), (1.0, 0.6, 0.0)))


def chance_of_gloves(climate: Climate) -> float:
    """0 above about 6 degrees to 1 in hard frost."""
    return float(np.interp(felt_c(climate), (-8, 0, 6), (1.0, 0.6, 0.0)))


def chance_of_hood_up(climate: Climate) -> float:
    """Probability that a hood is up."""
    rain = np.interp(climate.rain_mm_h, (0.1, 0.5, 3.0), (0.0, 0.7, 1.0))
    snow = np.interp(climate.snow_mm_h, (0.1, 1.0), (0.0, 0.7))
    return float(max(rain, snow, np.interp(felt_c(climate), (-12, -2), (0.35, 0.0))))
