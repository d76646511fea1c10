"""Across the chest, with the other arm."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    high = arm.side == "R"
    wrist = arm.before_chest(0.072 if high else 0.045, -0.05, -0.20 if high else -0.225)
    arm.reach(wrist, arm.direction(-0.1, 0.75, -0.65), arm.direction(0.05, -1.0, 0.22), arm.direction(-1.0, 0, -0.25))
    return arm.pose.finger_curl, 0.0


ARM_POSE = ArmPose(_place, touches_body=True)
