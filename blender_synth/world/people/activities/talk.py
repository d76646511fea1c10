"""Standing with somebody and gesturing; the crowd decides who does."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(order=90, weight=0.0, legs="stand", arms="talking")
