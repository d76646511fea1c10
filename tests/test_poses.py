"""Poses and carried things: joints within limits, feet on the ground, hands outside the body, balance. No Blender."""

from __future__ import annotations

import functools
import itertools

import cv2
import numpy as np
import pytest

from blender_synth.bodies import shoes
from blender_synth.bodies.arm_poses import arm_poses
from blender_synth.bodies.cuts import Wearer
from blender_synth.bodies.data import body_data
from blender_synth.bodies.flesh import centre_of_mass, depth_in_body, measure
from blender_synth.bodies.outfit import dress
from blender_synth.bodies.person import dressed_person
from blender_synth.bodies.pose.gait import gait_moment
from blender_synth.bodies.pose.limits import LIMITS_DEG, legal_hand, wrist_angles
from blender_synth.bodies.pose.poser import pose_body
from blender_synth.bodies.shape import shaped_points
from blender_synth.bodies.skeleton import SIDES, Rig, X, Y, Z, unit
from blender_synth.config import compose
from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.settings import randomizer_from
from blender_synth.world.climate import Climate
from blender_synth.world.people.activities import activities
from blender_synth.world.people.carrying import CARRIED_KINDS, CarriedRanges
from blender_synth.world.people.pedestrian import Randomizer
from blender_synth.world.people.situation import Situation
from blender_synth.world.scene_spec import CARRIED_IDS
from tests.joint_angles import joint_angles

SEAT_M, DRY, RAIN = 0.45, Climate(), Climate(rain_mm_h=3.0)
ACTIVITIES = tuple(activities())
COUNT = 90
"""People looked at, ten of each activity."""


def draw(number: int, activity: str | None = None, **more):
    """One person; those drawn without anything further are shared by the tests."""
    return _draw(number, activity, **more) if more else _shared(number, activity)


@functools.cache
def _shared(number: int, activity: str | None):
    return _draw(number, activity)


def _draw(number: int, activity: str | None, **more):
    situation = {"seat_m": SEAT_M if activity == "sit" else None, "climate": RAIN if number % 3 == 0 else DRY}
    randomizer = more.pop("randomizer", Randomizer())
    streams = Streams(4, 0).child(f"people/{number}")
    return randomizer.sample(streams, number % 900 + 1, situation=Situation(activity=activity, **situation | more))


@functools.cache
def library():
    return tuple(draw(n, ACTIVITIES[n % len(ACTIVITIES)]) for n in range(COUNT))


@functools.lru_cache(maxsize=256)
def _frame_of(number: int):
    spec = library()[number]
    return _body_frame(spec)


def _body_frame(spec):
    data = body_data()
    points = shaped_points(data, spec.body)
    rig = Rig.of(data, points)
    worn = dress(Wearer(points, rig, fineness=0), spec.outfit)
    sole = shoes.make_shoe(data, points, rig, spec.outfit.shoes, "L", False).sole
    return data, points, rig, measure(data, points, rig, worn, spec.outfit, sole)


def posed_body(spec, frame=None):
    _, _, rig, measures = frame or _body_frame(spec)
    return pose_body(rig, spec.pose, measures, spec.body.stature_m, spec.carried)


@functools.lru_cache(maxsize=256)
def posed(number: int):
    return posed_body(library()[number], _frame_of(number))


@pytest.mark.parametrize("number", range(COUNT))
def test_joints_stay_within_their_limits(number):
    angles = joint_angles(posed(number))
    assert {name.split(".")[0] for name in angles} == set(LIMITS_DEG)
    for name, angle in angles.items():
        low, high = LIMITS_DEG[name.split(".")[0]]
        assert low - 0.5 <= angle <= high + 0.5, (name, angle, library()[number].pose)


