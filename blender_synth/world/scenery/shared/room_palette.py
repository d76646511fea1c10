"""Colours of interiors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.values import Rgb, vec3
from blender_synth.world.scenery.shared.street_palette import linear


def colour(rng: np.random.Generator, codes: Sequence[str], value: float = 0.08, tint: float = 0.02) -> Rgb:
    """One of some sRGB colours with a small random variation, as linear RGB."""
    rgb = np.array(linear(codes[int(rng.integers(0, len(codes)))])) * np.exp(rng.normal(0, value))
    return vec3(float(c) for c in np.clip(rgb * np.exp(rng.normal(0, tint, 3)), 0.012, 0.8))


WALL_PAINT = ("#ece7dc", "#e4e1da", "#d9d4c8", "#e9e2d2", "#cfd4d3", "#d8cdbb", "#c4cac4", "#e7ded8", "#bfc6cc")
STONE_TILES = ("#cfc6b4", "#b9b2a6", "#8d8a85", "#e2dccf", "#5c5a58", "#a69a88", "#7a726a", "#d9d2c4", "#3f3d3c")
VENEERS = ("#8a6242", "#6b4a30", "#b08a60", "#4a3426", "#c8a678", "#7a5a44")
FABRICS = ("#4a5a66", "#7d7466", "#2f3a44", "#8a5a40", "#5c6650", "#b7a78e", "#6a2f34", "#2c4a4a", "#9a9a96",
           "#3a3a3c", "#c9b18a", "#44506b")  # fmt: skip
ACCENTS = ("#c8102e", "#e87722", "#f2c230", "#3aa935", "#0091a8", "#1f5aa8", "#7d3f98", "#d6e021", "#e0457b")
METALS = ("#b9b9b6", "#8e8c88", "#b08d57", "#57585a", "#2c2c2e")
