"""Mannequins: dressed figures of plastic or cloth behind the windows of shops and before them.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `window_share` | 0.75 | share | those who stand behind shop windows; the others stand before shops |
| `anywhere` | false | - | where a scene has no shops, mannequins stand anywhere on its ground; else it has none |
| `head` | {full: 0.35, egg: 0.4, none: 0.25} | weights | a modelled face without hair, a smooth head, no head |
| `finish` | {white: 3, grey: 1, black: 1.5, skin: 2, linen: 1} | weights | colour and material of the body |
| `gestures` | … | weights | what the arms do, of `gestures/` |
| `podium_m` | [0.06, 0.3] | m | height of the podium of those who stand elsewhere |
| `person` | {} | `Randomizer` | bodies and clothes, see `pedestrian` |
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import NonNegativeRange, Rgb, Vec3, Weights, pick, plain, uniform, vec3
from blender_synth.world.contracts import LookalikeDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import MirrorMount, Obstacle
from blender_synth.world.lookalikes.figures import DISPLAY_GESTURES, draw_figure
from blender_synth.world.lookalikes.placing import DISPLAY_BEHIND_M, LookalikeContext, upright_obstacle
from blender_synth.world.people.choices import among, one_of
from blender_synth.world.people.gestures import gestures
from blender_synth.world.people.pedestrian import PedestrianSpec
from blender_synth.world.people.pedestrian import Randomizer as People

Head = Literal["full", "egg", "none"]
Finish = Literal["white", "grey", "black", "skin", "linen"]
HEADS: tuple[Head, ...] = ("full", "egg", "none")
FINISHES: tuple[Finish, ...] = ("white", "grey", "black", "skin", "linen")
_RGB = {
    "white": (0.78, 0.77, 0.75),
    "grey": (0.22, 0.22, 0.22),
    "black": (0.02, 0.02, 0.02),
    "skin": (0.55, 0.36, 0.26),
    "linen": (0.5, 0.44, 0.34),
}
HALF_M = 0.36
"""Half the width of a figure with its arms."""


@plain
class Spec(LookalikeDefaults):
    """One mannequin.

    Attributes:
        position_m: under its feet, or under its podium. heading_deg: azimuth it faces.
        person: the body and its clothes, at the origin. head, finish, rgb: what it is made of. gloss: 0 to 1.
        podium_m: height of the podium; 0 for none. host_id: the building behind whose panes it stands.
        window: that shop's mount. window_facing_deg: azimuth of the panes.
    """

    kind: Literal["mannequin"] = "mannequin"
    instance_id: int
    holder_instance_id: int
    position_m: Vec3
    heading_deg: float
    person: PedestrianSpec
    head: Head
    finish: Finish
    rgb: Rgb
    gloss: float = Field(ge=0, le=1)
    podium_m: float = Field(default=0.0, ge=0)
    host_id: int | None = None
    window: str | None = None
    window_facing_deg: float = 0.0

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The figure, and its podium."""
        figure = LabelledInstance(
            instance_id=self.instance_id, category="mannequin", name=f"mannequin_{self.instance_id}"
        )
        podium = LabelledInstance(
            instance_id=self.holder_instance_id, category="furniture", name=f"podium_{self.instance_id}"
        )
        return (figure, podium) if self.podium_m else (figure,)

    def obstacles(self) -> tuple[Obstacle, ...]:
        """A column around it."""
        height = self.podium_m + self.person.body.stature_m
        return (upright_obstacle(f"mannequin_{self.instance_id}", self.position_m, HALF_M, height),)


@plain
class Randomizer:
    """How mannequins vary."""

    kind: Literal["mannequin"] = "mannequin"
    window_share: float = Field(default=0.75, ge=0, le=1)
    anywhere: bool = False
    head: Annotated[Weights, among(HEADS)] = Field(default_factory=lambda: {"full": 0.35, "egg": 0.4, "none": 0.25})
    finish: Annotated[Weights, among(FINISHES)] = Field(
        default_factory=lambda: {"white": 3.0, "grey": 1.0, "black": 1.5, "skin": 2.0, "linen": 1.0}
    )
    gestures: Annotated[Weights, among(gestures)] = Field(default_factory=lambda: dict(DISPLAY_GESTURES))
    podium_m: NonNegativeRange = (0.06, 0.3)
    person: People = Field(default_factory=People)

    def propose(self, streams: Streams, ids: tuple[int, int], context: LookalikeContext) -> Spec | None:
        """A mannequin behind a window, or free-standing; None where neither has room."""
        rng, form = streams.rng("place"), streams.rng("form")
        person = draw_figure(self.person, streams, self.gestures)
        height = person.body.stature_m
        in_window, turn = rng.random() < self.window_share, float(rng.normal(0, 14))
        podium = uniform(form, self.podium_m)
        head = one_of(HEADS, pick(form, self.head))
        finish = one_of(FINISHES, pick(form, self.finish))
        rgb = vec3(np.clip(np.array(_RGB[finish]) * np.exp(form.normal(0, 0.1)), 0.01, 0.85))
        figure = Spec(
            instance_id=ids[0],
            holder_instance_id=ids[1],
            position_m=(0.0, 0.0, 0.0),
            heading_deg=0.0,
            person=person,
            head=head,
            finish=finish,
            rgb=rgb,
            gloss=float(form.random()),
        )
        places = context.display_places(HALF_M - 0.08, height + 0.05) if in_window else []
        if places:

            def seen(place: tuple[MirrorMount, float]) -> tuple[float, float]:
                shop, along = place
                foot = np.array(
                    [*shop.point_xy_m(along, -DISPLAY_BEHIND_M), shop.base_z_m + (shop.display_top_m or 0.0)]
                )
                points = foot + np.array([(0, 0, h) for h in (0.05, height / 2, height)])
                return context.shown_px(points + (0.0, 0.0, 0.0), shop.facing_deg)

            chosen = context.best(rng, places, seen)
            if chosen is not None:
                shop, along = chosen
                x, y = shop.point_xy_m(along, -DISPLAY_BEHIND_M)
                return replace(
                    figure,
                    position_m=(float(x), float(y), shop.base_z_m + (shop.display_top_m or 0.0)),
                    heading_deg=float((shop.facing_deg + np.clip(turn, -25, 25)) % 360),
                    host_id=shop.host_id,
                    window=shop.name,
                    window_facing_deg=shop.facing_deg,
                )
        free = context.shop_front_places(rng, HALF_M, podium + height)
        if not free and self.anywhere:
            free = context.ground_places(rng, HALF_M, podium + height, 0.5, 2.5, 14.0)
        place = context.best(
            rng, free, lambda p: context.shown_px(np.array(p.position_m) + np.array([(0, 0, 0.1), (0, 0, height)]))
        )
        if place is None:
            return None
        return replace(figure, position_m=place.position_m, heading_deg=place.heading_deg, podium_m=podium)
