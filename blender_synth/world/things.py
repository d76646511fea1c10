"""Things: what stands in a scene and gets labels of its own."""

from __future__ import annotations

from blender_synth.world.values import plain


@plain
class Thing:
    """One labelled thing of the scenery.

    Attributes:
        instance_id: the number in the label pass; unique in the scene, never 0.
        category: e.g. ``"building"``.
        name: readable and unique in the scene, e.g. ``"building_left_2"``.
    """

    instance_id: int
    category: str
    name: str
