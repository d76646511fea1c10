"""The forearm level, a bag in the crook of the arm."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    arm.by_angles(push_m, 8, arm.hang_abduction + 4, 12, 94, 20, 0)
    return 1.1, 0.35


ARM_POSE = ArmPose(_place)
