"""Automatic exposure on pictures whose right exposure is known."""

from __future__ import annotations

import numpy as np
import pytest

from blender_synth.develop.metering import MIDDLE_GREY, exposure_factor, exposure_value

SHAPE = (108, 192)


def grey(cd_m2: float) -> np.ndarray:
    """An even picture (H, W, 3) in cd/m2."""
    return np.full((*SHAPE, 3), cd_m2, np.float32)


def patch(picture: np.ndarray, share: float, cd_m2: float) -> np.ndarray:
    """The picture with a bright upright patch at its left edge."""
    changed = picture.copy()
    changed[:, : round(share * SHAPE[1])] = cd_m2
    return changed


def exposed(picture: np.ndarray, **settings) -> np.ndarray:
    return picture * exposure_factor(picture, "auto", 0.0, 1.0, **settings)


def textured(rng: np.random.Generator, cd_m2: float, stops: float) -> np.ndarray:
    """Blocks of log-normal luminance, with a standard deviation in stops."""
    blocks = 2.0 ** rng.normal(0, stops, (27, 48, 1))
    return (cd_m2 * blocks.repeat(4, 0).repeat(4, 1) * np.ones(3)).astype(np.float32)


def test_exposure_values_are_those_of_iso_2720():
    assert exposure_value(12.5 / 100) == pytest.approx(0)
    assert exposure_value(4096.0) == pytest.approx(15)


def test_a_grey_card_becomes_middle_grey():
    assert exposed(grey(90.5)).mean() == pytest.approx(MIDDLE_GREY, rel=0.03)


@pytest.mark.parametrize("cd_m2", [0.5, 90.0, 4000.0])
def test_the_exposure_does_not_depend_on_units_resolution_or_points_of_light(rng, cd_m2):
    picture = textured(rng, cd_m2, 1.0)
    factor = exposure_factor(picture, "auto", 0.0, 1.0)
    assert exposure_factor(picture / 500, "auto", 0.0, 500.0) == pytest.approx(500 * factor, rel=1e-4)
    larger = picture.repeat(3, 0).repeat(3, 1)
    assert exposure_factor(larger, "auto", 0.0, 1.0) == pytest.approx(factor, rel=0.02)
    lamp = picture.copy()
    lamp[10, 20] = 100 * cd_m2
    assert exposure_factor(lamp, "auto", 0.0, 1.0) == pytest.approx(factor, rel=0.05)


def test_compensation_is_in_stops_and_a_fixed_exposure_meters_nothing(rng):
    picture = textured(rng, 90.0, 1.0)
    assert exposure_factor(picture, "auto", 1.0, 1.0) == pytest.approx(2 * exposure_factor(picture, "auto", 0.0, 1.0))
    assert exposure_factor(picture, "fixed", 3.0) == exposure_factor(100 * picture, "fixed", 3.0) == 8


def test_the_darker_the_scene_the_darker_its_picture(rng):
    means = [float(np.log2(exposed(textured(rng, cd_m2, 1.5)).mean())) for cd_m2 in (0.02, 0.2, 2.0, 20.0)]
    assert all(0.15 < step < 1.6 for step in np.diff(means))


def test_overcast_is_darker_than_sun_and_lighter_than_night(rng):
    sun, overcast, night = (exposed(textured(rng, cd_m2, 1.6)).mean() for cd_m2 in (4000.0, 300.0, 0.5))
    assert night < 0.8 * overcast
    assert overcast < 0.85 * sun


def test_fog_and_snow_by_day_are_light(rng):
    fog, ordinary = exposed(textured(rng, 2500.0, 0.4)), exposed(textured(rng, 2500.0, 1.6))
    assert np.median(fog) > 1.5 * np.median(ordinary)
    assert 0.35 < np.median(fog) < 0.8
    assert fog.max() < 4.0
    dim_fog = exposed(textured(rng, 20.0, 0.4))
    assert np.median(dim_fog) < 0.25


def test_windows_do_not_darken_a_room(rng):
    room = textured(rng, 40.0, 1.0)
    alone, with_window = (exposed(p, indoors=True)[:, -60:].mean() for p in (room, patch(room, 0.2, 3000.0)))
    assert with_window > 0.7 * alone
    assert alone > 1.25 * exposed(room)[:, -60:].mean()


def test_legs_in_headlights_keep_their_detail_where_the_average_alone_would_burn_them(rng):
    street = textured(rng, 0.6, 1.2)
    legs = patch(street, 0.05, 40.0)
    assert exposed(street).mean() * 40.0 / street.mean() > 6
    assert exposed(legs)[:, :9].mean() < 4.1
    assert np.median(exposed(legs)) > 0.2 * np.median(exposed(street))


def test_a_camera_has_a_slowest_exposure_and_a_highest_speed():
    darkness = grey(0.01)
    limited, more, free = (exposed(darkness, highest_iso=iso).mean() for iso in (1600.0, 3200.0, None))
    assert more == pytest.approx(2 * limited)
    assert free > more
    assert limited == pytest.approx(0.01 * MIDDLE_GREY * 1600 / (15 * 12.5 * 4))
    assert exposed(grey(90.0), highest_iso=1600.0).mean() == pytest.approx(exposed(grey(90.0)).mean())


def test_black_pictures_have_an_exposure():
    assert np.isfinite(exposure_factor(grey(0.0), "auto", 0.0, 1.0))
