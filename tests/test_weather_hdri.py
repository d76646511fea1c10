"""Photographed skies: one sun, the weather's light, nothing that a half float cannot hold."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.blender.weather import hdri  # noqa: E402
from blender_synth.blender.weather import sky as sky_builder  # noqa: E402
from blender_synth.errors import AssetError  # noqa: E402
from blender_synth.world.weather.hdri_names import SHIPPED  # noqa: E402
from tests.test_weather_blender import weather  # noqa: E402

pytestmark = pytest.mark.blender
ROWS = 180


def blank() -> Stage:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    stage.scene.collection.objects.link(camera)
    stage.scene.camera = camera
    return stage


def suns() -> list:
    return [o for o in bpy.data.objects if o.type == "LIGHT" and o.data.type == "SUN"]


def horizontal(image: np.ndarray) -> float:
    """Irradiance of a panorama's upper half on level ground."""
    rows = len(image)
    h = ((np.arange(rows) + 0.5) / rows - 0.5) * math.pi
    weight = np.where(h > 0, np.sin(h) * np.cos(h), 0) * (math.pi / rows) ** 2
    return float((image @ sky_builder.LUMINANCE * weight[:, None]).sum())


def photographed(elevation_deg: float, azimuth_deg: float, sun: float) -> np.ndarray:
    """An even sky of radiance 1 over dark ground, with a sun of some radiance and 1.5 degrees across."""
    height = (np.arange(ROWS) + 0.5) / ROWS * math.pi - math.pi / 2
    azimuth = (0.5 - (np.arange(2 * ROWS) + 0.5) / (2 * ROWS)) * 2 * math.pi
    e, a = math.radians(elevation_deg), math.radians(azimuth_deg)
    near = np.sin(height)[:, None] * math.sin(e) + np.cos(height)[:, None] * math.cos(e) * np.cos(azimuth - a)
    image = np.where(height[:, None, None] > 0, 1.0, 0.1) * np.ones((ROWS, 2 * ROWS, 3))
    image[near > math.cos(math.radians(0.75))] = (sun, 0.9 * sun, 0.6 * sun)
    return image.astype(np.float32)


def test_the_sun_of_a_photograph_is_found_and_taken_out():
    found = hdri.without_sun(photographed(38.0, 75.0, 30_000.0))
    assert found.elevation_deg == pytest.approx(38, abs=1)
    assert found.azimuth_deg == pytest.approx(75, abs=1)
    assert found.sun_rgb[0] > found.sun_rgb[1] > found.sun_rgb[2]
    assert found.radiance.max() < 1.1
    cloudy = hdri.without_sun(photographed(38.0, 75.0, 3.0))
    assert cloudy.sun_rgb is None
    assert cloudy.radiance.max() == pytest.approx(3.0)


def test_a_photograph_is_turned_to_the_drawn_azimuth():
    found = hdri.without_sun(photographed(30.0, -110.0, 8.0))
    image = hdri.turned(found, 40.0)
    _, column = np.unravel_index(image.sum(axis=2).argmax(), image.shape[:2])
    assert (0.5 - (column + 0.5) / (2 * ROWS)) * 360 == pytest.approx(40, abs=2)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_sky_that_blender_ships_shines_as_the_weather_says_and_has_one_sun(name):
    spec = weather(cloud_oktas=1.0, sun_clear=1.0, mor_m=3e4, hdri=name)
    stage = blank()
    sky_builder.build(spec, stage)
    image = sky_builder.panorama(spec, hdri.load(name, {}))
    assert np.isfinite(image).all()
    assert image.min() >= 0
    assert image.max() <= sky_builder.BRIGHTEST
    lamps = suns()
    beam = sum(lamp.data.energy * math.sin(math.pi / 2 - lamp.rotation_euler[0]) for lamp in lamps)
    wanted = spec.sun() * math.sin(math.radians(spec.sun_elevation_deg)) + spec.diffuse()
    assert len(lamps) == (name in ("city", "sunrise"))
    # a sun or lamps that stand too low cannot give level ground what the weather's sun does
    assert horizontal(image) + beam == pytest.approx(wanted, rel=0.1) or name in ("sunrise", "studio")
    assert horizontal(image) + beam <= 1.1 * wanted
    for lamp in lamps:
        # where the lamp stands, the picture of the sky has no sun of its own
        assert math.degrees(lamp.rotation_euler[2]) - 90 == pytest.approx(spec.sun_azimuth_deg)
        assert image.max() < 0.01 * lamp.data.energy / (math.pi * math.radians(0.53 / 2) ** 2)
    assert stage.medium.mor_m == spec.mor_m


def test_under_clouds_a_photographed_sun_does_not_shine():
    stage = blank()
    sky_builder.build(weather(hdri="city"), stage)
    assert suns() == []
    assert stage.scene.world.node_tree.nodes


@pytest.mark.parametrize(
    ("write", "word"),
    [
        (lambda file: file.write_bytes(b"#?RADIANCE\nnothing of the kind"), "sky"),
        (lambda file: cv2.imwrite(str(file), np.ones((64, 64, 3), np.float32)), "no panorama: 64 x 64"),
        (lambda file: cv2.imwrite(str(file), np.zeros((32, 64, 3), np.float32)), "black"),
    ],
)
def test_a_file_that_is_no_sky_is_refused_by_name(tmp_path, write, word):
    blank()
    write(tmp_path / "sky.hdr")
    with pytest.raises(AssetError, match=word) as caught:
        hdri.load("pack/sky.hdr", {"pack": tmp_path})
    assert "sky.hdr" in str(caught.value)
    assert "weather.hdri" in str(caught.value)


def test_a_sky_of_a_pack_is_read_like_any_other(tmp_path):
    blank()
    cv2.imwrite(str(tmp_path / "sky.hdr"), photographed(50.0, 0.0, 20_000.0)[::-1, :, ::-1])
    found = hdri.load("pack/sky.hdr", {"pack": tmp_path})
    assert found.elevation_deg == pytest.approx(50, abs=1)
    assert found.sun_rgb is not None
    pack = {"name": "pack", "licence": "CC-BY-4.0", "author": "A. Painter", "source": "here", "folder": "x"}
    credit = hdri.credit("pack/sky.hdr", {"pack": pack})
    assert credit == {"name": "pack/sky.hdr", "licence": "CC-BY-4.0", "author": "A. Painter", "source": "here"}
    assert hdri.credit("city", {})["licence"] == "CC0-1.0"
