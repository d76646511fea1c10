"""Poses: what people do and how they hold themselves while they do it.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `activity` | … | weights | what groups do, of `activities/`; who has no seat stands instead of sitting |
| `walk_speed_mps` | [0.8, 1.7] | m/s | walking speed |
| `run_speed_mps` | [2.4, 3.8] | m/s | running speed |
| `walking_phone_share` | 0.35 | share | people looking at a phone who walk on meanwhile |
| `arm_swing` | [0.5, 1.2] | 1 | swing of the arms over the published mean |
| `elbow_deg` | [12.0, 26.0] | degrees | flexion of the hanging arm's elbow |
| `toe_out_deg` | [2.0, 12.0] | degrees | turn of the feet to the outside |
| `lean_deg` | [0.0, 4.0] | degrees | forward lean of the trunk |
| `hurry_in_rain` | [1.05, 1.25] | 1 | pace in rain without an umbrella over that in the dry |
| `crossing_look_deg` | [35.0, 65.0] | degrees | how far those who cross turn the head, to either side |
| `joint_variety` | [0.6, 1.2] | 1 | scale of the small deviations of all joints |
| `gestures` | … | weights | what idle arms do, of `gestures/` |
| `waiting` | … | weights | the same while waiting |
| `talking` | … | weights | the same while talking |
| `sitting` | {lap: 0.45, clasped: 0.2, folded: 0.1, phone: 0.25} | weights | the same while sitting |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated

import numpy as np

from blender_synth.suggestions import hint_among
from blender_synth.values import Range, Weights, clamped, pick, plain, uniform
from blender_synth.world.people.activities import Activity, activities
from blender_synth.world.people.body import BodySpec
from blender_synth.world.people.carrying import CarriedSpec
from blender_synth.world.people.choices import among
from blender_synth.world.people.gestures import default_weights, gestures, joined_arms, movable_arms
from blender_synth.world.people.motion import MotionFrame
from blender_synth.world.people.situation import Situation


@plain
class PoseSpec:
    """The pose of one person.

    Attributes:
        activity: a file of `activities/`, or ``"motion"`` for a frame of a recorded motion.
        legs: what the legs do: ``"walk"``, ``"run"``, ``"stand"``, ``"sit"`` or ``"motion"``.
        phase: of the gait cycle, 0 to 1, from left heel strike.
        speed_mps: forward speed of the gait.
        arm_swing: 1 is the published mean.
        elbow_deg: flexion of the hanging arm's elbow.
        toe_out_deg: turn of the feet.
        lean_deg: trunk's forward lean, negative for leaning back; slouch_deg rounds the back.
        weight_shift: -1 on the right leg, 0 on both, 1 on the left leg (standing).
        stance_m: distance of the feet sideways; stagger_m: of the left foot before the right.
        seat_m: height of the seat above the ground (sitting).
        left_arm, right_arm: what each arm does, a file of `bodies/arm_poses/`.
        trunk_yaw_deg: turn of the chest against the front, left positive, added to that of the gait.
        head_yaw_deg, head_pitch_deg, head_roll_deg: left, down and to the left positive.
        offsets_deg: small deviations added to joints, by channel (e.g. ``"shoulder_abduction.L"``).
        motion: the recorded frame, where there is one.
    """

    activity: str
    legs: str
    phase: float
    speed_mps: float
    arm_swing: float
    elbow_deg: float
    toe_out_deg: float
    lean_deg: float
    slouch_deg: float
    weight_shift: float
    stance_m: float
    stagger_m: float
    seat_m: float
    left_arm: str
    right_arm: str
    trunk_yaw_deg: float
    head_yaw_deg: float
    head_pitch_deg: float
    head_roll_deg: float
    finger_curl: float
    offsets_deg: dict[str, float]
    motion: MotionFrame | None = None


OFFSET_CHANNELS = {  # channel -> standard deviation, degrees
    "shoulder_abduction": 2.0,
    "shoulder_flexion": 3.0,
    "shoulder_rotation": 6.0,
    "elbow": 4.0,
    "pronation": 9.0,
    "wrist": 4.0,
    "clavicle": 1.5,
    "hip": 1.2,
    "knee": 1.5,
    "toe_out": 2.5,
    "finger1": 5.0,
    "finger2": 6.0,
    "finger3": 6.0,
    "finger4": 6.0,
    "finger5": 6.0,
}
CENTRE_CHANNELS = {"pelvis_yaw": 1.5, "pelvis_roll": 0.8, "pelvis_tilt": 2.0, "trunk_yaw": 2.0, "trunk_roll": 1.0}
_MOST_LOOK_DEG = 78.0


def _activity_weights() -> dict[str, float]:
    return {name: activity.weight for name, activity in activities().items() if activity.weight > 0}


_Standing = Annotated[Weights, among(lambda: [name for name, gesture in gestures().items() if gesture.standing])]
_Sitting = Annotated[Weights, among(lambda: [name for name, gesture in gestures().items() if gesture.sitting])]


@plain
class PoseRanges:
    """What people do, and how it varies."""

    activity: Annotated[Weights, among(activities)] = field(default_factory=_activity_weights)
    walk_speed_mps: Range = (0.8, 1.7)
    run_speed_mps: Range = (2.4, 3.8)
    walking_phone_share: float = 0.35
    arm_swing: Range = (0.5, 1.2)
    elbow_deg: Range = (12.0, 26.0)
    toe_out_deg: Range = (2.0, 12.0)
    lean_deg: Range = (0.0, 4.0)
    hurry_in_rain: Range = (1.05, 1.25)
    crossing_look_deg: Range = (35.0, 65.0)
    joint_variety: Range = (0.6, 1.2)
    gestures: _Standing = field(default_factory=lambda: default_weights("gestures"))
    waiting: _Standing = field(default_factory=lambda: default_weights("waiting"))
    talking: _Standing = field(default_factory=lambda: default_weights("talking"))
    sitting: _Sitting = field(default_factory=lambda: default_weights("sitting"))


def draw_activity(ranges: PoseRanges, body: BodySpec, situation: Situation, rng: np.random.Generator) -> str:
    """What one person does: as the crowd has settled, or at random.

    Raises:
        ValueError: the situation names no activity.
    """
    drawn = pick(rng, ranges.activity)
    name = situation.activity or drawn
    if name not in activities():
        raise ValueError(f"there is no activity {name!r}; {hint_among(name, activities())}")
    activity = activities()[name]
    youngest, oldest = activity.age_years
    no_seat = activity.legs == "sit" and situation.seat_m is None
    return activity.instead if no_seat or not youngest <= body.age_years <= oldest else name


def draw_pose(
    ranges: PoseRanges,
    body: BodySpec,
    situation: Situation,
    activity: str,
    carried: Sequence[CarriedSpec],
    rng: np.random.Generator,
) -> PoseSpec:
    """The pose of one person.

    Every random number is drawn whether it is used or not, so that another activity does not change the rest.

    Args:
        activity: from `draw_activity`. carried: what they carry, which takes arms.
    """
    size = body.stature_m / 1.7
    old = max(0.0, body.age_years - 60)
    # Gait slows by about a fifth from 60 to 85 years (Winter 1991).
    walking, running = uniform(rng, ranges.walk_speed_mps) * (1 - old * 0.008), uniform(rng, ranges.run_speed_mps)
    on_the_move = rng.random() < ranges.walking_phone_share
    hurry = uniform(rng, ranges.hurry_in_rain)
    gesture, waiting, talking, sitting = (
        pick(rng, w) for w in (ranges.gestures, ranges.waiting, ranges.talking, ranges.sitting)
    )
    main = "left" if rng.random() < 0.35 else "right"
    both_hands_talk, holds_strap = rng.random() < 0.5, rng.random() < 0.22
    doing = activities()[activity]
    legs = _legs(doing, situation, on_the_move)
    wet = situation.climate.rain_mm_h > 0.3 and not any(item.traits.keeps_dry for item in carried)
    pace = walking * (hurry if wet else 1.0) if legs == "walk" else running if legs == "run" else 0.0
    if situation.speed_mps is not None and legs in ("walk", "run"):
        pace = situation.speed_mps
    else:
        pace *= doing.pace
    drawn = {"gestures": gesture, "waiting": waiting, "talking": talking, "sitting": sitting}[doing.arms]
    arms = _arms("hang" if legs == "run" else doing.gesture or drawn, legs, main, both_hands_talk)
    arms = _with_carried(arms, carried, holds_strap)

    shift = float(rng.choice([-1, 1])) * float(rng.beta(2.5, 1.4)) if rng.random() < 0.72 else 0.0
    variety = uniform(rng, ranges.joint_variety)
    offsets = {f"{n}.{s}": clamped(rng.normal(), 2.0) * sd * variety for n, sd in OFFSET_CHANNELS.items() for s in "LR"}
    offsets |= {n: clamped(rng.normal(), 2.0) * sd * variety for n, sd in CENTRE_CHANNELS.items()}
    for side, lively in (("L", rng.uniform(-1, 1, 3)), ("R", rng.uniform(-1, 1, 3))):
        if arms["left" if side == "L" else "right"] == "talk":
            for channel, reach, u in zip(("shoulder_flexion", "elbow", "pronation"), (12, 22, 35), lively, strict=True):
                offsets[f"{channel}.{side}"] += reach * u
    yaw, pitch, roll = rng.normal(0, 16 if legs == "stand" else 9), rng.normal(3, 4), rng.normal(0, 2.5)
    down = 24 + abs(rng.normal(0, 5))
    to_traffic = uniform(rng, ranges.crossing_look_deg) * (1 if rng.random() < 0.5 else -1)
    settled = situation.look_deg if situation.look_deg is not None else to_traffic if doing.looks_at_traffic else None
    trunk = 0.0
    if settled is not None:
        look = float(np.clip((settled + 180) % 360 - 180, -_MOST_LOOK_DEG, _MOST_LOOK_DEG))
        trunk = 0.25 * look if legs in ("stand", "sit") else 0.1 * look
        yaw = look + 0.3 * yaw
    reading = "phone" in arms.values()
    if reading:
        yaw, pitch, trunk = yaw * 0.3, down, trunk * 0.5
    elif wet:
        pitch += 7.0
    lean = uniform(rng, ranges.lean_deg) + 0.12 * old
    recline, rest = uniform(rng, (-14.0, -3.0)), uniform(rng, (0, 10))
    leans = {"run": lean + 6.0, "sit": recline + (14.0 if reading else 0.0)}
    apart = {"stand": uniform(rng, (0.13, 0.30)), "sit": uniform(rng, (0.14, 0.34))}
    narrow = uniform(rng, (0.09, 0.15))
    bent, hanging = uniform(rng, (80, 100)), uniform(rng, ranges.elbow_deg)
    apart["sit"] *= 0.7 if body.sex == "female" else 1.0
    stagger = {"stand": float(rng.normal(0, 0.05)), "sit": float(rng.normal(0, 0.04))}
    return PoseSpec(
        activity=activity,
        legs=legs,
        phase=round(float(rng.random()), 4),
        speed_mps=round(pace, 4),
        arm_swing=round(uniform(rng, ranges.arm_swing), 4),
        elbow_deg=round(bent if legs == "run" else hanging, 3),
        toe_out_deg=round(uniform(rng, ranges.toe_out_deg), 3),
        lean_deg=round(leans.get(legs, lean + doing.lean_deg), 3),
        slouch_deg=round(rest + 0.35 * old, 3),
        weight_shift=round(shift if legs == "stand" else 0.0, 4),
        stance_m=round(apart.get(legs, narrow) * size, 4),
        stagger_m=round(stagger.get(legs, 0.0) * size, 4),
        seat_m=round(situation.seat_m or 0.0, 4) if legs == "sit" else 0.0,
        left_arm=arms["left"],
        right_arm=arms["right"],
        trunk_yaw_deg=round(trunk, 3),
        head_yaw_deg=round(float(np.clip(yaw, -_MOST_LOOK_DEG, _MOST_LOOK_DEG)), 3),
        head_pitch_deg=round(float(np.clip(pitch, -12, 38)), 3),
        head_roll_deg=round(float(np.clip(roll, -8, 8)), 3),
        finger_curl=round(uniform(rng, (0.6, 1.3)), 4),
        offsets_deg={k: round(v, 3) for k, v in offsets.items()},
    )


def _legs(activity: Activity, situation: Situation, on_the_move: bool) -> str:
    """What the legs do."""
    if not activity.walks_on_share or situation.stays:
        return activity.legs
    walks = on_the_move if situation.speed_mps is None else situation.speed_mps > 0.2
    return "walk" if walks else activity.legs


def _arms(name: str, legs: str, main: str, both_hands: bool) -> dict[str, str]:
    """What each arm does in a gesture; `both_hands` decides for gestures that sometimes take both."""
    gesture = gestures()[name]
    arms = dict.fromkeys(("left", "right"), "lap" if legs == "sit" else "hang")
    if gesture.arm is None or (legs == "walk" and not gesture.walking):
        return arms
    if gesture.both is True or (gesture.both == "sometimes" and both_hands):
        return dict.fromkeys(arms, gesture.arm)
    return arms | {main: gesture.arm}


_OTHER_HAND = {"left": "right", "right": "left"}


def _with_carried(arms: Mapping[str, str], carried: Sequence[CarriedSpec], holds_strap: bool) -> dict[str, str]:
    """Arms with the hands that carried items take; what those hands did goes to the other hand where it is free."""
    taken = {}
    for item in carried:
        for side in item.hands:
            taken[side] = item.arm
    out = dict(arms)
    for side, doing in taken.items():
        other = _OTHER_HAND[side]
        if out[side] in joined_arms():
            out = dict.fromkeys(out, "hang")
        elif out[side] in movable_arms() and other not in taken:
            out[other] = out[side]
        out[side] = doing
    for item in carried:
        side = item.held.removesuffix("_shoulder")
        if holds_strap and side != item.held and out[side] == "hang":
            out[side] = "strap"
    return out
