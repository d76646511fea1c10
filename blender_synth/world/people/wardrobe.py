"""Clothes: what an outfit is, and how outfits vary."""

from __future__ import annotations

from dataclasses import field

import numpy as np

from blender_synth.world.climate import Climate
from blender_synth.world.people.choices import Colours, choice
from blender_synth.world.people.colours import COLOURS, DENIM
from blender_synth.world.values import Range, Rgb, pick, plain, uniform


@plain
class FabricSpec:
    """What cloth looks like.

    Attributes:
        kind: ``"cotton"``, ``"jersey"``, ``"denim"``, ``"knit"``, ``"wool"``, ``"nylon"``,
            ``"leather"`` or ``"canvas"``.
        rgb: main colour, linear.
        pattern: ``"plain"``, ``"stripes"``, ``"pinstripes"``, ``"check"``, ``"dots"``, ``"print"`` or ``"block"``.
        second_rgb: colour of the pattern.
        scale_m: period of the pattern.
    """

    kind: str
    rgb: Rgb
    pattern: str = "plain"
    second_rgb: Rgb = (0.5, 0.5, 0.5)
    scale_m: float = 0.05


@plain
class GarmentSpec:
    """One garment.

    Attributes:
        kind: ``"trousers"``, ``"shorts"``, ``"skirt"``, ``"top"``, ``"jacket"`` or ``"coat"``.
        fit: 0 tight to 1 loose.
        length: legs 0 hip, 1 knee, 2 ankle; skirts 1 knee, 2 ankle; tops, jackets and coats: how far below the waist
            the hem is, 0 waist, 1 crotch, 2 knee.
        sleeve: 0 none, 1 elbow, 2 wrist.
        neck: depth of the neckline, 0 at the neck to 1 low; open fronts start here.
        collar_m: height of a standing collar.
        open_front: 0 closed to 1 hanging open.
        hood: whether a hood lies on the back.
        thickness_m: of the cloth with its padding.
    """

    kind: str
    fabric: FabricSpec
    fit: float = 0.4
    length: float = 1.0
    sleeve: float = 2.0
    neck: float = 0.2
    collar_m: float = 0.0
    open_front: float = 0.0
    hood: bool = False
    thickness_m: float = 0.002


@plain
class ShoeSpec:
    """A pair of shoes.

    Attributes:
        kind: ``"sneaker"``, ``"leather"``, ``"boot"`` or ``"flat"``.
        shaft_m: height above the ankle bone (boots).
        sole_m, heel_m: thickness of sole under ball and heel.
    """

    kind: str
    rgb: Rgb
    sole_rgb: Rgb
    accent_rgb: Rgb
    sole_m: float
    heel_m: float
    shaft_m: float = 0.0
    gloss: float = 0.2


@plain
class OutfitSpec:
    """Everything a person wears.

    Attributes:
        lower, top, outer: garments from the inside out; `outer` may be missing.
        legwear_rgb: colour of tights or socks that show; None for bare legs.
        hat: ``"none"``, ``"cap"`` or ``"beanie"``.
        bag: ``"none"`` or ``"backpack"``.
        glasses: ``"none"``, ``"clear"`` or ``"sun"``.
        fold_seed: number that the folds' irregularities are computed from.
    """

    lower: GarmentSpec
    top: GarmentSpec
    outer: GarmentSpec | None
    shoes: ShoeSpec
    sock_rgb: Rgb
    tights_rgb: Rgb | None
    hat: str
    hat_rgb: Rgb
    bag: str
    bag_rgb: Rgb
    glasses: str
    fold_seed: int


