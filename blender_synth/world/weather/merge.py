"""Several weathers at once: `weather=[rainy,foggy]`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from blender_synth.world.registry import kind_module
from blender_synth.world.weather.combined import is_phenomenon

_LOWER = {"mor_m", "snow_visibility_m", "fog_height_m", "sun_elevation_deg"}
_HIGHER = {"cloud_oktas", "turbidity", "sun_behind_cloud", "rain_mm_h", "snow_depth_cm", "wetness", "ice",
           "puddles", "wind_mps", "unusual"}  # fmt: skip


def split_phenomena(
    parts: Sequence[Mapping[str, Any]], overrides: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The sky's keys and each phenomenon's keys, from the mappings of several weathers.

    Args:
        parts: one mapping with a `kind` for each weather. overrides: keys that are set over all of them.

    Returns:
        The merged mapping of the sky, and mappings of the phenomena (with their `kind`) by kind. A key belongs to the
        phenomena that have such a field and to the sky if none has.

    Raises:
        ConfigError: an unknown kind.
    """
    phenomena: dict[str, dict[str, Any]] = {}
    fields: dict[str, set[str]] = {}
    for kind in (str(part["kind"]) for part in parts):
        if is_phenomenon(kind):
            randomizer = kind_module("weather", kind).Randomizer
            fields[kind] = {field.name for field in dataclasses.fields(randomizer)} - {"kind"}
            phenomena[kind] = {"kind": kind}
    claimed = set().union(*fields.values())
    skies = []
    for part in parts:
        kind = str(part["kind"])
        rest = dict(part)
        if kind in phenomena:
            rest["kind"] = "sky"
            phenomena[kind] |= {key: rest.pop(key) for key in part if key in fields[kind]}
        skies.append(rest)
    for kind, names in fields.items():
        phenomena[kind] |= {key: value for key, value in overrides.items() if key in names}
    sky = merge_weathers(skies) | {key: value for key, value in overrides.items() if key not in claimed}
    return sky, phenomena


def merge_weathers(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One mapping from those of several weathers that hold at once.

    Visibilities: the lowest. Cloud, rain, lying snow, wind: the highest. Temperatures: what all of them allow or,
    where they allow nothing in common, the coldest. Anything else: the last value given.
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
        return 0.0  # not a range: the validation that follows reports it
