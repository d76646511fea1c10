"""Carried items: bags, umbrellas, phones, prams; who has what, and how it is held.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `instance` | person | name | `person`: part of the person's instance; `own`: an instance of a category of its own |
| `female_bags` | … | weights | bags of women |
| `male_bags` | … | weights | bags of men |
| `children_bags` | {none: 0.7, backpack: 0.3} | weights | bags below 16 years |
| `pushed` | {pram: 0.85, trolley: 0.15} | weights | what those who push have before them |
| `umbrella_in_rain` | 0.6 | share | adults with a free hand who hold up an umbrella in rain |
| `umbrella_in_snow` | 0.12 | share | the same in snow |
| `umbrella_in_dry` | 0.025 | share | adults who carry a furled umbrella |
| `rain_mm_h` | 0.2 | mm/h | rain or melted snow from which umbrellas go up |
| `two_bags_share` | 0.3 | share | people with a shopping bag who have one in each hand |
| `size` | [0.88, 1.12] | 1 | scale of the items |
| `colours` | … | weights | colours of the items, of `COLOURS` |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.values import Range, Rgb, Weights, pick, plain, uniform
from blender_synth.world.climate import Climate
from blender_synth.world.people.activities import activities
from blender_synth.world.people.body import BodySpec
from blender_synth.world.people.choices import Colours, among
from blender_synth.world.people.colours import COLOURS, rounded_rgb
from blender_synth.world.people.situation import Canopy


@dataclass(frozen=True)
class CarriedKind:
    """What all items of one kind have in common.

    Attributes:
        category: where an item is an instance of its own. styles: its shapes.
        reach_m: how far it reaches ahead of, behind and to either side of the person's middle.
        grows: `reach_m` grows with items above the usual size.
        arm: pose of the arms that hold it; None: by how it is held.
        keeps_dry: whoever has one does not hurry in the rain.
    """

    category: str
    styles: tuple[str, ...]
    reach_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    grows: bool = False
    arm: str | None = None
    keeps_dry: bool = False


_BAG_REACH_M = (0.3, 0.3, 0.45)
CARRIED_KINDS = {
    "backpack": CarriedKind("backpack", ("daypack", "school", "roll_top"), (0.3, 0.42, 0.3)),
    "shoulder_bag": CarriedKind("handbag", ("flap", "tote"), _BAG_REACH_M),
    "handbag": CarriedKind("handbag", ("frame", "flap", "tote"), _BAG_REACH_M),
    "shopping_bag": CarriedKind("shopping_bag", ("paper", "plastic"), _BAG_REACH_M),
    "umbrella": CarriedKind("umbrella", ("long",), keeps_dry=True),
    "suitcase": CarriedKind("suitcase", ("shell", "soft"), (0.3, 1.1, 0.42), grows=True, arm="pull"),
    "pram": CarriedKind("pram", ("bassinet", "buggy"), (1.45, 0.3, 0.36), grows=True, arm="push"),
    "trolley": CarriedKind("trolley", ("cart",), (1.15, 0.3, 0.36), grows=True, arm="push"),
    "phone": CarriedKind("phone", ("phone",)),
}
_ARM_BY_HOLD = {"hand": "grip", "forearm": "carry"}

ADULT_YEARS = 16.0
"""From this age people carry more than backpacks."""


@plain
class CarriedSpec:
    """One carried item.

    Attributes:
        kind: one of `CARRIED_KINDS`. style: one of its styles.
        held: ``"back"``, ``"both_hands"``, or one of hand, forearm and shoulder with its side, e.g. ``"left_hand"``.
        instance_id: its own number in the label pass; None where it belongs to the person's instance.
        size: 1 for the usual size of its kind.
        rgb, second_rgb: main colour, and that of handles, trims or print; linear.
        is_open: of an umbrella.
        shape_seed: seed of creases and similar irregularities.
    """

    kind: str
    style: str
    held: str
    instance_id: int | None
    size: float
    rgb: Rgb
    second_rgb: Rgb
    is_open: bool = False
    shape_seed: int = 0

    @property
    def hands(self) -> tuple[str, ...]:
        """Arms that it takes: of ``"left"`` and ``"right"``."""
        if self.held == "both_hands":
            return ("left", "right")
        side, _, how = self.held.partition("_")
        return (side,) if how in ("hand", "forearm") else ()

    @property
    def traits(self) -> CarriedKind:
        """What all items of its kind have in common."""
        return CARRIED_KINDS[self.kind]

    @property
    def arm(self) -> str:
        """Pose of the arms in `hands`."""
        if self.is_open:
            return "umbrella"
        return self.traits.arm or _ARM_BY_HOLD[self.held.split("_")[-1]]

    @property
    def reach_m(self) -> tuple[float, float, float]:
        """How far it reaches ahead of, behind and to either side of the person's middle, metres."""
        if self.is_open:
            span = 0.58 * self.size
            return span + 0.2, span - 0.05, span + 0.18
        factor = max(1.0, self.size) if self.traits.grows else 1.0
        ahead, behind, aside = self.traits.reach_m
        return ahead * factor, behind * factor, aside * factor


