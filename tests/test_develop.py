"""The air against the formula, and the camera's picture."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from blender_synth.annotate.instances import annotate
from blender_synth.config import compose
from blender_synth.develop import lens, metering, sensor
from blender_synth.develop.air import Air, air_m, layer_air_m, layer_paths_m, lit_m, transmittance
from blender_synth.develop.picture import develop, shots
from blender_synth.develop.settings import DevelopSettings
from blender_synth.develop.visibility import contrast
from blender_synth.errors import ConfigError, FrameError
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.frames.meta import Medium
from blender_synth.frames.raw_frame import GLASS_LAYERS, RawFrame, write_exr
from tests.made_frames import (
    DEPTH_M,
    HEIGHT,
    MIRROR_BOX,
    PERSON_BOX,
    REFLECTED_PATH_M,
    REFLECTION_BOX,
    WIDTH,
    make_frame,
    make_run,
)

FOG = Medium(fog_height_m=20.0)


def with_medium(folder, **medium) -> RawFrame:
    path = folder / "frame.json"
    meta = json.loads(path.read_text())
    meta["medium"] |= medium
    path.write_text(json.dumps(meta))
    return RawFrame(folder)


def test_contrast_falls_to_five_percent_at_the_optical_range():
    assert transmittance(np.array([0.0, 200.0, 400.0, np.inf]), 200.0) == pytest.approx([1.0, 0.05, 0.0025, 0.0])


def test_light_arrives_by_koschmieder_directly_and_through_a_mirror(tmp_path):
    frame = with_medium(make_frame(tmp_path / "000000"), horizon_rgb=[[0.6, 0.7, 0.9]] * 8)
    seen = Air(frame, frame.radiance).through(80.0)
    for box, path_m in ((PERSON_BOX, DEPTH_M), (REFLECTION_BOX, REFLECTED_PATH_M)):
        # the middle of the picture, where the ray runs along the axis; depth is planar, mirrored paths are not
        row, column = HEIGHT // 2, box[1].stop - 1
        off = math.hypot(1.0, (column + 0.5 - WIDTH / 2) / 50.0, (row + 0.5 - HEIGHT / 2) / 50.0)
        t = 0.05 ** ((path_m * off if box is PERSON_BOX else path_m) / 80.0)
        expected = frame.radiance[row, column] * t + np.array([0.6, 0.7, 0.9]) * (1 - t)
        np.testing.assert_allclose(seen[row, column], expected, rtol=2e-3)


def test_annotations_have_the_same_transmittance(tmp_path):
    frame = RawFrame(make_frame(tmp_path / "000000"))
    found = {i.category: i for i in annotate(frame, 80.0)}
    assert found["pedestrian_reflection"].transmittance == pytest.approx(0.05 ** (REFLECTED_PATH_M / 80), abs=1e-4)
    across, down = (np.arange(10, 18) + 0.5 - WIDTH / 2) / 50, (np.arange(20, 40) + 0.5 - HEIGHT / 2) / 50
    t = (0.05 ** (DEPTH_M * np.sqrt(1 + across[None] ** 2 + down[:, None] ** 2) / 80)).mean()
    assert found["pedestrian"].transmittance == pytest.approx(t, abs=1e-4)


def test_a_black_target_before_the_sky_keeps_five_percent_contrast_at_the_optical_range(tmp_path):
    """Middleton's black target on the horizon: contrast t, so 0.05 at the MOR, directly and in a mirror."""
    for mor_m, path_m, box in ((DEPTH_M, DEPTH_M, PERSON_BOX), (REFLECTED_PATH_M, REFLECTED_PATH_M, REFLECTION_BOX)):
        folder = make_frame(tmp_path / f"{mor_m:g}")
        frame = with_medium(folder, horizon_rgb=[[1.0, 1.0, 1.0]] * 4, top_m=1e9)
        radiance = np.ones((HEIGHT, WIDTH, 3), np.float32)
        radiance[box] = 0.0
        seen = Air(frame, radiance).through(mor_m) @ np.array([0.2126, 0.7152, 0.0722])
        mask = np.zeros((HEIGHT, WIDTH), bool)
        mask[box] = True
        measured = contrast(seen, mask, (box[1].start, box[0].start, 8, 14))
        assert measured == pytest.approx(0.05, rel=0.4 if box is PERSON_BOX else 0.01)
        assert path_m == mor_m


