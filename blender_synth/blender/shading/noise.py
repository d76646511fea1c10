"""Noise and smooth steps for texture maps; numpy only."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np


def spectral_noise(n: int, slope: float, seed: int, low: float = 1.0, high: float | None = None,
                   stretch: float = 1.0) -> np.ndarray:  # fmt: skip
    """Tileable Gaussian noise (n, n) with amplitude f^-slope between `low` and `high` cycles a tile; mean 0, std 1.

    `stretch` > 1 stretches features along axis 0 (vertical).
    """
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((n, n), dtype=np.float32)
    field = _filtered(spectrum_of(white), _tile_gain(n, stretch, slope, low, high or n))
    return (field - field.mean()) / field.std()


@lru_cache(maxsize=8)
def frequencies(n: int, stretch: float = 1.0) -> np.ndarray:
    """(n, n) float32 cycles a tile of the entries of `spectrum_of`; do not write to it."""
    f = np.fft.fftfreq(n, 1 / n)
    return np.hypot(f[:, None] * stretch, f[None]).astype(np.float32)


def spectrum_of(field: np.ndarray) -> np.ndarray:
    """Fourier transform (h, w, 2), real and imaginary part, of a real field (h, w), in single precision."""
    return cv2.dft(np.ascontiguousarray(field, np.float32), flags=cv2.DFT_COMPLEX_OUTPUT)


def field_of(spectrum: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """The real field (h, w) float32 of a spectrum times a gain (h, w) that is even in both frequencies."""
    return _filtered(spectrum.copy(), gain.astype(np.float32))


def noise_field(
    rng: np.random.Generator,
    shape: tuple[int, int],
    pixel_m: float,
    slope: float,
    longest_m: float,
    shortest_m: float,
) -> np.ndarray:
    """Gaussian noise of `shape`, mean 0 and std 1, with amplitude f^-slope between two wavelengths."""
    full = tuple(-(-n // step) * step for n, step in zip(shape, (32 if shape[0] > 1 else 1, 256), strict=True))
    white = rng.standard_normal(full, dtype=np.float32)
    gain = _field_gain((full[0], full[1]), pixel_m, slope, 1 / longest_m, 1 / shortest_m)
    field = _filtered(spectrum_of(white), gain)[: shape[0], : shape[1]]
    return field / field.std()


def _filtered(spectrum: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """As `field_of`, for a float32 gain; overwrites the spectrum."""
    spectrum *= gain[..., None]
    return cv2.idft(spectrum, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)


@lru_cache(maxsize=4)
def _tile_gain(n: int, stretch: float, slope: float, low: float, high: float) -> np.ndarray:
    return _gain(frequencies(n, stretch), slope, low, high)


@lru_cache(maxsize=8)
def _field_gain(shape: tuple[int, int], pixel_m: float, slope: float, low: float, high: float) -> np.ndarray:
    along, across = (np.fft.fftfreq(n, pixel_m).astype(np.float32) for n in shape)
    return _gain(np.hypot(along[:, None], across[None]), slope, low, high)


def _gain(f: np.ndarray, slope: float, low: float, high: float) -> np.ndarray:
    """Amplitudes f^-slope, float32, between two frequencies in the unit of `f`; 0 elsewhere."""
    return np.where((f >= low) & (f <= high), np.maximum(f, np.float32(1e-6)) ** np.float32(-slope), np.float32(0.0))


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between; `low` may exceed `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
