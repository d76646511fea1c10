"""A slow walk."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(order=1000, weight=1.0, legs="walk", moves=True, pace=0.5)