@plain
class OutfitRanges:
    """How outfits vary: relative weights of garments, colours and things carried."""

    female_lower: choice("jeans", "trousers", "leggings", "shorts", "skirt") = field(
        default_factory=lambda: {"jeans": 0.36, "trousers": 0.22, "leggings": 0.13, "shorts": 0.07, "skirt": 0.22}
    )
    male_lower: choice("jeans", "trousers", "leggings", "shorts", "skirt") = field(
        default_factory=lambda: {"jeans": 0.46, "trousers": 0.38, "shorts": 0.16}
    )
    tops: choice("tee", "long_sleeve", "shirt", "sweater") = field(
        default_factory=lambda: {"tee": 0.38, "long_sleeve": 0.2, "shirt": 0.16, "sweater": 0.26}
    )
    outers: choice("none", "jacket", "coat", "hoodie") = field(
        default_factory=lambda: {"none": 0.5, "jacket": 0.28, "coat": 0.14, "hoodie": 0.08}
    )
    open_front_share: float = 0.45
    shoes: choice("sneaker", "leather", "boot", "flat") = field(
        default_factory=lambda: {"sneaker": 0.58, "leather": 0.2, "boot": 0.16, "flat": 0.06}
    )
    hats: choice("none", "cap", "beanie") = field(default_factory=lambda: {"none": 0.84, "cap": 0.09, "beanie": 0.07})
    bags: choice("none", "backpack") = field(default_factory=lambda: {"none": 0.8, "backpack": 0.2})
    glasses: choice("none", "clear", "sun") = field(default_factory=lambda: {"none": 0.76, "clear": 0.17, "sun": 0.07})
    colours: Colours = field(
        default_factory=lambda: {
            "black": 18,
            "charcoal": 10,
            "grey": 10,
            "light_grey": 6,
            "white": 12,
            "cream": 5,
            "beige": 5,
            "camel": 4,
            "brown": 4,
            "navy": 12,
            "blue": 5,
            "light_blue": 5,
            "teal": 2,
            "olive": 5,
            "khaki": 4,
            "green": 2,
            "burgundy": 3,
            "red": 3,
            "rust": 2,
            "mustard": 2,
            "pink": 3,
            "lilac": 1,
            "yellow": 1,
        }
    )
    patterned_share: float = 0.25
    fit: Range = (0.05, 0.95)


def _colour(ranges: OutfitRanges, rng: np.random.Generator, usual: tuple[str, ...] = ()) -> Rgb:
    """A colour by the ranges' weights; colours not among the `usual` ones come ten times more seldom."""
    weights = {k: v * (1.0 if not usual or k in usual else 0.1) for k, v in ranges.colours.items()}
    base = np.array(COLOURS[pick(rng, weights)])
    shade = np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.04, 3))
    return tuple(round(float(np.clip(v, 0.004, 0.8)), 5) for v in base * shade)


_QUIET = ("black", "charcoal", "grey", "cream", "beige", "camel", "brown", "navy", "olive", "khaki", "burgundy")
"""Colours of trousers and coats; strong ones are rare there."""


def _patterned(
    ranges: OutfitRanges,
    rng: np.random.Generator,
    kind: str,
    patterns: dict[str, float],
    usual: tuple[str, ...] = (),
) -> FabricSpec:
    rgb, other = _colour(ranges, rng, usual), _colour(ranges, rng)
    name = pick(rng, patterns)
    chance = rng.random()
    scale = {
        "stripes": uniform(rng, (0.025, 0.07)),
        "pinstripes": 0.018,
        "check": uniform(rng, (0.04, 0.10)),
        "dots": 0.035,
        "print": uniform(rng, (0.05, 0.14)),
        "block": 0.3,
    }.get(name, 0.05)
    if chance >= ranges.patterned_share:
        name = "plain"
    return FabricSpec(kind=kind, rgb=rgb, pattern=name, second_rgb=other, scale_m=round(scale, 4))


def draw_outfit(
    ranges: OutfitRanges, sex: str, age_years: float, climate: Climate, rng: np.random.Generator
) -> OutfitSpec:
    """One outfit. Sub-generators per garment keep one garment's draws from moving another's."""
    lower_rng, top_rng, outer_rng, shoe_rng, extra_rng = rng.spawn(5)
    bottom = pick(lower_rng, ranges.female_lower if sex == "female" else ranges.male_lower)
    lower, tights = _draw_lower(ranges, bottom, lower_rng)
    top = _draw_top(ranges, top_rng)
    outer = _draw_outer(ranges, outer_rng)
    shoes = _draw_shoes(ranges, bottom, sex, shoe_rng)
    hat, bag, glasses = pick(extra_rng, ranges.hats), pick(extra_rng, ranges.bags), pick(extra_rng, ranges.glasses)
    sock = COLOURS[("white", "black", "grey", "navy")[int(extra_rng.integers(4))]]
    return OutfitSpec(
        lower=lower,
        top=top,
        outer=outer,
        shoes=shoes,
        sock_rgb=sock,
        tights_rgb=tights,
        hat=hat,
        hat_rgb=_colour(ranges, extra_rng),
        bag=bag,
        bag_rgb=_colour(ranges, extra_rng),
        glasses=glasses,
        fold_seed=int(extra_rng.integers(1 << 31)),
    )


