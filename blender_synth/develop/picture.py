"""From linear radiance to the 8-bit picture of a camera: air, exposure, tone curve, sRGB."""

from __future__ import annotations

import numpy as np

from blender_synth.develop.air import light_path, through_air
from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.geometry import ray_lengths

_MIDDLE_GREY = 0.18
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Rec. 709 luminance weights."""


def develop(frame: RawFrame, settings: DevelopSettings) -> np.ndarray:
    """The frame's picture, (H, W, 3) uint8 sRGB, R G B."""
    radiance = np.nan_to_num(frame.radiance, nan=0.0, posinf=65504.0, neginf=0.0).clip(0.0, None)
    height, width = radiance.shape[:2]
    path = light_path(frame.labels, ray_lengths(height, width, frame.k))
    mor_m = mor_of(frame, settings)
    if mor_m is not None:
        radiance = through_air(radiance, path, mor_m)
    return to_srgb8(tone(radiance * exposure(radiance, settings), settings.tone_curve))


def mor_of(frame: RawFrame, settings: DevelopSettings) -> float | None:
    """Meteorological optical range in metres that the frame is developed at; None for perfectly clear air."""
    return settings.mor_m if settings.mor_m is not None else frame.meta["medium"]["mor_m"]


def exposure(radiance: np.ndarray, settings: DevelopSettings) -> float:
    """Factor that brings radiance to the sensor's range.

    `auto` works as an average meter with highlight protection: the mean log luminance comes to middle grey, but no
    more than 2 % of the picture lies above four times the level that diffuse white would have.
    """
    bias = 2.0**settings.exposure_ev
    if settings.exposure == "fixed":
        return bias
    luminance = radiance @ _LUMINANCE
    floor = max(float(luminance.mean()) * 1e-3, 1e-9)
    centre = np.exp(np.log(np.maximum(luminance, floor)).mean())
    highlight = max(float(np.quantile(luminance, 0.98)), floor)
    return float(bias * min(_MIDDLE_GREY / centre, 4.0 / highlight))


def tone(values: np.ndarray, curve: str) -> np.ndarray:
    """Tone curve on exposed linear values; returns display-linear 0 to 1.

    `filmic` is Narkowicz' rational fit to the ACES reference curve (2016, "ACES Filmic Tone Mapping Curve"), scaled
    so that middle grey stays middle grey.
    """
    if curve == "linear":
        return values.clip(0.0, 1.0)
    x = values * 0.725
    return ((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)).clip(0.0, 1.0)


def to_srgb8(linear: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1 encoding of 0 to 1 into uint8."""
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.power(np.maximum(linear, 1e-8), 1 / 2.4) - 0.055)
    return (encoded * 255.0 + 0.5).clip(0, 255).astype(np.uint8)
