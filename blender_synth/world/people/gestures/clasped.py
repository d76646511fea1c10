"""Hands joined before the belly, or in the lap."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="clasped",
    both=True,
    sitting=True,
    walking=False,
    joined=True,
    weights={"gestures": (60, 0.02), "waiting": (60, 0.1), "sitting": (20, 0.2)},
)
