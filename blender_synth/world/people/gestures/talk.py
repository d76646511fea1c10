"""Hands that gesture while talking."""

from blender_synth.world.people.gestures import Gesture

GESTURE = Gesture(
    arm="talk",
    both="sometimes",
    other_hand=True,
    weights={"talking": (10, 0.55)},
)
