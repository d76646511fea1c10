"""The hand on the hip."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    wrist = arm.state.pelvis @ np.array([-0.03, arm.s * (arm.measures.hip_y + 0.012), 0.12]) + push_m
    arm.reach(wrist, arm.direction(-0.45, 1.0, 0), arm.direction(0.85, -0.08, -0.45), arm.direction(0, -1.0, 0.1))
    return 0.7, 0.0


ARM_POSE = ArmPose(_place)
