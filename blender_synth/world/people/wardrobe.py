"""How people dress: what outfits may hold, and one outfit drawn for a person and the weather.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `female_lower` | … | weights | what women wear on hips and legs, of `garments/` |
| `male_lower` | {jeans: 0.44, trousers: 0.34, joggers: 0.09, shorts: 0.26} | weights | what men wear there |
| `tops` | … | weights | tops, of `garments/` |
| `outers` | … | weights | jackets and coats, of `garments/`, and `none` |
| `open_front_share` | 0.45 | share | jackets and coats that hang open where the weather allows it |
| `shoes` | {sneaker: 0.56, leather: 0.19, boot: 0.16, flat: 0.07, sandal: 0.14} | weights | shoes |
| `hats` | {none: 0.85, cap: 0.09, beanie: 0.08, brim: 0.02} | weights | hats |
| `glasses` | {none: 0.74, clear: 0.17, sun: 0.09} | weights | glasses |
| `scarf_share` | 0.5 | share | people in coats without hood who wear a scarf in frost |
| `glove_share` | 0.55 | share | people with gloves in hard frost |
| `hood_up_share` | 0.75 | share | hoods that are up in heavy rain |
| `vest_share` | 0.025 | share | adults in a work vest |
| `colours` | … | weights | colours of clothes, of `COLOURS` |
| `fabrics` | null | weights | materials of packs by `pack/item`, pack or tag, and `own` for the built-in fabrics |
| `patterned_share` | 0.3 | share | garments with a pattern, of those that may have one |
| `fit` | [0.05, 0.95] | 0 to 1 | 0 tight to 1 loose |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Annotated

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, pick, plain, uniform
from blender_synth.world.climate import Climate
from blender_synth.world.materials import MaterialChoices, Materials
from blender_synth.world.pack_items import no_item
from blender_synth.world.people import season
from blender_synth.world.people.choices import Colours, among, one_of
from blender_synth.world.people.clothes import (
    GLASSES,
    HATS,
    SHOES,
    FabricKind,
    FabricSpec,
    GarmentSpec,
    OutfitSpec,
    ShoeSpec,
)
from blender_synth.world.people.colours import COLOURS, DENIM, HIVIS, rounded_rgb
from blender_synth.world.people.garments import (
    QUIET,
    LowerDraws,
    LowerGarment,
    OuterDraws,
    Palette,
    TopDraws,
    TopGarment,
    lower_garments,
    outer_garments,
    top_garments,
)


def _lower_weights(sex: str) -> dict[str, float]:
    return {name: garment.weights[sex] for name, garment in lower_garments().items() if sex in garment.weights}


def _outers() -> list[str]:
    return ["none", *outer_garments()]


_Hats = Annotated[Weights, among(HATS)]
_Glasses = Annotated[Weights, among(GLASSES)]


@plain
class OutfitRanges:
    """How outfits vary: relative weights of garments and colours.

    `fabrics` are materials of asset packs (items of `kind: material`, sets of textures) that trousers, skirts, tops and
    jackets are made of, by `pack/item`, pack or tag, and `own` for the built-in fabrics.

    The weights of garments are those of a mild day (16 degrees); `season` scales them by the weather.
    """

    female_lower: Annotated[Weights, among(lower_garments)] = field(default_factory=lambda: _lower_weights("female"))
    male_lower: Annotated[Weights, among(lower_garments)] = field(default_factory=lambda: _lower_weights("male"))
    tops: Annotated[Weights, among(top_garments)] = field(
        default_factory=lambda: {name: garment.weight for name, garment in top_garments().items()}
    )
    outers: Annotated[Weights, among(_outers)] = field(
        default_factory=lambda: {"none": 0.46} | {name: garment.weight for name, garment in outer_garments().items()}
    )
    open_front_share: float = Field(default=0.45, ge=0, le=1)
    shoes: Annotated[Weights, among(SHOES)] = field(
        default_factory=lambda: {"sneaker": 0.56, "leather": 0.19, "boot": 0.16, "flat": 0.07, "sandal": 0.14}
    )
    hats: _Hats = field(default_factory=lambda: {"none": 0.85, "cap": 0.09, "beanie": 0.08, "brim": 0.02})
    glasses: _Glasses = field(default_factory=lambda: {"none": 0.74, "clear": 0.17, "sun": 0.09})
    scarf_share: float = Field(default=0.5, ge=0, le=1)
    glove_share: float = Field(default=0.55, ge=0, le=1)
    hood_up_share: float = Field(default=0.75, ge=0, le=1)
    vest_share: float = Field(default=0.025, ge=0, le=1)
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
    fabrics: Materials | None = None
    patterned_share: float = Field(default=0.3, ge=0, le=1)
    fit: Range = (0.05, 0.95)


def _palette(ranges: OutfitRanges, child: bool, rng: np.random.Generator) -> Palette:
    return Palette(ranges.colours, ranges.patterned_share, child, rng)


def _comfort(garments: Mapping[str, LowerGarment] | Mapping[str, TopGarment]) -> dict[str, tuple[float, float]]:
    return {name: garment.comfort_c for name, garment in garments.items()}


_STREAMS = ("lower", "top", "outer", "shoes", "extras", "cold", "vest")
"""Names of the generators of one outfit. A generator depends on its position: append, never insert."""


def draw_outfit(
    ranges: OutfitRanges, sex: str, age_years: float, climate: Climate, rng: np.random.Generator
) -> OutfitSpec:
    """One outfit.

    Each garment has a generator of its own, so that the draws for one never shift those for another; the weather
    changes weights, never the number of draws. The same person keeps taste and colours in other weather.
    """
    rngs = dict(zip(_STREAMS, rng.spawn(len(_STREAMS)), strict=True))
    extra_rng, cold_rng = rngs["extras"], rngs["cold"]
    child, old = age_years < 13, age_years > 65
    outer = _draw_outer(ranges, climate, child, old, rngs["outer"])
    garments = lower_garments()
    lowers = ranges.female_lower if sex == "female" else ranges.male_lower
    lowers = season.fitting(lowers, climate, _comfort(garments))
    if old:
        lowers = season.scaled(lowers, {name: garment.old for name, garment in garments.items()})
    name = pick(rngs["lower"], lowers)
    lower, tights = _draw_lower(ranges, name, climate, child, rngs["lower"])
    top = _draw_top(ranges, climate, outer is not None, garments[name].one_piece, child, rngs["top"])
    if garments[name].one_piece:
        top = _bodice(lower, top)
    shoes = _draw_shoes(ranges, garments[name], sex, climate, child, rngs["shoes"])
    hat = pick(
        extra_rng, season.on_heads(season.scaled(ranges.hats, {"brim": 2.5 if old else 0.5 if child else 1}), climate)
    )
    glasses = pick(extra_rng, season.on_eyes(ranges.glasses, climate))
    if child and glasses == "sun":
        glasses = "none"
    sock = COLOURS[("white", "black", "grey", "navy")[int(extra_rng.integers(4))]]
    vest = _draw_vest(ranges, rngs["vest"]) if age_years >= 18 else None
    chance = cold_rng.random(3)
    scarf_rgb, glove_rgb = _palette(ranges, child, cold_rng).colour(), _palette(ranges, False, cold_rng).colour(QUIET)
    hooded = [g for g in (outer, top) if g is not None and g.hood != "none"]
    up = bool(hooded) and chance[0] < ranges.hood_up_share * season.chance_of_hood_up(climate)
    if up and outer is not None and outer.hood != "none":
        outer = replace(outer, hood="up", open_front=0.0)
    wrapped = (
        outer is not None and outer.hood == "none" and chance[1] < ranges.scarf_share * season.chance_of_scarf(climate)
    )
    return OutfitSpec(
        lower=lower,
        top=top,
        outer=outer,
        shoes=shoes,
        sock_rgb=sock,
        tights_rgb=tights,
        hat="none" if up else one_of(HATS, hat),
        hat_rgb=_palette(ranges, child, extra_rng).colour(),
        glasses=one_of(GLASSES, glasses),
        fold_seed=int(extra_rng.integers(1 << 31)),
        vest=vest,
        scarf_rgb=scarf_rgb if wrapped else None,
        glove_rgb=glove_rgb if chance[2] < ranges.glove_share * season.chance_of_gloves(climate) else None,
    )


def in_fabrics(outfit: OutfitSpec, fabrics: MaterialChoices, streams: Streams) -> OutfitSpec:
    """The outfit with some of its garments, as often as the weights say, made of fabrics from packs.

    Raises:
        ConfigError: nothing was looked up in the packs yet.
    """
    if not fabrics.found:
        raise no_item(next(iter(fabrics.weights)), (), "material", "pedestrians.person.outfit.fabrics")

    def remade(garment: GarmentSpec, name: str) -> GarmentSpec:
        texture = fabrics.pick(streams.rng(name))
        if texture is None:
            return garment
        return replace(garment, fabric=replace(garment.fabric, pattern="plain", texture=texture))

    lower, top = remade(outfit.lower, "lower"), remade(outfit.top, "top")
    if _is_one_piece(outfit):
        top = replace(outfit.top, fabric=lower.fabric) if lower is not outfit.lower else outfit.top
    outer = remade(outfit.outer, "outer") if outfit.outer is not None else None
    return replace(outfit, lower=lower, top=top, outer=outer)


def _is_one_piece(outfit: OutfitSpec) -> bool:
    """Whether top and lower are of one piece of cloth."""
    return outfit.lower.fabric == outfit.top.fabric and outfit.lower.kind != outfit.top.kind


def _draw_lower(
    ranges: OutfitRanges, name: str, climate: Climate, child: bool, rng: np.random.Generator
) -> tuple[GarmentSpec, Rgb | None]:
    """What covers hips and legs, and the colour of tights where there are any."""
    fit, chance, other = uniform(rng, ranges.fit), rng.random(), rng.random()
    long_leg, short_leg = uniform(rng, (1.9, 2.03)), uniform(rng, (0.5, 1.0))
    skirt_length = uniform(rng, (0.72, 1.75))
    denim = np.array(DENIM[int(rng.choice(5, p=(0.24, 0.3, 0.2, 0.1, 0.16)))]) * np.exp(rng.normal(0, 0.12))
    dark = COLOURS[("black", "charcoal", "navy", "burgundy")[int(rng.choice(4, p=(0.6, 0.2, 0.15, 0.05)))]]
    return lower_garments()[name].make(
        LowerDraws(
            palette=_palette(ranges, child, rng),
            fit=fit,
            chance=chance,
            other=other,
            long_leg=long_leg,
            short_leg=short_leg,
            skirt_length=skirt_length,
            denim=FabricSpec(kind="denim", rgb=rounded_rgb(denim)),
            dark=dark,
            cold=season.felt_c(climate) < 13,
        )
    )


def _draw_top(
    ranges: OutfitRanges, climate: Climate, under: bool, bodice: bool, child: bool, rng: np.random.Generator
) -> GarmentSpec:
    """A top.

    Args:
        under: something is worn over it, so that short sleeves are fine in the cold. bodice: it is the top of a dress.
    """
    garments = top_garments()
    weights = ranges.tops if under else season.fitting(ranges.tops, climate, _comfort(garments))
    if under:
        weights = season.scaled(weights, {name: garment.under for name, garment in garments.items()})
    if child:
        weights = season.scaled(weights, {name: garment.child for name, garment in garments.items()})
    if bodice:
        weights = season.scaled(weights, {name: garment.bodice for name, garment in garments.items()})
    name = pick(rng, weights)
    fit, length, sleeve, neck = uniform(rng, ranges.fit), uniform(rng, (0.62, 0.98)), rng.random(), rng.random()
    tucked = rng.random() < 0.16
    return garments[name].make(
        TopDraws(palette=_palette(ranges, child, rng), fit=fit, length=length, sleeve=sleeve, neck=neck, tucked=tucked)
    )


def _bodice(skirt: GarmentSpec, top: GarmentSpec) -> GarmentSpec:
    """The top of a dress: of the skirt's cloth, close at the waist."""
    knit = top.fabric.kind == "knit"
    return replace(
        top, fabric=skirt.fabric, fit=min(top.fit, 0.3), collar_m=0.0 if knit else top.collar_m, thickness_m=0.002
    )


