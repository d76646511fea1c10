"""Random choices among names known beforehand, typed so that the result fits a `Literal` field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from blender_synth.values import pick, uniform

_T = TypeVar("_T")
_Name = TypeVar("_Name", bound=str)


def choose(rng: np.random.Generator, options: Sequence[_T], p: Sequence[float] | None = None) -> _T:
    """One of `options`, with probabilities `p` (equal if None)."""
    return options[int(rng.choice(len(options), p=p))]


def choose_weighted(rng: np.random.Generator, weights: Mapping[str, float], options: Sequence[_Name]) -> _Name:
    """One of `options` by the `weights` of a config, which `only(*options)` has validated."""
    name = pick(rng, weights)
    return next(option for option in options if option == name)


def count_in(rng: np.random.Generator, interval: tuple[float, float]) -> int:
    """A whole number in a closed interval; all equally likely, the ends one per cent less."""
    return round(uniform(rng, (interval[0] - 0.49, interval[1] + 0.49)))
