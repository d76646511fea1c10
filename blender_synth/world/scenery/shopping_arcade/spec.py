"""One shopping arcade as plain values."""

from __future__ import annotations

import math
from typing import Literal

from blender_synth.values import Rgb, Vec3, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout, PropSpot
from blender_synth.world.scenery.shared.outside import Outside
from blender_synth.world.scenery.shared.rooms import CEILING_ID, FLOOR_ID, LAMPS_ID, Floor, Piece
from blender_synth.world.scenery.shared.street_parts import (
    Building,
)
from blender_synth.world.scenery.shopping_arcade.elements import END_IDS
from blender_synth.world.scenery.shopping_arcade.layout import layout_of


@plain
class Spec(SceneryDefaults):
    """One passage.

    Attributes:
        sides: the two rows of shops, left (+Y) and right.
        storey: kind of upper storey.
        roof, rise_m: shape of the roof, and its height from springing to ridge.
        arches, iron_rgb: number and colour of the iron arches.
        lamps_m: positions of the lamps.
        lamp, lamp_lumen, kelvin: kind, luminous flux and colour temperature of each lamp.
        ends: the streets in front of both ends.
    """

    kind: Literal["shopping_arcade"] = "shopping_arcade"
    length_m: float
    width_m: float
    sides: tuple[Building, Building]
    storey: Literal["plain", "balconies", "gallery"]
    roof: Literal["barrel", "gable"]
    rise_m: float
    arches: int
    iron_rgb: Rgb
    floor: Floor
    border_rgb: Rgb
    lamps_m: tuple[Vec3, ...]
    lamp: Literal["globes", "lanterns", "drums"]
    lamp_lumen: float
    kelvin: float
    pieces: tuple[Piece, ...]
    spots: tuple[PropSpot, ...]
    ends: tuple[Outside, ...]
    indoor_c: float

    @property
    def springing_m(self) -> float:
        """Height at which the roof begins."""
        return self.sides[0].eaves_m

    def roof_m(self, y: float) -> float:
        """Height of the roof over a place across the passage."""
        u = min(abs(2 * y / self.width_m), 1.0)
        share = math.sqrt(max(0.0, 1 - u * u)) if self.roof == "barrel" else 1 - u
        return self.springing_m + self.rise_m * share

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything visible that is labelled."""
        return (
            LabelledInstance(instance_id=FLOOR_ID, category="floor", name="floor"),
            LabelledInstance(instance_id=CEILING_ID, category="ceiling", name="glass_roof"),
            LabelledInstance(instance_id=LAMPS_ID, category="lamp", name="lamps"),
            *(LabelledInstance(instance_id=b.instance_id, category="building", name=b.name) for b in self.sides),
            *(LabelledInstance(instance_id=n, category="wall", name=f"end_{name}") for name, n in END_IDS.items()),
            *(piece.labelled_instance() for piece in self.pieces),
            *(thing for end in self.ends for thing in end.labelled_instances()),
        )

    def make_layout(self) -> Layout:
        """Where people are, mirrors hang, cameras stand and props may be placed."""
        return layout_of(self)
