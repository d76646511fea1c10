"""A phone at the ear."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="call",
    other_hand=True,
    weights={"gestures": (80, 0.03)},
)
