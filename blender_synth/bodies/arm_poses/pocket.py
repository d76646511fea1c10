"""The hand in a trouser pocket."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm
from blender_synth.bodies.skeleton import Y, unit


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    wrist = arm.state.pelvis @ np.array([0.035, arm.s * (arm.measures.hip_y + 0.012), 0.015])
    arm.reach(wrist, arm.direction(-1.0, 0.35, 0), unit(np.array([0.42, -arm.s * 0.30, -1.0])), -arm.s * Y)
    return arm.pose.finger_curl, 0.0


ARM_POSE = ArmPose(_place, touches_body=True)
