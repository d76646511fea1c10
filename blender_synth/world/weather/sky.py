"""Any weather at any time of day: sky, sun and moon, air, what falls, what lies on the ground.

One unit of irradiance in the renderer is 100 W/m2 by day, so that a clear noon's sun gives about 9; at night it is less
(`Spec.watts_per_unit`), or half floats and light thresholds would lose what little there is.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Sequence
from typing import Annotated, Literal

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
"""Drivers have headlights on below about this daylight, and in rain, snow and fog (Highway Code, rules 113, 226)."""
_FOG_M, _CLEAR_M = 1000.0, 10_000.0
"""Below these optical ranges air is fog, and haze or mist (WMO-No. 8)."""


@plain
class Spec:
    """A weather.

    Attributes:
        cloud_oktas: eighths of the sky under cloud.
        sun_elevation_deg: above the horizon; sun_azimuth_deg: counter-clockwise from +X.
        turbidity: Linke turbidity of the clear air, about 2 (cold, clean) to 7 (hot, polluted).
        sun_clear: share of the direct sunlight that gets through the clouds before the sun, 0 to 1.
        sun_blur_deg: angular diameter of the light's source; 0.53 for the bare sun, more behind thin cloud.
        mor_m: meteorological optical range, rain and snow included; applied when pictures are developed.
        fog_height_m: height over which the air thins to 1/e, for radiation fog; None where it does not thin.
        medium: `analytic` air is laid over the picture when it is developed, a `volume` is rendered with it.
        hdri: a photographed sky in place of the computed one (see `hdri_names`); of a pack by its file.
        hdri_credit: what is owed for it.
        temperature_c: of the air. rain_mm_h: rate of rain. snow_mm_h: rate of snow as water.
        snow_depth_cm: lying on the ground. wetness: of the ground, 0 dry to 1 shining wet. ice: share of it under ice.
        puddles: how many rain leaves where the camera looks.
        wind_mps: speed. wind_deg: where it blows to, counter-clockwise from +X.
        shutter_s: exposure time that rain and snow are drawn out over. fall_gain: opacity of drops over what
            optics give them.
        moon_elevation_deg, moon_azimuth_deg, moon_lit: where it stands, and the share of its disc in sunlight.
        sky_glow_cd_m2: luminance that a city gives its clear night sky. lit_windows: share of windows with light on.
        lamp_kelvin: colour temperature of street lamps.
        lit_cars: share of standing cars with their lights on, when drivers have them on. headlights: whether a car that
            the camera looks out of has.
        cloud_seed: feeds the shapes of the clouds. fall_seed: feeds the places of drops and flakes. car_seed: feeds the
            choice of cars.
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
        """Optical depth, straight up, of what fog and haze add to the clear air that `turbidity` tells of."""
        extinction = max(KOSCHMIEDER * (1 / self.mor_m - 1 / _CLEAR_M), 0.0)
        return extinction * (self.fog_height_m or self.air_top_m())

    def air_top_m(self) -> float:
        """Depth of the layer of fog (some 120 m), haze (some 600 m) or clear air (1500 m), one passing to the other."""
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
        """Horizontal irradiance that a lit city sends back to itself; clouds make it tenfold (Kyba et al. 2011)."""
        n = self.cloud_oktas / 8
        return math.pi * self.sky_glow_cd_m2 * (1 + 9 * n * n) / daylight.LUX_PER_UNIT

    def diffuse(self) -> float:
        """Horizontal irradiance of sky, clouds and lit air at the ground.

        Fog lets 1 / (1 + 0.75 (1 - g) depth) of all light through, g = 0.85 (two streams, no absorption: Bohren 1987).
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
        """Whether street lamps burn."""
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
    """How weathers vary.

    Attributes:
        time: `day`, `golden` (hour), `dusk` or `night`; overrules the elevation, but for `day`.
        sun_azimuth_deg: all round by default, so that streets are lit from everywhere. With `place`, `date` and `clock`
            (local, HH:MM) the sun stands where it stood there and then, and the azimuth is where north lies.
        sun_behind_cloud: chance that the sun stands behind a cloud.
        mor_m: of the air alone; drawn on a logarithmic scale. Rain and snow take from it.
        fog_height_m: for radiation fog, see `Spec`.
        medium: `analytic` costs nothing and lets one frame be developed at many visibilities; `volume` is real
            scattering of light, for GPUs.
        hdri: photographed skies and their weights: names of those that Blender ships, `pack/item` or `pack/file.hdr` of
            an asset pack, or `none` for the computed sky. They are turned by the drawn azimuth and shine as bright as
            the weather.
        rain_mm_h: light below 2.5, moderate below 7.6, heavy above (AMS Glossary of Meteorology).
        snow_visibility_m: how far one sees through the falling snow: light from 1000, moderate from 500, heavy below
            (AMS); None where none falls. snow_depth_cm: lying.
        wetness: of the ground; None follows the rain. puddles: left by rain, labelled as mirrors.
        ice: share of the ground under patches of ice; None: a little in frost, none above.
        lit_cars: share of standing cars with their lights on at night, at dusk and wherever one sees badly.
        headlights: of the car that a dashcam looks out of; None: on when drivers have them on.
        lamp_kelvin: 2000 sodium, 3000 to 4000 LEDs.
        shutter_s: exposure time; None is short by day and long at night.
        fall_gain: 1 shows drops as faint as they are; more as pictures do that were taken to show rain.
        unusual: allows rain in frost and snow in warmth.
    """

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
        given = [name for name in ("place", "date", "clock") if getattr(self, name) is not None]
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
        if self.place is not None:
            up, from_north = sun_position(self.place, self.date, self.clock)
            return up, (azimuth_deg - from_north) % 360.0
        low, high = TIMES_DEG.get(self.time or "", self.sun_elevation_deg)
        return min(max(low + (high - low) * share, -90.0), 90.0), azimuth_deg % 360.0


def _log_uniform(rng, interval: tuple[float, float]) -> float:
    return math.exp(uniform(rng, (math.log(interval[0]), math.log(interval[1]))))
