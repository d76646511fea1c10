"""Hands joined behind the back."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="behind",
    both=True,
    walking=False,
    joined=True,
    weights={"gestures": (70, 0.02), "waiting": (70, 0.05)},
)
