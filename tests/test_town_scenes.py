"""Crossing, square and car park: their plans. No Blender."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from blender_synth import geometry
from blender_synth.config import compose
from blender_synth.seeds import Streams
from blender_synth.world.mirrors import wall
from blender_synth.world.mirrors.checks import check_mount
from blender_synth.world.mirrors.placement_context import Obstacles, PlacementContext
from blender_synth.world.placement.camera_placement import place_camera
from blender_synth.world.sample import sample_scene
from blender_synth.world.scenery import car_park, crosswalk, plaza
from blender_synth.world.scenery.car_park import elements

SCENES = {"crosswalk": crosswalk, "plaza": plaza, "car_park": car_park}
RIGS = {"crosswalk": {"dashcam", "handheld", "cctv"}, "plaza": {"handheld", "cctv"},
        "car_park": {"dashcam", "handheld", "cctv"}}  # fmt: skip
HEIGHTS_M = {"dashcam": 1.3, "handheld": 1.6, "cctv": 4.0}
SEEDS = range(5)


@pytest.fixture(scope="module", params=list(SCENES))
def scenes(request):
    """(name, [(spec, layout) of some seeds])."""
    specs = [SCENES[request.param].Randomizer().sample(Streams(seed, 0)) for seed in SEEDS]
    return request.param, [(spec, spec.layout()) for spec in specs]


def turns_left(polygon) -> bool:
    p = np.array(polygon)
    a, b = np.roll(p, -1, axis=0) - p, np.roll(p, -2, axis=0) - np.roll(p, -1, axis=0)
    return bool((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] > 1e-9).all())


def along(anchor) -> np.ndarray:
    start, end = np.array(anchor.start_xy_m), np.array(anchor.end_xy_m)
    return start + np.linspace(0, 1, 9)[:, None] * (end - start)


def height_m(anchor) -> float:
    height = HEIGHTS_M[anchor.rig]
    return anchor.base_z_m + (np.clip(height, *anchor.height_m) if anchor.height_m else height)


def test_outlines_are_convex_and_counter_clockwise(scenes):
    for _, layout in scenes[1]:
        for thing in (*layout.areas, *layout.obstacles):
            assert turns_left(thing.polygon_xy_m), thing.name


def test_ids_and_names_are_unique_and_in_range(scenes):
    for spec, layout in scenes[1]:
        things = spec.labelled_instances()
        assert max(Counter(t.instance_id for t in things).values()) == 1
        assert max(Counter(t.name for t in things).values()) == 1
        assert all(3001 <= t.instance_id < 4000 for t in things)
        ids = {t.instance_id for t in things}
        assert {a.ground_id for a in layout.areas} <= ids
        assert {m.host_id for m in (*layout.mirror_mounts, *layout.hosts)} <= ids
        for group in (layout.areas, layout.mirror_mounts, layout.hosts, layout.cameras, layout.prop_spots):
            assert max(Counter(one.name for one in group).values()) == 1


def test_spec_survives_json_and_seeds_differ(scenes):
    name, found = scenes
    adapter = TypeAdapter(SCENES[name].Spec)
    for spec, _ in found[:4]:
        assert adapter.validate_json(adapter.dump_json(spec)) == spec
    assert len({adapter.dump_json(spec) for spec, _ in found}) == len(found)
    assert SCENES[name].Randomizer().sample(Streams(SEEDS[3], 0)) == found[3][0]


def test_cameras_stand_free_and_every_rig_has_some(scenes):
    name, found = scenes
    for _, layout in found:
        assert {c.rig for c in layout.cameras} == RIGS[name]
        lines = np.concatenate([along(camera) for camera in layout.cameras])
        heights = np.repeat([height_m(camera) for camera in layout.cameras], 9)
        for o in layout.obstacles:
            level = (o.base_z_m < heights) & (heights < o.base_z_m + o.height_m)
            assert not (geometry.in_convex(lines, o.polygon_xy_m) & level).any(), o.name


def test_handheld_cameras_stand_where_people_do(scenes):
    for _, layout in scenes[1]:
        ground = [a for a in layout.areas if a.use != "road"]
        for camera in (c for c in layout.cameras if c.rig == "handheld"):
            inside = np.any([geometry.in_convex(along(camera), a.polygon_xy_m) for a in ground], axis=0)
            assert inside.all(), camera.name


def test_nothing_stands_before_a_dashcam(scenes):
    for _, layout in scenes[1]:
        for camera in (c for c in layout.cameras if c.rig == "dashcam"):
            ahead = geometry.direction(camera.facing_deg)[:2]
            for at in along(camera):
                for o in layout.obstacles:
                    assert not geometry.segment_hits_convex(at, at + 2.1 * ahead, o.polygon_xy_m), (camera.name, o.name)


def test_no_camera_looks_out_of_the_world(scenes):
    """Every level ray within a camera's view meets something higher than the camera."""
    for _, layout in scenes[1]:
        obstacles = Obstacles(layout)
        tall = obstacles.high > 2.9
        for camera in layout.cameras[::3]:
            eye = np.array([*along(camera)[4], 2.8 if camera.rig != "cctv" else min(height_m(camera), 2.85)])
            for turn in np.arange(-46.0, 46.1, 11.5):
                ray = geometry.direction(camera.facing_deg + turn)
                far = eye + 140.0 * np.array([ray[0], ray[1], 0.0])
                assert (obstacles.between(eye, far) & tall).any(), (camera.name, turn)


