"""One crossing as plain values."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Rgb, Vec2, plain
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
from blender_synth.world.scenery.shared.town import town_instances


@plain
class Spec(SceneryDefaults):
    """One crossing of two streets.

    Attributes:
        corner_radius_m: radius of the kerbs at the corners.
        kerb_step_m: height of the kerbs.
        side_street_m: width of the streets across the ends of the arms.
        free_arm: the arm without waiting cars, for dashcams.
        litter: 0 clean to 1.
        litter_seed: seed of leaves and litter on the ground.
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
    leaf_rgb: Rgb
    litter: float
    litter_seed: int

    def street(self, arm: Arm) -> Street:
        """The street that an arm belongs to."""
        return self.streets[ARMS.index(arm.name) % 2]

    def cross_street(self, arm: Arm) -> Street:
        """The street that crosses an arm's street."""
        return self.streets[(ARMS.index(arm.name) + 1) % 2]

    def islands(self) -> tuple[tuple[int, Arm, tuple[Vec2, ...]], ...]:
        """(instance id, arm, outline) of both halves of each refuge island."""
        islands: list[tuple[int, Arm, tuple[Vec2, ...]]] = []
        for arm in self.arms:
            half, zebra = self.street(arm).island_m / 2, arm.zebra
            if half > 0:
                inner, outer = zebra.x_m - zebra.width_m / 2 - 0.1, zebra.x_m + zebra.width_m / 2 + 0.1
                for a, b in ((inner - NOSE_M * 0.6, inner), (outer, outer + NOSE_M)):
                    islands.append((ISLAND_FIRST_ID + len(islands), arm, arm.box(a, b, -half, half)))
        return tuple(islands)

    def open_sides(self) -> dict[str, str]:
        """The side (left or right) on which another front of the same corner house adjoins, by name of the house."""
        sides = {f"building_{corner}_0": "left" for corner in CORNERS}
        for corner in CORNERS:
            last = max(
                (b for b in self.buildings if b.name.startswith(f"building_{corner}_beside")),
                key=lambda b: int(b.name.rsplit("_", 1)[1]),
            )
            sides[last.name] = "right"
        return sides

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything on the crossing that is labelled; the two fronts of a corner house are one instance."""
        houses = {b.instance_id: b for b in reversed(self.buildings)}
        return (
            LabelledInstance(instance_id=ROAD_ID, category="road", name="road"),
            *town_instances(pavements=self.pavements),
            *(LabelledInstance(instance_id=i, category="pavement", name=f"island_{i}") for i, _, _ in self.islands()),
            *town_instances(houses.values(), self.furniture),
            *(
                LabelledInstance(instance_id=s.instance_id, category="street_furniture", name=s.name)
                for s in self.signals
            ),
            *town_instances(cars=self.cars),
        )

    def make_layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be placed."""
        return layout_of(self)
