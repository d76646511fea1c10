"""Weighted choices among known names: a name that nothing builds is refused when the config is read."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator

from blender_synth.values import Weights
from blender_synth.world.people.colours import COLOURS


def choice(*names: str) -> Any:
    """`Weights` over some of `names`."""

    def known(weights: dict[str, float]) -> dict[str, float]:
        for name in weights:
            if name not in names:
                raise ValueError(f"there is no {name!r}; use some of: {', '.join(names)}")
        return weights

    return Annotated[Weights, AfterValidator(known)]


Colours = choice(*COLOURS)
"""Weights of colours by name."""