def _draw_lower(ranges: OutfitRanges, bottom: str, rng: np.random.Generator) -> tuple[GarmentSpec, Rgb | None]:
    fit = uniform(rng, ranges.fit)
    tights = COLOURS["black"] if bottom == "skirt" and rng.random() < 0.35 else None
    if bottom == "jeans":
        denim = np.array(DENIM[int(rng.choice(5, p=(0.24, 0.3, 0.2, 0.1, 0.16)))]) * np.exp(rng.normal(0, 0.12))
        fabric = FabricSpec(kind="denim", rgb=tuple(round(float(v), 5) for v in denim))
        return GarmentSpec(
            kind="trousers", fabric=fabric, fit=fit * 0.75, length=uniform(rng, (1.9, 2.02)), thickness_m=0.003
        ), tights
    if bottom == "leggings":
        dark = COLOURS[("black", "charcoal", "navy", "burgundy")[int(rng.choice(4, p=(0.6, 0.2, 0.15, 0.05)))]]
        fabric = FabricSpec(kind="jersey", rgb=dark)
        return GarmentSpec(kind="trousers", fabric=fabric, fit=0.0, length=uniform(rng, (1.75, 1.95))), tights
    if bottom == "skirt":
        kind = "denim" if rng.random() < 0.15 else "cotton" if rng.random() < 0.6 else "wool"
        fabric = _patterned(ranges, rng, kind, {"check": 1, "dots": 1, "print": 2, "pinstripes": 0.5, "stripes": 0.5})
        return GarmentSpec(kind="skirt", fabric=fabric, fit=fit, length=uniform(rng, (0.72, 1.75))), tights
    kind = "denim" if bottom == "shorts" and rng.random() < 0.3 else "cotton" if rng.random() < 0.7 else "wool"
    fabric = _patterned(ranges, rng, kind, {"check": 1, "pinstripes": 2}, _QUIET)
    length = uniform(rng, (0.55, 1.02)) if bottom == "shorts" else uniform(rng, (1.88, 2.03))
    return GarmentSpec(
        kind="shorts" if bottom == "shorts" else "trousers", fabric=fabric, fit=fit, length=length
    ), tights


def _draw_top(ranges: OutfitRanges, rng: np.random.Generator) -> GarmentSpec:
    name = pick(rng, ranges.tops)
    fit = uniform(rng, ranges.fit)
    length = uniform(rng, (0.62, 0.98))
    if name == "tee":
        fabric = _patterned(ranges, rng, "cotton", {"stripes": 2, "print": 2, "block": 1})
        return GarmentSpec(
            kind="top",
            fabric=fabric,
            fit=fit,
            length=length,
            sleeve=uniform(rng, (0.45, 0.9)),
            neck=uniform(rng, (0.1, 0.45)),
        )
    if name == "long_sleeve":
        fabric = _patterned(ranges, rng, "cotton", {"stripes": 3, "block": 1, "dots": 0.5})
        return GarmentSpec(
            kind="top",
            fabric=fabric,
            fit=fit * 0.7,
            length=length,
            sleeve=uniform(rng, (1.5, 1.98)),
            neck=uniform(rng, (0.08, 0.4)),
        )
    if name == "shirt":
        fabric = _patterned(ranges, rng, "cotton", {"check": 3, "pinstripes": 2, "dots": 0.5})
        return GarmentSpec(
            kind="top",
            fabric=fabric,
            fit=0.3 + fit * 0.5,
            length=length,
            sleeve=uniform(rng, (1.9, 1.98)),
            neck=0.12,
            collar_m=0.035,
        )
    fabric = _patterned(ranges, rng, "knit", {"stripes": 2, "block": 1})
    return GarmentSpec(
        kind="top",
        fabric=fabric,
        fit=0.25 + fit * 0.7,
        length=length,
        sleeve=uniform(rng, (1.92, 2.0)),
        neck=uniform(rng, (0.02, 0.3)),
        collar_m=0.03 if rng.random() < 0.3 else 0.0,
        thickness_m=0.006,
    )


