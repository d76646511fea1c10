"""Statues of people, all of one material, on plinths.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `material` | {bronze: 2, stone: 1.5, marble: 1} | weights | of figure and plinth; bronze stands on stone |
| `scale` | [0.9, 1.5] | 1 | size over that of a person |
| `plinth_m` | [0.3, 1.3] | m | height of the plinth |
| `gestures` | … | weights | what the arms do, of `gestures/` |
| `walking_share` | 0.2 | share | statues that stride |
| `room_m` | 0.9 | m | free ground between the plinth and the edge of the ground |
| `person` | {} | `Randomizer` | bodies and clothes, see `pedestrian` |

They stand on ground where people wander, as on squares, in courtyards and halls, not where they pass along.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import PositiveRange, Rgb, Vec3, Weights, pick, plain, uniform, vec3
from blender_synth.world.contracts import LookalikeDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Obstacle
from blender_synth.world.lookalikes.figures import draw_figure
from blender_synth.world.lookalikes.placing import LookalikeContext, upright_obstacle
from blender_synth.world.people.choices import among, one_of
from blender_synth.world.people.gestures import gestures
from blender_synth.world.people.pedestrian import PedestrianSpec
from blender_synth.world.people.pedestrian import Randomizer as People

Material = Literal["bronze", "stone", "marble"]
MATERIALS: tuple[Material, ...] = ("bronze", "stone", "marble")
_RGB = {"bronze": (0.075, 0.05, 0.028), "stone": (0.36, 0.31, 0.24), "marble": (0.68, 0.66, 0.62)}
_STANDING = {"hang": 0.25, "hip": 0.25, "folded": 0.15, "behind": 0.1, "clasped": 0.15, "hips": 0.1}
PLINTH_M = 0.42
"""Half the width of a plinth under a figure of a person's size."""


@plain
class Spec(LookalikeDefaults):
    """One statue.

    Attributes:
        position_m: middle of the plinth's base. heading_deg: azimuth of its front.
        person: whom it shows, at the origin. scale: of the figure. plinth_rgb, rgb: colours.
        weathering: 0 new to 1 stained.
    """

    kind: Literal["statue"] = "statue"
    instance_id: int
    holder_instance_id: int
    position_m: Vec3
    heading_deg: float
    person: PedestrianSpec
    material: Material
    rgb: Rgb
    plinth_rgb: Rgb
    scale: float = Field(gt=0)
    plinth_m: float = Field(gt=0)
    weathering: float = Field(ge=0, le=1)
    outdoors: bool

    @property
    def half_m(self) -> float:
        """Half the width of the plinth."""
        return PLINTH_M * self.scale

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The figure and its plinth."""
        number, holder = self.instance_id, "street_furniture" if self.outdoors else "furniture"
        return (
            LabelledInstance(instance_id=number, category="statue", name=f"statue_{number}"),
            LabelledInstance(instance_id=self.holder_instance_id, category=holder, name=f"plinth_{number}"),
        )

    def obstacles(self) -> tuple[Obstacle, ...]:
        """A column around it."""
        height = self.plinth_m + self.scale * self.person.body.stature_m
        return (upright_obstacle(f"statue_{self.instance_id}", self.position_m, 1.3 * self.half_m, height),)


@plain
class Randomizer:
    """How statues vary."""

    kind: Literal["statue"] = "statue"
    material: Annotated[Weights, among(MATERIALS)] = Field(
        default_factory=lambda: {"bronze": 2.0, "stone": 1.5, "marble": 1.0}
    )
    scale: PositiveRange = (0.9, 1.5)
    plinth_m: PositiveRange = (0.3, 1.3)
    gestures: Annotated[Weights, among(gestures)] = Field(default_factory=lambda: dict(_STANDING))
    walking_share: float = Field(default=0.2, ge=0, le=1)
    room_m: float = Field(default=0.9, ge=0)
    person: People = Field(default_factory=People)

    def propose(self, streams: Streams, ids: tuple[int, int], context: LookalikeContext) -> Spec | None:
        """A statue; None where there is no ground for it."""
        rng, form = streams.rng("place"), streams.rng("form")
        material = one_of(MATERIALS, pick(form, self.material))
        under = material if material != "bronze" else "stone"
        outdoors = context.layout.indoor_c is None
        scale = uniform(form, self.scale) if outdoors else min(uniform(form, self.scale), 1.05)
        plinth, walks = uniform(form, self.plinth_m), form.random() < self.walking_share
        person = draw_figure(self.person, streams, self.gestures, activity="walk" if walks else "stand")
        height = plinth + scale * person.body.stature_m
        room = 1.3 * PLINTH_M * scale
        free = [
            place
            for place in context.ground_places(rng, room, height, room + self.room_m, 3.0, 22.0)
            if (area := context.sight.ground(place.position_m[:2])) is not None and area.flow_deg is None
        ]
        place = context.best(
            rng, free, lambda p: context.shown_px(np.array(p.position_m) + np.array([(0, 0, plinth), (0, 0, height)]))
        )
        if place is None:
            return None
        return Spec(
            instance_id=ids[0],
            holder_instance_id=ids[1],
            position_m=place.position_m,
            heading_deg=place.heading_deg,
            person=person,
            material=material,
            rgb=vec3(np.clip(np.array(_RGB[material]) * np.exp(form.normal(0, 0.15)), 0.01, 0.8)),
            plinth_rgb=vec3(np.clip(np.array(_RGB[under]) * np.exp(form.normal(0, 0.2)), 0.02, 0.75)),
            scale=scale,
            plinth_m=plinth,
            weathering=float(form.random()),
            outdoors=outdoors,
        )
