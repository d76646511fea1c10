"""Hands on the thighs of somebody who sits."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm=None,
    standing=False,
    sitting=True,
    weights={"sitting": (10, 0.45)},
)
