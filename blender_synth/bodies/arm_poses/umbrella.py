"""The fist before the shoulder, around a shaft."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    wrist = arm.before_chest(0.08, 0.235, -0.20) + push_m
    arm.reach(wrist, arm.direction(-0.2, 0.4, -1.0), arm.direction(0.85, -0.12, 0.5), arm.direction(-0.25, -1.0, 0.0))
    return 1.0, 0.95


ARM_POSE = ArmPose(_place)
