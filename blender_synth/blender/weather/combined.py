"""Builds a sky and the phenomena in it, each by `build(spec, outdoors)` of the file named after its kind."""

from __future__ import annotations

import importlib

from blender_synth.blender.stage import Stage
from blender_synth.blender.weather import sky
from blender_synth.blender.weather.outdoors import Outdoors
from blender_synth.world.weather.combined import Spec


def build(spec: Spec, stage: Stage) -> None:
    """Give the stage's scene its sky and, outdoors, its phenomena."""

    def add_phenomena(outdoors: Outdoors) -> None:
        for phenomenon in spec.phenomena:
            importlib.import_module(f"blender_synth.blender.weather.{phenomenon.kind}").build(phenomenon, outdoors)

    sky.build(spec, stage, add_phenomena)
