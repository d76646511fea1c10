"""Bounds of every number in a config, by the unit in its parameter table.

Types state what a value can mean; these bounds keep out what no picture can show and no machine can build, in keys of
plug-ins too. Lengths and numbers of scenes and mirrors are held to a multiple of their defaults, since a street with
45,045 benches on ten metres is valid but never done.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from blender_synth.errors import ConfigError
from blender_synth.parameter_tables import Parameter, default_of, table_of

Bounds = tuple[float, float]
BY_UNIT: dict[str, Bounds] = {
    "m": (0, 1e7),
    "mm": (0.001, 1e5),
    "cm": (0, 1e4),
    "px": (0, 1e6),
    "degrees": (-3600, 3600),
    "deg": (-3600, 3600),
    "share": (0, 1),
    "0 to 1": (0, 1),
    "probability": (0, 1),
    "-1 to 1": (-1, 1),
    "1 to 100": (1, 100),
    "eighths": (0, 8),
    "years": (0, 120),
    "mm/h": (0, 1000),
    "m/s": (0, 150),
    "°C": (-100, 100),
    "K": (300, 100_000),
    "lx": (0, 1e6),
    "cd/m2": (0, 1e6),
    "cd/m²": (0, 1e6),
    "s": (0, 1e7),
    "stops": (-30, 30),
    "ISO": (1, 1e8),
    "Linke": (1, 20),
    "1/m²": (0, 20),
    "1/10 m": (0, 100),
    "1": (-100, 100),
    "ratio": (0, 1000),
    "factor": (0, 1000),
    "people": (0, 2000),
    "mirrors": (0, 1000),
    "look-alikes": (0, 1000),
    "pictures": (0, 1e6),
    "frames": (0, 1e9),
    "processes": (0, 10_000),
    "props": (0, 10_000),
    "count": (0, 1000),
}
"""Lowest and highest value by unit."""
_POSITION = re.compile(r"(^|_)(x|y|z|xy|position|shift)_m$")
"""Keys in metres that are no lengths and may be negative."""
_FAR_M = 1e5
_BUILT = ("blender_synth.world.scenery", "blender_synth.world.mirrors")
"""Packages of what is built part by part."""
_PLACED = ("blender_synth.world.scenery.authored", "blender_synth.world.scenery.shared")
"""Of these, whose lengths are mostly positions, and whose numbers say what its author wants."""
_TIMES, _MOST_PARTS, _SMALL_M = 12.0, 24.0, 0.2
"""Of the defaults of what is built: the highest multiple, the number that is always allowed, and the length below which
0 is allowed."""


def check_numbers(value: object, key: str, file: object = None) -> None:
    """Check all numbers of settings, and of settings within them.

    Args:
        key: of `value`. file: that it was read from, for the message.

    Raises:
        ConfigError: a number is out of bounds; the message names them.
    """
    for name, number, (low, high), unit in _numbers(value, key):
        if not low <= number <= high:
            hint = f"must be from {low:,.10g} to {high:,.10g}" + (f" ({unit})" if unit not in ("-", "") else "")
            raise ConfigError("the value is out of bounds", file=file, key=name, value=number, hint=hint)


def _numbers(value: object, key: str) -> Iterator[tuple[str, float, Bounds, str]]:
    """Numbers of settings that have bounds: key, number, bounds, unit."""
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _numbers(entry, f"{key}.{name}")
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _numbers(entry, f"{key}[{index}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        rows = {row.key: row for row in table_of(type(value))}
        for field in dataclasses.fields(value):
            entry, name = getattr(value, field.name), f"{key}.{field.name}"
            if field.name in rows and (bounds := bounds_of(type(value), field, rows[field.name])):
                for suffix, number in _plain_numbers(entry):
                    yield f"{name}{suffix}", number, bounds, rows[field.name].unit
            elif field.repr:
                yield from _numbers(entry, name)


def _plain_numbers(value: object) -> Iterator[tuple[str, float]]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield "", value
    elif isinstance(value, list | tuple):
        same = len(value) == 2 and value[0] == value[1]  # a range that was given as one number
        for index, entry in enumerate(value[:1] if same else value):
            yield from ((("" if same else f"[{index}]") + suffix, number) for suffix, number in _plain_numbers(entry))


def bounds_of(cls: type, field: dataclasses.Field[Any], row: Parameter) -> Bounds | None:
    """The bounds of a field's numbers; None where it has none."""
    if row.unit not in BY_UNIT:
        return None
    if row.unit == "m" and (_POSITION.search(field.name) or cls.__module__.startswith(_PLACED)):
        return -_FAR_M, _FAR_M
    low, high = BY_UNIT[row.unit]
    numbers = [number for _, number in _plain_numbers(default_of(field))]
    if not numbers or not cls.__module__.startswith(_BUILT) or cls.__module__.startswith(_PLACED):
        times = _TIMES if row.unit == "count" else 1.0
        return min([low, *numbers]), max([high, *(times * number for number in numbers)])
    if row.unit in ("m", "count", "1/10 m"):
        least, most = min(numbers), max(numbers)
        high = max(most * _TIMES, _MOST_PARTS if row.unit == "count" else 1.0)
        low = math.floor(least / _TIMES * 1000) / 1000 if row.unit == "m" and least > _SMALL_M else 0.0
    return low, high
