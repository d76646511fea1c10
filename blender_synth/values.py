"""Value types that randomizers are written with: ranges and weighted choices, validated on entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast, dataclass_transform

import numpy as np
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler
from pydantic.dataclasses import dataclass as _dataclass
from pydantic_core import CoreSchema, core_schema

from blender_synth.suggestions import hint_for

_T = TypeVar("_T")
STRICT = ConfigDict(extra="forbid")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
def plain(cls: type[_T]) -> type[_T]:
    """Decorator: a frozen, validated dataclass of plain values that refuses unknown keys."""
    made: Any = _dataclass(frozen=True, kw_only=True, config=STRICT)(cls)
    return cast("type[_T]", made)  # the same class, with what a dataclass has


@dataclass(frozen=True)
class Converted:
    """Annotation of a field that pydantic does not validate by its type: a Protocol, say.

    Attributes:
        convert: makes the value from what is given, such as a mapping read from JSON; None takes it as it is.
    """

    convert: Callable[[Any], Any] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validation by `convert` alone; written to JSON by the value's own type."""
        anything = core_schema.any_schema()
        return (
            anything if self.convert is None else core_schema.no_info_before_validator_function(self.convert, anything)
        )


def _as_pair(value: Any) -> Any:
    return (value, value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    low, high = pair
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"a range needs finite ends, not [{low}, {high}]")
    if low > high:
        raise ValueError(f"low {low:g} is greater than high {high:g}; write [{high:g}, {low:g}]")
    return pair


def _not_negative(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] < 0:
        raise ValueError(f"cannot be negative, but goes down to {pair[0]:g}")
    return pair


def _positive(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] <= 0:
        raise ValueError(f"must be above zero, but goes down to {pair[0]:g}")
    return pair


def _share(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] < 0 or pair[1] > 1:
        raise ValueError(f"is a share and lies between 0 and 1, not [{pair[0]:g}, {pair[1]:g}]")
    return pair


def only(*names: str) -> AfterValidator:
    """Validator of `Weights` that refuses any name but `names`."""

    def check(weights: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(weights) - set(names))
        if unknown:
            raise ValueError(f"no such choice: {', '.join(unknown)}; {hint_for(unknown[0], names)}")
        return weights

    return AfterValidator(check)


def _weights(mapping: dict[str, float]) -> dict[str, float]:
    if not mapping or any(not (np.isfinite(w) and w >= 0) for w in mapping.values()) or sum(mapping.values()) <= 0:
        raise ValueError("weights need at least one entry, none negative, and a sum above zero")
    return mapping


def _as_weights(value: Any) -> Any:
    if isinstance(value, str):
        return {value: 1.0}
    if isinstance(value, list | tuple) and all(isinstance(name, str | int) for name in value):
        return dict.fromkeys(value, 1.0)
    return value


Range = Annotated[tuple[float, float], BeforeValidator(_as_pair), AfterValidator(_ordered)]
"""A closed interval, written in YAML as `[low, high]` or as one number."""

NonNegativeRange = Annotated[Range, AfterValidator(_not_negative)]
PositiveRange = Annotated[Range, AfterValidator(_positive)]
ShareRange = Annotated[Range, AfterValidator(_share)]
"""A `Range` within 0 to 1."""

Weights = Annotated[dict[str, float], BeforeValidator(_as_weights), AfterValidator(_weights)]
"""Names and their relative weights: a mapping, a list (equal weights) or one name."""

Vec2 = tuple[float, float]
Vec3 = tuple[float, float, float]
Rgb = tuple[float, float, float]
"""Linear Rec. 709 colour, each channel 0 to 1."""


def uniform(rng: np.random.Generator, interval: tuple[float, float]) -> float:
    """One draw from a `Range`."""
    return float(rng.uniform(interval[0], interval[1]))


def clamped(value: float, most: float) -> float:
    """A number limited to ±`most`; `np.clip` takes ten times as long for one number."""
    return min(max(float(value), -most), most)


def pick(rng: np.random.Generator, weights: Mapping[str, float]) -> str:
    """One draw from `Weights`."""
    names = list(weights)
    p = np.array([weights[n] for n in names], dtype=float)
    return names[int(rng.choice(len(names), p=p / p.sum()))]


def seed_of(rng: np.random.Generator) -> int:
    """A seed that a spec keeps for details which are generated when it is built."""
    return int(rng.integers(0, 2**31))


def vec2(values: Iterable[float]) -> Vec2:
    """Two numbers, e.g. an array (2,), as plain floats."""
    x, y = values
    return float(x), float(y)


def vec3(values: Iterable[float]) -> Vec3:
    """Three numbers, e.g. an array (3,), as plain floats."""
    x, y, z = values
    return float(x), float(y), float(z)
