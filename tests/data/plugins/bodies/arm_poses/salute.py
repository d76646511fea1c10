"""One arm salutes."""

from blender_synth.bodies.arm_poses import ArmPose


def place(arm, push_m):
    arm.by_angles(push_m, 70, 40, 40, 120, 20, 0)
    return 0.2, 0.0


ARM_POSE = ArmPose(place)
