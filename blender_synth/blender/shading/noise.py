"""Noise and smooth steps for texture maps; numpy only."""

from __future__ import annotations

import numpy as np


def spectral_noise(n: int, slope: float, seed: int, low: float = 1.0, high: float | None = None,
                   stretch: float = 1.0) -> np.ndarray:  # fmt: skip
    """Tileable Gaussian noise (n, n) with amplitude f^-slope between `low` and `high` cycles a tile; mean 0, std 1.

    `stretch` > 1 stretches features along axis 0 (vertical).
    """
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(rng.standard_normal((n, n), dtype=np.float32))
    fy = np.fft.fftfreq(n, 1 / n)[:, None] * stretch
    fx = np.fft.rfftfreq(n, 1 / n)[None]
    f = np.hypot(fy, fx)
    gain = np.where((f >= low) & (f <= (high or n)), np.maximum(f, 1e-6) ** -slope, 0.0)
    field = np.fft.irfft2(spectrum * gain, s=(n, n))
    return ((field - field.mean()) / field.std()).astype(np.float32)


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between; `low` may exceed `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
