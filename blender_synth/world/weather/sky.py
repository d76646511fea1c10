"""Any weather at any time of day: sky, sun and moon, air, precipitation, and what lies on the ground.

One unit of irradiance in the renderer is 100 W/m2 by day, so that a clear noon's sun gives about 9; at night it is less
(`Spec.watts_per_unit`), because half floats and light thresholds would lose the little light there is.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `cloud_oktas` | [0, 3] | eighths | part of the sky under cloud |
| `time` | null | name | `day`, `golden` (hour), `dusk` or `night`; all but `day` override `sun_elevation_deg` |
| `sun_elevation_deg` | [20, 62] | degrees | height of the sun above the horizon |
| `sun_azimuth_deg` | [0, 360] | degrees | azimuth of the sun; with `place`, azimuth of north |
| `place` | null | mapping | latitude and longitude; with `date` and `clock` they give the sun's true position |
| `date` | null | YYYY-MM-DD | date at `place` |
| `clock` | null | HH:MM | local time at `place` |
| `turbidity` | [2.4, 4.5] | Linke | haziness of the clear air: 2 cold and clean, 7 hot and polluted |
| `sun_behind_cloud` | 0 | probability | whether a cloud hides the sun |
| `mor_m` | [20000, 60000] | m | meteorological optical range of the air alone, log-uniform; rain and snow reduce it |
| `fog_height_m` | null | m | height over which radiation fog thins to 1/e; null: it does not thin |
| `medium` | analytic | name | `analytic`: air added at development; `volume`: rendered scattering, for GPUs |
| `hdri` | null | weights | photographed skies: of Blender, `pack/item`, `pack/file.hdr`, or `none`: computed |
| `temperature_c` | [8, 26] | °C | temperature of the air |
| `rain_mm_h` | [0, 0] | mm/h | rain: light below 2.5, moderate below 7.6, heavy above (AMS Glossary of Meteorology) |
| `snow_visibility_m` | null | m | visibility in falling snow, light from 1000, moderate from 500 (AMS); null: none |
| `snow_depth_cm` | [0, 0] | cm | lying snow |
| `wetness` | null | share | wetness of the ground, 0 dry to 1 shining wet; null: follows the rain |
| `ice` | null | share | part of the ground under patches of ice; null: a little in frost, none otherwise |
| `puddles` | [0, 0] | count | puddles left by rain where the camera looks, labelled as mirrors |
| `wind_mps` | [0, 4] | m/s | wind speed |
| `shutter_s` | null | s | exposure time that streaks are drawn over; null: short by day, long at night |
| `fall_gain` | [1.5, 3] | factor | opacity of drops relative to their physical opacity |
| `sky_glow_cd_m2` | [0.004, 0.02] | cd/m2 | luminance that a city gives its clear night sky |
| `lit_windows` | [0.2, 0.5] | share | windows with light on |
| `lamp_kelvin` | [2000, 4200] | K | colour of street lamps: 2000 sodium, 3000 to 4000 LED |
| `lit_cars` | [0.05, 0.3] | share | standing cars with their lights on at night, at dusk and in poor visibility |
| `headlights` | null | bool | lights of the car that a dashcam looks out of; null: on when drivers have them on |
| `unusual` | false | bool | allows rain in frost and snow in warmth |

Azimuths are counter-clockwise from +X. The default turns the sun all round, so that streets are lit from everywhere.
A photographed sky is rotated by the sampled azimuth and scaled to the brightness of the weather.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Sequence
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from blender_synth.optics.extinction import KOSCHMIEDER
from blender_synth.packs.items import Pack
from blender_synth.seeds import Streams
from blender_synth.values import (
    NonNegativeRange,
    PositiveRange,
    Range,
    ShareRange,
    Weights,
    pick,
    plain,
    seed_of,
    uniform,
)
from blender_synth.world.climate import Climate
from blender_synth.world.pack_items import Credit, items_in_packs
from blender_synth.world.weather import daylight as daylight
from blender_synth.world.weather import hdri_names
from blender_synth.world.weather.falling import mor_through, snow_rate
from blender_synth.world.weather.solar import Place, sun_position

TIMES_DEG = {"golden": (1.5, 7.0), "dusk": (-6.0, -2.5), "night": (-40.0, -18.0)}
"""Elevations of the sun by time of day; `day` is the weather's own."""
LAMPS_ON_LUX = 70.0
"""Street lamps are switched on when daylight falls below about this (EN 13201-based practice: 35 to 100 lx)."""
LAMPS_LUX = 10.0
"""What lamps give the carriageway on average (EN 13201-2, classes M4 to P2)."""
HEADLIGHTS_ON_LUX = 1500.0
"""Drivers switch headlights on below about this daylight, and in rain, snow and fog (Highway Code, rules 113, 226)."""
_FOG_M, _CLEAR_M = 1000.0, 10_000.0
"""Below these optical ranges air is fog, and haze or mist (WMO-No. 8)."""


