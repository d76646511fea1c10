"""Hands joined before the belly, with the other arm."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    over = arm.side == "R"
    if arm.pose.legs == "sit":
        wrist = arm.above_thigh(0.5, 0.05, 0.03 if over else 0.0, 0.055)
    else:
        wrist = arm.state.pelvis @ np.array([arm.measures.belly_x + (0.055 if over else 0.03), arm.s * 0.07, 0.0])
    arm.reach(wrist, arm.direction(-0.5, 0.8, -0.2), arm.direction(0.25, -0.75, -0.62), arm.direction(-0.9, -0.35, 0.0))
    return 1.2, 0.12


ARM_POSE = ArmPose(_place, touches_body=True)
