"""Noise and smooth steps for texture maps; numpy only."""

from __future__ import annotations

import numpy as np


def spectral_noise(n: int, slope: float, seed: int, low: float = 1.0, high: float | None = None,
                   stretch: float = 1.0) -> np.ndarray:  # fmt: skip
    """Tileable Gaussian noise (n, n) with amplitude f^-slope between `low` and `high` cycles a tile; mean 0, std 1.

    `stretch` > 1 stretches features along axis 0 (vertical).
    """
    rng = np.random.default_rng(seed)
    fy = np.fft.fftfreq(n, 1 / n)[:, None] * stretch
    fx = np.fft.rfftfreq(n, 1 / n)[None]
    field = _band_limited(rng.standard_normal((n, n), dtype=np.float32), np.hypot(fy, fx), slope, low, high or n)
    return ((field - field.mean()) / field.std()).astype(np.float32)


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
    f = np.hypot(np.fft.fftfreq(full[0], pixel_m)[:, None], np.fft.rfftfreq(full[1], pixel_m)[None])
    white = rng.standard_normal(full, dtype=np.float32)
    field = _band_limited(white, f, slope, 1 / longest_m, 1 / shortest_m)[: shape[0], : shape[1]]
    return (field / field.std()).astype(np.float32)


def _band_limited(white: np.ndarray, f: np.ndarray, slope: float, low: float, high: float) -> np.ndarray:
    """White noise filtered to amplitude f^-slope between two frequencies, in the unit of `f`."""
    gain = np.where((f >= low) & (f <= high), np.maximum(f, 1e-6) ** -slope, 0.0)
    return np.fft.irfft2(np.fft.rfft2(white) * gain, s=white.shape)


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between; `low` may exceed `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
