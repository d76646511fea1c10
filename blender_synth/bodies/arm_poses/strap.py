"""The hand on the strap of a bag."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    wrist = arm.before_chest(0.055, 0.20, -0.24) + push_m
    arm.reach(wrist, arm.direction(-0.1, 0.45, -1.0), arm.direction(-0.1, -0.25, 0.9), arm.direction(-0.75, -0.6, -0.1))
    return 1.1, 0.75


ARM_POSE = ArmPose(_place)
