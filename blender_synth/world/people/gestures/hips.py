"""Both hands on the hips."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="hip",
    both=True,
    walking=False,
    weights={"waiting": (90, 0.02)},
)
