"""The sensor and what follows it: white balance, noise, tone curve and encoding."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

import numpy as np

from blender_synth.develop.air import LUMINANCE

_FULL_WELL_E, _READ_E, _WELL_AT = 24000.0, 3.0, 4.0
"""Full-well capacity and read noise in electrons, and the exposed value that fills the well at ISO 100: a sensor with
pixels of 2 to 3 micrometres (EMVA 1288 data sheets give 10 to 30 ke and 2 to 5 e)."""
_WIDTH_PX = 1920
"""Width of the sensor. Smaller pictures are from the same sensor: each of their pixels is the mean of several."""

_ROWS = 32
"""Rows of a picture that are worked on at once."""


def iso_for(luminance_cd_m2: float, limits: tuple[float, float]) -> float:
    """The ISO speed that f/2 and 1/60 s need for a mean luminance (ISO 2720, K = 12.5), within limits."""
    needed = 12.5 * 2.0**2 * 60.0 / max(luminance_cd_m2, 1e-9)
    return float(np.clip(needed, *limits))


def balance_gains(light: np.ndarray, mode: str, warmth_ev: float) -> np.ndarray:
    """Gains (3,) float32 of the channels, which keep the luminance of grey.

    `auto` removes 60 % of the mean colour (grey world, Buchsbaum 1980, over all but the brightest tenth). `warmth_ev`
    adds stops of red against blue.
    """
    gains = np.ones(3)
    if mode == "auto":
        sample = light[::4, ::4].reshape(-1, 3)
        luminance = sample @ LUMINANCE
        tenth = int(0.9 * (len(luminance) - 1))
        counted = (luminance <= np.partition(luminance, tenth)[tenth]).astype(np.float32)
        mean = np.maximum((counted @ sample) / float(counted.sum()), 1e-9)
        gains = (float(mean @ LUMINANCE) / mean) ** 0.6
    gains = gains * np.exp2(np.array([0.5, 0.0, -0.5]) * warmth_ev)
    return (gains / float(gains @ LUMINANCE)).astype(np.float32)


def with_noise(exposed: np.ndarray, iso: float, rng: np.random.Generator) -> np.ndarray:
    """Add shot noise, whose variance is the number of electrons, and read noise. `exposed`: (H, W, 3) float32."""
    per_unit = _FULL_WELL_E / _WELL_AT * 100.0 / iso
    binning = max(_WIDTH_PX / exposed.shape[1], 1.0)
    noisy = np.empty_like(exposed)
    for start in range(0, len(exposed), _ROWS):  # few enough to stay in the processor's cache
        part, noise = exposed[start : start + _ROWS], noisy[start : start + _ROWS]
        np.maximum(part, 0, out=noise)
        noise *= per_unit
        noise += _READ_E**2
        np.sqrt(noise, out=noise)
        noise *= 1 / (per_unit * binning)
        noise *= normal(part.shape, rng)
        noise += part
    return noisy


def normal(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Standard normal values, float32: 16 random bits choose one of 65,536 quantiles, up to 4.3 standard deviations.

    This takes a third of the time of `standard_normal`.
    """
    bits = np.frombuffer(rng.bytes(2 * math.prod(shape)), np.uint16)
    return _quantiles().take(bits).reshape(shape)


@cache
def _quantiles() -> np.ndarray:
    """The standard normal distribution at the middles of 65,536 equal shares, float32; their variance is 1."""
    below = NormalDist()
    half = np.array([below.inv_cdf((number + 0.5) / 2**16) for number in range(2**15)])
    values = np.concatenate([half, -half[::-1]])
    return (values / values.std()).astype(np.float32)


def tone(values: np.ndarray, curve: str) -> np.ndarray:
    """Tone curve: exposed linear values to display-linear 0 to 1.

    `filmic` is Narkowicz' rational fit to the ACES reference curve (2016, "ACES Filmic Tone Mapping Curve"), scaled to
    keep middle grey.
    """
    if curve == "linear":
        return values.clip(0.0, 1.0)
    x = np.maximum(values, 0) * 0.725
    return ((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)).clip(0.0, 1.0)


def to_srgb8(linear: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1 encoding of 0 to 1 into uint8."""
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.power(np.maximum(linear, 1e-8), 1 / 2.4) - 0.055)
    return (encoded * 255.0 + 0.5).clip(0, 255).astype(np.uint8)


def encoded8(exposed: np.ndarray, curve: str) -> np.ndarray:
    """`to_srgb8(tone(...))` by table: 4096 steps of the square root up to 64, where both curves are saturated."""
    encoded = np.empty(exposed.shape, np.uint8)
    for start in range(0, len(exposed), _ROWS):
        root = exposed[start : start + _ROWS].clip(0, 64.0)
        np.sqrt(root, out=root)
        root *= 4095 / 8.0
        root += 0.5
        encoded[start : start + _ROWS] = _table8(curve).take(root.astype(np.uint16))
    return encoded


def decoded8(picture: np.ndarray) -> np.ndarray:
    """Linear values of an sRGB picture, white 1: (H, W, 3) float32 from uint8 (IEC 61966-2-1)."""
    values = np.arange(256) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear.astype(np.float32)[picture])


@cache
def _table8(curve: str) -> np.ndarray:
    return to_srgb8(tone((np.arange(4096) / 4095 * 8.0) ** 2, curve))
