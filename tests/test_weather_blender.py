"""Weathers as Blender gets them: labels that stay, snow on top, lamps at night, drops that only the picture sees."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from blender_synth.blender import cycles, label_pass, record  # noqa: E402
from blender_synth.blender.build import build_scene  # noqa: E402
from blender_synth.blender.scenery import cars  # noqa: E402
from blender_synth.blender.scenery.materials import Materials  # noqa: E402
from blender_synth.blender.scenery.meshes import to_object  # noqa: E402
from blender_synth.blender.scenery.pieces import place  # noqa: E402
from blender_synth.blender.shading.traits import MaterialTraits, declare_traits  # noqa: E402
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.blender.weather import cover, falling, headlights, heights, night  # noqa: E402
from blender_synth.blender.weather import sky as sky_builder  # noqa: E402
from blender_synth.blender.weather.night import Lamps  # noqa: E402
from blender_synth.blender.weather.outdoors import Outdoors  # noqa: E402
from blender_synth.config import compose  # noqa: E402
from blender_synth.develop.picture import shots  # noqa: E402
from blender_synth.develop.settings import DevelopSettings  # noqa: E402
from blender_synth.frames.raw_frame import RawFrame  # noqa: E402
from blender_synth.packs.search import find_packs  # noqa: E402
from blender_synth.settings import RenderSettings  # noqa: E402
from blender_synth.world.sample import sample_scene  # noqa: E402
from blender_synth.world.scene_spec import PERSON_IDS  # noqa: E402
from blender_synth.world.weather import daylight, low_beam, sky  # noqa: E402
from blender_synth.world.weather.falling import rain_sizes  # noqa: E402

pytestmark = pytest.mark.blender
SMALL = RenderSettings(width_px=96, height_px=64, samples=16)


def weather(**changes) -> sky.Spec:
    values = {
        "cloud_oktas": 8.0,
        "sun_elevation_deg": 40.0,
        "sun_azimuth_deg": 30.0,
        "turbidity": 3.0,
        "temperature_c": 0.0,
        "sun_clear": 0.0,
        "sun_blur_deg": 0.53,
        "mor_m": 1e4,
        "cloud_seed": 3,
    }
    return sky.Spec(**{**values, **changes})


def coloured(name: str, points, faces, rgb) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces)
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (*rgb, 1)
    mesh.materials.append(material)
    return bpy.data.objects.new(name, mesh)


def box(name: str, low, high, rgb) -> bpy.types.Object:
    (x0, y0, z0), (x1, y1, z1) = low, high
    points = [(x, y, z) for z in (z0, z1) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
    faces = [(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    return coloured(name, points, faces, rgb)


@pytest.fixture
def yard() -> Stage:
    """Ground with a low red block on it and a roof beside the block, seen from the front and above."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    r = 30
    road = coloured("road", [(-r, -r, 0), (r, -r, 0), (r, r, 0), (-r, r, 0)], [(0, 1, 2, 3)], (0.1, 0.1, 0.1))
    declare_traits(road.data.materials[0], MaterialTraits(film=True))
    stage.add(road, 3001)
    stage.add(box("block", (-1.5, 0, 0), (1.5, 3, 1.5), (0.5, 0.02, 0.02)), 3002)
    stage.add(box("roof", (3, -2, 3.0), (9, 4, 3.2), (0.3, 0.3, 0.3)), 3003)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location, camera.rotation_euler = (0, -8, 4), (math.radians(68), 0, 0)
    camera.data.lens = 30
    stage.scene.collection.objects.link(camera)
    stage.scene.camera = camera
    cycles.apply_picture_settings(stage.scene, SMALL, 0)
    return stage


def picture(stage: Stage, path) -> np.ndarray:
    """(H, W, 3) radiance."""
    import OpenEXR

    cycles.apply_picture_settings(stage.scene, SMALL, 0)
    cycles.render_picture(stage.scene, path)
    with OpenEXR.File(str(path)) as file:
        return np.asarray(next(iter(file.channels().values())).pixels)[..., :3].astype(float)


