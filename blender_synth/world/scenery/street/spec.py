"""One street as plain values."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Rgb, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout
from blender_synth.world.scenery.shared.street_parts import (
    Building,
    Car,
    Furniture,
    Pavement,
    Roadway,
)
from blender_synth.world.scenery.shared.town import town_instances
from blender_synth.world.scenery.street.elements import (
    PARKING_LANE_M,
    ROAD_ID,
    WIRE_FIRST_ID,
    Side,
)
from blender_synth.world.scenery.street.layout import layout_of


@plain
class Spec(SceneryDefaults):
    """One street.

    Attributes:
        length_m: between the side streets at both ends.
        carriageway_m: kerb to kerb, parking lanes included.
        parking_left, parking_right: whether there is a parking lane on that side (left is +Y).
        kerb_step_m: height of the kerb.
        side_street_m: width of the streets that cross at both ends, wall to wall.
        wires_x_m: positions of wires that span the street between the houses.
        litter: 0 clean to 1.
        litter_seed: seed of leaves and litter on the ground.
    """

    kind: Literal["street"] = "street"
    length_m: float
    carriageway_m: float
    parking_left: bool
    parking_right: bool
    kerb_step_m: float
    side_street_m: float
    road: Roadway
    pavements: tuple[Pavement, ...]
    buildings: tuple[Building, ...]
    furniture: tuple[Furniture, ...]
    cars: tuple[Car, ...]
    wires_x_m: tuple[float, ...]
    leaf_rgb: Rgb
    litter: float
    litter_seed: int

    def pavement(self, name: str) -> Pavement:
        """The pavement on side ``"left"``, ``"right"``, ``"east"`` or ``"west"``."""
        return next(p for p in self.pavements if p.name == f"pavement_{name}")

    @property
    def kerb_y_m(self) -> float:
        """Distance of both kerbs from the centre line."""
        return self.carriageway_m / 2

    @property
    def lanes_y_m(self) -> tuple[float, float]:
        """Lowest and highest y of the two traffic lanes, without the parking lanes."""
        low = -self.kerb_y_m + PARKING_LANE_M * self.parking_right
        return low, self.kerb_y_m - PARKING_LANE_M * self.parking_left

    def wall_y_m(self, side: Side) -> float:
        """The y of the house fronts on one side."""
        sign = 1 if side == "left" else -1
        return sign * (self.kerb_y_m + self.pavement(side).width_m)

    def lane_y_m(self, side: Side) -> float:
        """The y of the centre of the traffic lane on one side."""
        low, high = self.lanes_y_m
        return low + (high - low) * (0.75 if side == "left" else 0.25)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything in the street that is labelled."""
        return (
            LabelledInstance(instance_id=ROAD_ID, category="road", name="road"),
            *town_instances(self.buildings, self.furniture, self.cars, self.pavements),
            *(
                LabelledInstance(instance_id=WIRE_FIRST_ID + k, category="street_furniture", name=f"wire_{k}")
                for k in range(len(self.wires_x_m))
            ),
        )

    def make_layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be put."""
        return layout_of(self)
