"""The hand behind the hip, on the handle of a case."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    walks = arm.moment is not None
    arm.by_angles(push_m, -24 if walks else -8, arm.hang_abduction + 9, 14, 12 if walks else 28, 40, 4)
    return 1.0, 0.95


ARM_POSE = ArmPose(_place)
