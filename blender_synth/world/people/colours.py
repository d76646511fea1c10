"""Colours of clothes, linear Rec. 709."""

from __future__ import annotations

import numpy as np

from blender_synth.values import Rgb

# Colours seen on streets, linear: mostly dark, grey and muted, some strong ones.
COLOURS: dict[str, Rgb] = {
    "black": (0.012, 0.012, 0.013),
    "charcoal": (0.035, 0.036, 0.039),
    "grey": (0.17, 0.17, 0.175),
    "light_grey": (0.42, 0.42, 0.42),
    "white": (0.72, 0.71, 0.69),
    "cream": (0.62, 0.55, 0.43),
    "beige": (0.40, 0.31, 0.21),
    "camel": (0.30, 0.175, 0.08),
    "brown": (0.075, 0.042, 0.024),
    "navy": (0.014, 0.02, 0.05),
    "blue": (0.04, 0.10, 0.28),
    "light_blue": (0.30, 0.42, 0.58),
    "teal": (0.02, 0.12, 0.13),
    "olive": (0.085, 0.085, 0.035),
    "khaki": (0.25, 0.21, 0.13),
    "green": (0.035, 0.13, 0.055),
    "burgundy": (0.09, 0.012, 0.02),
    "red": (0.42, 0.03, 0.03),
    "rust": (0.30, 0.085, 0.03),
    "mustard": (0.44, 0.26, 0.04),
    "pink": (0.56, 0.28, 0.30),
    "lilac": (0.32, 0.25, 0.44),
    "yellow": (0.62, 0.48, 0.08),
}
DENIM: tuple[Rgb, ...] = (
    (0.028, 0.045, 0.095),
    (0.055, 0.09, 0.17),
    (0.12, 0.18, 0.28),
    (0.28, 0.36, 0.46),
    (0.016, 0.018, 0.024),
)
HIVIS: tuple[Rgb, ...] = ((0.62, 0.85, 0.03), (0.90, 0.20, 0.02))
"""Fluorescent yellow and orange-red of work vests, inside the chromaticity boxes of ISO 20471."""


def rounded_rgb(values: np.ndarray, low: float = 0.0, high: float = 1.0) -> Rgb:
    """A colour clipped and rounded for a spec."""
    r, g, b = (round(v, 5) for v in np.clip(np.asarray(values, float), low, high).tolist())
    return r, g, b