@pytest.mark.parametrize("number", range(0, COUNT, 2))
def test_soles_are_on_the_ground(number):
    spec, (data, points, rig, _) = library()[number], _frame_of(number)
    body = posed(number)
    lowest = {}
    for side in SIDES:
        sole = shoes.make_shoe(data, points, rig, spec.outfit.shoes, side, False).sole
        lowest[side] = float(body.skin(sole.vertices, sole.fields["weights"])[:, 2].min())
    if spec.pose.legs in ("walk", "run"):
        support = gait_support(spec, rig)
        assert all(abs(lowest[side]) < 0.01 for side in support)
        assert min(lowest.values()) > -0.01
    elif spec.pose.legs == "stand" or spec.body.stature_m > 1.5:
        assert max(abs(z) for z in lowest.values()) < 0.01


def gait_support(spec, rig):
    """Feet on the ground."""
    pose = spec.pose
    leg_m = rig.length("upperleg01.L", "lowerleg01.L") + rig.length("lowerleg01.L", "foot.L")
    return gait_moment(pose.legs, pose.phase, pose.speed_mps, leg_m, pose.arm_swing, pose.elbow_deg).support


@pytest.mark.parametrize("number", range(COUNT))
def test_hands_are_outside_the_body(number):
    """Points of wrist, palm and fingers against trunk and thighs."""
    spec, body = library()[number], posed(number)
    at = {b: body.heads[i] for b, i in body.rig.index.items()}
    turn = {b: body.rotations[body.rig.index[b]] for b in ("root", "spine01")}
    measures = _frame_of(number)[3]
    for side, arm in (("L", spec.pose.left_arm), ("R", spec.pose.right_arm)):
        if arm == "pocket":
            continue
        fingers = [at[f"finger{f}-{k}.{side}"] for f in range(1, 6) for k in (1, 2, 3)]
        tips = [body.place(f"finger{f}-3.{side}", body.rig.points[f"finger{f}-3.{side}:tail"]) for f in range(1, 6)]
        depth, _ = depth_in_body(np.array([at[f"wrist.{side}"], *fingers, *tips]), at, turn, measures)
        assert depth.max() < (0.02 if arm_poses()[arm].touches_body else 0.003), (arm, depth.max())


def test_standing_people_are_balanced():
    """The centre of mass lies over the outline of both feet, with two centimetres to spare."""
    standing = [n for n in range(COUNT) if library()[n].pose.legs == "stand"]
    assert len(standing) >= 30
    for n in standing:
        body, m = posed(n), _frame_of(n)[3]
        corners = []
        for side in SIDES:
            ankle, toe = (body.heads[body.rig.index[f"{b}.{side}"]][:2] for b in ("foot", "toe1-1"))
            ahead = unit(toe - ankle)
            for x, y in itertools.product((m.sole[:, 0].min(), m.sole[:, 0].max()), (-0.035, 0.035)):
                corners.append(ankle + ahead * x + np.array([-ahead[1], ahead[0]]) * y)
        assert _inside(centre_of_mass(body)[:2], np.array(corners)) > 0.02, library()[n].pose


def _inside(point, corners) -> float:
    """Distance of a point from the edge of a convex hull, positive inside."""
    hull = cv2.convexHull(corners.astype(np.float32))
    return float(cv2.pointPolygonTest(hull, tuple(float(v) for v in point), True))


def test_sitting_people_sit_on_the_seat():
    for n in range(COUNT):
        spec = library()[n]
        if spec.pose.activity != "sit" or spec.body.stature_m < 1.5:
            continue
        body, m = posed(n), _frame_of(n)[3]
        for side in SIDES:
            hip, knee = (body.heads[body.rig.index[f"{b}.{side}"]] for b in ("upperleg01", "lowerleg01"))
            assert abs(np.degrees(np.arctan2(knee[2] - hip[2], knee[0] - hip[0]))) < 22  # thighs about level
            assert abs(hip[2] - m.thigh_radius - SEAT_M) < 0.05
    child = draw(1, "sit", generation="child", randomizer=Randomizer(body={"age_years": [8, 9]}))
    built = dressed_person(child)
    assert min(p.vertices[:, 2].min() for p in built.parts) > -0.005


