"""Crossing a street: walking with the head turned to the traffic."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(
    order=70, weight=0.02, legs="walk", moves=True, place="crossing", looks_at_traffic=True, carries="on_body"
)
