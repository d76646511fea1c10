"""One square as plain values."""

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
from blender_synth.world.scenery.shared.town import town_instances


@plain
class Spec(SceneryDefaults):
    """One square.

    Attributes:
        size_m: wall to wall along x and y.
        paved: paving of the ground.
        litter: 0 clean to 1.
        litter_seed: seed of leaves and litter on the ground.
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
        """Everything on the square that is labelled."""
        centre = [LabelledInstance(instance_id=CENTRE_ID, category="street_furniture", name=self.centre.kind)]
        return (
            LabelledInstance(instance_id=PAVING_ID, category="pavement", name="plaza"),
            *(centre if self.centre.kind != "none" else ()),
            *town_instances(self.buildings, self.furniture),
        )

    def make_layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be placed."""
        return layout_of(self)
