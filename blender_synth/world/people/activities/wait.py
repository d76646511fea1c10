"""Waiting: standing, with arms that do something to pass the time."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(
    order=30, weight=0.1, legs="stand", arms="waiting", place="crossing_end", companions_talk=True, recorded=True
)
