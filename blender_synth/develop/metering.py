"""Automatic exposure: a matrix meter, as cameras have.

The picture is metered in `_ZONES` zones, so that the exposure depends neither on its resolution nor on points of light.

1. Average: zones count by a centre-weighted pattern, on a logarithmic scale. What is much brighter than the rest, such
   as windows seen from inside, lamps and what headlights hit, counts little or not.
2. Key: that average becomes middle grey, and darker the less light there is. Krawczyk et al. 2005, "Perceptual effects
   in real-time tone mapping", let the key fall with the adaptation luminance; cameras do by about as much as `_BIAS`.
3. Bright and flat: where daylight leaves the highlights far below white, as in fog and snow, the gap is used.
4. Highlights: at most `_BURNT` of the picture may lie above `_WHITE`, within the limits of `_PROTECTION`.
"""

from __future__ import annotations

import cv2
import numpy as np

from blender_synth.develop.air import luminance_of

MIDDLE_GREY = 0.18
_ZONES = (48, 27)
_CENTRE_XY, _SPREAD, _EDGE_WEIGHT = (0.5, 0.55), 0.30, 0.3
"""Middle and standard deviation of the pattern as shares of the picture, and the weight far from its middle."""
_HIGH_STOPS, _LOW_STOPS, _OUTSIDE_STOPS = 2.0, 4.0, 3.0
"""Zones count as at most this much brighter or darker than the median; still brighter ones do not count."""
_BIAS = (
    (-4.0, -2.4), (0.0, -1.25), (3.0, -0.75), (6.0, -0.2), (8.0, 0.05), (9.5, 0.0), (11.0, -0.3), (12.5, -0.3),
    (14.0, 0.2), (16.0, 0.3),
)  # fmt: skip
"""Stops away from middle grey by exposure value at ISO 100 of the average."""
_INDOORS = 0.4
"""Stops added indoors, where most surfaces are pale; cameras know rooms by the flicker of their lamps."""
_FLAT_LEVEL, _FLAT_STOPS, _FLAT_EV, _FLAT_RANGE = 0.95, 1.3, (10.0, 12.0), (2.2, 3.7)
"""Level that the highlights of flat scenes should have, most stops to reach it, the exposure values between which this
sets in, and the contrasts in stops between which it ends."""
_WHITE, _BURNT, _DARK = 4.0, 0.02, 0.05
"""Level of lost highlights, and the shares of the picture above the highlights and below the shadows."""
_PROTECTION = ((2.0, 2.0), (5.0, 0.6), (7.0, 0.25), (10.0, 0.25), (12.5, 0.8))
"""Stops by which highlights may darken the picture, by exposure value: much at night, little indoors."""
_LONGEST_S, _F_NUMBER, _K = 1 / 15, 2.0, 12.5
"""Longest exposure, aperture, and the calibration constant of reflected light meters (ISO 2720)."""


def exposure_value(luminance_cd_m2: float) -> float:
    """Exposure value at ISO 100 that a luminance calls for (ISO 2720)."""
    return float(np.log2(max(luminance_cd_m2, 1e-12) * 100.0 / _K))


def exposure_factor(
    light: np.ndarray,
    mode: str,
    ev: float,
    cd_m2_per_unit: float = 11000.0,
    highest_iso: float | None = None,
    *,
    indoors: bool = False,
) -> float:
    """Factor that brings radiance to the sensor's range, where diffuse white lies near 1.

    Args:
        light: (H, W, 3) radiance, or its luminance (H, W).
        mode: `auto` or `fixed`. ev: stops added; with `fixed`, the exposure itself.
        cd_m2_per_unit: luminance of one unit of radiance.
        highest_iso: limits the exposure of dark scenes, with 1/15 s at f/2; None for no limit.
        indoors: whether the camera recognises a room.
    """
    if mode == "fixed":
        return 2.0**ev
    luminance = light if light.ndim == 2 else luminance_of(light)
    zones = cv2.resize(luminance, _ZONES, interpolation=cv2.INTER_AREA)
    logs, weights = np.log2(np.maximum(zones.astype(np.float64) * cd_m2_per_unit, 1e-9)).ravel(), _pattern().ravel()
    shadows, middle, highlights = (_quantile(logs, weights, share) for share in (_DARK, 0.5, 1 - _BURNT))
    metered = weights * (logs < middle + _OUTSIDE_STOPS)
    average = float(metered @ np.clip(logs, middle - _LOW_STOPS, middle + _HIGH_STOPS) / metered.sum())
    light_ev = exposure_value(2.0**average)
    stops = np.log2(MIDDLE_GREY) - average + _at(light_ev, _BIAS) + indoors * _INDOORS
    if (above := highlights + stops - np.log2(_WHITE)) > 0:
        stops -= min(above, _at(light_ev, _PROTECTION))
    elif (below := np.log2(_FLAT_LEVEL) - highlights - stops) > 0:
        share = np.interp(light_ev, _FLAT_EV, (0, 1)) * np.interp(highlights - shadows, _FLAT_RANGE, (1, 0))
        stops += min(below, _FLAT_STOPS) * share
    factor = 2.0**stops
    if highest_iso is not None:
        factor = min(factor, MIDDLE_GREY * highest_iso * _LONGEST_S / (_K * _F_NUMBER**2))
    return float(2.0**ev * factor * cd_m2_per_unit)


def _at(light_ev: float, table: tuple[tuple[float, float], ...]) -> float:
    """Stops by exposure value, interpolated."""
    values, stops = np.array(table).T
    return float(np.interp(light_ev, values, stops))


def _pattern() -> np.ndarray:
    """Weights (rows, columns) of the zones; their sum is 1."""
    x, y = ((np.arange(n) + 0.5) / n - middle for n, middle in zip(_ZONES, _CENTRE_XY, strict=True))
    weights = _EDGE_WEIGHT + np.exp(-(x[None, :] ** 2 + y[:, None] ** 2) / (2 * _SPREAD**2))
    return weights / weights.sum()


def _quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Weighted quantile of values (N,) with weights (N,) of sum 1."""
    order = np.argsort(values)
    return float(np.interp(share, np.cumsum(weights[order]) - weights[order] / 2, values[order]))
