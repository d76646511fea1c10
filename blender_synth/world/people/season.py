"""What the weather makes people wear: weights of garments bent by how warm, wet and bright it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from blender_synth.world.climate import Climate

# Felt temperatures (degrees Celsius) between which a garment is usual; at each end half as many wear it as would
# otherwise. They follow the insulation that keeps a slow walker comfortable (ISO 11079 for cold, ISO 7730 for warmth):
# about 0.5 clo at 24, 1 clo at 14, 2 clo at 2 and 3 clo at -8 degrees, with clo values of garments from ISO 9920.
_COMFORT_C: dict[str, tuple[float, float]] = {
    "shorts": (18, 60),
    "skirt": (5, 60),
    "dress": (16, 60),
    "leggings": (-60, 26),
    "jeans": (-60, 28),
    "trousers": (-60, 32),
    "joggers": (-60, 25),
    "tee": (13, 60),
    "sleeveless": (22, 60),
    "long_sleeve": (-60, 22),
    "shirt": (-60, 25),
    "short_shirt": (18, 60),
    "sweater": (-60, 18),
    "bare": (15, 60),  # no outer garment
    "hoodie": (4, 19),
    "jacket": (-4, 18),
    "puffer": (-60, 9),
    "coat": (-60, 11),
    "rain_jacket": (-2, 20),
    "sneaker": (-60, 60),
    "leather": (-60, 29),
    "boot": (-60, 17),
    "flat": (8, 60),
    "sandal": (21, 60),
    "cap": (6, 60),
    "beanie": (-60, 9),
    "brim": (17, 60),
}
_EDGE_C = 1.6  # how soft those limits are
_NEVER = 3.2  # so many edges beyond a limit nobody wears it


def felt_c(climate: Climate) -> float:
    """Temperature that people dress for: sunshine warms by up to 3 degrees, being wet chills."""
    wet = 2.0 if climate.rain_mm_h > 0.1 else 1.0 if climate.snow_mm_h > 0.1 else 0.0
    return climate.temperature_c + 6.0 * (climate.sunlight - 0.5) - wet


def suits(garment: str, climate: Climate) -> float:
    """How usual a garment is in this weather, 0 to 1."""
    low, high = _COMFORT_C[garment]
    felt = felt_c(climate)
    inside = min(felt - low, high - felt) / _EDGE_C
    return 0.0 if inside < -_NEVER else float(1 / (1 + np.exp(-2 * inside)))


def bent(weights: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """Weights times factors (1 where there is none); the weights themselves where nothing would be left."""
    out = {name: weight * factors.get(name, 1.0) for name, weight in weights.items()}
    return out if sum(out.values()) > 0 else dict(weights)


def fitting(weights: Mapping[str, float], climate: Climate) -> dict[str, float]:
    """Weights of lower garments, tops or shoes for this weather."""
    factors = {n: suits(n, climate) for n in weights}
    wet = climate.rain_mm_h > 0.1 or climate.snow_mm_h > 0.1
    factors |= {
        "sandal": factors.get("sandal", 0) * (0.1 if wet else 1),
        "flat": factors.get("flat", 0) * (1 - 0.6 * wet),
    }
    factors["boot"] = factors.get("boot", 0) * (3.0 if climate.snow_mm_h > 0.1 or felt_c(climate) < 0 else 1.0)
    return bent(weights, factors)


def over(weights: Mapping[str, float], climate: Climate) -> dict[str, float]:
    """Weights of outer garments for this weather."""
    factors = {n: suits("bare" if n == "none" else n, climate) for n in weights}
    if climate.rain_mm_h > 0.1:
        factors["rain_jacket"] = 12 * factors.get("rain_jacket", 0.0)
        factors["none"] = 0.5 * factors.get("none", 0.0)
    else:
        factors["rain_jacket"] = 0.3 * factors.get("rain_jacket", 0.0)
    return bent(weights, factors)


def on_heads(weights: Mapping[str, float], climate: Climate) -> dict[str, float]:
    """Weights of hats for this weather: caps and brims against the sun, wool against the cold."""
    felt, sun = felt_c(climate), max(0.0, climate.sunlight - 0.3)
    dry = climate.rain_mm_h < 0.1
    return bent(
        weights,
        {
            "cap": suits("cap", climate) * (0.6 + 2.2 * sun * dry),
            "brim": suits("brim", climate) * (0.5 + 5.0 * sun) * dry,
            "beanie": suits("beanie", climate) * (1 + 0.8 * float(np.clip(9 - felt, 0, 12))),
        },
    )


def on_eyes(weights: Mapping[str, float], climate: Climate) -> dict[str, float]:
    """Weights of glasses: dark ones in the sun only."""
    return bent(weights, {"sun": max(0.0, climate.sunlight - 0.2) * 4.0 * (climate.rain_mm_h < 0.1)})


def chance_of_scarf(climate: Climate) -> float:
    """0 above about 10 degrees to 1 in frost."""
    return float(np.interp(felt_c(climate), (-4, 4, 10), (1.0, 0.6, 0.0)))


def chance_of_gloves(climate: Climate) -> float:
    """0 above about 6 degrees to 1 in hard frost."""
    return float(np.interp(felt_c(climate), (-8, 0, 6), (1.0, 0.6, 0.0)))


def chance_of_hood_up(climate: Climate) -> float:
    """How likely somebody with a hood has it up."""
    rain = np.interp(climate.rain_mm_h, (0.1, 0.5, 3.0), (0.0, 0.7, 1.0))
    snow = np.interp(climate.snow_mm_h, (0.1, 1.0), (0.0, 0.7))
    return float(max(rain, snow, np.interp(felt_c(climate), (-12, -2), (0.35, 0.0))))
