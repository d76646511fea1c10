"""Names of categories that the program itself refers to, and which categories are stuff."""

from __future__ import annotations

PEDESTRIAN, REFLECTION, MIRROR = "pedestrian", "pedestrian_reflection", "mirror"
STUFF = frozenset({"road", "pavement", "building", "vegetation", "sky"})
"""Amorphous regions, which have no countable instances; every other category is a thing (Kirillov et al. 2019,
"Panoptic Segmentation")."""


def is_thing(category: str) -> bool:
    """Whether a category is of countable objects."""
    return category not in STUFF