LIGHT_FIELDS = (
    "cloud_oktas", "sun_elevation_deg", "sun_azimuth_deg", "turbidity", "sun_clear", "sun_blur_deg", "mor_m",
    "fog_height_m", "hdri", "hdri_credit", "moon_elevation_deg", "moon_azimuth_deg", "moon_lit", "sky_glow_cd_m2",
    "lit_windows", "lamp_kelvin", "lit_cars", "headlights", "cloud_seed", "car_seed",
)  # fmt: skip
"""Fields of a weather that a built scene can have anew: its light and its air."""


@plain
class Spec:
    """A weather.

    Attributes:
        cloud_oktas: eighths of the sky under cloud.
        sun_elevation_deg: above the horizon; sun_azimuth_deg: counter-clockwise from +X.
        turbidity: Linke turbidity of the clear air, about 2 (cold, clean) to 7 (hot, polluted).
        sun_clear: share of the direct sunlight that the clouds in front of the sun transmit, 0 to 1.
        sun_blur_deg: angular diameter of the light's source; 0.53 for the bare sun, more behind thin cloud.
        mor_m: meteorological optical range, rain and snow included.
        fog_height_m: height over which the air thins to 1/e, for radiation fog; None where it does not thin.
        medium: `analytic` air is applied when the picture is developed, a `volume` is rendered.
        hdri: a photographed sky instead of the computed one (see `hdri_names`); one of a pack by its file.
        hdri_credit: its author and licence.
        temperature_c: of the air. rain_mm_h: rate of rain. snow_mm_h: rate of snow as water.
        snow_depth_cm: lying on the ground. wetness: of the ground, 0 dry to 1 shining wet. ice: share of it under ice.
        puddles: how many rain leaves where the camera looks.
        wind_mps: speed. wind_deg: direction that it blows to, counter-clockwise from +X.
        shutter_s: exposure time that streaks of rain and snow are drawn over. fall_gain: factor on the physical
            opacity of drops.
        moon_elevation_deg, moon_azimuth_deg, moon_lit: where it stands, and the share of its disc in sunlight.
        sky_glow_cd_m2: luminance that a city gives its clear night sky. lit_windows: share of windows with light on.
        lamp_kelvin: colour temperature of street lamps.
        lit_cars: share of standing cars with their lights on, when drivers switch them on. headlights: whether the
            car that a dashcam looks out of has them on.
        cloud_seed: seed of the clouds' shapes. fall_seed: seed of the positions of drops and flakes. car_seed: seed of
            the choice of cars.
    """

    kind: Literal["sky"] = "sky"
    cloud_oktas: float = Field(ge=0, le=8)
    sun_elevation_deg: float = Field(ge=-90, le=90)
    sun_azimuth_deg: float
    turbidity: float = Field(ge=1.5, le=10)
    sun_clear: float = Field(ge=0, le=1)
    sun_blur_deg: float = Field(ge=0.1, le=30)
    mor_m: float = Field(gt=0, allow_inf_nan=False)
    fog_height_m: float | None = Field(default=None, gt=0)
    medium: Literal["analytic", "volume"] = "analytic"
    hdri: str | None = None
    hdri_credit: Credit | None = None
    temperature_c: float = Field(ge=-60, le=60)
    rain_mm_h: float = Field(default=0.0, ge=0)
    snow_mm_h: float = Field(default=0.0, ge=0)
    snow_depth_cm: float = Field(default=0.0, ge=0)
    wetness: float = Field(default=0.0, ge=0, le=1)
    ice: float = Field(default=0.0, ge=0, le=1)
    puddles: int = Field(default=0, ge=0)
    wind_mps: float = Field(default=0.0, ge=0)
    wind_deg: float = 0.0
    shutter_s: float = Field(default=0.004, gt=0)
    fall_gain: float = Field(default=1.0, ge=0)
    moon_elevation_deg: float = -90.0
    moon_azimuth_deg: float = 0.0
    moon_lit: float = Field(default=0.0, ge=0, le=1)
    sky_glow_cd_m2: float = Field(default=0.01, ge=0)
    lit_windows: float = Field(default=0.0, ge=0, le=1)
    lamp_kelvin: float = Field(default=3000.0, ge=1500, le=10000)
    lit_cars: float = Field(default=0.0, ge=0, le=1)
    headlights: bool = False
    cloud_seed: int
    fall_seed: int = 0
    car_seed: int = 0

    def with_light_of(self, other: Spec) -> Self:
        """The same ground, rain and snow, with the light and the air of another weather."""
        return dataclasses.replace(self, **{name: getattr(other, name) for name in LIGHT_FIELDS})

    def climate(self) -> Climate:
        """What people dress for."""
        up = max(math.sin(math.radians(self.sun_elevation_deg)), 0.0)
        return Climate(
            temperature_c=self.temperature_c,
            rain_mm_h=self.rain_mm_h,
            snow_mm_h=self.snow_mm_h,
            sunlight=self.sun_clear * up,
        )

    def resolve_packs(self, packs: Sequence[Pack]) -> Spec:
        """The same with the file of a pack's sky and its credit, where `hdri` names one."""
        for pack, item in items_in_packs(packs, "sky"):
            if self.hdri in (f"{pack.name}/{item.name}", f"{pack.name}/{item.file}"):
                file = f"{pack.name}/{item.file}"
                return dataclasses.replace(self, hdri=file, hdri_credit=Credit.of(pack, item))
        return self

    def clear_sun(self) -> float:
        """Irradiance of the unclouded sun on a surface facing it, in units of 100 W/m2 (as all here)."""
        return daylight.clear_beam(self.sun_elevation_deg, self.turbidity)

    def clear_diffuse(self) -> float:
        """Horizontal irradiance of the cloudless sky without the sun."""
        return daylight.clear_sky_light(self.sun_elevation_deg, self.turbidity)

    def air_depth(self) -> float:
        """Optical depth, straight up, of what fog and haze add to the clear air that `turbidity` describes."""
        extinction = max(KOSCHMIEDER * (1 / self.mor_m - 1 / _CLEAR_M), 0.0)
        return extinction * (self.fog_height_m or self.air_top_m())

    def air_top_m(self) -> float:
        """Depth of the layer of fog (some 120 m), haze (some 600 m) or clear air (1500 m), interpolated."""
        x = math.log10(self.mor_m)
        if x <= 3:
            return 120.0
        if x <= 4:
            return 120.0 + (x - 3) * 480.0
        return min(600.0 + (x - 4) * 1800.0, 1500.0)

    def sun(self) -> float:
        """Irradiance of the sun as it shines now, on a surface facing it."""
        sine = max(math.sin(math.radians(self.sun_elevation_deg)), 0.05)
        return self.clear_sun() * self.sun_clear * math.exp(-self.air_depth() / sine)

    def cloudy_diffuse(self) -> float:
        """Horizontal irradiance of the sky with its clouds, above any fog.

        The global irradiance falls with cloud as 1 - 0.75 (N/8)^3.4, the diffuse share grows with (N/8)^2
        (Kasten & Czeplak 1980).
        """
        n = self.cloud_oktas / 8
        direct = self.clear_sun() * max(math.sin(math.radians(self.sun_elevation_deg)), 0.0)
        total = direct + self.clear_diffuse()
        share = self.clear_diffuse() / total
        return total * (1 - 0.75 * n**3.4) * (share + (1 - share) * n * n) + self.city_glow()

    def city_glow(self) -> float:
        """Horizontal irradiance that a lit city sends back to itself.

        Clouds make it tenfold (Kyba et al. 2011), and snow on the ground adds to it, as it reflects four times as much
        light upwards as paving (Jechow & Hoelker 2019, "Snowglow").
        """
        n, white = self.cloud_oktas / 8, min(self.snow_depth_cm / 2, 1.0)
        return math.pi * self.sky_glow_cd_m2 * (1 + 9 * n * n) * (1 + 1.5 * white) / daylight.LUX_PER_UNIT

    def diffuse(self) -> float:
        """Horizontal irradiance of sky, clouds and lit air at the ground.

        Fog transmits 1 / (1 + 0.75 (1 - g) depth) of all light, g = 0.85 (two streams, no absorption: Bohren 1987).
        """
        sine = max(math.sin(math.radians(self.sun_elevation_deg)), 0.0)
        above = self.clear_sun() * self.sun_clear * sine + self.cloudy_diffuse()
        return max(above / (1 + 0.1125 * self.air_depth()) - self.sun() * sine, 0.05 * self.cloudy_diffuse())

    def moon(self) -> float:
        """Irradiance of the moon on a surface facing it."""
        if self.sun_elevation_deg > -3:
            return 0.0
        sine = max(math.sin(math.radians(self.moon_elevation_deg)), 0.05)
        hidden = (1 - self.cloud_oktas / 8) ** 2 * math.exp(-self.air_depth() / sine)
        return daylight.moon_beam(self.moon_elevation_deg, self.moon_lit) * hidden

    def daylight_lux(self) -> float:
        """Horizontal illuminance without any lamps."""
        up = max(math.sin(math.radians(self.sun_elevation_deg)), 0.0)
        return (self.sun() * up + self.diffuse()) * daylight.LUX_PER_UNIT

    def lamps_on(self) -> bool:
        """Whether street lamps are on."""
        return self.daylight_lux() < LAMPS_ON_LUX

    def headlights_on(self) -> bool:
        """Whether drivers have their lights on."""
        falls = self.rain_mm_h > 0.5 or self.snow_mm_h > 0.05
        return falls or self.mor_m < _FOG_M or self.daylight_lux() < HEADLIGHTS_ON_LUX

    def watts_per_unit(self) -> float:
        """W/m2 (or W/m2/sr) that one unit of the renderer stands for: 100 by day, by tens less as it gets dark."""
        lux = self.daylight_lux() + (LAMPS_LUX if self.lamps_on() else 0.0)
        return daylight.WATTS_PER_UNIT * 10.0 ** min(math.floor(math.log10(lux / daylight.LUX_PER_UNIT)), 0)


