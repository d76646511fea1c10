"""What builders of phenomena are given: the weather, the stage, and what the sky's builder has computed for both."""

from __future__ import annotations

from dataclasses import dataclass

from blender_synth.blender.stage import Stage
from blender_synth.blender.weather.heights import Heights
from blender_synth.blender.weather.night import Lamps
from blender_synth.world.weather.sky import Spec


@dataclass(frozen=True)
class Outdoors:
    """A scene under the open sky, built and lit.

    Attributes:
        weather: the sky, with all phenomena's effects on it.
        stage: where objects are added; `stage.add_falling` takes what appears in the picture and not in labels.
        heights: what is open to the sky. lamps: street lamps that are on.
    """

    weather: Spec
    stage: Stage
    heights: Heights
    lamps: Lamps
