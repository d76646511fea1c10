"""The resolved values of one scene of this kind."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import plain
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
from blender_synth.world.scenery.street.elements import (
    PARKING_LANE_M,
    ROAD_ID,
    WIRE_FIRST_ID,
)
from blender_synth.world.scenery.street.layout import layout_of


@plain
class Spec(SceneryDefaults):
    """One street, down to its last bollard.

    Attributes:
        carriageway_m: kerb to kerb, parking lanes included.
        parking_left, parking_right: whether there is a parking lane on that side (left is +Y).
        side_street_m: width of the streets that cross at both ends, wall to wall.
        wires_x_m: where wires are strung between the houses over the street.
        litter_seed: feeds leaves and litter on the ground.
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
    leaf_rgb: tuple[float, float, float]
    litter: float
    litter_seed: int

    def pavement(self, name: str) -> Pavement:
        """The pavement on side ``"left"``, ``"right"``, ``"east"`` or ``"west"``."""
        return next(p for p in self.pavements if p.name == f"pavement_{name}")

    @property
    def kerb_y_m(self) -> float:
        """Distance of both kerb faces from the street's middle line."""
        return self.carriageway_m / 2

    def wall_y_m(self, side: Literal["left", "right"]) -> float:
        """y of the house fronts on one side."""
        sign = 1 if side == "left" else -1
        return sign * (self.kerb_y_m + self.pavement(side).width_m)

    def lane_y_m(self, side: Literal["left", "right"]) -> float:
        """y of the middle of the traffic lane on one side."""
        low = -self.kerb_y_m + PARKING_LANE_M * self.parking_right
        high = self.kerb_y_m - PARKING_LANE_M * self.parking_left
        return low + (high - low) * (0.75 if side == "left" else 0.25)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything in the street that gets labels, with its stable instance id."""
        return (
            LabelledInstance(instance_id=ROAD_ID, category="road", name="road"),
            *(LabelledInstance(instance_id=p.instance_id, category="pavement", name=p.name) for p in self.pavements),
            *(LabelledInstance(instance_id=b.instance_id, category="building", name=b.name) for b in self.buildings),
            *(LabelledInstance(instance_id=f.instance_id, category=f.category, name=f.name) for f in self.furniture),
            *(LabelledInstance(instance_id=c.instance_id, category="vehicle", name=c.name) for c in self.cars),
            *(
                LabelledInstance(instance_id=WIRE_FIRST_ID + k, category="street_furniture", name=f"wire_{k}")
                for k in range(len(self.wires_x_m))
            ),
        )

    def _on_crossing(self, x_m: float, room_m: float) -> bool:
        cross = self.road.crossing
        return cross is not None and abs(x_m - cross.x_m) < cross.width_m / 2 + room_m

    def layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be put."""
        return layout_of(self)
