"""Standing at ease."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(order=20, weight=0.12, legs="stand", companions_talk=True, recorded=True)
