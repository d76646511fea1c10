"""Whole numbers drawn from ranges. No bpy."""

from __future__ import annotations

from blender_synth.seeds import Streams
from blender_synth.values import uniform


def draw_count(streams: Streams, purpose: str, interval: tuple[float, float]) -> int:
    """A whole number from a closed range, from the stream of a purpose."""
    return round(uniform(streams.rng(purpose), (interval[0] - 0.49, interval[1] + 0.49)))
