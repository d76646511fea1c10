"""The hand on a bar ahead."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import BAR_SHARE, Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    bar_z = arm.state.ground_z + BAR_SHARE * arm.state.stature_m
    spine = arm.state.place_of("spine02")
    wrist = arm.yaw @ np.array([arm.measures.chest_x + 0.64 * arm.reach_m, arm.s * 0.17, 0.0])
    wrist = np.array([spine[0] + wrist[0], spine[1] + wrist[1], bar_z + 0.035]) + push_m
    arm.reach(wrist, arm.direction(-0.2, 0.55, -1.0), arm.direction(0.93, -0.1, -0.12), arm.direction(0.1, 0.0, -1.0))
    return 1.0, 0.9


ARM_POSE = ArmPose(_place)
