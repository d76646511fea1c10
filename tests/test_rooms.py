"""The plans of indoor scenes: what they offer to people, cameras, mirrors and props. No Blender."""

from __future__ import annotations

import importlib
import math
from collections import Counter

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from blender_synth import geometry
from blender_synth.config import compose
from blender_synth.seeds import Streams
from blender_synth.world.cameras.pinhole import Randomizer as Camera
from blender_synth.world.layout import CameraAnchor
from blender_synth.world.placement.camera_placement import place_camera
from blender_synth.world.registry import kind_module
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import MIRROR_IDS, spec_from_json, spec_to_json

KINDS = ("lobby", "gym", "lift", "shopping_arcade")
SEEDS = range(8)
RIGS = {"handheld": ((1.45, 1.75), (-5.0, 0.0)), "cctv": ((3.0, 4.8), (-24.0, -14.0))}


@pytest.fixture(scope="module", params=KINDS)
def specs(request) -> list:
    module = importlib.import_module(f"blender_synth.world.scenery.{request.param}")
    return [module.Randomizer().sample(Streams(seed, 0)) for seed in SEEDS]


def ceiling_m(spec, xy) -> float:
    if spec.kind == "shopping_arcade":
        return spec.roof_m(xy[1])
    return spec.landing_height_m if spec.kind == "lift" and xy[1] < 0 else spec.height_m


def in_areas(layout, xy, margin_m: float = 0.0) -> bool:
    return any(geometry.in_convex(np.array(xy), a.polygon_xy_m, margin_m) for a in layout.areas)


def inside(layout, xy) -> list[str]:
    return [o.name for o in layout.obstacles if geometry.in_convex(np.array(xy), o.polygon_xy_m, 1e-6)]


def convex(polygon) -> bool:
    p = np.array(polygon)
    a, b = np.roll(p, -1, axis=0) - p, np.roll(p, -2, axis=0) - np.roll(p, -1, axis=0)
    return bool((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] > 1e-9).all())


def test_polygons_are_convex_and_counter_clockwise(specs):
    for spec in specs:
        layout = spec.layout()
        for shape in (*layout.areas, *layout.obstacles):
            assert convex(shape.polygon_xy_m), (spec.kind, shape.name)


def test_ids_and_names_are_single_and_clash_with_no_others(specs):
    for spec in specs:
        things = spec.labelled_instances()
        assert max(Counter(t.instance_id for t in things).values()) == 1
        assert max(Counter(t.name for t in things).values()) == 1
        assert all(3001 <= t.instance_id < 4000 for t in things)
        assert {m.host_id for m in spec.layout().mirror_mounts} <= {t.instance_id for t in things}


def test_json_gives_the_same_back(specs):
    adapter = TypeAdapter(type(specs[0]))
    for spec in specs[:4]:
        assert adapter.validate_json(adapter.dump_json(spec)) == spec


def test_no_two_seeds_are_alike(specs):
    for number, one in enumerate(specs):
        for other in specs[:number]:
            assert one != other
            assert one.layout() != other.layout()
    module = kind_module("scenery", specs[0].kind)
    assert module.Randomizer().sample(Streams(0, 0)) == specs[0]


def test_mounts_are_free(specs):
    """Nothing stands where a mirror would, and its wall is behind it."""
    for spec in specs:
        layout = spec.layout()
        assert layout.mirror_mounts
        for mount in layout.mirror_mounts:
            assert mount.length_m > 0.9
            assert mount.base_z_m + mount.clear_height_m < ceiling_m(spec, mount.point_xy_m(mount.length_m / 2, 0.1))
            for along in np.linspace(0.05, mount.length_m - 0.05, 9):
                reach = min(0.3, 0.6 * mount.depth_m)
                before = [n for n in inside(layout, mount.point_xy_m(along, reach)) if not n.startswith("rail")]
                assert not before, (spec.kind, mount.name, before)
                assert inside(layout, mount.point_xy_m(along, -0.1)), (spec.kind, mount.name)
        for host in layout.hosts:
            assert host.use == "shop"
            assert in_areas(layout, host.point_xy_m(host.length_m / 2, 0.8)), host.name


def test_cameras_hang_under_the_ceiling_and_stand_in_nothing(specs):
    for spec in specs:
        layout = spec.layout()
        assert {a.rig for a in layout.cameras} == set(RIGS)
        for rig, (height, pitch) in RIGS.items():
            randomizer = Camera(rig=rig, height_m=height, pitch_deg=pitch)
            for number in range(6):
                camera = place_camera(randomizer, layout, Streams(number, 0), 64, 48)
                x, y, z = camera.position_m
                assert z < ceiling_m(spec, (x, y)) - 0.05
                assert z > 1.4
                assert in_areas(layout, (x, y), -0.3), (spec.kind, camera.anchor)
                for o in layout.obstacles:
                    if o.base_z_m < z < o.base_z_m + o.height_m:
                        assert not geometry.in_convex(np.array([x, y]), o.polygon_xy_m, -0.05), (camera.anchor, o.name)