def test_wrist_angles_are_those_put_in():
    for s in (1.0, -1.0):
        assert np.allclose(wrist_angles(s, -Z, -Y, -Z, -s * Y), 0, atol=1e-6)  # hanging, palm to the thigh
        flexed = wrist_angles(s, -Z, -Y, unit(-Z - s * Y), unit(-s * Y + Z))
        assert np.allclose(flexed, (0, 45, 0), atol=1e-6)
        assert wrist_angles(s, -Z, -Y, unit(-Z - X), -s * Y)[2] == pytest.approx(45)  # backwards is the little finger
        assert wrist_angles(s, -Z, -Y, -Z, -X)[0] == pytest.approx(90)  # palm turned back: pronated
        hand, palm = legal_hand(s, -Z, -Y, Z, X)  # a hand bent all the way back
        assert all(
            low - 1e-6 <= angle <= high + 1e-6
            for angle, (low, high) in zip(
                wrist_angles(s, -Z, -Y, hand, palm),
                (LIMITS_DEG[n] for n in ("pronation", "wrist", "wrist_deviation")),
                strict=True,
            )
        )


def test_everything_that_is_offered_occurs():
    arms, done, things = set(), set(), set()
    for n in range(400):
        spec = draw(n, ACTIVITIES[n % len(ACTIVITIES)])
        arms |= {spec.pose.left_arm, spec.pose.right_arm}
        done.add(spec.pose.activity)
        things |= {t.kind for t in spec.carried}
        assert spec.pose.left_arm in arm_poses()
    assert arms == set(arm_poses())
    assert done == set(ACTIVITIES)
    assert things == set(CARRIED_KINDS)


def test_what_is_carried_is_plausible():
    for n in range(400):
        spec = draw(n, ACTIVITIES[n % len(ACTIVITIES)])
        kinds = [t.kind for t in spec.carried]
        hands = [h for t in spec.carried for h in t.hands]
        assert len(hands) == len(set(hands))  # nothing shares a hand
        assert ("pram" in kinds or "trolley" in kinds) == (spec.pose.activity == "push")
        assert not ({"pram", "suitcase"} <= set(kinds))
        if spec.body.age_years < 16:
            assert set(kinds) <= {"backpack", "phone"}
        for t in spec.carried:
            if t.kind == "umbrella":
                assert t.is_open == (n % 3 == 0)
        if spec.pose.activity == "run":
            assert set(kinds) <= {"backpack"}


def test_situation_is_honoured():
    spec = draw(7, "walk", speed_mps=1.11, look_deg=40.0)
    assert spec.pose.speed_mps == 1.11
    assert 25 < spec.pose.head_yaw_deg < 55
    phones = [draw(n, "phone", speed_mps=1.0).pose for n in range(5)]
    assert all(p.legs == "walk" for p in phones)
    assert draw(3, "cross").pose.legs == "walk"
    assert draw(3, "talk", look_deg=-70.0).pose.trunk_yaw_deg < -10
    with pytest.raises(ValueError, match="wait"):
        draw(3, "swim")


def test_climate_reaches_poses_through_the_situation_only():
    for n in range(20):
        dry, wet = (draw(n, None, climate=c) for c in (DRY, RAIN))
        assert dry.pose.activity == wet.pose.activity
        assert dry.pose.phase == wet.pose.phase
        assert dry.pose.offsets_deg.keys() == wet.pose.offsets_deg.keys()
        assert [t for t in dry.carried if t.kind not in ("umbrella", "phone")] == [
            t for t in wet.carried if t.kind not in ("umbrella", "phone")
        ]
        assert draw(n, None, climate=RAIN) == wet


