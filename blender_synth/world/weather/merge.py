"""Several weathers at once: `weather=[rainy,foggy]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_LOWER = {"mor_m", "snow_visibility_m", "fog_height_m", "sun_elevation_deg"}
_HIGHER = {"cloud_oktas", "turbidity", "sun_behind_cloud", "rain_mm_h", "snow_depth_cm", "wetness", "ice",
           "puddles", "wind_mps", "unusual"}  # fmt: skip


def merge_weathers(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One mapping from those of several weathers that reign at once.

    Visibilities: the lowest. Cloud, rain, lying snow, wind: the highest. Temperatures: what all of them allow or,
    where they allow nothing in common, the coldest. Anything else: what is said last.
    """
    result: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            result[key] = value if result.get(key) is None else _both(key, result[key], value)
    return result


def _both(key: str, a: Any, b: Any) -> Any:
    if b is None:
        return a
    if key == "temperature_c":
        (a0, a1), (b0, b1) = _ends(a), _ends(b)
        low, high = max(a0, b0), min(a1, b1)
        return [low, high] if low <= high else min(a, b, key=_middle)
    if key in _LOWER:
        return min(a, b, key=_middle)
    if key in _HIGHER:
        return max(a, b, key=_middle)
    return b


def _ends(value: Any) -> tuple[float, float]:
    return (value[0], value[1]) if isinstance(value, list | tuple) else (value, value)


def _middle(value: Any) -> float:
    try:
        low, high = _ends(value)
        return float(low) + float(high)
    except (TypeError, ValueError, IndexError):
        return 0.0  # not a range: the validation that follows tells
