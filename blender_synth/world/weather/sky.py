"""Dry weather under any sky, from clear to overcast, with the irradiances that go with it.

One unit of irradiance in the renderer is 100 W/m2, so that a clear noon's sun gives about 9.
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.world.climate import Climate
from blender_synth.world.values import Range, plain, uniform

WATTS_PER_UNIT = 100.0
SOLAR_CONSTANT = 1367.0
"""W/m2 above the atmosphere."""


@plain
class Spec:
    """A sky.

    Attributes:
        cloud_oktas: eighths of the sky under cloud.
        sun_elevation_deg: above the horizon; sun_azimuth_deg: counter-clockwise from +X.
        turbidity: Linke turbidity of the clear air, about 2 (cold, clean) to 7 (hot, polluted).
        sun_clear: share of the direct sunlight that gets through the clouds before the sun, 0 to 1.
        sun_blur_deg: angular diameter of the light's source; 0.53 for the bare sun, more behind thin cloud.
        mor_m: meteorological optical range; applied when pictures are developed.
        temperature_c: of the air.
        cloud_seed: feeds the shapes of the clouds.
    """

    kind: Literal["sky"] = "sky"
    cloud_oktas: float = Field(ge=0, le=8)
    sun_elevation_deg: float = Field(ge=0.5, le=90)
    sun_azimuth_deg: float
    turbidity: float = Field(ge=1.5, le=10)
    sun_clear: float = Field(ge=0, le=1)
    sun_blur_deg: float = Field(ge=0.1, le=30)
    mor_m: float = Field(gt=0)
    temperature_c: float = Field(ge=-60, le=60)
    cloud_seed: int

    def climate(self) -> Climate:
        """What people dress for."""
        up = math.sin(math.radians(self.sun_elevation_deg))
        return Climate(temperature_c=self.temperature_c, sunlight=self.sun_clear * up)

    def clear_sun(self) -> float:
        """Irradiance of the unclouded sun on a surface facing it, in render units.

        Kasten 1996 (Rayleigh depth against Linke turbidity) with the air mass of Kasten & Young 1989.
        """
        mass = air_mass(self.sun_elevation_deg)
        if mass <= 20:
            rayleigh = 1 / (6.6296 + 1.7513 * mass - 0.1202 * mass**2 + 0.0065 * mass**3 - 0.00013 * mass**4)
        else:
            rayleigh = 1 / (10.4 + 0.718 * mass)
        return SOLAR_CONSTANT * math.exp(-0.8662 * self.turbidity * mass * rayleigh) / WATTS_PER_UNIT

    def clear_diffuse(self) -> float:
        """Horizontal irradiance of the cloudless sky without the sun, in render units (ESRA, Rigollier et al. 2000)."""
        t, s = self.turbidity, math.sin(math.radians(self.sun_elevation_deg))
        zenith = -1.5843e-2 + 3.0543e-2 * t + 3.797e-4 * t * t
        a0 = max(2.6463e-1 - 6.1581e-2 * t + 3.1408e-3 * t * t, 2e-3 / zenith)
        a1 = 2.0402 + 1.8945e-2 * t - 1.1161e-2 * t * t
        a2 = -1.3025 + 3.9231e-2 * t + 8.5079e-3 * t * t
        return SOLAR_CONSTANT * zenith * max(a0 + a1 * s + a2 * s * s, 0.02) / WATTS_PER_UNIT

    def sun(self) -> float:
        """Irradiance of the sun as it shines now, on a surface facing it."""
        return self.clear_sun() * self.sun_clear

    def diffuse(self) -> float:
        """Horizontal irradiance of the sky with its clouds.

        The global irradiance falls with cloud as 1 - 0.75 (N/8)^3.4, the diffuse share grows with (N/8)^2
        (Kasten & Czeplak 1980).
        """
        n = self.cloud_oktas / 8
        direct = self.clear_sun() * math.sin(math.radians(self.sun_elevation_deg))
        total = direct + self.clear_diffuse()
        share = self.clear_diffuse() / total
        return total * (1 - 0.75 * n**3.4) * (share + (1 - share) * n * n)


@plain
class Randomizer:
    """How skies vary.

    Attributes:
        sun_azimuth_deg: all round by default, so that streets are lit from everywhere.
        sun_behind_cloud: chance that the sun stands behind a cloud.
    """

    kind: Literal["sky"] = "sky"
    cloud_oktas: Range = (0.0, 3.0)
    sun_elevation_deg: Range = (20.0, 62.0)
    sun_azimuth_deg: Range = (0.0, 360.0)
    turbidity: Range = (2.4, 4.5)
    sun_behind_cloud: float = Field(default=0.0, ge=0, le=1)
    mor_m: Range = (20000.0, 60000.0)
    temperature_c: Range = (8.0, 26.0)

    def sample(self, streams: Streams) -> Spec:
        """One sky."""
        sun, clouds = streams.rng("sun"), streams.rng("clouds")
        oktas = min(max(uniform(clouds, self.cloud_oktas), 0.0), 8.0)
        hidden, veil = clouds.random() < self.sun_behind_cloud, float(clouds.uniform(0.0, 1.0))
        thick = min(1.0, oktas / 8)
        through = (1 - thick) ** 2 * 0.35 * veil if hidden else 1.0 - 0.12 * veil * thick
        return Spec(
            cloud_oktas=oktas,
            sun_elevation_deg=min(max(uniform(sun, self.sun_elevation_deg), 0.5), 90.0),
            sun_azimuth_deg=uniform(sun, self.sun_azimuth_deg) % 360.0,
            turbidity=uniform(streams.rng("air"), self.turbidity),
            sun_clear=0.0 if oktas > 7.8 else through,
            sun_blur_deg=4.0 + 6.0 * veil if hidden else 0.53,
            mor_m=uniform(streams.rng("range"), self.mor_m),
            temperature_c=uniform(streams.rng("temperature"), self.temperature_c),
            cloud_seed=int(clouds.integers(0, 2**31)),
        )


def air_mass(elevation_deg: float) -> float:
    """Relative optical air mass (Kasten & Young 1989)."""
    return 1 / (math.sin(math.radians(elevation_deg)) + 0.50572 * (elevation_deg + 6.07995) ** -1.6364)
