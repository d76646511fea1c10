"""What one arm does: each file of this folder is one arm pose, named in `PoseSpec.left_arm` and `right_arm`.

To add one, put `bodies/arm_poses/<name>.py` into a plug-in folder; it defines `ARM_POSE = ArmPose(place)`. What makes
people use it is a gesture of `world/people/gestures/` that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from blender_synth.bodies.pose.arm import Arm
from blender_synth.plugins import plugin_paths
from blender_synth.world.people.entries import entries

__path__ += plugin_paths("bodies/arm_poses")

CLEARANCE_M = 0.014
"""Of the hand's bones from cloth: half a finger."""


@dataclass(frozen=True)
class ArmPose:
    """How one arm is held.

    Attributes:
        place: puts an arm in its place with one call of `Arm.by_angles` or `Arm.reach`, moved by a vector (3,) in
            metres that leads the hand out of the body. Returns the curl of the fingers (1 is a relaxed hand) and how
            far they make a fist (0 to 1).
        touches_body: the hand lies on the body on purpose, and is not moved out of it.
    """

    place: Callable[[Arm, np.ndarray], tuple[float, float]]
    touches_body: bool = False


@cache
def arm_poses() -> Mapping[str, ArmPose]:
    """All arm poses by name."""
    return entries(__name__, "ARM_POSE", ArmPose)


def set_arm(arm: Arm, name: str) -> None:
    """Give an arm a pose by name, then move the hand out of the body where it got into it."""
    pose = arm_poses()[name]
    push_m = np.zeros(3)
    for _ in range(5):
        curl, grip = pose.place(arm, push_m)
        if pose.touches_body:
            break
        depth, out = arm.hand_depth()
        worst = int(depth.argmax())
        if depth[worst] < -CLEARANCE_M:
            break
        push_m = push_m + out[worst] * (depth[worst] + CLEARANCE_M + 0.004)
    arm.close_fingers(curl, grip)
