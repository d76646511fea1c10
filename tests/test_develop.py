"""The air against the formula, and the camera's picture."""

from __future__ import annotations

import numpy as np
import pytest

from blender_synth.develop.air import through_air, transmittance
from blender_synth.develop.picture import develop, exposure, to_srgb8, tone
from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.raw_frame import RawFrame
from tests.made_frames import HEIGHT, WIDTH, make_frame


def test_contrast_falls_to_five_percent_at_the_optical_range():
    assert transmittance(np.array([0.0, 200.0, 400.0, np.inf]), 200.0) == pytest.approx([1.0, 0.05, 0.0025, 0.0])


def test_far_things_take_the_colour_of_the_air_and_near_ones_keep_theirs():
    path = np.full((40, 40), np.inf)
    path[20:, :20], path[20:, 20:] = 1.0, 500.0
    radiance = np.full((40, 40, 3), 0.2, np.float32)
    radiance[:20] = (0.6, 0.7, 0.9)
    seen = through_air(radiance, path, 100.0)
    np.testing.assert_allclose(seen[30, 5], 0.2, atol=0.025)
    np.testing.assert_allclose(seen[30, 30], (0.6, 0.7, 0.9), atol=0.001)


def test_metering_brings_any_brightness_to_one_picture(rng):
    radiance = rng.gamma(2.0, 0.1, (32, 32, 3)).astype(np.float32)
    settings = DevelopSettings()
    bright = to_srgb8(tone(radiance * exposure(radiance, settings), "filmic"))
    dark = to_srgb8(tone(radiance / 500 * exposure(radiance / 500, settings), "filmic"))
    assert np.abs(bright.astype(int) - dark).mean() < 3
    assert 90 < bright.mean() < 160


def test_tone_curve_keeps_middle_grey_and_order():
    assert tone(np.array([0.18]), "filmic")[0] == pytest.approx(0.18, abs=0.002)
    values = tone(np.geomspace(1e-4, 100, 200), "filmic")
    assert (np.diff(values) >= 0).all()
    assert values[-1] == 1.0


def test_a_frame_develops_at_the_visibility_that_is_asked_for(tmp_path):
    frame = RawFrame(make_frame(tmp_path / "000000"))
    clear, fog = (develop(frame, DevelopSettings(mor_m=m)).astype(int) for m in (50_000.0, 20.0))
    assert clear.shape == (HEIGHT, WIDTH, 3)
    assert fog[30].std() < 0.5 * clear[30].std()
