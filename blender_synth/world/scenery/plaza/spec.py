"""The resolved values of one scene of this kind."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Rgb, Vec2, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout
from blender_synth.world.scenery.plaza.elements import (
    CENTRE_ID,
    PAVING_ID,
    Alley,
    Centre,
    Paved,
)
from blender_synth.world.scenery.plaza.layout import layout_of
from blender_synth.world.scenery.shared.street_parts import Building, Furniture


@plain
class Spec(SceneryDefaults):
    """One square, down to its last chair.

    Attributes:
        size_m: wall to wall along x and y. litter_seed: feeds leaves and litter on the ground.
    """

    kind: Literal["plaza"] = "plaza"
    size_m: Vec2
    paved: Paved
    centre: Centre
    alleys: tuple[Alley, ...]
    buildings: tuple[Building, ...]
    furniture: tuple[Furniture, ...]
    leaf_rgb: Rgb
    litter: float
    litter_seed: int

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything that gets labels, with its stable instance id."""
        centre = [LabelledInstance(instance_id=CENTRE_ID, category="street_furniture", name=self.centre.kind)]
        return (
            LabelledInstance(instance_id=PAVING_ID, category="pavement", name="plaza"),
            *(centre if self.centre.kind != "none" else ()),
            *(LabelledInstance(instance_id=b.instance_id, category="building", name=b.name) for b in self.buildings),
            *(LabelledInstance(instance_id=f.instance_id, category=f.category, name=f.name) for f in self.furniture),
        )

    def layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be put."""
        return layout_of(self)
