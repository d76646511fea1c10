"""Weathers as they are drawn: units, combinations, sun and moon, what falls. No Blender."""

from __future__ import annotations

import dataclasses
import datetime
import math
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from astral import Observer
from astral.sun import azimuth, elevation

from blender_synth.config import compose
from blender_synth.errors import BlenderSynthError, ConfigError
from blender_synth.packs.skies import sky_file
from blender_synth.pipeline import _warnings, render
from blender_synth.seeds import Streams
from blender_synth.world.layout import Layout
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import spec_from_json, spec_to_json
from blender_synth.world.weather import falling as falling
from blender_synth.world.weather import sky
from blender_synth.world.weather.daylight import LUX_PER_UNIT, clear_beam, clear_sky_light
from blender_synth.world.weather.solar import Place, sun_position

KINDS = ("sunny", "cloudy", "overcast", "hazy", "foggy", "rainy", "snowy")


@cache
def randomizer(*overrides: str) -> sky.Randomizer:
    return compose(list(overrides)).weather


def drawn(*overrides: str, seed: int = 1) -> sky.Spec:
    return randomizer(*overrides).sample(Streams(seed, 0).child("weather"))


# --- kinds and their units


@pytest.mark.parametrize(
    ("kind", "low_m", "high_m"),
    [("hazy", 999, 10_000), ("foggy", 49, 1000), ("sunny", 10_000, 1e5), ("snowy", 300, 2600)],
)
def test_visibility_is_that_of_the_kind(kind, low_m, high_m):
    assert all(low_m < drawn(f"weather={kind}", seed=seed).mor_m < high_m for seed in range(8))


def test_each_kind_has_what_makes_it():
    specs = {kind: drawn(f"weather={kind}") for kind in KINDS}
    assert specs["overcast"].cloud_oktas == 8
    assert specs["overcast"].sun() == 0 < specs["sunny"].sun()
    assert specs["rainy"].rain_mm_h >= 1
    assert specs["rainy"].wetness >= 0.75
    assert specs["rainy"].puddles >= 1
    assert specs["snowy"].snow_mm_h > 0
    assert specs["snowy"].snow_depth_cm >= 1
    assert specs["snowy"].climate().snow_mm_h == specs["snowy"].snow_mm_h
    assert specs["snowy"].temperature_c <= 0


def test_several_weathers_at_once_take_the_worst_of_each():
    rain, fog, both = (drawn(f"weather={name}") for name in ("rainy", "foggy", "[rainy,foggy]"))
    assert both.rain_mm_h == rain.rain_mm_h
    assert both.cloud_oktas >= rain.cloud_oktas - 1e-9
    assert both.mor_m <= fog.mor_m
    assert both.puddles == rain.puddles
    assert 4 <= both.temperature_c <= 12  # what both allow
    later = drawn("weather=[rainy,foggy]", "weather.mor_m=300", "weather.rain_mm_h=0")
    assert later.mor_m == pytest.approx(300)


def test_time_of_day_sets_the_sun_and_what_burns():
    lux = {}
    for time, (low, high) in {"golden": (1.5, 7), "dusk": (-6, -2.5), "night": (-40, -18)}.items():
        spec = drawn("weather=sunny", f"weather.time={time}")
        assert low <= spec.sun_elevation_deg <= high
        lux[time] = spec.daylight_lux()
        assert spec.lamps_on() == (time != "golden")
        assert 0.3 < (lux[time] + 10) / LUX_PER_UNIT * 100 / spec.watts_per_unit() < 20
    assert lux["golden"] > 50 * lux["dusk"] > 50 * 20 * lux["night"] > 0


@pytest.mark.parametrize(("degrees", "lux"), [(-0.8, 410), (-6, 3.4), (-12, 0.0083), (-18, 6.5e-4)])
def test_twilight_is_as_bright_as_the_almanac_says(degrees, lux):
    assert clear_sky_light(degrees, 3.0) * LUX_PER_UNIT == pytest.approx(lux, rel=0.01)


def test_daylight_never_grows_as_the_sun_goes_down():
    angles = np.linspace(60, -18, 300)
    light = [clear_sky_light(h, 3.0) + clear_beam(h, 3.0) * max(math.sin(math.radians(h)), 0) for h in angles]
    assert (np.diff(light) <= 1e-9).all()


def test_clear_noon_is_about_a_hundred_kilolux_and_overcast_a_quarter_of_it():
    base = {"sun_elevation_deg": 60.0, "sun_azimuth_deg": 0.0, "turbidity": 3.0, "sun_blur_deg": 0.53, "mor_m": 3e4,
            "temperature_c": 20.0, "cloud_seed": 1}  # fmt: skip
    clear = sky.Spec(cloud_oktas=0, sun_clear=1, **base)
    closed = sky.Spec(cloud_oktas=8, sun_clear=0, **base)
    assert 80_000 < clear.daylight_lux() < 115_000
    assert closed.daylight_lux() == pytest.approx(0.25 * clear.daylight_lux(), rel=0.05)