def _eighths(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] < 0 or interval[1] > 8:
        raise ValueError(f"must lie between 0 and 8 eighths, not [{interval[0]:g}, {interval[1]:g}]")
    return interval


@plain
class Randomizer:
    """How weathers vary; the parameters are described at the top of this file."""

    kind: Literal["sky"] = "sky"
    cloud_oktas: Annotated[Range, AfterValidator(_eighths)] = (0.0, 3.0)
    time: Literal["day", "golden", "dusk", "night"] | None = None
    sun_elevation_deg: Range = (20.0, 62.0)
    sun_azimuth_deg: Range = (0.0, 360.0)
    place: Place | None = None
    date: datetime.date | None = None
    clock: datetime.time | None = None
    turbidity: Range = (2.4, 4.5)
    sun_behind_cloud: float = Field(default=0.0, ge=0, le=1)
    mor_m: PositiveRange = (20000.0, 60000.0)
    fog_height_m: PositiveRange | None = None
    medium: Literal["analytic", "volume"] = "analytic"
    hdri: Annotated[Weights, AfterValidator(hdri_names.known)] | None = None
    temperature_c: Range = (8.0, 26.0)
    rain_mm_h: NonNegativeRange = (0.0, 0.0)
    snow_visibility_m: PositiveRange | None = None
    snow_depth_cm: NonNegativeRange = (0.0, 0.0)
    wetness: NonNegativeRange | None = None
    ice: ShareRange | None = None
    puddles: NonNegativeRange = (0.0, 0.0)
    wind_mps: NonNegativeRange = (0.0, 4.0)
    shutter_s: PositiveRange | None = None
    fall_gain: NonNegativeRange = (1.5, 3.0)
    sky_glow_cd_m2: NonNegativeRange = (0.004, 0.02)
    lit_windows: NonNegativeRange = (0.2, 0.5)
    lamp_kelvin: PositiveRange = (2000.0, 4200.0)
    lit_cars: ShareRange = (0.05, 0.3)
    headlights: bool | None = None
    unusual: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> Randomizer:
        solar = {"place": self.place, "date": self.date, "clock": self.clock}
        given = [name for name, value in solar.items() if value is not None]
        if given and len(given) < 3:
            raise ValueError(f"place, date and clock go together; only {', '.join(given)} given")
        if given and self.time not in (None, "day"):
            raise ValueError(f"the clock already says when it is; drop time={self.time} or the clock")
        if self.unusual:
            return self
        cold, warm = self.temperature_c
        snows = self.snow_visibility_m is not None or self.snow_depth_cm[1] > 0
        if snows and warm > 4:
            raise ValueError(f"snow at {warm:g} degrees: lower temperature_c to 4 or below, or set unusual=true")
        if self.rain_mm_h[1] > 0 and (cold < -3 or warm >= 25):
            where = f"{cold:g}" if cold < -3 else f"{warm:g}"
            raise ValueError(f"rain at {where} degrees: keep temperature_c within -3 and 24, or set unusual=true")
        return self

    def sample(self, streams: Streams) -> Spec:
        """One weather."""
        sun, clouds = streams.rng("sun"), streams.rng("clouds")
        oktas = uniform(clouds, self.cloud_oktas)
        hidden, veil = clouds.random() < self.sun_behind_cloud, float(clouds.uniform(0.0, 1.0))
        thick = min(1.0, oktas / 8)
        through = (1 - thick) ** 2 * 0.35 * veil if hidden else 1.0 - 0.12 * veil * thick
        elevation, azimuth = self._sun(uniform(sun, (0.0, 1.0)), uniform(sun, self.sun_azimuth_deg))
        rain = uniform(streams.rng("rain"), self.rain_mm_h)
        seen = None if self.snow_visibility_m is None else _log_uniform(streams.rng("snow"), self.snow_visibility_m)
        snow = 0.0 if seen is None else snow_rate(seen)
        wet, wind, night = streams.rng("wet"), streams.rng("wind"), streams.rng("night")
        fall = streams.rng("fall")
        ground = min(1.0, 0.75 + 0.25 * rain / 2.5) if rain > 0.1 else 0.0
        moon = {"lit": float(night.random()), "up": float(night.uniform(-20, 60)), "at": float(night.uniform(0, 360))}
        cars, temperature = streams.rng("cars"), uniform(streams.rng("temperature"), self.temperature_c)
        sky = pick(streams.rng("hdri"), self.hdri) if self.hdri else hdri_names.NONE
        icy = self.ice or ((0.0, 0.12) if temperature < 0 else (0.0, 0.0))
        dark = elevation < 0
        shutter = (1 / 80, 1 / 40) if dark else (1 / 250, 1 / 60)
        spec = Spec(
            cloud_oktas=oktas,
            sun_elevation_deg=elevation,
            sun_azimuth_deg=azimuth,
            turbidity=uniform(streams.rng("air"), self.turbidity),
            sun_clear=0.0 if oktas > 7.8 else through,
            sun_blur_deg=4.0 + 6.0 * veil if hidden else 0.53,
            mor_m=mor_through(_log_uniform(streams.rng("range"), self.mor_m), rain, snow),
            fog_height_m=None if self.fog_height_m is None else uniform(streams.rng("height"), self.fog_height_m),
            medium=self.medium,
            hdri=None if sky == hdri_names.NONE else sky,
            temperature_c=temperature,
            rain_mm_h=rain,
            snow_mm_h=snow,
            snow_depth_cm=uniform(streams.rng("depth"), self.snow_depth_cm),
            wetness=ground if self.wetness is None else min(uniform(wet, self.wetness), 1.0),
            ice=uniform(streams.rng("ice"), icy),
            puddles=round(uniform(streams.rng("puddles"), self.puddles)),
            wind_mps=uniform(wind, self.wind_mps),
            wind_deg=float(wind.uniform(0, 360)),
            shutter_s=_log_uniform(streams.rng("shutter"), self.shutter_s or shutter),
            moon_elevation_deg=moon["up"],
            moon_azimuth_deg=moon["at"],
            moon_lit=moon["lit"],
            sky_glow_cd_m2=uniform(night, self.sky_glow_cd_m2),
            lit_windows=min(uniform(night, self.lit_windows), 1.0),
            lamp_kelvin=uniform(night, self.lamp_kelvin),
            lit_cars=uniform(cars, self.lit_cars),
            cloud_seed=seed_of(clouds),
            fall_seed=seed_of(fall),
            fall_gain=uniform(fall, self.fall_gain),
            car_seed=seed_of(cars),
        )
        own = spec.headlights_on() if self.headlights is None else self.headlights
        return dataclasses.replace(spec, headlights=own)

    def sky_files(self) -> tuple[str, ...]:
        """Skies among `hdri` that are of asset packs."""
        return tuple(name for name in self.hdri or () if hdri_names.of_pack(name))

    def _sun(self, share: float, azimuth_deg: float) -> tuple[float, float]:
        """(elevation, azimuth counter-clockwise from +X), degrees."""
        if self.place is not None and self.date is not None and self.clock is not None:
            up, from_north = sun_position(self.place, self.date, self.clock)
            return up, (azimuth_deg - from_north) % 360.0
        low, high = TIMES_DEG.get(self.time or "", self.sun_elevation_deg)
        return min(max(low + (high - low) * share, -90.0), 90.0), azimuth_deg % 360.0


def _log_uniform(rng: np.random.Generator, interval: tuple[float, float]) -> float:
    return math.exp(uniform(rng, (math.log(interval[0]), math.log(interval[1]))))
