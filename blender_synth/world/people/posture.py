"""Poses: what a pose is and how people hold themselves."""

from __future__ import annotations

from dataclasses import field

import numpy as np

from blender_synth.world.people.body import BodySpec
from blender_synth.world.people.choices import choice
from blender_synth.world.people.situation import Situation
from blender_synth.world.values import Range, pick, plain, uniform


@plain
class PoseSpec:
    """What the person is doing, in angles.

    Attributes:
        activity: ``"walk"``, ``"run"`` or ``"stand"``.
        phase: of the gait cycle, 0 to 1, from left heel strike.
        speed_mps: forward speed of the gait.
        arm_swing: 1 is the published mean.
        elbow_deg: flexion of the hanging arm's elbow.
        toe_out_deg: turn of the feet.
        lean_deg: trunk's forward lean; slouch_deg rounds the back.
        weight_shift: -1 on the right leg, 0 on both, 1 on the left leg (standing).
        stance_m: distance of the feet sideways; stagger_m: of the left foot before the right.
        left_arm, right_arm: ``"hang"``, ``"pocket"``, ``"hip"``, ``"folded"``, ``"phone"``, ``"call"``, ``"carry"``,
            ``"behind"``, ``"talk"``.
        head_yaw_deg, head_pitch_deg, head_roll_deg: left, down and to the left positive.
        offsets_deg: small deviations added to joints, by channel (e.g. ``"shoulder_abduction.L"``).
    """

    activity: str
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
    left_arm: str
    right_arm: str
    head_yaw_deg: float
    head_pitch_deg: float
    head_roll_deg: float
    finger_curl: float
    offsets_deg: dict[str, float]


GESTURES = ("hang", "one_pocket", "pockets", "phone", "folded", "call", "hip", "carry", "talk", "behind")
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


@plain
class PoseRanges:
    """What people do."""

    activity: choice("walk", "stand", "run") = field(default_factory=lambda: {"walk": 0.72, "stand": 0.27, "run": 0.01})
    walk_speed_mps: Range = (0.8, 1.7)
    run_speed_mps: Range = (2.4, 3.8)
    arm_swing: Range = (0.5, 1.2)
    elbow_deg: Range = (12.0, 26.0)
    toe_out_deg: Range = (2.0, 12.0)
    lean_deg: Range = (0.0, 4.0)
    joint_variety: Range = (0.6, 1.2)
    gestures: choice(*GESTURES) = field(
        default_factory=lambda: {
            "hang": 0.5,
            "one_pocket": 0.13,
            "pockets": 0.1,
            "phone": 0.1,
            "folded": 0.07,
            "call": 0.03,
            "talk": 0.05,
            "behind": 0.02,
            "hip": 0.03,
            "carry": 0.04,
        }
    )


def draw_pose(ranges: PoseRanges, body: BodySpec, situation: Situation, rng: np.random.Generator) -> PoseSpec:
    """What one person is doing in a situation."""
    drawn = pick(rng, ranges.activity)
    activity = situation.activity or drawn
    if activity == "run" and body.age_years > 62:
        activity = "walk"
    size = body.stature_m / 1.7
    slow = 1 - max(0.0, body.age_years - 60) * 0.008  # gait slows by about a fifth from 60 to 85 years (Winter 1991)
    walking, running = uniform(rng, ranges.walk_speed_mps), uniform(rng, ranges.run_speed_mps)
    gesture = pick(rng, ranges.gestures)
    main = "left" if rng.random() < 0.35 else "right"
    arms = {"left": "hang", "right": "hang"}
    if activity != "run":
        if gesture in ("phone", "call", "hip", "carry", "talk"):
            arms[main] = gesture
        elif gesture == "one_pocket":
            arms[main] = "pocket"
        elif gesture == "pockets":
            arms = {"left": "pocket", "right": "pocket"}
        elif gesture in ("folded", "behind") and activity == "stand":
            arms = {"left": gesture, "right": gesture}
    shift = float(rng.choice([-1, 1])) * float(rng.beta(2.5, 1.4)) if rng.random() < 0.7 else 0.0
    variety = uniform(rng, ranges.joint_variety)
    offsets = {
        f"{n}.{s}": round(float(np.clip(rng.normal(), -2, 2)) * sd * variety, 3)
        for n, sd in OFFSET_CHANNELS.items()
        for s in "LR"
    }
    offsets |= {n: round(float(np.clip(rng.normal(), -2, 2)) * sd * variety, 3) for n, sd in CENTRE_CHANNELS.items()}
    yaw, pitch, roll = rng.normal(0, 16 if activity == "stand" else 9), rng.normal(3, 4), rng.normal(0, 2.5)
    if "phone" in arms.values():
        yaw, pitch = yaw * 0.3, 24 + abs(rng.normal(0, 5))
    old = max(0.0, body.age_years - 60)
    return PoseSpec(
        activity=activity,
        phase=round(float(rng.random()), 4),
        speed_mps=round(walking * slow if activity == "walk" else running if activity == "run" else 0.0, 4),
        arm_swing=round(uniform(rng, ranges.arm_swing), 4),
        elbow_deg=round(uniform(rng, (80, 100)) if activity == "run" else uniform(rng, ranges.elbow_deg), 3),
        toe_out_deg=round(uniform(rng, ranges.toe_out_deg), 3),
        lean_deg=round(uniform(rng, ranges.lean_deg) + (6.0 if activity == "run" else 0.12 * old), 3),
        slouch_deg=round(uniform(rng, (0, 10)) + 0.35 * old, 3),
        weight_shift=round(shift if activity == "stand" else 0.0, 4),
        stance_m=round(uniform(rng, (0.13, 0.30) if activity == "stand" else (0.09, 0.15)) * size, 4),
        stagger_m=round(float(rng.normal(0, 0.05)) * size if activity == "stand" else 0.0, 4),
        left_arm=arms["left"],
        right_arm=arms["right"],
        head_yaw_deg=round(float(np.clip(yaw, -50, 50)), 3),
        head_pitch_deg=round(float(np.clip(pitch, -12, 38)), 3),
        head_roll_deg=round(float(np.clip(roll, -8, 8)), 3),
        finger_curl=round(uniform(rng, (0.6, 1.3)), 4),
        offsets_deg=offsets,
    )