def test_fog_takes_the_shadows_first_and_then_the_light():
    specs = [dataclasses.replace(drawn("weather=sunny"), mor_m=m) for m in (30_000, 3000, 500, 100)]
    shares = [s.sun() * math.sin(math.radians(s.sun_elevation_deg)) * LUX_PER_UNIT / s.daylight_lux() for s in specs]
    totals = [s.daylight_lux() for s in specs]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.6 > 0.01 > shares[-1]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] > 0.4 * totals[0]


# --- the sun


@pytest.mark.parametrize("clock", ["05:30", "09:00", "13:20", "19:45", "23:10"])
def test_the_drawn_sun_is_where_the_almanac_has_it(clock):
    spec = drawn(
        "weather=sunny", "weather.place={latitude_deg: 48.14, longitude_deg: 11.58, utc_offset_h: 2}",
        "weather.date='2026-05-03'", f"weather.clock='{clock}'", "weather.sun_azimuth_deg=90",
    )  # fmt: skip
    hour, minute = map(int, clock.split(":"))
    utc = datetime.datetime(2026, 5, 3, hour, minute, tzinfo=datetime.UTC) - datetime.timedelta(hours=2)
    observer = Observer(48.14, 11.58)
    assert spec.sun_elevation_deg == pytest.approx(elevation(observer, utc))
    # north lies along +Y here, so east is +X
    assert spec.sun_azimuth_deg == pytest.approx((90 - azimuth(observer, utc)) % 360)


def test_the_sun_stands_right_at_the_solstice():
    """At true noon 90 - latitude + 23.44 degrees high, due south; worked out without the library."""
    place = Place(latitude_deg=51.48, longitude_deg=0.0)
    up, around = sun_position(place, datetime.date(2026, 6, 21), datetime.time(12, 2))
    assert up == pytest.approx(90 - 51.48 + 23.44, abs=0.1)
    assert around == pytest.approx(180, abs=0.6)


# --- what falls


@pytest.mark.parametrize("rate", [0.5, 5.0, 25.0])
def test_drops_in_a_cubic_metre_follow_marshall_and_palmer(rate, rng):
    sizes = falling.rain_sizes(rate)
    slope = 4.1 * rate**-0.21
    edges = np.linspace(0, 8, 80_001)
    middle = (edges[1:] + edges[:-1]) / 2
    density = 8000 * np.exp(-slope * middle) * np.diff(edges)
    assert sizes.count_m3(1.0, 3.0) == pytest.approx(density[(middle > 1) & (middle < 3)].sum(), rel=1e-3)
    drops = sizes.draw_mm(rng, 200_000, 0.5, 6.0)
    assert drops.min() >= 0.5
    assert (drops > 1.5).mean() == pytest.approx(sizes.count_m3(1.5, 6) / sizes.count_m3(0.5, 6), rel=0.05)
    # the water that so many drops carry down is the rate itself, within what the law is known to miss
    water_mm_h = (math.pi / 6 * middle**3 * density * 1e-9 * falling.drop_speed_mps(middle)).sum() * 3600 * 1000
    assert water_mm_h == pytest.approx(rate, rel=0.35)
    # and extinction is twice their cross-section
    cross = (2 * math.pi / 4 * middle**2 * density * 1e-6).sum()
    assert falling.rain_extinction(rate) == pytest.approx(cross, rel=0.02)


@pytest.mark.parametrize("seen_m", [250.0, 500.0, 1000.0, 3000.0])
def test_snow_that_one_sees_so_far_through_gives_that_visibility(seen_m):
    rate = falling.snow_rate(seen_m)
    assert falling.mor_through(1e7, 0.0, rate) == pytest.approx(seen_m, rel=0.01)
    assert 0.05 < rate < 5


def test_terminal_speeds_are_those_measured():
    np.testing.assert_allclose(falling.drop_speed_mps(np.array([1.0, 2.0, 4.0])), [4.03, 6.49, 8.83], rtol=0.04)
    assert 0.5 < falling.flake_speed_mps(np.array([0.5])) < falling.flake_speed_mps(np.array([3.0])) < 1.5


