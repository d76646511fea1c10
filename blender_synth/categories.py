"""Names of categories that the program itself refers to, and which categories are stuff.

Every other category is a thing: it has countable instances. Stuff is amorphous (Kirillov et al. 2019, "Panoptic
Segmentation").
"""

from __future__ import annotations

from collections.abc import Collection

PEDESTRIAN, REFLECTION, MIRROR = "pedestrian", "pedestrian_reflection", "mirror"
STUFF = frozenset(
    {
        "building",
        "ceiling",
        "floor",
        "grass",
        "ground",
        "lawn",
        "pavement",
        "road",
        "sand",
        "sky",
        "snow",
        "terrain",
        "vegetation",
        "wall",
        "water",
    }
)
"""Stuff of the built-in scenes, and what scenes of artists commonly have. `exporter.stuff` adds more."""


def is_thing(category: str, more_stuff: Collection[str] = ()) -> bool:
    """Whether a category is of countable objects. `more_stuff`: further categories of stuff."""
    return category not in STUFF and category not in more_stuff
