"""A phone in one hand."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="phone",
    sitting=True,
    other_hand=True,
    weights={"gestures": (40, 0.05), "waiting": (40, 0.12), "sitting": (40, 0.25)},
)
