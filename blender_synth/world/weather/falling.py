"""Rain and snow in the air: sizes, numbers and speeds of drops and flakes, and their extinction.

Rain after Marshall & Palmer 1948: N(D) = N0 exp(-L D) with N0 = 8000 m-3 mm-1 and L = 4.1 R^-0.21 mm-1 for R mm/h.
Snow after Gunn & Marshall 1958, by the diameter D_w of the melted flake: N0 = 3800 R^-0.87, L = 2.55 R^-0.48, R in mm/h
of water. A flake's own diameter follows from its density, 170 kg/m3 mm / D (Holroyd 1971): D^2 = D_w^3 / 0.17, in mm.
Extinction is twice the cross-section, as for all particles that are large against the wavelength.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from blender_synth.optics.extinction import KOSCHMIEDER

RAIN_N0 = 8000.0
_FLAKE = 0.17


@dataclass(frozen=True)
class Sizes:
    """An exponential law of sizes: `n0` exp(-`slope_mm` D) particles per m3 and mm; D in mm, of flakes when melted."""

    n0: float
    slope_mm: float

    def count_m3(self, from_mm: float = 0.0, to_mm: float = math.inf) -> float:
        """Particles in a cubic metre within a range of sizes."""
        return self.n0 / self.slope_mm * (math.exp(-self.slope_mm * from_mm) - math.exp(-self.slope_mm * to_mm))

    def draw_mm(
        self, rng: np.random.Generator, count: int, from_mm: float = 0.0, to_mm: float = math.inf
    ) -> np.ndarray:
        """Sizes (count,) of particles within a range."""
        low, high = math.exp(-self.slope_mm * from_mm), math.exp(-self.slope_mm * to_mm)
        return -np.log(high + (low - high) * rng.random(count)) / self.slope_mm


def rain_sizes(rain_mm_h: float) -> Sizes:
    """Law of drops at a rate of rain."""
    return Sizes(RAIN_N0, 4.1 * rain_mm_h**-0.21)


def snow_sizes(snow_mm_h: float) -> Sizes:
    """Law of flakes, by melted diameter, at a rate of snow as water."""
    return Sizes(3800.0 * snow_mm_h**-0.87, 2.55 * snow_mm_h**-0.48)


def flake_mm(melted_mm: np.ndarray) -> np.ndarray:
    """Diameters of flakes as they fall, from those of their melt water."""
    return np.sqrt(np.asarray(melted_mm) ** 3 / _FLAKE)


def rain_extinction(rain_mm_h: float) -> float:
    """Extinction of rain, 1/m: pi N0 / L^3."""
    if rain_mm_h <= 0:
        return 0.0
    sizes = rain_sizes(rain_mm_h)
    return math.pi * sizes.n0 / sizes.slope_mm**3 * 1e-6


def snow_extinction(snow_mm_h: float) -> float:
    """Extinction of snow, 1/m: (pi / 2) N0 6 / (0.17 L^4). 1.2 mm/h bound moderate from heavy snow, at 500 m."""
    if snow_mm_h <= 0:
        return 0.0
    sizes = snow_sizes(snow_mm_h)
    return math.pi / 2 / _FLAKE * sizes.n0 * 6 / sizes.slope_mm**4 * 1e-6


def snow_rate(visibility_m: float) -> float:
    """Rate of snow, mm/h of water, that reduces the visibility to a value: the inverse of `snow_extinction`."""
    return (KOSCHMIEDER / visibility_m / snow_extinction(1.0)) ** (1 / 1.05)


def mor_through(mor_m: float, rain_mm_h: float, snow_mm_h: float) -> float:
    """Meteorological optical range of air with its own range, rain and snow: extinctions add up."""
    return KOSCHMIEDER / (KOSCHMIEDER / mor_m + rain_extinction(rain_mm_h) + snow_extinction(snow_mm_h))


def drop_speed_mps(diameter_mm: np.ndarray) -> np.ndarray:
    """Terminal speed of drops (Atlas et al. 1973): 9.65 - 10.3 exp(-0.6 D)."""
    return np.maximum(9.65 - 10.3 * np.exp(-0.6 * np.asarray(diameter_mm)), 0.2)


def flake_speed_mps(melted_mm: np.ndarray) -> np.ndarray:
    """Terminal speed of dry flakes (Langleben 1954): 0.98 D_w^0.31."""
    return 0.98 * np.asarray(melted_mm) ** 0.31