_AdultBags = Annotated[Weights, among(("none", "backpack", "shoulder_bag", "handbag", "shopping_bag", "suitcase"))]
_ChildrensBags = Annotated[Weights, among(("none", "backpack"))]
_Pushed = Annotated[Weights, among(("pram", "trolley"))]


@plain
class CarriedRanges:
    """What people carry: relative weights, shares of people, and how the items vary."""

    instance: Literal["person", "own"] = "person"
    female_bags: Annotated[
        Weights, among(("none", "backpack", "shoulder_bag", "handbag", "shopping_bag", "suitcase"))
    ] = field(
        default_factory=lambda: {
            "none": 0.42,
            "shoulder_bag": 0.24,
            "handbag": 0.12,
            "backpack": 0.11,
            "shopping_bag": 0.08,
            "suitcase": 0.03,
        }
    )
    male_bags: Annotated[
        Weights, among(("none", "backpack", "shoulder_bag", "handbag", "shopping_bag", "suitcase"))
    ] = field(
        default_factory=lambda: {
            "none": 0.66,
            "backpack": 0.17,
            "shoulder_bag": 0.07,
            "shopping_bag": 0.07,
            "suitcase": 0.03,
        }
    )
    children_bags: _ChildrensBags = field(default_factory=lambda: {"none": 0.7, "backpack": 0.3})
    pushed: _Pushed = field(default_factory=lambda: {"pram": 0.85, "trolley": 0.15})
    umbrella_in_rain: float = Field(default=0.6, ge=0, le=1)
    umbrella_in_snow: float = Field(default=0.12, ge=0, le=1)
    umbrella_in_dry: float = Field(default=0.025, ge=0, le=1)
    rain_mm_h: float = Field(default=0.2, ge=0)
    two_bags_share: float = Field(default=0.3, ge=0, le=1)
    size: Range = (0.88, 1.12)
    colours: Colours = field(
        default_factory=lambda: {
            "black": 30,
            "charcoal": 8,
            "grey": 6,
            "navy": 12,
            "brown": 7,
            "camel": 7,
            "beige": 4,
            "burgundy": 4,
            "red": 5,
            "olive": 4,
            "teal": 3,
            "blue": 4,
            "green": 2,
            "mustard": 2,
            "pink": 2,
        }
    )


_STREAMS = ("bag", "umbrella", "pushed")
"""Names of the generators of carried items. A generator depends on its position: append, never insert."""


