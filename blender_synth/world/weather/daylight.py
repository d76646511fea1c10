"""Light of sun, twilight, moon and city: irradiances in the renderer's units (100 W/m2), from published fits."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.optics.radiometry import LUMENS_PER_WATT, WATTS_PER_UNIT

LUX_PER_UNIT = LUMENS_PER_WATT * WATTS_PER_UNIT
SOLAR_CONSTANT = 1367.0
"""W/m2 above the atmosphere."""
_TWILIGHT_DEG = (-18.0, -12.0, -9.0, -6.0, -3.0, -0.8)
_TWILIGHT_LUX = (6.5e-4, 8.3e-3, 0.15, 3.4, 55.0, 410.0)
"""Horizontal illuminance of clear twilight (Seidelmann 1992, Explanatory Supplement to the Astronomical Almanac)."""
_LOW_SUN_DEG = 4.0
FULL_MOON_LUX = 0.27
"""Of the full moon in the zenith (Krisciunas & Schaefer 1991)."""


def air_mass(elevation_deg: float) -> float:
    """Relative optical air mass (Kasten & Young 1989); 38 at the horizon and below."""
    h = max(elevation_deg, 0.0)
    return 1 / (math.sin(math.radians(h)) + 0.50572 * (h + 6.07995) ** -1.6364)


def clear_beam(elevation_deg: float, turbidity: float) -> float:
    """Irradiance of the unclouded sun on a surface facing it.

    Kasten 1996 (Rayleigh depth against Linke turbidity). The light rises linearly with the disc, 0.53 degrees wide.
    """
    mass = air_mass(elevation_deg)
    if mass <= 20:
        rayleigh = 1 / (6.6296 + 1.7513 * mass - 0.1202 * mass**2 + 0.0065 * mass**3 - 0.00013 * mass**4)
    else:
        rayleigh = 1 / (10.4 + 0.718 * mass)
    risen = min(max((elevation_deg + 0.265) / 0.53, 0.0), 1.0)
    return risen * SOLAR_CONSTANT * math.exp(-0.8662 * turbidity * mass * rayleigh) / WATTS_PER_UNIT


def clear_sky_light(elevation_deg: float, turbidity: float) -> float:
    """Horizontal irradiance of the cloudless sky without the sun.

    By day after ESRA (Rigollier et al. 2000); below 4 degrees it is interpolated to the table of twilight, on a
    logarithmic scale.
    """
    if elevation_deg >= _LOW_SUN_DEG:
        return _esra(elevation_deg, turbidity)
    degrees = (*_TWILIGHT_DEG, _LOW_SUN_DEG)
    light = np.log((*(lux / LUX_PER_UNIT for lux in _TWILIGHT_LUX), _esra(_LOW_SUN_DEG, turbidity)))
    return float(np.exp(np.interp(elevation_deg, degrees, light)))


def _esra(elevation_deg: float, turbidity: float) -> float:
    t, s = turbidity, math.sin(math.radians(elevation_deg))
    zenith = -1.5843e-2 + 3.0543e-2 * t + 3.797e-4 * t * t
    a0 = max(2.6463e-1 - 6.1581e-2 * t + 3.1408e-3 * t * t, 2e-3 / zenith)
    a1 = 2.0402 + 1.8945e-2 * t - 1.1161e-2 * t * t
    a2 = -1.3025 + 3.9231e-2 * t + 8.5079e-3 * t * t
    return SOLAR_CONSTANT * zenith * max(a0 + a1 * s + a2 * s * s, 0.02) / WATTS_PER_UNIT


def moon_beam(elevation_deg: float, lit: float) -> float:
    """Irradiance of the moon on a surface facing it.

    `lit` is the share of its disc in sunlight. Half a moon gives a twelfth of a full one's light, not half (the phase
    law of Krisciunas & Schaefer 1991 at 90 degrees), which the power of 3.6 reproduces.
    """
    if elevation_deg <= 0 or lit <= 0:
        return 0.0
    return FULL_MOON_LUX / LUX_PER_UNIT * lit**3.6 * math.exp(-0.25 * (air_mass(elevation_deg) - 1))
