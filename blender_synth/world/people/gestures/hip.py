"""One hand on the hip."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="hip",
    weights={"gestures": (90, 0.01), "waiting": (80, 0.04)},
)
