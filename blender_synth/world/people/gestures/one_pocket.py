"""One hand in a pocket."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="pocket",
    other_hand=True,
    weights={"gestures": (20, 0.13), "waiting": (20, 0.13), "talking": (20, 0.14)},
)