def test_things_touch_the_hands_and_the_ground():
    wheels = 0
    for n in range(120):
        spec = draw(n, ("walk", "push", "stand")[n % 3])
        if not any(t.kind in ("pram", "trolley", "suitcase") for t in spec.carried) or wheels >= 4:
            continue
        wheels += 1
        built = dressed_person(spec)
        tyres = [p.vertices for p in built.parts if p.name.endswith(".wheel")]
        assert abs(min(float(v[:, 2].min()) for v in tyres)) < 0.012
        (grip,) = [p.vertices for p in built.parts if p.name.endswith(".grip")]
        for side, arm in (("L", spec.pose.left_arm), ("R", spec.pose.right_arm)):
            if arm in ("push", "pull"):
                knuckles = built.joints_m[f"bone/finger3-1.{side}"]
                assert np.linalg.norm(grip - knuckles, axis=1).min() < 0.075
    assert wheels == 4


def test_footprints_hold_what_is_carried():
    looked = 0
    for n in range(160):
        spec = draw(n, ("walk", "push", "stand", "wait")[n % 4])
        if not spec.carried or looked >= 5:
            continue
        looked += 1
        low, high = dressed_person(spec).bounds_m()
        f = spec.footprint()
        assert high[0] < f.front_m + 0.3
        assert low[0] > -f.back_m - 0.3
        assert max(high[1], -low[1]) < f.half_width_m + 0.2
        assert f.front_m >= f.half_width_m <= f.back_m


def test_own_instances_have_ids_of_their_own():
    own = Randomizer(carried={"instance": "own", "umbrella_in_rain": 1.0})
    seen = set()
    for n in range(0, 240, 3):
        spec = draw(n, "walk", randomizer=own)
        numbers = [t.instance_id for t in spec.carried]
        assert all(number in CARRIED_IDS for number in numbers)
        assert not seen & set(numbers)
        seen |= set(numbers)
        assert [t.category for t in spec.labelled_instances()] == [
            "pedestrian",
            *(CARRIED_KINDS[t.kind].category for t in spec.carried),
        ]
    built = dressed_person(spec)
    assert {p.instance_id for p in built.parts} == {None, *(t.instance_id for t in spec.carried)}
    assert len(draw(1, "walk").labelled_instances()) == 1


def test_weights_and_names_are_checked():
    for data, key, told in (
        ({"carried": {"female_bags": {"anvil": 1}}}, "pedestrians.person.carried.female_bags", "anvil"),
        ({"carried": {"pushed": {"pram": 0}}}, "pedestrians.person.carried.pushed", "sum"),
        ({"carried": {"instance": "shared"}}, "pedestrians.person.carried.instance", "own"),
        ({"pose": {"waiting": {"yoga": 1}}}, "pedestrians.person.pose.waiting", "yoga"),
        ({"pose": {"activity": {"walk": -1}}}, "pedestrians.person.pose.activity", "weights"),
    ):
        with pytest.raises(ConfigError, match=told) as error:
            randomizer_from("people", {"kind": "pedestrian", **data}, "pedestrians.person")
        assert key in str(error.value)
    assert compose(["pedestrians.person.carried.instance=own"]).pedestrians.person.carried == CarriedRanges(
        instance="own"
    )


@pytest.mark.parametrize("activity", ["walk", "stand"])
def test_a_trolley_case_stands_on_its_wheels(activity):
    found = 0
    for number in range(6):
        spec = Randomizer(carried=CarriedRanges(female_bags={"suitcase": 1.0}, male_bags={"suitcase": 1.0})).sample(
            Streams(9, 0).child(f"people/{number}"), 1, situation=Situation(activity=activity, generation="adult")
        )
        if not any(item.kind == "suitcase" for item in spec.carried):
            continue
        parts = [part for part in dressed_person(spec, "tiny").parts if "carried" in part.shading.name]
        lowest = min(float(part.vertices[:, 2].min()) for part in parts)
        assert -0.002 < lowest < 0.02
        found += 1
    assert found >= 3
