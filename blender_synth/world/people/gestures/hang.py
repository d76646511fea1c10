"""Arms that rest."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm=None,
    weights={"gestures": (10, 0.6), "waiting": (10, 0.22), "talking": (50, 0.1)},
)