def _draw_outer(
    ranges: OutfitRanges, climate: Climate, child: bool, old: bool, rng: np.random.Generator
) -> GarmentSpec | None:
    """A jacket or coat, or None."""
    garments = outer_garments()
    weights = season.over(ranges.outers, climate, garments)
    if child:
        weights = season.scaled(weights, {name: garment.child for name, garment in garments.items()})
    if old:
        weights = season.scaled(weights, {name: garment.old for name, garment in garments.items()})
    name = pick(rng, weights)
    wide, unzipped = uniform(rng, (0.35, 1.0)), rng.random() < ranges.open_front_share
    closed_weather = season.felt_c(climate) < 2 or climate.rain_mm_h > 0.1
    fit, low, extra = uniform(rng, ranges.fit), rng.random(), rng.random()
    shares = np.array((0.0, 0.3, 0.1, 0.3, 0.3) if child else (0.2, 0.2, 0.2, 0.25, 0.15))
    cloth = _JACKET_FABRICS[int(rng.choice(5, p=shares / shares.sum()))]
    denim = FabricSpec(kind="denim", rgb=DENIM[int(rng.integers(4))])
    if name == "none":
        return None
    return garments[name].make(
        OuterDraws(
            palette=_palette(ranges, child, rng),
            fit=fit,
            open_front=wide if unzipped and not closed_weather else 0.0,
            low=low,
            extra=extra,
            cloth=cloth,
            denim=denim,
        )
    )


