"""Who goes with whom, and where people find room. No Blender."""

from __future__ import annotations

import numpy as np
import pytest

from blender_synth import geometry
from blender_synth.config import compose
from blender_synth.errors import AssetError, ConfigError
from blender_synth.packs.loading import load_pack
from blender_synth.seeds import Streams
from blender_synth.world.climate import Climate
from blender_synth.world.layout import CAMERA_CLEARANCE_M
from blender_synth.world.people.situation import Footprint
from blender_synth.world.placement.crowd import draw_people
from blender_synth.world.placement.ground import Ground
from blender_synth.world.placement.line_of_sight import CHEST_M, clear_line
from blender_synth.world.sample import sample_scene
from tests.small_glb import write_pack


@pytest.fixture(scope="module")
def scenes():
    settings = compose(["scene=street", "pedestrians=crowd"])
    return [sample_scene(settings, (), index) for index in range(3)]


def gap_m(a, b) -> float:
    """Room between two people's footprints, sampled densely along their strips."""

    def outline(person):
        f = person.footprint()
        along = np.linspace(-f.back_m + f.half_width_m, f.front_m - f.half_width_m, 25)
        return np.array(person.position_m[:2]) + along[:, None] * geometry.direction(person.heading_deg)[:2]

    apart = np.linalg.norm(outline(a)[:, None] - outline(b)[None], axis=2).min()
    return apart - a.footprint().half_width_m - b.footprint().half_width_m


def test_nobody_stands_in_anybody_or_anything(scenes):
    for spec in scenes:
        layout = spec.scenery.layout()
        assert len(spec.people) == spec.people_wanted
        for n, person in enumerate(spec.people):
            xy = np.array(person.position_m[:2])
            assert np.linalg.norm(xy - spec.camera.position_m[:2]) >= CAMERA_CLEARANCE_M
            if person.pose.activity == "sit":
                continue
            areas = [a for a in layout.areas if a.use != "road" and geometry.in_convex(xy, a.polygon_xy_m)]
            assert person.position_m[2] in {a.z_m for a in areas}
            assert not any(geometry.in_convex(xy, o.polygon_xy_m, -0.3) for o in layout.obstacles)
            assert all(gap_m(person, other) > -0.02 for other in spec.people[:n] if other.pose.activity != "sit")


def test_groups_keep_together_and_walk_at_one_pace():
    settings = compose(["scene=street", "pedestrians.count=12", "pedestrians.group_size={3: 1}"])
    settings.pedestrians.person.pose.activity.clear()
    settings.pedestrians.person.pose.activity["walk"] = 1.0
    people = sample_scene(settings, (), 1).people
    assert len(people) == 12
    for first in range(0, 12, 3):
        group = people[first : first + 3]
        places = np.array([p.position_m[:2] for p in group])
        assert np.linalg.norm(places - places.mean(0), axis=1).max() < 1.5
        turns = [(p.heading_deg - group[0].heading_deg + 180) % 360 - 180 for p in group]
        assert np.abs(turns).max() < 30


def test_talkers_face_each_other():
    settings = compose(["scene=street", "pedestrians.count=10", "pedestrians.group_size={2: 1}"])
    settings.pedestrians.person.pose.activity.clear()
    settings.pedestrians.person.pose.activity["talk"] = 1.0
    people = sample_scene(settings, (), 2).people
    for a, b in zip(people[::2], people[1::2], strict=True):
        towards = np.subtract(b.position_m, a.position_m)[:2]
        assert 0.75 < np.linalg.norm(towards) < 1.4
        for person, way in ((a, towards), (b, -towards)):
            assert geometry.direction(person.heading_deg)[:2] @ way / np.linalg.norm(way) > np.cos(np.radians(50))


def test_children_come_with_adults():
    settings = compose(
        ["scene=street", "pedestrians.count=60", "mirrors=none", "pedestrians.person.body.child_share=0.2"]
    )
    everybody = sample_scene(settings, (), 0).people
    adults = [person for person in everybody if person.body.age_years >= 16]
    children = [person for person in everybody if person.body.age_years < 16]
    for child in children:
        assert min(np.linalg.norm(np.subtract(adult.position_m, child.position_m)) for adult in adults) < 2.5
    assert 0.12 < len(children) / len(everybody) < 0.3


@pytest.mark.parametrize("density", [0.05, 0.3])
def test_density_is_kept(density):
    settings = compose(["scene=street", "mirrors=none", f"pedestrians.density_per_m2={density}"])
    for index in range(2):
        spec = sample_scene(settings, (), index)
        ground = Ground(spec.scenery.layout(), spec.camera)
        assert len(spec.people) == spec.people_wanted == round(density * ground.seen_m2)
        assert ground.seen_m2 > 20


