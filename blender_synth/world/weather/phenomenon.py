"""Base classes of phenomena: what a weather may add to the sky, such as hail, in a file of its own.

A phenomenon is a file `world/weather/<kind>.py` with a `Spec(Phenomenon)` and a `Randomizer(PhenomenonRandomizer)`, and
a file `blender/weather/<kind>.py` with `build(spec, outdoors)`. `conf/weather/<kind>.yaml` gives its keys together with
keys of the sky (`sky.Randomizer`) that go with it; it combines with other weathers as in `weather=[hail,foggy]`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from blender_synth.seeds import Streams
from blender_synth.world.weather import sky


class Phenomenon:
    """Base of a phenomenon's `Spec`, which has a field `kind: Literal["<name of its file>"]`."""

    kind: str

    def affect(self, weather: sky.Spec) -> sky.Spec:
        """The weather with what the phenomenon does to visibility, wetness and so on; unchanged unless overridden."""
        return weather


class PhenomenonRandomizer(ABC):
    """Base of a phenomenon's `Randomizer`; its fields may be set as `weather.<field>`."""

    @abstractmethod
    def sample(self, streams: Streams, weather: sky.Spec) -> Phenomenon:
        """One case of it.

        Args:
            streams: of this phenomenon alone. weather: the sky that it happens in.
        """