def test_snow_lies_on_top_and_not_on_walls_or_under_roofs(yard, tmp_path):
    sky_builder.build(weather(snow_depth_cm=6.0), yard)
    seen = picture(yard, tmp_path / "snow.exr")
    labels = label_pass.render_labels(yard)
    block = labels["surface_id"] == 3002
    top, wall = block & (labels["normal.Z"] > 0.9), block & (labels["normal.Y"] < -0.9)
    redness = seen[..., 0] / np.maximum(seen[..., 1], 1e-6)
    assert top.sum() > 50 < wall.sum()
    assert np.median(redness[top]) < 1.3
    assert np.median(redness[wall]) > 3
    albedo = np.median(seen[..., 1][top]) * math.pi / weather(snow_depth_cm=6.0).diffuse()
    assert 0.5 < albedo < 1.0


def test_rain_darkens_the_open_ground_and_not_what_has_a_roof(yard, tmp_path):
    spec = weather(wetness=1.0)
    sky_builder.build(weather(), yard)
    dry = picture(yard, tmp_path / "dry.exr")
    above = heights.render_heights(yard)
    cover.wet(spec, yard, above)
    wet = picture(yard, tmp_path / "wet.exr")
    wall = (label_pass.render_labels(yard)["normal.Y"] < -0.9) & (wet[..., 0] > 0)
    assert np.median(wet[..., 0][wall]) < 0.93 * np.median(dry[..., 0][wall])
    inside, outside = np.array([[6.0, 0, 0.0]]), np.array([[-6.0, 0, 0.0]])
    assert not above.open_at(inside)[0]
    assert above.open_at(outside)[0]
    assert above.open_at(np.array([[6.0, 0, 3.3], [500.0, 0, 0]])).all()


def test_drops_before_the_camera_are_as_many_as_the_law_has(rng):
    drops = falling.rain_and_snow(weather(rain_mm_h=10.0))[0]
    places, sizes = falling.scattered(rng, drops, (0.6, 0.4))
    depth = -places[:, 2]
    for near, far in ((1.0, 2.0), (2.0, 4.0)):
        inside = (depth > near) & (depth < far) & (sizes > 2.0)
        volume = 4 * 0.6 * 0.4 * (far**3 - near**3) / 3
        expected = volume * rain_sizes(10.0).count_m3(2.0, 6.0)
        assert inside.sum() == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_rain_is_in_the_picture_and_never_in_the_labels(yard):
    before = label_pass.render_labels(yard)
    sky_builder.build(weather(rain_mm_h=20.0, fall_gain=3.0), yard)
    drops = [o for o in yard.scene.objects if o.name.startswith("rainfall")]
    assert len(drops) == 1
    assert len(drops[0].data.polygons) > 150
    after = label_pass.render_labels(yard)
    for name, layer in before.items():
        np.testing.assert_array_equal(layer, after[name], err_msg=name)
    assert not drops[0].hide_render


def test_ice_is_in_the_picture_and_only_ground_to_the_labels(yard, tmp_path):
    before = label_pass.render_labels(yard)
    sky_builder.build(weather(), yard)
    dry = picture(yard, tmp_path / "dry.exr")
    cover.wet(weather(temperature_c=-5.0, ice=0.5), yard, heights.render_heights(yard))
    icy = picture(yard, tmp_path / "icy.exr")
    after = label_pass.render_labels(yard)
    for name, layer in before.items():
        np.testing.assert_array_equal(layer, after[name], err_msg=name)
    change = np.abs(icy / np.maximum(dry, 1e-6) - 1).max(axis=2) > 0.15
    road, wall = before["surface_id"] == 3001, before["normal.Y"] < -0.9
    assert 0.2 < change[road].mean() < 0.9
    assert change[wall & ~road].mean() < 0.1


def test_lit_cars_throw_beams_ahead_and_stay_as_they_are_to_the_labels(yard):
    car = to_object("car_0", cars.car("hatchback"), Materials())
    yard.add(place(car, (-6.0, 4.0, 0.0), 270.0), 3010)
    other = bpy.data.objects.new("car_1", car.data)
    yard.add(place(other, (-9.0, 4.0, 0.0), 270.0), 3011)
    yard.camera_rig = "dashcam"
    before = label_pass.render_labels(yard)
    night = weather(sun_elevation_deg=-30.0, lit_cars=1.0, headlights=True)
    sky_builder.build(night, yard)
    lamps = [o for o in yard.scene.objects if o.name.startswith("headlight")]
    bpy.context.view_layer.update()
    assert len(lamps) == 2 * 3
    ahead = [np.array(o.matrix_world)[:3, :3] @ (0, 0, -1) for o in lamps]
    places = np.array([o.matrix_world.translation for o in lamps])
    of_car = np.abs(places[:, 0] + 6.0) < 1.0
    assert of_car.sum() == 2
    length = 4.05
    np.testing.assert_allclose(places[of_car][:, 1], 4.0 - length / 2, atol=0.2)  # at its nose, which looks along -y
    assert 0.5 < places[of_car][:, 2].mean() < 1.0
    assert np.ptp(places[of_car][:, 0]) > 0.8
    assert all(ray[1] < -0.9 and abs(ray[2]) < 0.01 for ray, own in zip(ahead, of_car, strict=True) if own)
    own = places[:, 1] < -5
    assert own.sum() == 2
    assert all(ray[1] > 0.9 for ray, mine in zip(ahead, own, strict=True) if mine)
    after = label_pass.render_labels(yard)
    for name, layer in before.items():
        np.testing.assert_array_equal(layer, after[name], err_msg=name)


