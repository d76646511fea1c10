"""Hands joined behind the back, with the other arm."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    over = arm.side == "R"
    wrist = arm.state.pelvis @ np.array([-arm.measures.back_x - (0.075 if over else 0.045), arm.s * 0.05, 0.06])
    arm.reach(wrist, arm.direction(-0.6, 0.9, 0.1), arm.direction(-0.05, -0.85, -0.5), arm.direction(-1.0, 0.1, 0.0))
    return 1.0, 0.15


ARM_POSE = ArmPose(_place, touches_body=True)