def test_seats_and_spots_are_in_the_room_and_free(specs):
    for spec in specs:
        layout = spec.layout()
        for seat in layout.seats:
            assert in_areas(layout, seat.position_m[:2])
            assert inside(layout, seat.position_m[:2]) == [seat.bench]
        for spot in layout.prop_spots:
            assert spot.wants
            assert in_areas(layout, spot.position_m[:2])
            for angle in np.arange(0, 2 * math.pi, 0.5):
                rim = np.array(spot.position_m[:2]) + 0.9 * spot.room_m * np.array([np.cos(angle), np.sin(angle)])
                assert not inside(layout, rim), (spec.kind, spot.name, spot.wants)


def test_most_of_the_floor_is_free(specs):
    rng = np.random.default_rng(0)
    for spec in specs:
        layout = spec.layout()
        p = np.array(layout.areas[0].polygon_xy_m)
        points = rng.uniform(p.min(0), p.max(0), (300, 2))
        taken = np.any([geometry.in_convex(points, o.polygon_xy_m) for o in layout.obstacles], axis=0)
        assert np.mean(taken) < 0.45, spec.kind
        assert 10 <= layout.indoor_c <= 25


@pytest.mark.parametrize("kind", KINDS)
def test_people_find_room_and_keep_out_of_things(kind):
    counts = []
    settings = compose([f"scene={kind}", "mirrors=none", "pedestrians=few", "seed=1"])
    for index in range(5):
        scene = sample_scene(settings, (), index)
        assert spec_from_json(spec_to_json(scene)) == scene
        layout = scene.scenery.layout()
        counts.append(len(scene.people) / max(1, scene.people_wanted))
        for person in scene.people:
            xy = person.position_m[:2]
            assert in_areas(layout, xy)
            seated = {s.bench for s in layout.seats if np.allclose(s.position_m[:2], xy)}
            assert set(inside(layout, xy)) <= seated
            assert np.linalg.norm(np.subtract(xy, scene.camera.position_m[:2])) >= layout.camera_clearance_m - 1e-6
    assert np.mean(counts) > 0.6


@pytest.mark.parametrize("choice", ["wall", "panels", "polished_floor", "mixed"])
@pytest.mark.parametrize("kind", KINDS)
def test_mirrors_find_a_place(kind, choice):
    found = 0
    settings = compose([f"scene={kind}", f"mirrors={choice}", "seed=1"])
    for index in range(2):
        scene = sample_scene(settings, (), index)
        mirrors = [m for m in scene.mirrors if m.instance_id in MIRROR_IDS]
        found += bool(mirrors)
        layout = scene.scenery.layout()
        depth = {m.name: m.depth_m for m in layout.mirror_mounts}
        for mirror in mirrors:
            if mirror.kind in ("wall", "panels", "full_length", "glass_door"):
                mount = next(m for m in layout.mirror_mounts if m.name == mirror.mount)
                out = (mirror.corners_m()[:, :2] - mount.start_xy_m) @ geometry.direction(mount.facing_deg)[:2]
                assert 0 < out.min() <= out.max() <= depth[mirror.mount] + 1e-6
                assert mirror.corners_m()[:, 2].max() < ceiling_m(scene.scenery, mirror.position_m)
    assert found == 2


def test_a_place_limits_its_cameras_height_and_tilts_it():
    low = CameraAnchor(name="a", rig="cctv", start_xy_m=(0, 0), end_xy_m=(0, 0), base_z_m=1.0, facing_deg=0,
                       height_m=(1.0, 1.2), tilt_deg=-10.0)  # fmt: skip
    camera = Camera(rig="cctv", height_m=(3.0, 4.8), pitch_deg=(-20.0, -20.0)).sample(Streams(1, 0), low, 64, 48)
    assert camera.position_m[2] == pytest.approx(2.2)
    assert camera.pitch_deg == pytest.approx(-30.0)


@pytest.mark.parametrize(("kind", "key"), [("lobby", "floor"), ("gym", "floor"), ("lift", "cladding"),
                                           ("shopping_arcade", "roof")])  # fmt: skip
def test_unknown_choices_are_refused(kind, key):
    module = importlib.import_module(f"blender_synth.world.scenery.{kind}")
    with pytest.raises(ValidationError, match="no such choice: mud"):
        TypeAdapter(module.Randomizer).validate_python({key: {"mud": 1}})
