"""Poses: joint limits, gait, arms; from a `PoseSpec` to rotations of all bones."""
