"""The resolved values of one scene of this kind."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Vec2, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout
from blender_synth.world.scenery.crosswalk.elements import (
    ARMS,
    CORNERS,
    ISLAND_FIRST_ID,
    NOSE_M,
    ROAD_ID,
    Arm,
    Signal,
    Street,
)
from blender_synth.world.scenery.crosswalk.layout import layout_of
from blender_synth.world.scenery.shared.street_parts import (
    Building,
    Car,
    Furniture,
    Pavement,
)


@plain
class Spec(SceneryDefaults):
    """One crossing of two streets.

    Attributes:
        corner_radius_m: of the kerbs. side_street_m: width of the streets across the ends of the arms.
        free_arm: where no car waits, so that a dashcam can.
        litter_seed: feeds leaves and litter on the ground.
    """

    kind: Literal["crosswalk"] = "crosswalk"
    streets: tuple[Street, Street]
    arms: tuple[Arm, Arm, Arm, Arm]
    corner_radius_m: float
    kerb_step_m: float
    side_street_m: float
    free_arm: str
    pavements: tuple[Pavement, ...]
    buildings: tuple[Building, ...]
    signals: tuple[Signal, ...]
    furniture: tuple[Furniture, ...]
    cars: tuple[Car, ...]
    leaf_rgb: tuple[float, float, float]
    litter: float
    litter_seed: int

    def street(self, arm: Arm) -> Street:
        """The street that an arm belongs to."""
        return self.streets[ARMS.index(arm.name) % 2]

    def cross_street(self, arm: Arm) -> Street:
        """The other one."""
        return self.streets[(ARMS.index(arm.name) + 1) % 2]

    def islands(self) -> tuple[tuple[int, Arm, tuple[Vec2, ...]], ...]:
        """(instance id, arm, outline) of both halves of each refuge island."""
        found = []
        for arm in self.arms:
            half, zebra = self.street(arm).island_m / 2, arm.zebra
            if half > 0:
                inner, outer = zebra.x_m - zebra.width_m / 2 - 0.1, zebra.x_m + zebra.width_m / 2 + 0.1
                for a, b in ((inner - NOSE_M * 0.6, inner), (outer, outer + NOSE_M)):
                    found.append((ISLAND_FIRST_ID + len(found), arm, arm.box(a, b, -half, half)))
        return tuple(found)

    def open_sides(self) -> dict[str, str]:
        """The flanks, by name of the house, that another front of the same house at a corner takes the place of."""
        sides = {f"building_{corner}_0": "left" for corner in CORNERS}
        for corner in CORNERS:
            last = max(
                (b for b in self.buildings if b.name.startswith(f"building_{corner}_beside")),
                key=lambda b: int(b.name.rsplit("_", 1)[1]),
            )
            sides[last.name] = "right"
        return sides

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything that gets labels, with its stable instance id. A house at a corner has two fronts and one id."""
        houses = {b.instance_id: b for b in reversed(self.buildings)}
        return (
            LabelledInstance(instance_id=ROAD_ID, category="road", name="road"),
            *(LabelledInstance(instance_id=p.instance_id, category="pavement", name=p.name) for p in self.pavements),
            *(LabelledInstance(instance_id=i, category="pavement", name=f"island_{i}") for i, _, _ in self.islands()),
            *(LabelledInstance(instance_id=b.instance_id, category="building", name=b.name) for b in houses.values()),
            *(LabelledInstance(instance_id=f.instance_id, category=f.category, name=f.name) for f in self.furniture),
            *(
                LabelledInstance(instance_id=s.instance_id, category="street_furniture", name=s.name)
                for s in self.signals
            ),
            *(LabelledInstance(instance_id=c.instance_id, category="vehicle", name=c.name) for c in self.cars),
        )

    def layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be put."""
        return layout_of(self)
