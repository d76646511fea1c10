"""Labelled instances: the objects of a scene that have an id of their own in the label pass."""

from __future__ import annotations

from blender_synth.values import plain


@plain
class LabelledInstance:
    """One object with labels of its own.

    Attributes:
        instance_id: the number in the label pass; unique in the scene, never 0.
        category: e.g. ``"building"``.
        name: readable and unique in the scene, e.g. ``"building_left_2"``.
    """

    instance_id: int
    category: str
    name: str
