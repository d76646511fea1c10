"""Walking."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(order=10, weight=0.62, legs="walk", moves=True, recorded=True)
