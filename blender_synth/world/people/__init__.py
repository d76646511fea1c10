"""People: what one person is and how people vary.

`pedestrian` samples a person from bodies (`body`), skin and hair (`complexion`), clothes (`wardrobe`, with one file per
garment in `garments/`), poses (`posture`, with one file each in `activities/` and `gestures/`), carried items
(`carrying`) and recorded motions (`motion`). `figure` places people modelled in asset packs.
"""

from blender_synth.plugins import plugin_paths

__path__ += plugin_paths("world/people")
