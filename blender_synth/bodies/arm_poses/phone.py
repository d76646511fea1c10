"""A phone held before the chest."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    seated = arm.pose.legs == "sit"
    wrist = arm.before_chest(0.16 if seated else 0.19, 0.09, -0.24 if seated else -0.17) + push_m
    arm.reach(wrist, arm.direction(-0.25, 0.4, -1), arm.direction(0.30, -0.45, 0.65), arm.direction(-0.75, -0.25, 0.45))
    return 0.9, 0.35


ARM_POSE = ArmPose(_place)
