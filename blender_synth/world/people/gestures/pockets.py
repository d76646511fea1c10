"""Both hands in pockets."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="pocket",
    both=True,
    other_hand=True,
    weights={"gestures": (30, 0.1), "waiting": (30, 0.17), "talking": (30, 0.08)},
)
