"""Arms folded across the chest."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="folded",
    both=True,
    sitting=True,
    walking=False,
    joined=True,
    weights={"gestures": (50, 0.04), "waiting": (50, 0.15), "talking": (40, 0.13), "sitting": (30, 0.1)},
)
