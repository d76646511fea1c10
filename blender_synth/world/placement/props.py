"""Props: items of asset packs that are placed on the spots of a layout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from blender_synth.errors import ConfigError
from blender_synth.packs.items import Item, Pack
from blender_synth.seeds import Streams
from blender_synth.suggestions import hint_among
from blender_synth.values import NonNegativeRange, PositiveRange, Range, Vec2, Vec3, plain, uniform, vec3
from blender_synth.world.layout import Layout, Obstacle, PropSpot
from blender_synth.world.pack_items import FromPack, WeightedItem
from blender_synth.world.placement.counts import draw_count
from blender_synth.world.placement.prop_spots import free_spots

PROP_IDS = range(2101, 3000)
"""2001 to 2100 are frames of mirrors, 3001 and on the scenery's."""
_ALSO = {"parking": "road", "edge": "pavement"}
"""Uses of spots on which what stands elsewhere may stand, too."""
_INDOORS, _OUTDOORS = {"indoors", "table"}, {"pavement", "edge", "road", "parking"}


@plain
class PropSpec(FromPack):
    """One prop. Its own axes: +X front, +Y left, +Z up.

    Attributes:
        instance_id: from `PROP_IDS`.
        pack, item: where it comes from; file: relative to the pack's folder; object, collection: what of a `.blend`.
        up_axis, front: directions in the file that become +Z and +X (see `packs.axes.item_from_blender`).
        variant: replacements of materials of the file, by name: a colour `#rrggbb` (sRGB) or another material.
        origin_m: the point of the file, in the prop's axes before scaling, that stands at position_m.
        position_m: in the scene. heading_deg: azimuth of its front.
        scale: factors along the prop's axes.
        low_m, high_m: corners of the box around it, scaled, from position_m on, in the prop's axes.
        licence, author, source: carried into every frame that shows it.
    """

    kind: Literal["prop"] = "prop"
    instance_id: int
    category: str
    pack: str
    item: str
    file: str
    object: str = ""
    collection: str = ""
    up_axis: str = "+y"
    front: str = "+z"
    origin_m: Vec3 = (0.0, 0.0, 0.0)
    position_m: Vec3
    heading_deg: float
    scale: Vec3 = (1.0, 1.0, 1.0)
    variant: dict[str, str] = Field(default_factory=dict)
    low_m: Vec3
    high_m: Vec3
    licence: str
    author: str = ""
    source: str = ""

    def footprint_xy_m(self) -> tuple[Vec2, ...]:
        """Corners of its footprint, counter-clockwise."""
        angle = np.radians(self.heading_deg)
        ahead, left = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        (x0, y0, _), (x1, y1, _) = self.low_m, self.high_m
        corners = (
            np.array(self.position_m[:2]) + x * ahead + y * left for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        )
        return tuple((float(x), float(y)) for x, y in corners)

    def obstacle(self) -> Obstacle:
        """The volume that people and cameras keep out of."""
        base_z_m = self.position_m[2] + self.low_m[2]
        height_m = self.high_m[2] - self.low_m[2]
        name = f"prop_{self.instance_id}"
        return Obstacle(name=name, polygon_xy_m=self.footprint_xy_m(), height_m=height_m, base_z_m=base_z_m)