_JACKET_FABRICS: tuple[FabricKind, ...] = ("leather", "denim", "wool", "cotton", "nylon")


def _draw_vest(ranges: OutfitRanges, rng: np.random.Generator) -> GarmentSpec | None:
    chance, orange, opening, length = rng.random(), rng.random() < 0.45, rng.random(), uniform(rng, (0.7, 0.9))
    if chance >= ranges.vest_share:
        return None
    fabric = FabricSpec(kind="hivis", rgb=HIVIS[int(orange)], pattern="bands", second_rgb=(0.6, 0.6, 0.6), scale_m=0.05)
    return GarmentSpec(
        kind="vest",
        fabric=fabric,
        fit=0.5,
        length=length,
        sleeve=0.0,
        neck=0.5,
        open_front=0.5 * opening if opening > 0.5 else 0.0,
        thickness_m=0.003,
    )


def _draw_shoes(
    ranges: OutfitRanges, lower: LowerGarment, sex: str, climate: Climate, child: bool, rng: np.random.Generator
) -> ShoeSpec:
    palette = _palette(ranges, child, rng)
    weights = season.fitting(ranges.shoes, climate, season.COMFORT_C)
    if child:
        weights = season.scaled(weights, {"leather": 0.0, "flat": 0.3})
    if sex == "male":
        weights = season.scaled(weights, {"flat": 0.0})
    if lower.shoes:
        weights = season.scaled(weights, lower.shoes)
    kind = one_of(SHOES, pick(rng, weights))
    dark = COLOURS[("black", "brown", "charcoal", "camel")[int(rng.choice(4, p=(0.5, 0.25, 0.15, 0.1)))]]
    shade = float(np.exp(rng.normal(0, 0.15)))
    accent = palette.colour()
    white = rng.random() < 0.45
    thick, back, shaft = rng.random(), rng.random(), rng.random()
    if kind == "sneaker":
        rgb = COLOURS["white"] if white else palette.colour()
        sole = COLOURS["white"] if rng.random() < 0.75 else COLOURS["black"]
        shape = {"sole_m": 0.014 + 0.008 * thick, "heel_m": 0.018 + 0.01 * back, "gloss": 0.15}
        return ShoeSpec(kind=kind, rgb=rgb, sole_rgb=sole, accent_rgb=accent, **shape)
    rgb = rounded_rgb(np.array(dark) * shade)
    if kind == "boot":
        shape = {"sole_m": 0.018, "heel_m": 0.03, "shaft_m": 0.03 + 0.16 * shaft**2, "gloss": 0.3}
    elif kind == "flat":
        rgb, shape = rgb if white else accent, {"sole_m": 0.008, "heel_m": 0.012, "gloss": 0.35}
    elif kind == "sandal":
        shape = {"sole_m": 0.014, "heel_m": 0.018 + 0.008 * back, "gloss": 0.2}
    else:
        shape = {"sole_m": 0.010, "heel_m": 0.026, "gloss": 0.5}
    sole = COLOURS["brown"] if kind == "sandal" else COLOURS["black"]
    return ShoeSpec(kind=kind, rgb=rgb, sole_rgb=sole, accent_rgb=accent, **shape)