def test_a_beam_on_a_wall_is_that_of_the_table(yard, tmp_path):
    for obj in list(yard.scene.objects):
        if obj.type == "MESH":
            bpy.data.objects.remove(obj)
    wall = [(-4.0, 10.0, -2.0), (4.0, 10.0, -2.0), (4.0, 10.0, 4.0), (-4.0, 10.0, 4.0)]
    yard.add(coloured("wall", wall, [(0, 1, 2, 3)], (0.5, 0.5, 0.5)), 3001)
    bsdf = bpy.data.materials["wall"].node_tree.nodes["Principled BSDF"]
    bsdf.inputs["Specular IOR Level"].default_value = 0.0
    camera = yard.scene.camera
    camera.location, camera.rotation_euler, camera.data.lens = (0, 0, 0.8), (math.radians(90), 0, 0), 60
    headlights._beam(yard, np.array([0.0, 0.0, 0.65]), math.pi / 2, 1.0)
    bpy.context.view_layer.update()
    lux = picture(yard, tmp_path / "beam.exr").mean(axis=2) / np.mean(headlights.BEAM_RGB)
    lux *= math.pi / 0.5 * daylight.LUX_PER_UNIT
    height, width = lux.shape
    half = 10 * camera.data.sensor_width / 2 / camera.data.lens
    x = ((np.arange(width) + 0.5) / width * 2 - 1) * half
    z = 0.8 - ((np.arange(height) + 0.5) / height * 2 - 1) * half * height / width - 0.65
    right, up = np.degrees(np.arctan2(x, 10.0))[None], np.degrees(np.arctan2(z[:, None], np.hypot(10.0, x)[None]))
    distance = np.sqrt(100 + x[None] ** 2 + z[:, None] ** 2)
    expected = low_beam.intensity_cd(right, up) * 10 / distance**3
    far = np.abs(up + 0.4) > 0.7  # from the cut-off, which the lamp's size softens
    assert np.median(np.abs(lux[far] / np.maximum(expected[far], 0.1) - 1)) < 0.05
    assert lux.max() == pytest.approx(expected.max(), rel=0.15)


@pytest.mark.parametrize("changes", [{"headlights": False, "lit_cars": 0.0}, {"sun_elevation_deg": 40.0}])
def test_no_beams_by_day_or_where_nobody_has_them_on(yard, changes):
    yard.add(to_object("car_0", cars.car("hatchback"), Materials()), 3010)
    yard.camera_rig = "dashcam"
    sky_builder.build(weather(**{"sun_elevation_deg": -30.0, "lit_cars": 1.0, "headlights": True, **changes}), yard)
    assert not [o for o in yard.scene.objects if o.name.startswith("headlight")]


@pytest.mark.parametrize("elevation", [3.0, -0.5, -4.0, -10.0, -30.0])
@pytest.mark.parametrize("oktas", [0.0, 4.0, 8.0])
def test_the_sky_holds_what_is_promised_at_any_hour(elevation, oktas):
    spec = weather(sun_elevation_deg=elevation, cloud_oktas=oktas, sun_clear=0.0 if oktas > 7 else 1.0, mor_m=3e4)
    image = sky_builder.panorama(spec) * spec.watts_per_unit() / 100
    assert np.isfinite(image).all()
    assert image.min() >= 0
    rows = len(image)
    h = ((np.arange(rows) + 0.5) / rows - 0.5) * math.pi
    weight = np.where(h > 0, np.sin(h) * np.cos(h), 0) * (math.pi / rows) ** 2
    light = float((image @ sky_builder.LUMINANCE * weight[:, None]).sum())
    assert light == pytest.approx(spec.diffuse(), rel=0.05)
    assert sky_builder.horizon(image).shape == (24, 3)


