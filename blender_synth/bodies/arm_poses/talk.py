"""The forearm raised, gesturing."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    arm.by_angles(push_m, 24, arm.hang_abduction + 5, 16, 78, -8, -8)
    return 0.7, 0.0


ARM_POSE = ArmPose(_place)
