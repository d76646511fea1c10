"""The air between things and the lens: Koschmieder's law, over the light's whole path, mirrors included.

    I = J t + A (1 - t),   t = exp(-beta path),   beta = -ln(0.05) / MOR

with J the clear radiance, A the airlight, and MOR the meteorological optical range: the distance at which contrast
falls to 5 % (WMO-No. 8, Guide to Meteorological Instruments, part I, chapter 9).
"""

from __future__ import annotations

import math

import numpy as np

_SKY_PATH_M = 1500.0
"""Air before the sky: the haze layer has a top, and the sky's radiance already holds what lies above it."""


def transmittance(path_m: np.ndarray, mor_m: float) -> np.ndarray:
    """Share of light that gets through `path_m` metres of air of the optical range `mor_m`; 0 for infinite paths."""
    return np.exp(-(-math.log(0.05) / mor_m) * np.asarray(path_m, dtype=np.float64)).astype(np.float32)


def light_path(labels: dict[str, np.ndarray], ray_lengths: np.ndarray) -> np.ndarray:
    """Metres (H, W) that the light of each pixel came through air; inf for sky.

    Args:
        labels: the frame's layers. ray_lengths: (H, W), see `geometry.ray_lengths`.
    """
    direct = labels["depth_m"] * ray_lengths
    return np.where(labels["reflected_bounces"] > 0, labels["reflected_path_m"], direct)


def airlight(radiance: np.ndarray, path_m: np.ndarray) -> np.ndarray:
    """Colour (3,) of the lit air, taken from the sky near the horizon of the very picture.

    Without sky in it, the mean of the picture's brightest tenth serves.
    """
    rows, _ = np.nonzero(np.isinf(path_m))
    if len(rows) >= 50:
        sky = np.isinf(path_m) & (np.arange(len(path_m))[:, None] >= np.quantile(rows, 0.7))
        return np.median(radiance[sky], axis=0)
    luminance = radiance @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return radiance[luminance >= np.quantile(luminance, 0.9)].mean(axis=0)


def through_air(radiance: np.ndarray, path_m: np.ndarray, mor_m: float) -> np.ndarray:
    """The radiance (H, W, 3) that reaches the lens through air of one optical range, lit by the scene's own sky."""
    finite = np.where(np.isinf(path_m), _SKY_PATH_M, path_m)
    t = transmittance(finite, mor_m)[..., None]
    return radiance * t + airlight(radiance, path_m).astype(np.float32) * (1 - t)