def test_the_horizon_is_told_by_azimuth():
    image = np.zeros((180, 360, 3), np.float32)
    azimuth = (0.5 - (np.arange(360) + 0.5) / 360) * 360 % 360
    image[90:98, np.abs(azimuth - 90) < 7.5] = 1.0
    table = sky_builder.horizon(image)
    assert int(table[:, 0].argmax()) == 6  # 90 degrees, by 15


def test_black_bodies_are_warm_and_cold():
    sodium, led, day = (night.black_body(k) for k in (2000, 4000, 6500))
    assert sodium[0] / sodium[2] > led[0] / led[2] > day[0] / day[2] == pytest.approx(1)


@pytest.mark.parametrize("scene", ["studio", pytest.param("street", marks=pytest.mark.slow)])
def test_people_are_the_same_to_the_pixel_in_all_weathers(scene, tmp_path):
    kinds = (["weather=foggy", "weather.time=night", "weather.medium=volume"],
             ["weather=rainy", "weather.hdri=city"], ["weather=snowy", "weather.ice=0.3"])  # fmt: skip
    small = [f"scene={scene}", "pedestrians=few", "pedestrians.count=3", "pedestrians.dress=fixed", "mirrors=wall",
             "props.count=0", "seed=3", "render.width_px=160", "render.height_px=90"]  # fmt: skip
    found = []
    for kind in kinds:
        settings = compose([*small, *kind])
        packs = find_packs(settings.packs)
        spec = sample_scene(settings, packs, 0)
        stage = build_scene(spec, {pack.name: pack.folder for pack in packs})
        lamps = [o for o in stage.scene.objects if o.name.startswith("street_lamp")]
        assert bool(lamps) == (scene == "street" and kind is kinds[0])
        cycles.apply_picture_settings(stage.scene, settings.render, 0)
        found.append((label_pass.render_labels(stage), spec, stage))
        if scene == "street" and kind is kinds[-1]:
            start = time.process_time()
            record.render_frame(tmp_path / "000000", spec, stage, found[-1][0], ([], "CPU"), {})
            rendering = time.process_time() - start
            # many pictures of one frame cost next to nothing
            start = time.process_time()
            assert len(list(shots(RawFrame(tmp_path / "000000"), DevelopSettings(mor_m=[50, 100, 200, 1000])))) == 4
            assert time.process_time() - start < 0.05 * rendering
    first, spec, stage = found[0]
    person = np.isin(first["surface_id"], PERSON_IDS)
    assert person.any()
    for labels, other, built in found[1:]:
        assert [p.position_m for p in other.people] == [p.position_m for p in spec.people]
        np.testing.assert_array_equal(np.isin(labels["surface_id"], PERSON_IDS), person)
        for layer in ("surface_id", "depth_m"):
            np.testing.assert_array_equal(labels[layer][person], first[layer][person], err_msg=layer)
        assert built.keypoints.keys() == stage.keypoints.keys()
        for number, joints in stage.keypoints.items():
            for name, point in joints.items():
                np.testing.assert_allclose(built.keypoints[number][name], point, atol=1e-6)
        # what a mirror shows, it shows still; puddles may show more
        mirrored = np.isin(first["reflected_id"], PERSON_IDS)
        np.testing.assert_array_equal(labels["reflected_id"][mirrored], first["reflected_id"][mirrored])


def test_what_falls_is_drawn_out_by_speed_and_exposure(yard):
    class Open:
        def open_at(self, points_m):
            return np.ones(len(points_m), bool)

    no_lamps = Lamps(np.zeros((0, 3)), np.zeros(0), np.ones(3))
    lengths = []
    for shutter_s in (1 / 200, 1 / 50):
        spec = replace(weather(rain_mm_h=10.0, fall_gain=1e6), shutter_s=shutter_s)
        outdoors = Outdoors(spec, yard, Open(), no_lamps)
        streaks = falling.visible_streaks(falling.rain_and_snow(spec)[0], outdoors, np.random.default_rng(1))
        lengths.append(np.median(2 * np.linalg.norm(streaks.halves_m, axis=1) - 2 * streaks.half_widths_m))
    # between the speeds of the smallest drops drawn, 0.6 mm, and the largest
    assert 2.4 / 200 < lengths[0] < 9.65 / 200
    assert lengths[1] == pytest.approx(4 * lengths[0], rel=0.02)