def draw_carried(
    ranges: CarriedRanges,
    body: BodySpec,
    activity: str,
    climate: Climate,
    first_id: int,
    rng: np.random.Generator,
    room_for_umbrella: bool = True,
) -> tuple[CarriedSpec, ...]:
    """What one person carries. Those who run have at most a backpack, those who sit nothing.

    Args:
        activity: what they do, a file of `activities/`.
        climate: the weather they are dressed for.
        first_id: instance id of their first item, where items are instances of their own.
        room_for_umbrella: whether an open umbrella would hit nobody and nothing.
    """
    rngs = dict(zip(_STREAMS, rng.spawn(len(_STREAMS)), strict=True))
    bag_rng, umbrella_rng, pushed_rng = rngs["bag"], rngs["umbrella"], rngs["pushed"]
    adult = body.age_years >= ADULT_YEARS
    weights = ranges.children_bags if not adult else ranges.female_bags if body.sex == "female" else ranges.male_bags
    items: list[CarriedSpec] = []
    bag = pick(bag_rng, weights)
    side = "left" if bag_rng.random() < 0.42 else "right"
    two, low = bag_rng.random() < ranges.two_bags_share, bag_rng.random() < 0.5
    held = {
        "backpack": "back",
        "shoulder_bag": f"{side}_shoulder",
        "handbag": f"{side}_{'hand' if low else 'forearm'}",
    }.get(bag, f"{side}_hand")
    made = [_item(ranges, k, h, bag_rng) for k, h in ((bag, held), (bag, f"{_OTHER[side]}_hand")) if k != "none"]
    doing = activities()[activity]
    only_light = doing.carries in ("on_body", "backpack") or not adult
    if made and doing.carries != "nothing" and (bag in ("backpack", "shoulder_bag") or not only_light):
        items += made if bag == "shopping_bag" and two else made[:1]
    if doing.carries == "backpack":
        items = [t for t in items if t.held == "back"]
    raining, snowing = climate.rain_mm_h >= ranges.rain_mm_h, climate.snow_mm_h >= ranges.rain_mm_h
    share = ranges.umbrella_in_rain if raining else ranges.umbrella_in_snow if snowing else ranges.umbrella_in_dry
    wants, umbrella = umbrella_rng.random() < share, _item(ranges, "umbrella", "right_hand", umbrella_rng)
    free = [s for s in ("right", "left") if s not in {h for t in items for h in t.hands}]
    pulls = any(t.traits.arm == "pull" for t in items)
    opened = raining or snowing
    if wants and adult and free and doing.umbrella and (room_for_umbrella if opened else not pulls):
        items.append(replace(umbrella, held=f"{free[0]}_hand", is_open=opened))
    pushed = _item(ranges, pick(pushed_rng, ranges.pushed), "both_hands", pushed_rng)
    if doing.pushes:
        items.append(pushed)
    if ranges.instance == "own":
        items = [replace(t, instance_id=first_id + k) for k, t in enumerate(items)]
    return tuple(items)


_OTHER = {"left": "right", "right": "left"}


def with_phones(
    carried: Sequence[CarriedSpec], left_arm: str, right_arm: str, separate: bool, first_id: int
) -> tuple[CarriedSpec, ...]:
    """The carried items and the phones that arms in ``"phone"`` or ``"call"`` hold."""
    out = list(carried)
    for side, arm in (("left", left_arm), ("right", right_arm)):
        if arm in ("phone", "call"):
            out.append(
                CarriedSpec(
                    kind="phone",
                    style="phone",
                    held=f"{side}_hand",
                    instance_id=first_id + len(out) if separate else None,
                    size=1.0,
                    rgb=(0.01, 0.01, 0.012),
                    second_rgb=COLOURS["charcoal"],
                )
            )
    return tuple(out)


def _item(ranges: CarriedRanges, kind: str, held: str, rng: np.random.Generator) -> CarriedSpec:
    colour, other = (np.array(COLOURS[pick(rng, ranges.colours)]) for _ in range(2))
    shade = np.exp(rng.normal(0, 0.15))
    style_draw, size, seed = rng.random(), uniform(rng, ranges.size), int(rng.integers(1 << 31))
    plain_paper = rng.random() < 0.5
    styles = CARRIED_KINDS[kind].styles if kind in CARRIED_KINDS else ("",)  # "none" is never used
    style = styles[int(style_draw * len(styles))]
    if kind == "shopping_bag":
        pale = COLOURS["white"] if style == "plastic" else (0.42, 0.28, 0.16)
        colour = np.array(pale if plain_paper else colour)
    return CarriedSpec(
        kind=kind,
        style=style,
        held=held,
        instance_id=None,
        size=round(size, 4),
        rgb=rounded_rgb(colour * shade, 0.004, 0.8),
        second_rgb=rounded_rgb(other, 0.004, 0.8),
        shape_seed=seed,
    )


def canopy_of(carried: Sequence[CarriedSpec], stature_m: float) -> Canopy | None:
    """The open umbrella among some items, where `bodies.carried.umbrella` holds it; None without one."""
    for item in carried:
        if item.is_open:
            return Canopy(
                ahead_m=0.33,
                left_m=0.16 if item.held == "left_hand" else -0.16,
                radius_m=0.57 * item.size,
                low_m=stature_m - 0.04,
                high_m=stature_m + 0.34,
            )
    return None


def reach_m(carried: Sequence[CarriedSpec]) -> tuple[float, float, float]:
    """How far all items reach ahead of, behind and to either side of the person's middle, metres."""
    reach = [(0.0, 0.0, 0.0), *(item.reach_m for item in carried)]
    ahead, behind, aside = (max(r[k] for r in reach) for k in range(3))
    return ahead, behind, aside
