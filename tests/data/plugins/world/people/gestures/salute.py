"""A salute."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(arm="salute", weights={"gestures": (1000, 1.0), "waiting": (1000, 0.5)})
