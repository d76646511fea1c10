"""Figures: people modelled as they stand, from asset packs (items of `kind: person`).

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `share` | 0.0 | share | figures among all people |
| `weights` | {} | factors | on the packs' own weights, by pack or `pack/item`; 0 leaves out |
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.errors import ConfigError
from blender_synth.packs.items import Item, Pack, items_with
from blender_synth.packs.kinds.person import PersonTerms
from blender_synth.seeds import Streams
from blender_synth.suggestions import hint_among
from blender_synth.values import Vec3, plain
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.pack_items import FromPack
from blender_synth.world.people.situation import Footprint
from blender_synth.world.placement.props import chosen_variant

FigureChoice = tuple[Pack, Item[PersonTerms], float]
"""A figure of a pack and its weight."""


def _vec3(v: np.ndarray) -> Vec3:
    x, y, z = v.tolist()
    return x, y, z


@plain
class Spec(FromPack):
    """One figure. Its own axes: +X front, +Y left, +Z up.

    Attributes:
        pack, item: where it comes from; file: relative to the pack's folder; object, collection: what of a `.blend`.
        variant: what materials of the file look like instead, as of a prop.
        up_axis, front: directions in the file that become +Z and +X.
        origin_m: the point of the file, in the figure's axes before scaling, that stands at position_m.
        scale: factor on the file's own metres.
        low_m, high_m: corners of the box around it, scaled, from position_m on.
        keypoints_m: COCO keypoints that the pack names, scaled, from position_m on, in the figure's axes.
        licence, author, source: carried into every frame that shows it.
    """

    kind: Literal["figure"] = "figure"
    instance_id: int
    position_m: Vec3 = (0.0, 0.0, 0.0)
    heading_deg: float = 0.0
    pack: str
    item: str
    file: str
    object: str = ""
    collection: str = ""
    variant: dict[str, str] = Field(default_factory=dict)
    up_axis: str
    front: str
    origin_m: Vec3
    scale: float
    low_m: Vec3
    high_m: Vec3
    keypoints_m: dict[str, Vec3]
    licence: str
    author: str
    source: str

    def placed(self, position_m: Vec3, heading_deg: float) -> Spec:
        """The same person somewhere else."""
        return dataclasses.replace(self, position_m=position_m, heading_deg=heading_deg)

    def footprint(self) -> Footprint:
        """The ground that the figure covers."""
        half = max(0.25, -self.low_m[1], self.high_m[1])
        return Footprint(
            front_m=max(half, self.high_m[0]),
            back_m=max(half, -self.low_m[0]),
            half_width_m=half,
            height_m=self.high_m[2],
        )

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The figure: a pedestrian like any other."""
        return (LabelledInstance(instance_id=self.instance_id, category="pedestrian", name=f"{self.pack}/{self.item}"),)


@plain
class Randomizer:
    """How many figures there are among the people, and which."""

    share: float = Field(default=0.0, ge=0, le=1)
    weights: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)

    def choices(self, packs: Sequence[Pack]) -> list[FigureChoice]:
        """(pack, item, weight) of every figure; empty where none are asked for.

        Raises:
            ConfigError: figures are asked for and there are none, or a weight for something that no pack has.
        """
        people = items_with(packs, PersonTerms)
        known = {name for pack, item in people for name in (pack.name, f"{pack.name}/{item.name}")}
        for name in self.weights:
            if name not in known:
                hint = hint_among(name, known, "add a pack: packs=[FOLDER]")
                raise ConfigError(
                    "no asset pack has such a person", key=f"pedestrians.figures.weights.{name}", value=name, hint=hint
                )
        if self.share == 0:
            return []
        rows: list[FigureChoice] = []
        for pack, item in people:
            factor = self.weights.get(pack.name, 1.0) * self.weights.get(f"{pack.name}/{item.name}", 1.0)
            if item.terms.weight * factor > 0:
                rows.append((pack, item, item.terms.weight * factor))
        if not rows:
            raise ConfigError(
                "no asset pack has people", key="pedestrians.figures.share", value=self.share,
                hint="add a pack with items of `kind: person`: packs=[FOLDER]; or set the share to 0",
            )  # fmt: skip
        return rows

    def sample(self, streams: Streams, instance_id: int, choices: Sequence[FigureChoice]) -> Spec:
        """One figure out of `choices`."""
        weights = np.array([weight for _, _, weight in choices])
        pack, item, _ = choices[int(streams.rng("figure").choice(len(choices), p=weights / weights.sum()))]
        scale, origin = item.scale()[0], np.array(item.origin_m("pavement"))
        low, high = (item.box_m - origin) * scale
        return Spec(
            instance_id=instance_id,
            pack=pack.name,
            item=item.name,
            file=item.file,
            object=item.object,
            collection=item.collection,
            variant=chosen_variant(item, streams),
            up_axis=str(item.terms.up_axis),
            front=str(item.terms.front),
            origin_m=_vec3(origin),
            scale=scale,
            low_m=_vec3(low),
            high_m=_vec3(high),
            keypoints_m={name: _vec3((point - origin) * scale) for name, point in item.keypoints_m().items()},
            licence=item.terms.licence,
            author=item.terms.author,
            source=item.terms.source,
        )