# --- bad input


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["weather.mor_m=-50"], "weather.mor_m"),
        (["weather.mor_m=0"], "weather.mor_m"),
        (["weather.mor_m=[100,.inf]"], "weather.mor_m"),
        (["weather=snowy", "weather.temperature_c=25"], "unusual=true"),
        (["weather=rainy", "weather.temperature_c=25"], "unusual=true"),
        (["weather.date='2026-02-30'", "weather.clock='12:00'", "weather.place={latitude_deg: 0, longitude_deg: 0}"],
         "weather.date"),
        (["weather.date='2026-02-20'"], "go together"),
        (["weather.place={latitude_deg: 95, longitude_deg: 0}"], "latitude_deg"),
        (["weather.rain_mm_h=[5,1]"], "weather.rain_mm_h"),
        (["weather.rain_mm_h=-1"], "weather.rain_mm_h"),
        (["weather.mor_m=-.inf"], "weather.mor_m"),
        (["weather=snowy", "weather.snow_visibility_m=-200"], "weather.snow_visibility_m"),
        (["weather.ice=1.5"], "weather.ice"),
        (["weather.lit_cars=[-0.1,0.5]"], "weather.lit_cars"),
        (["weather.medium=fog"], "weather.medium"),
        (["weather.hdri=citty"], "courtyard, forest"),
        (["weather.hdri={city: 1, moon: 2}"], "weather.hdri"),
        (["weather.hdri=pack/sky.jpg"], "pack/file.hdr"),
        (["weather.hdri={city: 0}"], "above zero"),
        (["weather.cloud_oktas=9"], "weather.cloud_oktas"),
        (["weather.time=noon"], "weather.time"),
        (["weather=[rainy,snowy]", "weather.snow_dept_cm=3"], "snow_depth_cm"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_key_and_hint(overrides, words):
    with pytest.raises(ConfigError) as caught:
        compose(overrides)
    assert words in str(caught.value)
    assert "fix:" in str(caught.value)


def test_fog_that_hides_everybody_is_warned_of():
    settings = compose(["scene=studio", "mirrors=none", "pedestrians.count=2", "weather=foggy", "weather.mor_m=900"])
    spec = sample_scene(settings, (), 0)
    assert not any("mor_m" in line for line in _warnings(spec))
    thick = dataclasses.replace(spec, weather=dataclasses.replace(spec.weather, mor_m=0.5))
    assert any("weather.mor_m" in line for line in _warnings(thick))
    # indoors the air is clear, whatever the weather
    roofed = SimpleNamespace(layout=lambda: Layout(areas=(), indoor_c=21.0))
    inside = SimpleNamespace(
        camera=thick.camera, people=thick.people, people_wanted=2, weather=thick.weather, scenery=roofed
    )
    assert not any("mor_m" in line for line in _warnings(inside))


# --- photographed skies


def test_a_photographed_sky_and_a_volume_change_nothing_else_of_a_scene():
    base = ["seed=4", "pedestrians.count=2", "mirrors=wall", "weather=foggy", "pedestrians.dress=fixed"]
    plain = sample_scene(compose(base), (), 0)
    for more in ("weather.hdri=city", "weather.hdri={sunset: 1, a/b.hdr: 0}", "weather.medium=volume"):
        other = sample_scene(compose([*base, more]), (), 0)
        assert dataclasses.replace(other, weather=plain.weather) == plain
        changed = {f.name for f in dataclasses.fields(plain.weather)
                   if getattr(other.weather, f.name) != getattr(plain.weather, f.name)}  # fmt: skip
        assert changed == {more[8:].partition("=")[0]}
        assert spec_from_json(spec_to_json(other)) == other


def test_skies_are_drawn_by_their_weights():
    names = {drawn("weather.hdri={city: 1, none: 1, sunset: 0}", seed=seed).hdri for seed in range(20)}
    assert names == {"city", None}


def test_a_sky_of_a_pack_is_found_inside_of_it_only(tmp_path):
    pack = tmp_path / "pack"
    (pack / "skies").mkdir(parents=True)
    (pack / "skies/noon.hdr").write_bytes(b"x")
    (tmp_path / "secret.hdr").write_bytes(b"x")
    (pack / "link.hdr").symlink_to(tmp_path / "secret.hdr")
    folders = {"mine": pack}
    assert sky_file("mine/skies/noon.hdr", folders) == (pack / "skies/noon.hdr").resolve()
    for name, word in (("mine/../secret.hdr", "leads out"), ("mine/link.hdr", "leads out"),
                       ("mine//etc/x.hdr", "relative"), ("mine/none.hdr", "missing"),
                       ("other/x.hdr", "known packs are: mine")):  # fmt: skip
        with pytest.raises(BlenderSynthError, match=word) as caught:
            sky_file(name, folders)
        assert "fix:" in str(caught.value)


def test_a_sky_that_is_not_there_stops_the_run_before_it_begins(tmp_path):
    settings = compose(["weather.hdri=nobody/sky.hdr", f"output={tmp_path / 'run'}"])
    with pytest.raises(ConfigError, match="no such asset pack"):
        render(settings)
    assert not (tmp_path / "run").exists()


# --- lights and ice


@pytest.mark.parametrize(
    ("overrides", "on"),
    [
        (["weather=sunny"], False),
        (["weather=sunny", "weather.time=night"], True),
        (["weather=cloudy", "weather.time=dusk"], True),
        (["weather=foggy"], True),
        (["weather=rainy"], True),
        (["weather=snowy"], True),
    ],
)
def test_headlights_burn_where_one_sees_or_is_seen_badly(overrides, on):
    assert drawn(*overrides).headlights_on() is drawn(*overrides).headlights is on
    assert drawn(*overrides, "weather.headlights=false").headlights is False


def test_ice_lies_in_frost_only():
    assert all(drawn("weather=rainy", seed=seed).ice == 0 for seed in range(5))
    assert all(0 <= drawn("weather=snowy", seed=seed).ice <= 0.12 for seed in range(5))
    assert drawn("weather=sunny", "weather.ice=0.4").ice == 0.4


def test_the_unusual_may_be_asked_for():
    assert drawn("weather=snowy", "weather.temperature_c=25", "weather.unusual=true").temperature_c == 25
