"""The street's plan: what it offers to people, cameras and mirrors. No Blender."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.world.mirrors import wall
from blender_synth.world.scenery import street
from blender_synth.world.weather import sky

SEEDS = range(8)
CATEGORIES = {"road", "pavement", "building", "vegetation", "street_furniture", "vehicle"}


@pytest.fixture(scope="module")
def streets() -> list[street.Spec]:
    return [street.Randomizer().sample(Streams(seed, 0)) for seed in SEEDS]


def turns_left_everywhere(polygon) -> bool:
    p = np.array(polygon)
    a, b = np.roll(p, -1, axis=0) - p, np.roll(p, -2, axis=0) - np.roll(p, -1, axis=0)
    return bool((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] > 1e-9).all())


def test_polygons_are_convex_and_counter_clockwise(streets):
    for spec in streets:
        layout = spec.layout()
        for thing in (*layout.areas, *layout.obstacles):
            assert turns_left_everywhere(thing.polygon_xy_m), thing.name


def test_same_seed_same_street_and_other_seed_another():
    one, again, other = (street.Randomizer().sample(Streams(seed, 3)) for seed in (5, 5, 6))
    assert one == again
    assert one != other


def test_spec_survives_json(streets):
    adapter = TypeAdapter(street.Spec)
    for spec in streets[:5]:
        assert adapter.validate_json(adapter.dump_json(spec)) == spec


def test_things_have_ids_of_their_own(streets):
    for spec in streets:
        things = spec.labelled_instances()
        assert max(Counter(t.instance_id for t in things).values()) == 1
        assert max(Counter(t.name for t in things).values()) == 1
        assert {t.category for t in things} <= CATEGORIES
        assert all(3001 <= t.instance_id < 4000 for t in things)


def test_heights_agree(streets):
    for spec in streets:
        layout = spec.layout()
        assert 0.08 <= spec.kerb_step_m <= 0.16
        for area in layout.areas:
            assert area.z_m == (spec.kerb_step_m if area.use == "pavement" else 0.0)
        for mount in layout.mirror_mounts:
            assert mount.base_z_m == spec.kerb_step_m
        for camera in layout.cameras:
            assert camera.base_z_m == (0.0 if camera.rig == "dashcam" else spec.kerb_step_m)


def test_cameras_stand_free(streets):
    heights = {"dashcam": 1.3, "handheld": 1.6, "cctv": 4.0}
    for spec in streets:
        layout = spec.layout()
        assert {c.rig for c in layout.cameras} == set(heights)
        for camera in layout.cameras:
            points = np.linspace(camera.start_xy_m, camera.end_xy_m, 25)
            z = camera.base_z_m + heights[camera.rig]
            for o in layout.obstacles:
                if o.base_z_m < z < o.base_z_m + o.height_m:
                    assert not geometry.in_convex(points, o.polygon_xy_m).any(), (camera.name, o.name)


def test_nothing_stands_before_a_dashcam(streets):
    for spec in streets:
        layout = spec.layout()
        for camera in (c for c in layout.cameras if c.rig == "dashcam"):
            ahead = geometry.direction(camera.facing_deg)[:2]
            for t in np.linspace(0, 1, 15):
                at = np.array(camera.start_xy_m) * (1 - t) + np.array(camera.end_xy_m) * t
                for o in layout.obstacles:
                    assert not geometry.segment_hits_convex(at, at + 4.0 * ahead, o.polygon_xy_m), o.name


def test_pavements_are_walkable(streets):
    for spec in streets:
        layout = spec.layout()
        low = [o for o in layout.obstacles if o.base_z_m < 2]
        for area in (a for a in layout.areas if a.use == "pavement"):
            p = np.array(area.polygon_xy_m)
            assert np.ptp(p[:, 1]) > 1.5
            anywhere = np.random.default_rng(0).uniform(p.min(0), p.max(0), (400, 2))
            inside = anywhere[geometry.in_convex(anywhere, area.polygon_xy_m)]
            assert len(inside) >= 200
            blocked = np.any([geometry.in_convex(inside, o.polygon_xy_m) for o in low], axis=0)
            assert np.mean(blocked) < 0.05


def test_mirrors_fit_on_both_sides(streets):
    for spec in streets:
        mounts = spec.layout().mirror_mounts
        assert {"left", "right"} <= {m.name.split("_")[1] for m in mounts}
        for number, mount in enumerate(mounts):
            length = math.dist(mount.start_xy_m, mount.end_xy_m)
            assert 3.5 <= length <= 7.0
            for along in (0.0, 0.5, 1.0, None):
                mirror = wall.Randomizer().sample(Streams(1, number), (1001, 2001), mount, along)
                assert_mirror_fits(mirror, mount, length)


def assert_mirror_fits(mirror: wall.Spec, mount, length: float) -> None:
    corners = mirror.corners_m()
    start, end = np.array(mount.start_xy_m), np.array(mount.end_xy_m)
    along = (corners[:, :2] - start) @ (end - start) / length
    assert along.min() - mirror.frame_width_m > -1e-9
    assert along.max() + mirror.frame_width_m < length + 1e-9
    out = (corners[:, :2] - start) @ geometry.direction(mount.facing_deg)[:2]
    assert out.min() > 0.03
    assert out.max() < 0.6
    assert corners[:, 2].min() - mirror.frame_width_m >= mount.base_z_m
    assert corners[:, 2].max() + mirror.frame_width_m <= mount.base_z_m + mount.clear_height_m + 1e-9
    point, normal = mirror.plane()
    assert np.abs((corners - point) @ normal).max() < 1e-9
    assert np.linalg.norm(normal) == pytest.approx(1)
    assert normal[2] >= 0
    # seen from the front the corners run counter-clockwise, so their normal is the mirror's
    assert np.cross(corners[1] - corners[0], corners[3] - corners[0]) @ normal > 0


def test_mirror_spec_survives_json(streets):
    mount = streets[0].layout().mirror_mounts[0]
    mirror = wall.Randomizer().sample(Streams(1, 0), (1001, 2001), mount, 0.3)
    adapter = TypeAdapter(wall.Spec)
    assert adapter.validate_json(adapter.dump_json(mirror)) == mirror


def test_prop_spots_are_free(streets):
    for spec in streets:
        layout = spec.layout()
        assert len(layout.prop_spots) >= 6
        for spot in layout.prop_spots:
            for o in layout.obstacles:
                if o.name.startswith("building"):
                    continue
                assert not geometry.in_convex(np.array(spot.position_m[:2]), o.polygon_xy_m), (spot.name, o.name)


@pytest.mark.parametrize("key", ["length_m", "pavement_m", "storeys", "wear"])
def test_low_above_high_is_refused_with_its_key(key):
    with pytest.raises(ValidationError, match="low 9 is greater than high 1") as caught:
        TypeAdapter(street.Randomizer).validate_python({key: [9, 1]})
    assert caught.value.errors()[0]["loc"] == (key,)


@pytest.mark.parametrize(
    ("randomizer", "key"),
    [
        (street.Randomizer, "parking"),
        (street.Randomizer, "wall"),
        (street.Randomizer, "trees"),
        (wall.Randomizer, "frame"),
    ],
)
def test_unknown_choice_is_refused(randomizer, key):
    with pytest.raises(ValidationError, match="no such choice: granite"):
        TypeAdapter(randomizer).validate_python({key: {"granite": 1}})


def test_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="lenght_m"):
        TypeAdapter(street.Randomizer).validate_python({"lenght_m": [9, 10]})


def test_other_streams_leave_the_street_alone():
    """More trees must not move a house, a car or a crossing."""
    plain, leafy = (street.Randomizer(trees=trees).sample(Streams(9, 0)) for trees in ({"none": 1.0}, {"both": 1.0}))
    assert plain.buildings == leafy.buildings
    assert plain.cars == leafy.cars
    assert plain.road == leafy.road


def sky_spec(**changes) -> sky.Spec:
    values = {
        "cloud_oktas": 0.0,
        "sun_elevation_deg": 60.0,
        "sun_azimuth_deg": 0.0,
        "turbidity": 3.0,
        "sun_clear": 1.0,
        "sun_blur_deg": 0.53,
        "mor_m": 4e4,
        "temperature_c": 15.0,
        "cloud_seed": 1,
    }
    return sky.Spec(**{**values, **changes})


def test_sky_irradiances_are_those_of_the_sun():
    """Clear noon: about 9 direct, a tenth of the horizontal total diffuse; overcast: a quarter of it, all diffuse."""
    clear, overcast = sky_spec(), sky_spec(cloud_oktas=8.0, sun_clear=0.0)
    direct = clear.sun() * math.sin(math.radians(60))
    assert 8.5 < clear.sun() < 10
    assert 0.07 < clear.diffuse() / (direct + clear.diffuse()) < 0.2
    assert overcast.diffuse() / (direct + clear.diffuse()) == pytest.approx(0.25, abs=0.01)


def test_low_sun_is_weaker():
    high, low = sky_spec(), sky_spec(sun_elevation_deg=5.0)
    assert low.sun() < 0.5 * high.sun()
    assert low.diffuse() < high.diffuse()


def test_sky_randomizer_is_deterministic_and_keeps_its_ranges():
    randomizer = sky.Randomizer(cloud_oktas=(6, 8), sun_behind_cloud=1.0)
    for seed in range(20):
        spec = randomizer.sample(Streams(seed, 0))
        assert spec == randomizer.sample(Streams(seed, 0))
        assert 6 <= spec.cloud_oktas <= 8
        assert spec.sun() < 0.1 * spec.clear_sun()
