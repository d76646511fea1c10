"""Builds car parks."""

from blender_synth.blender.scenery.car_park.builder import build

__all__ = ["build"]