def test_contrast_of_an_even_target_is_webers():
    luminance = np.full((60, 60), 2.0)
    luminance[20:40, 25:35] = 0.5
    mask = luminance < 1
    assert contrast(luminance, mask, (25, 20, 10, 20)) == pytest.approx(0.75)
    assert contrast(luminance, np.ones((60, 60), bool), (0, 0, 60, 60)) is None


@pytest.mark.parametrize("up", [-0.3, 0.0, 0.25])
def test_thinning_fog_is_the_integral_along_the_ray(up):
    length, eye = 60.0, 1.6
    s = (np.arange(200_000) + 0.5) / 200_000 * length
    numeric = np.exp(-np.abs(eye + s * up) / 20.0).mean() * length
    assert air_m(np.array([length]), np.array([up]), eye, FOG)[0] == pytest.approx(numeric, rel=1e-4)


def test_fog_over_level_water_is_the_same_folded_or_not():
    """Down to the water and up again by as much: twice the way down."""
    down = air_m(np.array([10.0]), np.array([-0.16]), 1.6, FOG)[0]
    assert air_m(np.array([20.0]), np.array([-0.16]), 1.6, FOG)[0] == pytest.approx(2 * down)


def test_lamps_light_the_air_below_them_only(tmp_path):
    path, up = np.array([50.0, 50.0, np.inf, np.inf, 3.0]), np.array([0.0, -0.2, 0.5, 0.05, 0.9])
    assert lit_m(path, up, 1.5, 8.5) == pytest.approx([50.0, 50.0, 14.0, 140.0, 3.0])
    assert lit_m(np.array([np.inf, 80.0]), np.array([0.3, -0.3]), 9.0, 8.5) == pytest.approx([0.0, 80.0])
    folder = make_frame(tmp_path / "000000")
    dark = with_medium(folder, horizon_rgb=[[0.1] * 3] * 4)
    before = Air(dark, dark.radiance).through(30.0)
    lit = with_medium(folder, horizon_rgb=[[0.1] * 3] * 4, lamps_rgb=[2.0, 1.0, 0.5], lamps_top_m=8.0)
    added = Air(lit, lit.radiance).through(30.0) - before
    row, column = HEIGHT // 2, PERSON_BOX[1].start
    metres = DEPTH_M * math.hypot(1.0, (column + 0.5 - WIDTH / 2) / 50.0, (row + 0.5 - HEIGHT / 2) / 50.0)
    expected = np.array([2.0, 1.0, 0.5]) * (1 - 0.05 ** (metres / 30))
    np.testing.assert_allclose(added[row, column], expected, atol=4e-3)  # the glow changes a little, too


def test_glow_of_a_lamp_adds_what_was_scattered_forward(tmp_path):
    frame = with_medium(make_frame(tmp_path / "000000"), horizon_rgb=[[1e-4] * 3] * 4)
    dark = np.full((HEIGHT, WIDTH, 3), 1e-4, np.float32)
    lamp = dark.copy()
    row, column = 36, 22
    lamp[row, column] = 50.0
    air, clear = Air(frame, lamp), Air(frame, dark)
    t = float(air.transmittance(20.0)[row, column])
    added = (air.through(20.0) - clear.through(20.0))[..., 0]
    assert added[row, column] >= 50 * t
    around = added.sum() - 50 * t
    assert 0.3 * 50 * (1 - t) < around < 0.56 * 50 * (1 - t)  # the forward shares, less what leaves the picture
    assert added[row, column + 6] > added[row, column + 14] > 0


def test_metering_brings_any_brightness_to_a_visible_picture(rng):
    radiance = rng.gamma(2.0, 0.1, (32, 32, 3)).astype(np.float32)
    for scale in (10.0, 0.1, 1e-3):
        exposed = scale * radiance * metering.exposure_factor(scale * radiance, "auto", 0.0)
        assert 60 < sensor.encoded8(exposed, "filmic").mean() < 190


def test_tone_curve_keeps_middle_grey_and_order():
    assert sensor.tone(np.array([0.18]), "filmic")[0] == pytest.approx(0.18, abs=0.002)
    values = sensor.tone(np.geomspace(1e-4, 100, 200), "filmic")
    assert (np.diff(values) >= 0).all()
    assert values[-1] == 1.0


def test_the_table_encodes_as_the_curves_do():
    exposed = np.geomspace(1e-3, 80, 5000)
    exact = sensor.to_srgb8(sensor.tone(exposed, "filmic")).astype(int)
    assert np.abs(sensor.encoded8(exposed, "filmic") - exact).max() <= 1


