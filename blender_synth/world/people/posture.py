"""Poses: what people do and how they hold themselves while they do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated

import numpy as np

from blender_synth.values import Range, Weights, pick, plain, uniform
from blender_synth.world.people.body import BodySpec
from blender_synth.world.people.carrying import CarriedSpec
from blender_synth.world.people.choices import among
from blender_synth.world.people.motion import MotionFrame
from blender_synth.world.people.situation import Situation

ACTIVITIES = ("walk", "run", "stand", "wait", "talk", "phone", "cross", "push", "sit")
"""What somebody may be doing; a situation names one of them.

`stand` is standing at ease, `wait` killing time, `talk` standing with somebody and gesturing, `phone` looking at a
phone (standing, or walking where there is a pace), `cross` walking with the head turned to the traffic, `push` walking
behind a pram or trolley, `sit` on a seat of a given height. Umbrellas and bags are no activity: they are carried
(`carrying`) through any that leaves a hand free.
"""


@plain
class PoseSpec:
    """What the person is doing, in angles.

    Attributes:
        activity: one of `ACTIVITIES`, or ``"motion"`` for a frame of a recorded motion.
        legs: what that makes of the legs: ``"walk"``, ``"run"``, ``"stand"``, ``"sit"`` or ``"motion"``.
        phase: of the gait cycle, 0 to 1, from left heel strike.
        speed_mps: forward speed of the gait.
        arm_swing: 1 is the published mean.
        elbow_deg: flexion of the hanging arm's elbow.
        toe_out_deg: turn of the feet.
        lean_deg: trunk's forward lean, negative for leaning back; slouch_deg rounds the back.
        weight_shift: -1 on the right leg, 0 on both, 1 on the left leg (standing).
        stance_m: distance of the feet sideways; stagger_m: of the left foot before the right.
        seat_m: height of the seat above the ground (sitting).
        left_arm, right_arm: each one of `ARMS`.
        trunk_yaw_deg: turn of the chest against the front, left positive, beside what the gait does.
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


ARMS = (
    "hang",  # beside the body, swinging in a gait
    "pocket",
    "hip",  # hand on the hip
    "folded",  # across the chest, with the other arm
    "clasped",  # hands joined before the belly, with the other arm
    "behind",  # hands joined behind the back, with the other arm
    "phone",  # phone held before the chest
    "call",  # phone at the ear
    "talk",  # forearm raised and gesturing
    "lap",  # hand on the thigh of somebody who sits
    "grip",  # hanging, with a bag in the hand
    "carry",  # forearm level, a bag in the crook of the arm
    "strap",  # hand on the strap of a bag
    "umbrella",  # fist before the shoulder, around a shaft
    "push",  # hand on a bar ahead
    "pull",  # hand behind the hip, on the handle of a case
)
"""What one arm may do."""

GESTURES = ("hang", "one_pocket", "pockets", "phone", "folded", "clasped", "behind", "call", "hip", "hips", "talk")
"""What the arms of somebody who carries nothing may do together."""

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
_GAITS = ("walk", "cross", "push")
_MOST_LOOK_DEG = 78.0


@plain
class PoseRanges:
    """What people do, and how it varies.

    Attributes:
        activity: of groups, or of single people whom nobody has told what to do; those without a seat stand instead.
        walking_phone_share: share of those looking at a phone who walk on meanwhile.
        gestures, waiting, talking, sitting: what idle arms do, for these activities.
        hurry_in_rain: pace in rain without an umbrella, over that in the dry.
        crossing_look_deg: how far those who cross turn the head, to either side.
        joint_variety: scale of the small deviations of all joints.
    """

    activity: Annotated[Weights, among(ACTIVITIES)] = field(
        default_factory=lambda: {
            "walk": 0.62,
            "stand": 0.12,
            "wait": 0.1,
            "phone": 0.06,
            "sit": 0.04,
            "push": 0.03,
            "cross": 0.02,
            "run": 0.01,
        }
    )
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
    gestures: Annotated[Weights, among(GESTURES)] = field(
        default_factory=lambda: {
            "hang": 0.6,
            "one_pocket": 0.13,
            "pockets": 0.1,
            "phone": 0.05,
            "folded": 0.04,
            "clasped": 0.02,
            "behind": 0.02,
            "call": 0.03,
            "hip": 0.01,
        }
    )
    waiting: Annotated[Weights, among(GESTURES)] = field(
        default_factory=lambda: {
            "hang": 0.22,
            "one_pocket": 0.13,
            "pockets": 0.17,
            "phone": 0.12,
            "folded": 0.15,
            "clasped": 0.1,
            "behind": 0.05,
            "hip": 0.04,
            "hips": 0.02,
        }
    )
    talking: Annotated[Weights, among(GESTURES)] = field(
        default_factory=lambda: {"talk": 0.55, "one_pocket": 0.14, "pockets": 0.08, "folded": 0.13, "hang": 0.1}
    )
    sitting: Annotated[Weights, among(("lap", "clasped", "folded", "phone"))] = field(
        default_factory=lambda: {"lap": 0.45, "clasped": 0.2, "folded": 0.1, "phone": 0.25}
    )