def test_walkable_ground_is_mostly_free(scenes):
    for _, layout in scenes[1]:
        low = [o for o in layout.obstacles if o.base_z_m < 2]
        free = 0.0
        for area in (a for a in layout.areas if a.use != "road"):
            p = np.array(area.polygon_xy_m)
            anywhere = np.random.default_rng(0).uniform(p.min(0), p.max(0), (300, 2))
            inside = anywhere[geometry.in_convex(anywhere, area.polygon_xy_m)]
            blocked = np.any([geometry.in_convex(inside, o.polygon_xy_m) for o in low], axis=0)
            assert blocked.mean() < 0.25, area.name
            span = p.max(0) - p.min(0)
            free += len(inside) / 300 * span[0] * span[1] * (1 - blocked.mean())
        assert free > 150.0


def test_mounts_are_free_and_mirrors_fit(scenes):
    for _, layout in scenes[1]:
        obstacles = Obstacles(layout)
        assert len(layout.mirror_mounts) >= 3
        for number, mount in enumerate((*layout.mirror_mounts, *layout.hosts)):
            check_mount(mount, obstacles)
            if mount.use != "wall":
                continue
            assert mount.length_m > 1.5
            middle = mount.point_xy_m(mount.length_m / 2, 0.45)
            assert not obstacles.holding(middle).any(), mount.name
            mirror = wall.Randomizer().sample(Streams(1, number), (1001, 2001), mount, 0.5)
            assert mirror.corners_m()[:, 2].max() <= mount.base_z_m + mount.clear_height_m + 1e-9


def test_prop_spots_are_free(scenes):
    for _, layout in scenes[1]:
        assert len(layout.prop_spots) >= 5
        for spot in layout.prop_spots:
            for o in layout.obstacles:
                if not o.name.startswith("building"):
                    assert not geometry.in_convex(np.array(spot.position_m[:2]), o.polygon_xy_m), (spot.name, o.name)


def test_people_and_mirrors_find_places(scenes):
    name, _ = scenes
    kinds = ("wall", "convex") if name == "car_park" else ("wall", "shopfront")
    for number, kind in enumerate(kinds):
        settings = compose([f"scene={name}", f"mirrors={kind}", "pedestrians=crowd", "frames=1"])
        spec = sample_scene(settings, (), number)
        assert len(spec.people) >= 0.9 * spec.people_wanted
        assert spec.mirrors
        # everyone stands on ground
        site = PlacementContext(spec.scenery.layout(), spec.camera, spec.people)
        standing = [p for p in spec.people if site.ground(p.position_m[:2]) is not None]
        assert len(standing) >= 0.8 * len(spec.people)


