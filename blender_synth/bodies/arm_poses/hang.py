"""An arm at the side of the body that swings in a gait."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.arm_poses import ArmPose
from blender_synth.bodies.pose.arm import Arm


def _place(arm: Arm, push_m: np.ndarray) -> tuple[float, float]:
    run = arm.pose.legs == "run"
    swung = arm.moment.arm_flexion_deg[arm.side] if arm.moment else 3.0
    elbow = arm.moment.elbow_deg[arm.side] if arm.moment else arm.pose.elbow_deg
    out = arm.hang_abduction + (6 if run else 0)
    arm.by_angles(push_m, swung, out, 20 if run else 10, elbow, 10 if run else 18, 6)
    return arm.pose.finger_curl, 0.6 if run else 0.0


ARM_POSE = ArmPose(_place)