def test_noise_has_the_variance_of_the_electrons(rng):
    exposed = np.full((200, 200, 3), 0.5, np.float32)
    for iso in (100.0, 1600.0):
        per_unit = 6000.0 * 100 / iso
        measured = sensor.with_noise(exposed, iso, rng).std()
        mean_of = 1920 / 200  # pixels of the sensor side by side in one of the picture
        assert measured == pytest.approx(math.sqrt(0.5 * per_unit + 9) / per_unit / mean_of, rel=0.02)


def test_the_camera_takes_the_speed_that_the_light_calls_for():
    assert sensor.iso_for(3000.0, (100, 6400)) == 100
    assert sensor.iso_for(3.0, (100, 6400)) == pytest.approx(1000)
    assert sensor.iso_for(0.01, (100, 6400)) == 6400


def test_white_balance_takes_out_the_colour_of_the_light():
    warm = np.full((16, 16, 3), (1.0, 0.5, 0.2), np.float32)
    seen = warm[0, 0] * sensor.balance_gains(warm, "auto", 0.0)
    assert seen.max() / seen.min() < 2.5 < warm[0, 0].max() / warm[0, 0].min()
    assert (sensor.balance_gains(warm, "daylight", 0.0) == 1).all()


def test_drops_on_the_lens_turn_the_picture_over(rng):
    light = np.linspace(0, 1, 240, dtype=np.float32)[:, None, None].repeat(320, 1).repeat(3, 2)
    seen = lens.with_drops(light, 12, rng)
    changed = np.abs(seen - light).max(axis=2) > 0.02
    assert 0.002 < changed.mean() < 0.3
    slope = np.diff(seen[..., 0], axis=0)
    assert (slope[:, changed.any(axis=0)] < -0.003).any()


def test_flakes_on_the_lens_are_pale_patches_that_end(rng):
    light = np.full((240, 320, 3), 0.1, np.float32)
    light[:, 200:] = 0.9
    seen = lens.with_flakes(light, 15, rng)
    changed = np.abs(seen - light).max(axis=2) > 0.02
    assert 0.005 < changed.mean() < 0.35
    assert seen.min() >= 0.1 - 1e-6
    assert seen[:, :150][changed[:, :150]].mean() > 0.13  # dark ground is veiled
    assert seen[:, 250:][changed[:, 250:]].mean() < 0.9  # and bright ground dulled
    np.testing.assert_array_equal(seen, lens.with_flakes(light, 15, np.random.Generator(np.random.PCG64(0))))
    assert np.isfinite(lens.with_flakes(light[:16, :16], 400, rng)).all()


def test_a_frame_develops_at_the_visibility_that_is_asked_for(tmp_path):
    frame = RawFrame(make_frame(tmp_path / "000000"))
    clear, fog = (develop(frame, DevelopSettings(mor_m=m)).astype(int) for m in (50_000.0, 20.0))
    assert clear.shape == (HEIGHT, WIDTH, 3)
    assert fog[30].std() < 0.5 * clear[30].std()


