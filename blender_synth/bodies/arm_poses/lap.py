"""The hand on the thigh of somebody who sits."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    wrist = arm.above_thigh(0.52, 0.01, 0.0, 0.04) + push_m
    arm.reach(wrist, arm.direction(-0.5, 0.7, -0.3), arm.direction(0.86, -0.3, -0.12), arm.direction(0.1, -0.15, -1.0))
    return 0.55, 0.0


ARM_POSE = ArmPose(_place)