def _draw_outer(ranges: OutfitRanges, rng: np.random.Generator) -> GarmentSpec | None:
    name = pick(rng, ranges.outers)
    opening = uniform(rng, (0.35, 1.0)) if rng.random() < ranges.open_front_share else 0.0
    fit = uniform(rng, ranges.fit)
    if name == "none":
        return None
    if name == "hoodie":
        fabric = _patterned(ranges, rng, "cotton", {"block": 1})
        return GarmentSpec(
            kind="jacket",
            fabric=fabric,
            fit=0.4 + 0.5 * fit,
            length=uniform(rng, (0.7, 1.0)),
            sleeve=2.0,
            neck=0.12,
            open_front=opening * 0.6,
            hood=True,
            thickness_m=0.006,
        )
    kind = ("nylon", "leather", "denim", "wool", "cotton")[int(rng.choice(5, p=(0.36, 0.14, 0.12, 0.2, 0.18)))]
    if name == "coat":
        kind = "wool" if kind in ("leather", "denim") else kind
        fabric = _patterned(ranges, rng, kind, {"check": 1, "plain": 2}, _QUIET)
        return GarmentSpec(
            kind="coat",
            fabric=fabric,
            fit=0.3 + 0.5 * fit,
            length=uniform(rng, (1.3, 1.95)),
            sleeve=2.0,
            neck=0.3 if opening == 0 else 0.5,
            collar_m=0.05,
            open_front=opening,
            thickness_m=0.010,
        )
    fabric = _patterned(ranges, rng, kind, {"check": 1, "block": 1, "plain": 3})
    if kind == "denim":
        fabric = FabricSpec(kind="denim", rgb=tuple(float(v) for v in DENIM[int(rng.integers(4))]))
    puffy = kind == "nylon" and rng.random() < 0.5
    return GarmentSpec(
        kind="jacket",
        fabric=fabric,
        fit=0.25 + 0.5 * fit,
        length=uniform(rng, (0.5, 1.0)),
        sleeve=2.0,
        neck=0.15 if opening == 0 else 0.4,
        collar_m=0.05,
        open_front=opening,
        hood=bool(puffy and rng.random() < 0.5),
        thickness_m=0.022 if puffy else 0.007,
    )


def _draw_shoes(ranges: OutfitRanges, bottom: str, sex: str, rng: np.random.Generator) -> ShoeSpec:
    kind = pick(rng, ranges.shoes)
    if kind == "flat" and sex == "male":
        kind = "leather"
    dark = COLOURS[("black", "brown", "charcoal", "camel")[int(rng.choice(4, p=(0.5, 0.25, 0.15, 0.1)))]]
    shade = float(np.exp(rng.normal(0, 0.15)))
    accent = _colour(ranges, rng)
    white = rng.random() < 0.45
    if kind == "sneaker":
        rgb = COLOURS["white"] if white else _colour(ranges, rng)
        sole = COLOURS["white"] if rng.random() < 0.75 else COLOURS["black"]
        return ShoeSpec(
            kind=kind,
            rgb=rgb,
            sole_rgb=sole,
            accent_rgb=accent,
            sole_m=uniform(rng, (0.014, 0.022)),
            heel_m=uniform(rng, (0.018, 0.028)),
            gloss=0.15,
        )
    rgb = tuple(round(v * shade, 5) for v in dark)
    if kind == "boot":
        return ShoeSpec(
            kind=kind,
            rgb=rgb,
            sole_rgb=COLOURS["black"],
            accent_rgb=accent,
            sole_m=0.018,
            heel_m=0.035,
            shaft_m=uniform(rng, (0.04, 0.12)),
            gloss=0.35,
        )
    if kind == "flat":
        return ShoeSpec(
            kind=kind,
            rgb=rgb if white else accent,
            sole_rgb=COLOURS["black"],
            accent_rgb=accent,
            sole_m=0.008,
            heel_m=0.012,
            gloss=0.35,
        )
    return ShoeSpec(
        kind=kind, rgb=rgb, sole_rgb=COLOURS["black"], accent_rgb=accent, sole_m=0.010, heel_m=0.026, gloss=0.5
    )