def test_impossible_density_gives_as_many_as_fit():
    settings = compose(["scene=studio", "scene.width_m=4", "mirrors=none", "pedestrians.density_per_m2=3"])
    spec = sample_scene(settings, (), 0)
    ground = Ground(spec.scenery.layout(), spec.camera)
    assert len(spec.people) < spec.people_wanted
    assert len(spec.people) / ground.seen_m2 > 1.1


def test_what_is_pushed_ahead_needs_room():
    class Pusher:
        def __init__(self, x, heading_deg):
            self.position_m, self.heading_deg = (x, 0.0, 0.0), heading_deg

        def footprint(self):
            return Footprint(front_m=1.4)

    spec = sample_scene(compose(["scene=studio"]), (), 0)
    ground = Ground(spec.scenery.layout(), spec.camera)
    ground.occupy(Pusher(0.0, 0.0))

    def fits(x):
        return ground.room_for([Pusher(0, 0)], np.array([[x, 0.0]]), np.array([90.0]), 0.05) is not None

    assert not fits(1.2)
    assert fits(1.9)
    assert not fits(-0.4)
    assert fits(-0.8)


def test_sight_lines_agree_with_the_exact_test(scenes):
    seen = []
    for spec in scenes:
        layout = spec.scenery.layout()
        ground = Ground(layout, spec.camera)
        for cell in np.flatnonzero(ground._in_view)[::97]:
            chest = (*ground.cells_xy_m[cell], ground._areas[ground._owner[cell]].z_m + CHEST_M)
            seen.append(ground._seen[cell])
            assert seen[-1] == clear_line(spec.camera.position_m, chest, layout)
    assert 0.2 < np.mean(seen) < 0.98


def test_dress_follows_the_weather_or_not():
    """With `fixed` the same seed shows the same people in all weathers; with `weather` only clothes differ."""
    sunny, cloudy = (
        [sample_scene(compose([f"weather={w}", f"pedestrians.dress={d}"]), (), 3).people for d in ("fixed", "weather")]
        for w in ("sunny", "cloudy")
    )
    assert sunny[0] == cloudy[0]
    for a, b in zip(sunny[1], cloudy[1], strict=True):
        assert (a.body, a.skin, a.hair) == (b.body, b.skin, b.hair)
        assert (a.position_m, a.heading_deg) == (b.position_m, b.heading_deg)


def test_umbrellas_move_nobody():
    """In rain the same people are in the same places as in dry weather."""
    settings = compose(["scene=street", "pedestrians=crowd"])
    spec = sample_scene(settings, (), 4)

    def drawn(climate):
        streams = Streams(0, 4).child("people")
        people, _ = draw_people(
            settings.pedestrians, spec.scenery.layout(), spec.camera, climate, (), streams, range(1, 99)
        )
        return people

    dry, wet = drawn(Climate(temperature_c=14.0)), drawn(Climate(temperature_c=14.0, rain_mm_h=6.0))
    assert [(p.position_m, p.heading_deg, p.pose.activity) for p in dry] == [
        (p.position_m, p.heading_deg, p.pose.activity) for p in wet
    ]
    assert any(c.kind == "umbrella" for p in wet for c in p.carried)


@pytest.mark.parametrize("activity", ["cross", "wait"])
def test_crossings_are_for_those_who_cross(activity):
    """Where the camera sees enough of one, everybody who crosses is on it and everybody who waits at its end."""
    settings = compose(["scene=street", "mirrors=none", "pedestrians.count=3", "pedestrians.group_size={1: 1}"])
    settings.pedestrians.person.pose.activity.clear()
    settings.pedestrians.person.pose.activity[activity] = 1.0
    total = 0
    for index in range(8):
        spec = sample_scene(settings, (), index)
        ground = Ground(spec.scenery.layout(), spec.camera)
        if (ground._seen & (ground._on_crossing if activity == "cross" else ground._at_crossing >= 0)).sum() < 30:
            continue
        for person in spec.people:
            crossing = next(a for a in spec.scenery.layout().areas if a.use == "crossing")
            margin_m = -2.5 if activity == "wait" else 0.0
            assert geometry.in_convex(np.array(person.position_m[:2]), crossing.polygon_xy_m, margin_m)
            total += 1
    assert total >= 3


