"""Hanging, with a bag in the hand."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    swung = 0.35 * arm.moment.arm_flexion_deg[arm.side] if arm.moment else 2.0
    arm.by_angles(push_m, swung, arm.hang_abduction + arm.state.bag_room_deg(arm.side), 6, 8, 6, 0)
    return 1.0, 0.95


ARM_POSE = ArmPose(_place)
