"""Looking at a phone, standing or on the way."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(order=40, weight=0.06, legs="stand", walks_on_share=True, gesture="phone")