def test_figures_mix_in_by_their_share(tmp_path):
    write_pack(tmp_path / "cast", "name: cast\nlicence: CC0-1.0\nkind: person\nheight_m: 1.8\n", "anna.glb", "bert.glb")
    settings = compose(["scene=street", "pedestrians.count=30", "pedestrians.figures.share=0.3"])
    packs = (load_pack(tmp_path / "cast"),)
    people = [person for index in range(2) for person in sample_scene(settings, packs, index).people]
    figures = [person for person in people if person.kind == "figure"]
    assert 0.2 < len(figures) / len(people) < 0.4
    assert {figure.item for figure in figures} == {"anna", "bert"}
    for figure in figures:
        assert figure.high_m[2] == pytest.approx(1.8)
        assert figure.low_m[2] == pytest.approx(0)
        assert figure.labelled_instances()[0].category == "pedestrian"
    with pytest.raises(ConfigError, match=r"pedestrians\.figures\.share"):
        sample_scene(settings, (), 0)


def test_a_person_of_a_pack_has_all_keypoints_or_none(tmp_path):
    manifest = "name: cast\nlicence: CC0-1.0\nkind: person\nkeypoints: {nose: [0, 1.6, 0.1]}\n"
    with pytest.raises(AssetError, match="left_eye"):
        load_pack(write_pack(tmp_path / "cast", manifest))


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("pedestrians.group_size={5: 1}", "pedestrians.group_size"),
        ("pedestrians.count=-3", "pedestrians.count"),
        ("pedestrians.density_per_m2=-1", "pedestrians.density_per_m2"),
        ("pedestrians.dress=naked", "pedestrians.dress"),
    ],
)
def test_bad_crowds_are_refused(override, key):
    with pytest.raises(ConfigError) as caught:
        compose([override])
    assert key in str(caught.value)


def _canopies(people):
    """(person, middle (2,), radius, lowest, highest) of every open umbrella."""
    rows = []
    for person in people:
        canopy = person.footprint().canopy
        if canopy is not None:
            ahead = geometry.direction(person.heading_deg)[:2]
            left = np.array([-ahead[1], ahead[0]])
            middle = np.array(person.position_m[:2]) + canopy.ahead_m * ahead + canopy.left_m * left
            z = person.position_m[2]
            rows.append((person, middle, canopy.radius_m, z + canopy.low_m, z + canopy.high_m))
    return rows


def test_open_umbrellas_hit_nobody_and_move_nobody():
    crowded = ("scene=street", "pedestrians=crowd", "pedestrians.person.carried.umbrella_in_rain=1")
    kept = 0
    for index in range(3):
        wet = sample_scene(compose([*crowded, "weather=rainy"]), (), index)
        dry = sample_scene(compose([*crowded, "weather=cloudy"]), (), index)
        assert [p.position_m for p in wet.people] == [p.position_m for p in dry.people]
        rows = _canopies(wet.people)
        kept += len(rows)
        for n, (person, middle, radius, low, high) in enumerate(rows):
            for other in wet.people:
                head = other.position_m[2] + other.footprint().height_m
                apart = np.linalg.norm(middle - other.position_m[:2])
                assert other is person or apart > radius + 0.1 or head < low
            for _, other_middle, other_radius, other_low, other_high in rows[:n]:
                over = other_low > high or low > other_high
                assert over or np.linalg.norm(middle - other_middle) > radius + other_radius
    assert kept >= 10


def test_nobody_walks_inside_a_lift():
    in_cabin = 0
    for index in range(8):
        scene = sample_scene(compose(["scene=lift", "pedestrians=street", "camera=cctv"]), (), index)
        inside = [person for person in scene.people if person.position_m[1] > 0.0]
        in_cabin += len(inside)
        assert all(person.pose.legs == "stand" for person in inside)
    assert in_cabin >= 8


def test_who_has_short_legs_sits_further_forward():
    found = 0
    for index in range(12):
        spec = sample_scene(compose(["scene=lobby", "pedestrians.count=[8,8]"]), (), index)
        seats = spec.scenery.layout().seats
        for person in spec.people:
            if person.pose.legs != "sit":
                continue
            seat = min(seats, key=lambda s: np.linalg.norm(np.subtract(s.position_m, person.position_m)))
            forward = np.subtract(person.position_m, seat.position_m) @ geometry.direction(seat.heading_deg)
            assert -1e-9 <= forward <= seat.front_m
            assert seat.front_m - forward <= 0.155 * person.footprint().height_m + 1e-6
            found += 1
    assert found >= 3
