"""Hail: falling stones, and the visibility that they take.

The stones' sizes follow an exponential law (Cheng & English 1983); extinction is twice their cross-section.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `hail_mm_h` | [5, 30] | mm/h | rate of hail as water |
"""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, plain, uniform
from blender_synth.world.weather import sky
from blender_synth.world.weather.falling import Sizes
from blender_synth.world.weather.phenomenon import Phenomenon, PhenomenonRandomizer


@plain
class Spec(Phenomenon):
    """One shower.

    Attributes:
        hail_mm_h: rate of hail as water. fall_seed: feeds the positions of the stones.
    """

    kind: Literal["hail"] = "hail"
    hail_mm_h: float = Field(ge=0)
    fall_seed: int

    def sizes(self) -> Sizes:
        """The law of the stones' diameters."""
        return Sizes(12.0 * self.hail_mm_h**0.5, 0.9)

    def affect(self, weather: sky.Spec) -> sky.Spec:
        """The weather with the stones' extinction in its visibility."""
        sizes = self.sizes()
        extinction = math.pi * sizes.n0 / sizes.slope_mm**3 * 1e-6
        return dataclasses.replace(weather, mor_m=3.0 / (3.0 / weather.mor_m + extinction))


@plain
class Randomizer(PhenomenonRandomizer):
    """How showers of hail vary."""

    kind: Literal["hail"] = "hail"
    hail_mm_h: Range = (5.0, 30.0)

    def sample(self, streams: Streams, weather: sky.Spec) -> Spec:
        """One shower."""
        rng = streams.rng("rate")
        return Spec(hail_mm_h=uniform(rng, self.hail_mm_h), fall_seed=int(rng.integers(0, 2**31)))
