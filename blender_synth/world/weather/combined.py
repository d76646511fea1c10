"""A sky with further phenomena, such as hail; what `config` makes of `weather=[hail,foggy]`.

Its parameters are those of `sky.Randomizer` and those of the phenomena, all set as `weather.<key>`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from blender_synth.seeds import Streams
from blender_synth.values import plain
from blender_synth.world.registry import kind_module, spec_from
from blender_synth.world.weather import sky
from blender_synth.world.weather.phenomenon import Phenomenon, PhenomenonRandomizer


def is_phenomenon(kind: str) -> bool:
    """Whether a kind of weather is a phenomenon in the sky rather than a weather of its own.

    Raises:
        ConfigError: there is no such kind.
    """
    return issubclass(kind_module("weather", kind).Randomizer, PhenomenonRandomizer)


def _specs(items: Any) -> tuple[Phenomenon, ...]:
    return tuple(spec_from("weather", item) for item in items)


@plain
class Spec(sky.Spec):
    """A weather with phenomena.

    Attributes:
        phenomena: what happens in addition to what the sky's own fields describe, in the order of the config.
    """

    kind: Literal["combined"] = "combined"  # type: ignore[assignment]  # the registry's name of this file
    phenomena: Annotated[tuple[Any, ...], BeforeValidator(_specs)] = ()


@plain
class Randomizer(sky.Randomizer):
    """How such weathers vary.

    Attributes:
        phenomena: randomizers of the phenomena, by kind; filled in by `config`.
    """

    kind: Literal["combined"] = "combined"  # type: ignore[assignment]
    phenomena: Mapping[str, Any] = Field(repr=False)

    def sample(self, streams: Streams) -> Spec:
        """One weather; the sky's draws are those of the same sky without phenomena."""
        weather = super().sample(streams)
        phenomena = []
        for kind, randomizer in self.phenomena.items():
            phenomenon = randomizer.sample(streams.child(kind), weather)
            weather = phenomenon.affect(weather)
            phenomena.append(phenomenon)
        if self.headlights is None:
            weather = dataclasses.replace(weather, headlights=weather.headlights_on())
        values = {field.name: getattr(weather, field.name) for field in dataclasses.fields(weather)}
        return Spec(**{**values, "kind": "combined", "phenomena": tuple(phenomena)})