def test_a_plaza_has_no_place_for_a_dashcam():
    settings = compose(["scene=plaza", "camera=dashcam"])
    layout = plaza.Randomizer().sample(Streams(0, 0)).layout()
    with pytest.raises(Exception, match="no place for such a camera"):
        place_camera(settings.camera, layout, Streams(0, 0), 64, 48)


def test_the_crossings_that_cars_wait_at_are_those_that_people_walk_over():
    for seed in range(8):
        spec = crosswalk.Randomizer().sample(Streams(seed, 0))
        crossings = {a.name for a in spec.layout().areas if a.use == "crossing"}
        assert crossings == {f"crossing_{arm.name}" for arm in spec.arms if arm.walks}
        assert next(arm for arm in spec.arms if arm.name == spec.free_arm).walks
        for arm in spec.arms:
            kerb = spec.street(arm).kerb_m
            box = arm.box(0.0, arm.stop_m, -kerb, kerb)
            assert not any(geometry.in_convex(np.array(c.position_m[:2]), box) for c in spec.cars)
        for signal in spec.signals:
            assert signal.walks == next(a for a in spec.arms if a.name == signal.name.split("_")[1]).walks


def test_a_car_park_is_closed_under_a_roof_and_its_cars_stand_in_bays():
    for seed in range(8):
        spec = car_park.Randomizer().sample(Streams(seed, 0))
        layout = spec.layout()
        assert 8.0 <= layout.indoor_c <= 18.0
        for camera in (c for c in layout.cameras if c.rig == "cctv"):
            assert camera.height_m is not None
            assert camera.height_m[1] < spec.height_m - elements.BEAM_M
        for car in spec.cars:
            xs, ys = np.array(car.footprint()).T
            row = min(spec.rows, key=lambda r: abs(r.middle_m - car.position_m[1]))
            low, high = sorted((row.y_m, row.y_m + row.sign * elements.BAY_LENGTH_M))
            assert low - 0.2 < ys.min()
            assert ys.max() < high + 0.2
            assert np.ptp(xs) < spec.bay_m
        assert any("car" in spot.wants for spot in layout.prop_spots if spot.use == "road")


def test_a_plaza_is_closed_by_houses_on_all_sides():
    for seed in range(8):
        spec = plaza.Randomizer().sample(Streams(seed, 0))
        for x, y, facing, length in ((0, 1, 270.0, 0), (1, 0, 180.0, 1), (0, -1, 90.0, 0), (-1, 0, 0.0, 1)):
            row = [b for b in spec.buildings if b.facing_deg == facing and not b.name.startswith("building_end")]
            gap = sum(a.width_m for a in spec.alleys if a.facing_deg == facing)
            assert sum(b.width_m for b in row) + gap == pytest.approx(spec.size_m[length])
            for house in row:
                at = house.point(house.width_m / 2)
                assert at[0] * x + at[1] * y == pytest.approx(spec.size_m[1 - length if y else 0] / 2)
        assert len(spec.alleys) == len([b for b in spec.buildings if b.name.startswith("building_end")])


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("crosswalk", "control", {"policeman": 1}),
        ("crosswalk", "all_walk_share", 1.5),
        ("plaza", "centre", {"swimming_pool": 1}),
        ("plaza", "size_m", [50, 20]),
        ("car_park", "column", {"wooden": 1}),
        ("car_park", "colunm", {"round": 1}),
    ],
)
def test_bad_values_are_refused_with_their_key(name, key, value):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(SCENES[name].Randomizer).validate_python({key: value})
    assert key in map(str, caught.value.errors()[0]["loc"])


def test_more_trees_move_no_house():
    one, other = (plaza.Randomizer(trees=t).sample(Streams(3, 0)) for t in ({"none": 1.0}, {"rows": 1.0}))
    assert one.buildings == other.buildings
    assert one.centre == other.centre
    assert math.isclose(one.litter, other.litter)
