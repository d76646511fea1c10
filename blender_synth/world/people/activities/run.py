"""Running."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(
    order=80,
    weight=0.01,
    legs="run",
    moves=True,
    age_years=(0.0, 62.0),
    instead="walk",
    carries="backpack",
    umbrella=False,
    recorded=True,
)
