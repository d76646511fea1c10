"""Walking behind a pram or trolley."""

from blender_synth.world.people.activities import Activity

ACTIVITY = Activity(
    order=60,
    weight=0.03,
    legs="walk",
    moves=True,
    age_years=(18.0, 200.0),
    instead="walk",
    pace=0.88,
    lean_deg=4.0,
    carries="on_body",
    umbrella=False,
    pushes=True,
)
