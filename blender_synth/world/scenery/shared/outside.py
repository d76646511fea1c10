"""The street that is seen through the windows of a room."""

from __future__ import annotations

import dataclasses

import numpy as np

from blender_synth.seeds import Streams
from blender_synth.values import Rgb, Vec2, plain
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.scenery import street
from blender_synth.world.scenery.shared.street_parts import Building

OUTSIDE_FIRST_ID = 3901


@plain
class Outside:
    """The street in front of a room's windows, from y = `near_m` towards -y, and the houses opposite.

    Attributes:
        first_id: first of its 48 instance ids.
        name: prefix of the names of its instances.
        turn_deg: rotation of all of it about the origin, counter-clockwise.
        drop_m: height of the room's floor above the street.
        trees_m: positions (x, y) of trees.
        houses: the houses opposite, facing the room.
    """

    first_id: int = OUTSIDE_FIRST_ID
    name: str = "outside"
    turn_deg: float = 0.0
    near_m: float
    drop_m: float
    half_length_m: float
    pavement_m: float
    road_m: float
    pavement_rgb: Rgb
    pattern: str
    houses: tuple[Building, ...]
    trees_m: tuple[Vec2, ...]
    leaf_rgb: Rgb

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Road, pavements, houses and trees."""
        return (
            LabelledInstance(instance_id=self.first_id, category="road", name=f"{self.name}_road"),
            LabelledInstance(instance_id=self.first_id + 1, category="pavement", name=f"{self.name}_pavement"),
            *(LabelledInstance(instance_id=h.instance_id, category="building", name=h.name) for h in self.houses),
            *(
                LabelledInstance(
                    instance_id=self.first_id + 30 + k, category="vegetation", name=f"{self.name}_tree_{k}"
                )
                for k in range(len(self.trees_m))
            ),
        )


def sample_outside(streams: Streams, near_m: float, half_length_m: float, drop_m: float = 0.0,
                 first_id: int = OUTSIDE_FIRST_ID, name: str = "outside",
                 turn_deg: float = 0.0) -> Outside:  # fmt: skip
    """The street in front of a façade at y = `near_m` that faces -y; its houses are those of a sampled `street`."""
    there = street.Randomizer(
        length_m=(64.0, 64.0), trees={"none": 1.0}, furniture_per_10_m=(0.0, 0.0), car_share=(0.0, 0.0)
    ).sample(streams.child("street"))
    rng = streams.rng("outside")
    pavement, road = float(rng.uniform(3.0, 5.0)), float(rng.uniform(6.5, 9.0))
    row = [b for b in there.buildings if b.name.startswith("building_left")]
    first = int(rng.integers(0, max(1, len(row) - 3)))
    houses, x, y = [], half_length_m, near_m - 2 * pavement - road
    for number, house in enumerate((row + row)[first : first + 12]):
        if x < -half_length_m:
            break
        houses.append(
            dataclasses.replace(
                house,
                instance_id=first_id + 8 + number,
                name=f"{name}_house_{number}",
                start_xy_m=(x, y),
                facing_deg=90.0,
            )
        )
        x -= house.width_m
    trees = [
        (float(t + rng.uniform(-1, 1)), near_m - pavement - road - 0.9)
        for t in np.arange(-half_length_m + 3, half_length_m, float(rng.uniform(8, 14)))
        if rng.random() < 0.6
    ]
    paved = there.pavements[0]
    return Outside(
        first_id=first_id,
        name=name,
        turn_deg=turn_deg,
        near_m=near_m,
        drop_m=drop_m,
        half_length_m=half_length_m + 6.0,
        pavement_m=pavement,
        road_m=road,
        pavement_rgb=paved.rgb,
        pattern=paved.pattern,
        houses=tuple(houses),
        trees_m=tuple(trees[:12]),
        leaf_rgb=there.leaf_rgb,
    )