def _several(value: Any) -> Any:
    return () if value is None else (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


@plain
class PropRandomizer:
    """How many props from asset packs a scene gets, and which.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `count` | [3, 8] | props | on the scene's own spots, as far as there are spots and items that fit |
    | `scatter` | 0 | props | more of them anywhere on the scene's free ground |
    | `parked` | 0.6 | 0 to 1 | share of free parking places that get a vehicle, where `count` is not 0 |
    | `category` | [] | names | only items of one of these categories; empty for all |
    | `tags` | [] | names | only items with one of these tags; empty for all |
    | `weights` | {} | factors | multiplies the packs' own weights, by category, pack or `pack/item`; 0 excludes |
    | `turn_deg` | [-10, 10] | degrees | away from the spot's heading; props against a wall are not turned |
    | `scale` | [0.97, 1.03] | factor | on top of the manifest's size |
    """

    count: NonNegativeRange = (3.0, 8.0)
    scatter: NonNegativeRange = (0.0, 0.0)
    parked: float = Field(default=0.6, ge=0, le=1)
    category: Names = ()
    tags: Names = ()
    weights: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    turn_deg: Range = (-10.0, 10.0)
    scale: PositiveRange = (0.97, 1.03)

    def sample(self, streams: Streams, layout: Layout, packs: Sequence[Pack]) -> tuple[PropSpec, ...]:
        """The props of one scene.

        Every spot has its own streams, so that one spot never changes another.

        Args:
            streams: of the props. layout: of the scene. packs: from `packs.find_packs`.

        Raises:
            ConfigError: a category, a tag or a weight for something that no pack has.
        """
        choices, indoors = self.choices(packs), layout.indoor_c is not None
        wanted = min(draw_count(streams, "count", self.count), len(PROP_IDS))
        props: list[PropSpec] = []
        spots = [spot for spot in layout.prop_spots if spot.use != "parking"]
        for number in streams.rng("spots").permutation(len(spots)):
            if len(props) == wanted:
                break
            spot = spots[number]
            prop = self._at(spot, streams.child(spot.name), choices, PROP_IDS[len(props)], indoors)
            if prop is not None:
                props.append(prop)
        for spot in layout.prop_spots if self.count[1] > 0 and choices else ():
            here = streams.child(spot.name)
            if spot.use == "parking" and here.rng("parked").random() < self.parked and len(props) < len(PROP_IDS):
                prop = self._at(spot, here, choices, PROP_IDS[len(props)], indoors)
                props += [prop] if prop is not None else []
        more = min(draw_count(streams, "scatter", self.scatter), len(PROP_IDS) - len(props)) if choices else 0
        wanted = len(props) + more
        for spot in free_spots(layout, props, more, streams.child("scatter")) if more else ():
            if len(props) == wanted:
                break
            prop = self._at(spot, streams.child(spot.name), choices, PROP_IDS[len(props)], indoors)
            if prop is not None:
                props.append(prop)
        return tuple(props)

    def choices(self, packs: Sequence[Pack]) -> list[WeightedItem]:
        """(pack, item, weight) of every prop that may be drawn.

        Raises:
            ConfigError: a category, a tag or a weight for something that no pack has.
        """
        rows = list(self._weighted(packs))
        categories = sorted({item.terms.category for _, item, _ in rows})
        tags = sorted({tag for _, item, _ in rows for tag in item.terms.tags})
        for key, asked, known in (("category", self.category, categories), ("tags", self.tags, tags)):
            for name in asked:
                if name not in known:
                    hint = hint_among(name, known, "add a pack: packs=[FOLDER]")
                    what = "category" if key == "category" else "tag"
                    raise ConfigError(f"no prop has such a {what}", key=f"props.{key}", value=name, hint=hint)
        chosen = [
            row
            for row in rows
            if (not self.category or row[1].terms.category in self.category)
            and (not self.tags or set(row[1].terms.tags) & set(self.tags))
        ]
        if not chosen and (self.category or self.tags):
            available = sorted({t for _, i, _ in rows if i.terms.category in self.category for t in i.terms.tags})
            raise ConfigError(
                "no prop is of these categories and has one of these tags",
                key="props.tags",
                value=list(self.tags),
                hint=f"props of {', '.join(self.category)} have the tags: {', '.join(available) or 'none'}",
            )
        return chosen

    def _weighted(self, packs: Sequence[Pack]) -> Iterator[WeightedItem]:
        """(pack, item, weight) of every prop."""
        known = set()
        for pack in packs:
            for item in pack.items:
                if item.kind != "prop":
                    continue
                names = {pack.name, item.terms.category, f"{pack.name}/{item.name}"}
                known |= names
                weight = item.terms.weight * float(np.prod([self.weights.get(name, 1.0) for name in names]))
                yield pack, item, weight
        for name in self.weights:
            if name not in known:
                hint = hint_among(name, known, "add a pack: packs=[FOLDER]")
                raise ConfigError("no asset pack has such a prop", key=f"props.weights.{name}", value=name, hint=hint)

    def _at(
        self, spot: PropSpot, streams: Streams, choices: list[WeightedItem], instance_id: int, indoors: bool
    ) -> PropSpec | None:
        """The prop at a spot; None where nothing fits."""
        size = uniform(streams.rng("scale"), self.scale)
        fitting = [
            choice
            for choice in choices
            if choice[2] > 0
            and may_stand(choice[1].terms.stands, spot.use, indoors)
            and (not spot.wants or {choice[1].terms.category, *choice[1].terms.tags} & {*spot.wants})
            and _fits(_box_m(choice[1], spot.use, size), spot)
        ]
        if not fitting:
            return None
        weights = np.array([weight for _, _, weight in fitting])
        pack, item, _ = fitting[int(streams.rng("item").choice(len(fitting), p=weights / weights.sum()))]
        fixed = spot.use == "wall" or spot.bay_m is not None
        turn_deg = 0.0 if fixed else uniform(streams.rng("turn"), self.turn_deg)
        low_m, high_m = _box_m(item, spot.use, size).tolist()
        return PropSpec(
            instance_id=instance_id,
            category=item.terms.category,
            pack=pack.name,
            item=item.name,
            file=item.file,
            up_axis=item.terms.up_axis,
            front=item.terms.front,
            origin_m=item.origin_m(spot.use),
            position_m=spot.position_m,
            heading_deg=spot.heading_deg + turn_deg,
            scale=vec3(factor * size for factor in item.scale()),
            object=item.object,
            collection=item.collection,
            variant=chosen_variant(item, streams),
            low_m=tuple(low_m),
            high_m=tuple(high_m),
            licence=item.terms.licence,
            author=item.terms.author,
            source=item.terms.source,
        )


def may_stand(stands: Collection[str], use: str, indoors: bool) -> bool:
    """Whether an item that stands in some places, as its manifest says, may stand on a spot of a use.

    Args:
        indoors: whether the spot is under a roof.
    """
    if use == "wall":
        # a wall that an item stands at is one of the places that it otherwise stands in, where it has any
        here, there = (_INDOORS, _OUTDOORS) if indoors else (_OUTDOORS, _INDOORS)
        return "wall" in stands and (not there & set(stands) or bool(here & set(stands)))
    return use in stands or _ALSO.get(use) in stands


def chosen_variant(item: Item, streams: Streams) -> dict[str, str]:
    """One replacement for each material of an item that varies."""
    variant = {}
    for material, choices in item.terms.variants.items():
        rng = streams.rng(f"variant/{material}")
        names, weights = list(choices), np.array(list(choices.values()))
        choice = names[int(rng.choice(len(names), p=weights / weights.sum()))]
        if ".." in choice:
            low, high = (np.array([int(end.strip()[k : k + 2], 16) for k in (1, 3, 5)]) for end in choice.split(".."))
            mixed = np.round(low + (high - low) * rng.random()).astype(int)
            choice = "#" + "".join(f"{channel:02x}" for channel in mixed)
        variant[material] = choice
    return variant


def _box_m(item: Item, use: str, size: float) -> np.ndarray:
    """(2, 3) box around the item from its spot on, in the prop's axes."""
    return (item.box_m - np.array(item.origin_m(use))) * np.array(item.scale()) * size


def _fits(box_m: np.ndarray, spot: PropSpot) -> bool:
    """Whether the whole footprint lies within the circle around the spot, or within its bay."""
    reach = np.abs(box_m[:, :2]).max(axis=0)
    if spot.bay_m is not None:
        return bool((2 * reach <= spot.bay_m).all())
    return float(np.hypot(*reach)) <= spot.room_m
