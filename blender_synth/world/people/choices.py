"""Weighted choices among known names: a name that nothing builds is refused when the config is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, TypeVar

from pydantic import AfterValidator

from blender_synth.values import Weights
from blender_synth.world.people.colours import COLOURS

_Name = TypeVar("_Name", bound=str)


def one_of(names: tuple[_Name, ...], name: str) -> _Name:
    """A name as one of the literals `names`."""
    return next(known for known in names if known == name)


def among(names: Callable[[], Iterable[str]] | Iterable[str]) -> AfterValidator:
    """For `Annotated[Weights, among(names)]`: weights of these names and no others.

    Args:
        names: the names, or a function that lists them, called when a config is read.
    """

    def known(weights: dict[str, float]) -> dict[str, float]:
        valid = tuple(names() if callable(names) else names)
        for name in weights:
            if name not in valid:
                raise ValueError(f"there is no {name!r}; use some of: {', '.join(valid)}")
        return weights

    return AfterValidator(known)


Colours = Annotated[Weights, among(COLOURS)]
"""Weights of colours by name."""