def draw_activity(ranges: PoseRanges, body: BodySpec, situation: Situation, rng: np.random.Generator) -> str:
    """What one person does: what the crowd has settled, else drawn.

    Raises:
        ValueError: the situation names no activity.
    """
    drawn = pick(rng, ranges.activity)
    activity = situation.activity or drawn
    if activity not in ACTIVITIES:
        raise ValueError(f"there is no activity {activity!r}; use one of: {', '.join(ACTIVITIES)}")
    if activity == "sit" and situation.seat_m is None:
        return "stand"
    if activity == "run" and body.age_years > 62:
        return "walk"
    if activity == "push" and body.age_years < 18:
        return "walk"
    return activity


def draw_pose(
    ranges: PoseRanges,
    body: BodySpec,
    situation: Situation,
    activity: str,
    carried: Sequence[CarriedSpec],
    rng: np.random.Generator,
) -> PoseSpec:
    """How one person holds themselves.

    Every number is drawn whether it is used or not, so that a change of activity leaves the rest as it is.

    Args:
        activity: from `draw_activity`. carried: what they have with them; it takes arms.
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
    legs = _legs(activity, situation, on_the_move)
    wet = situation.climate.rain_mm_h > 0.3 and not any(c.kind == "umbrella" for c in carried)
    pace = walking * (hurry if wet else 1.0) if legs == "walk" else running if legs == "run" else 0.0
    if situation.speed_mps is not None and legs in ("walk", "run"):
        pace = situation.speed_mps
    elif activity == "push":
        pace *= 0.88
    idle = {"wait": waiting, "talk": talking, "sit": sitting, "phone": "phone"}.get(activity, gesture)
    arms = _arms("hang" if legs == "run" else idle, legs, main, both_hands_talk)
    arms = _with_carried(arms, carried, holds_strap)

    shift = float(rng.choice([-1, 1])) * float(rng.beta(2.5, 1.4)) if rng.random() < 0.72 else 0.0
    variety = uniform(rng, ranges.joint_variety)
    offsets = {
        f"{n}.{s}": float(np.clip(rng.normal(), -2, 2)) * sd * variety
        for n, sd in OFFSET_CHANNELS.items()
        for s in "LR"
    }
    offsets |= {n: float(np.clip(rng.normal(), -2, 2)) * sd * variety for n, sd in CENTRE_CHANNELS.items()}
    for side, lively in (("L", rng.uniform(-1, 1, 3)), ("R", rng.uniform(-1, 1, 3))):
        if arms["left" if side == "L" else "right"] == "talk":
            for channel, reach, u in zip(("shoulder_flexion", "elbow", "pronation"), (12, 22, 35), lively, strict=True):
                offsets[f"{channel}.{side}"] += reach * u
    yaw, pitch, roll = rng.normal(0, 16 if legs == "stand" else 9), rng.normal(3, 4), rng.normal(0, 2.5)
    down = 24 + abs(rng.normal(0, 5))
    to_traffic = uniform(rng, ranges.crossing_look_deg) * (1 if rng.random() < 0.5 else -1)
    settled = situation.look_deg if situation.look_deg is not None else to_traffic if activity == "cross" else None
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
        lean_deg=round(leans.get(legs, lean + (4.0 if activity == "push" else 0.0)), 3),
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


def _legs(activity: str, situation: Situation, on_the_move: bool) -> str:
    if activity == "phone":
        walks = on_the_move if situation.speed_mps is None else situation.speed_mps > 0.2
        return "walk" if walks else "stand"
    return "walk" if activity in _GAITS else activity if activity in ("run", "sit") else "stand"


def _arms(gesture: str, legs: str, main: str, both_hands: bool) -> dict[str, str]:
    """What each arm does when the two together do `gesture`."""
    arms = dict.fromkeys(("left", "right"), "lap" if legs == "sit" else "hang")
    pairs = {"pockets": "pocket", "folded": "folded", "clasped": "clasped", "behind": "behind", "hips": "hip"}
    if gesture in pairs and (legs != "walk" or gesture == "pockets"):
        return dict.fromkeys(arms, pairs[gesture])
    if gesture == "talk" and both_hands:
        return dict.fromkeys(arms, "talk")
    if gesture in ("phone", "call", "hip", "talk"):
        arms[main] = gesture
    elif gesture == "one_pocket":
        arms[main] = "pocket"
    return arms


_BY_CARRYING = {"hand": "grip", "forearm": "carry"}
_OWN_HOLD = {"suitcase": "pull", "trolley": "push", "pram": "push"}
_OTHER_HAND = {"left": "right", "right": "left"}
_NEEDS_BOTH = ("folded", "clasped", "behind")


def _with_carried(arms: Mapping[str, str], carried: Sequence[CarriedSpec], holds_strap: bool) -> dict[str, str]:
    """Arms with the hands that carried things take; what those hands did goes to the other hand where it is free."""
    taken = {}
    for thing in carried:
        doing = "umbrella" if thing.kind == "umbrella" and thing.is_open else _OWN_HOLD.get(thing.kind)
        for side in thing.hands:
            taken[side] = doing or _BY_CARRYING[thing.held.split("_")[-1]]
    out = dict(arms)
    for side, doing in taken.items():
        other = _OTHER_HAND[side]
        if out[side] in _NEEDS_BOTH:
            out = dict.fromkeys(out, "hang")
        elif out[side] in ("phone", "call", "talk", "pocket") and other not in taken:
            out[other] = out[side]
        out[side] = doing
    for thing in carried:
        side = thing.held.removesuffix("_shoulder")
        if holds_strap and side != thing.held and out[side] == "hang":
            out[side] = "strap"
    return out
