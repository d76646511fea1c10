"""Builds a full-length mirror: a `wall` mirror of other measures."""

from blender_synth.blender.mirrors.wall import build

__all__ = ["build"]
