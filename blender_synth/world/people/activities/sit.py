"""Sitting on a seat of the scene."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(order=50, weight=0.04, legs="sit", arms="sitting", carries="nothing", umbrella=False)
