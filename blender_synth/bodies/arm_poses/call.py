"""A phone at the ear."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    ear = arm.state.place_of("head") + [0, 0, 0.045]
    head = arm.state.world["head"]
    wrist = ear + head @ np.array([0.065, arm.s * 0.125, -0.165])
    arm.reach(wrist, arm.direction(0.25, 0.7, -1), arm.direction(-0.25, -0.12, 0.8), arm.direction(0.1, -1.0, 0))
    return 1.0, 0.4


ARM_POSE = ArmPose(_place)
