"""Dipped beams against the limits of UNECE Regulation 112."""

from __future__ import annotations

import math

import numpy as np
import pytest

from blender_synth.world.weather.low_beam import intensity_cd

POINTS = {  # right and up in degrees, least and most lux on a screen 25 m ahead, class B, right-hand traffic
    "B50L": (-3.43, 0.57, 0.0, 0.4),
    "75R": (1.15, -0.57, 12.0, math.inf),
    "75L": (-3.43, -0.57, 0.0, 12.0),
    "50L": (-3.43, -0.86, 0.0, 15.0),
    "50R": (1.72, -0.86, 12.0, math.inf),
    "50V": (0.0, -0.86, 6.0, math.inf),
    "25L": (-9.0, -1.72, 2.0, math.inf),
    "25R": (9.0, -1.72, 2.0, math.inf),
}
LAMP_M = 0.65


def lux(distance_m: float, height_m: float) -> float:
    """Illuminance by both lamps of an upright surface straight ahead, at a height above the ground."""
    up = math.degrees(math.atan2(height_m - LAMP_M, distance_m))
    return 2 * float(intensity_cd(0.0, up)) / (distance_m**2 + (height_m - LAMP_M) ** 2)


@pytest.mark.parametrize("name", POINTS)
def test_the_beam_keeps_the_limits_of_the_regulation(name):
    right, up, least, most = POINTS[name]
    assert least <= float(intensity_cd(right, up)) / 25**2 <= most


def test_nothing_above_the_cut_off_glares():
    right, up = np.meshgrid(np.linspace(-45, 45, 181), np.linspace(1.3, 30, 60))
    assert intensity_cd(right, up).max() / 25**2 <= 0.7
    left = np.linspace(-45, 0, 91)
    assert intensity_cd(left, np.zeros(91)).max() / 25**2 <= 0.7


def test_illuminance_ahead():
    assert 10 <= lux(25.0, 0.25) <= 50
    assert lux(25.0, 1.5) < 1.5
    assert lux(10.0, 1.5) < 10
    assert lux(5.0, 1.5) < 25
    for distance_m in (5.0, 10.0):
        assert 60 < lux(distance_m, 0.3) < 350  # shins
        assert lux(distance_m, 0.05) < 150  # shoes: no brighter the nearer they are
    road = [lux(d, 0.0) * LAMP_M / math.hypot(d, LAMP_M) for d in (3.0, 5.0, 10.0)]
    assert max(road) < 20


def test_those_who_walk_beside_the_car_are_hardly_lit():
    assert float(intensity_cd(30.0, -4.0)) < 0.15 * float(intensity_cd(0.0, -4.0))
    assert float(intensity_cd(-30.0, -4.0)) < 0.15 * float(intensity_cd(0.0, -4.0))


def test_the_flux_is_that_of_a_lamp():
    right, up = np.meshgrid(np.arange(-60, 60, 0.2), np.arange(-45, 30, 0.1))
    solid = math.radians(0.2) * math.radians(0.1) * np.cos(np.radians(up))
    assert 250 < float((intensity_cd(right, up) * solid).sum()) < 1000