def test_a_camera_is_the_same_for_a_frame_and_another_for_the_next(tmp_path):
    settings = DevelopSettings(
        mor_m=[60, 5000],
        iso=[100, 800],
        vignetting_ev=[0.2, 0.8],
        blur_px=0.4,
        warmth_ev=[-0.2, 0.2],
        lens_drops=[1, 4],
    )
    first, again, other = (list(shots(RawFrame(make_frame(tmp_path / str(i), i // 2)), settings)) for i in range(3))
    assert [s.mor_m for s in first] == [60, 5000]
    for one, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.picture, same.picture)
    assert (first[0].picture != other[0].picture).any()
    assert first[1].linear16().dtype == np.uint16


def test_air_that_was_rendered_is_not_applied_again(tmp_path):
    folder = make_frame(tmp_path / "000000")
    analytic = next(shots(with_medium(folder, mor_m=20.0), DevelopSettings()))
    frame = with_medium(folder, kind="volume")
    rendered = next(shots(frame, DevelopSettings()))
    clear = next(shots(with_medium(folder, mor_m=None, kind="analytic"), DevelopSettings()))
    assert rendered.mor_m == 20.0
    np.testing.assert_array_equal(rendered.luminance, clear.luminance)
    assert (analytic.luminance != clear.luminance).mean() > 0.9
    # labels have their transmittance by the formula all the same
    frame = with_medium(folder, kind="volume", mor_m=80.0)
    found = {i.category: i for i in annotate(frame, 80.0)}
    assert found["pedestrian_reflection"].transmittance == pytest.approx(0.05 ** (REFLECTED_PATH_M / 80), abs=1e-4)
    with pytest.raises(FrameError) as caught:
        next(shots(frame, DevelopSettings(mor_m=[50, 100])))
    for word in ("develop.mor_m", "weather.medium=analytic", str(folder)):
        assert word in str(caught.value)


def test_no_fog_comes_under_a_roof(tmp_path):
    frame = with_medium(make_frame(tmp_path / "000000"), mor_m=50_000.0, indoors=True)
    own, asked = list(shots(frame, DevelopSettings())), list(shots(frame, DevelopSettings(mor_m=[20, 100])))
    assert [s.mor_m for s in asked] == [50_000.0]
    np.testing.assert_array_equal(asked[0].picture, own[0].picture)


def test_an_export_mixes_frames_from_under_a_roof_with_others(tmp_path):
    run = make_run(tmp_path / "run", frames=2)
    with_medium(run / "frames/000001", mor_m=50_000.0, indoors=True)
    message = export_dataset(
        [run],
        tmp_path / "data",
        exporter_settings({"kind": "coco", "splits": {"all": 1}}),
        DevelopSettings(mor_m=[30, 60]),
    )
    assert message.startswith("3 pictures")
    images = json.loads((tmp_path / "data/annotations/instances_all.json").read_text())["images"]
    assert [image["mor_m"] for image in images] == [30, 60, 50_000]
    assert len({image["id"] for image in images}) == 3


@pytest.mark.parametrize(("mor_m", "hidden"), [([8.0, 500.0], 2), ([500.0], 0)])
def test_air_that_hides_everybody_is_warned_of_at_export(tmp_path, capsys, mor_m, hidden):
    run = make_run(tmp_path / "run", frames=2)
    export_dataset([run], tmp_path / "data", exporter_settings({"kind": "coco"}), DevelopSettings(mor_m=mor_m))
    message = capsys.readouterr().err
    assert ("raise develop.mor_m" in message) == bool(hidden)
    assert f"every person of {hidden} pictures" in message or not hidden


def test_one_frame_becomes_several_pictures_of_one_split(tmp_path):
    run = make_run(tmp_path / "run", frames=6)
    develop_settings = DevelopSettings(mor_m=[15, 5000], min_contrast=0.3)
    export_dataset(
        [run], tmp_path / "data", exporter_settings({"kind": "coco", "image_format": "png16"}), develop_settings
    )
    groups: dict[str, set] = {}
    for file in (tmp_path / "data/annotations").glob("instances_*.json"):
        data = json.loads(file.read_text())
        of = {image["id"]: image for image in data["images"]}
        for image in data["images"]:
            assert (tmp_path / "data/images" / file.stem.removeprefix("instances_") / image["file_name"]).is_file()
            groups.setdefault(image["frame_group"], set()).add((file.name, image["mor_m"]))
        for annotation in data["annotations"]:
            if annotation["category_id"] in (1, 2):
                assert annotation["iscrowd"] == int(annotation["contrast"] < 0.3)
            if annotation["category_id"] == 2:
                mor_m = of[annotation["image_id"]]["mor_m"]
                assert annotation["transmittance"] == pytest.approx(0.05 ** (REFLECTED_PATH_M / mor_m), abs=1e-4)
    assert len(groups) == 6
    for pictures in groups.values():
        assert len({name for name, _ in pictures}) == 1
        assert {mor for _, mor in pictures} == {15, 5000}


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("develop.mor_m=-5", "develop.mor_m"),
        ("develop.mor_m=.inf", "develop.mor_m"),
        ("develop.mor_m=[100,100]", "develop.mor_m"),
        ("develop.iso=[800,100]", "develop.iso"),
        ("develop.lens_drops=5000", "develop.lens_drops"),
        ("develop.lens_flakes=-1", "develop.lens_flakes"),
    ],
)
def test_bad_settings_are_refused_by_key(override, key):
    with pytest.raises(ConfigError) as caught:
        compose([override])
    assert key in str(caught.value)


def test_mirrored_sky_takes_air_too(tmp_path):
    frame = with_medium(make_frame(tmp_path / "000000"), horizon_rgb=[[0.5] * 3] * 4)
    t = Air(frame, frame.radiance).transmittance(300.0)
    assert t[MIRROR_BOX].max() < 1
    assert t[MIRROR_BOX][0, 0] < 0.2


def test_a_puddle_that_shows_the_sky_keeps_dark_in_rain():
    """Looking down on water, it reflects 2 to 3 % of the airlight beyond; at a grazing angle nearly all."""

    def share(z: float) -> float:
        height, width, far = 4, 6, np.full((4, 6), np.inf, np.float32)
        level = np.zeros((height, width), np.float32)
        zeros, ones = np.zeros_like(level), np.ones_like(level)
        pose = np.eye(4)
        side = math.sqrt(1 - z * z)
        pose[:3, :3] = np.array([[1, 0, 0], [0, z, side], [0, -side, z]])  # the optical axis falls by z
        labels = {"depth_m": 3 * ones, "reflected_path_m": far, "transmitted_path_m": 3 * ones,
                  "reflected_bounces": ones.astype(np.uint8),
                  "normal.X": zeros, "normal.Y": zeros, "normal.Z": ones}  # fmt: skip
        medium = Medium(horizon_rgb=((1.0, 1.0, 1.0),), mor_m=300.0)
        frame = SimpleNamespace(
            labels=labels, shares={"reflected_share": 0.9 * ones, "transmitted_share": 0.1 * ones},
            k=np.array([[900.0, 0, 3], [0, 900.0, 2], [0, 0, 1]]), pose=pose, size_px=(width, height),
            meta=SimpleNamespace(medium=medium), derived={},
        )  # fmt: skip
        black = np.zeros((height, width, 3), np.float32)
        return float(Air(cast(RawFrame, frame), black).through(300.0)[2, 3, 0])

    near = 1 - 0.05 ** (3 / 300)
    assert share(-0.95) == pytest.approx(near + 0.03, abs=0.015)
    assert share(-0.05) > 0.6


def test_noise_is_normal_and_repeats_with_its_stream():
    values = sensor.normal((400, 500), np.random.default_rng(3))
    assert values.dtype == np.float32
    assert values.mean() == pytest.approx(0, abs=0.01)
    assert values.std() == pytest.approx(1, abs=0.005)
    for sigmas, share in ((1, 0.3173), (2, 0.0455), (3, 0.0027)):
        assert (np.abs(values) > sigmas).mean() == pytest.approx(share, rel=0.2)
    np.testing.assert_array_equal(values, sensor.normal((400, 500), np.random.default_rng(3)))
    assert abs(np.corrcoef(values[:, :-1].ravel(), values[:, 1:].ravel())[0, 1]) < 0.01


def test_half_floats_are_read_as_numpy_reads_them(tmp_path):
    folder = make_frame(tmp_path / "000000")
    every = np.arange(WIDTH * HEIGHT, dtype=np.uint16).view(np.float16).reshape(HEIGHT, WIDTH)  # with subnormal ones
    write_exr(folder / "radiance.exr", {"R": every, "G": every * 2, "B": every + 1})
    expected = np.stack([every, every * 2, every + 1], axis=-1).astype(np.float32)
    np.testing.assert_array_equal(RawFrame(folder).radiance, expected)


def test_air_behind_glass_and_in_mirrors_is_that_of_each_pixel_alone(tmp_path):
    """The frame's pixels are divided into plain, mirrored and layered ones; a formula without that division agrees."""
    frame = with_medium(make_frame(tmp_path / "000000"), horizon_rgb=[[0.5, 0.6, 0.7]] * 4)
    shares = {name: np.zeros((HEIGHT, WIDTH), np.float32) for name in GLASS_LAYERS}
    shares["reflected_share"][MIRROR_BOX], shares["transmitted_share"][PERSON_BOX] = 0.3, 0.6
    frame.labels["transmitted_path_m"][PERSON_BOX] = 40.0
    frame.__dict__["shares"] = shares
    t = Air(frame, frame.radiance).transmittance(300.0)
    air = {name: transmittance(path, 300.0) for name, path in layer_air_m(frame, layer_paths_m(frame)).items()}
    r, s = shares["reflected_share"], shares["transmitted_share"]
    layered = r * air["reflected"] + s * air["transmitted"] + (1 - r - s) * air["surface"]
    single = np.where(frame.labels["reflected_bounces"] > 0, air["reflected"], air["surface"])
    np.testing.assert_allclose(t, np.where(r + s > 0, layered, single), rtol=1e-6)
