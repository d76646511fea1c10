"""How people dress: one outfit drawn for a person and the weather."""

from __future__ import annotations

import dataclasses

import numpy as np

from blender_synth.seeds import Streams
from blender_synth.values import Rgb, pick, uniform
from blender_synth.world.climate import Climate
from blender_synth.world.materials import MaterialChoices
from blender_synth.world.pack_items import no_item
from blender_synth.world.people import season
from blender_synth.world.people.clothes import FabricSpec, GarmentSpec, OutfitRanges, OutfitSpec, ShoeSpec
from blender_synth.world.people.colours import COLOURS, DENIM, HIVIS

_QUIET = ("black", "charcoal", "grey", "cream", "beige", "camel", "brown", "navy", "olive", "khaki", "burgundy")
"""Colours of trousers and coats; strong ones are rare there."""
_STRONG = ("blue", "light_blue", "teal", "green", "red", "mustard", "pink", "lilac", "yellow")
"""Colours that children wear more often."""


def _colour(ranges: OutfitRanges, rng: np.random.Generator, usual: tuple[str, ...] = (), child: bool = False) -> Rgb:
    """A colour by the ranges' weights; colours not among the `usual` ones come ten times more seldom."""
    weights = {k: v * (1.0 if not usual or k in usual else 0.1) for k, v in ranges.colours.items()}
    if child and not usual:
        weights = {
            k: v * (3.0 if k in _STRONG else 0.35 if k in ("black", "charcoal") else 1.0) for k, v in weights.items()
        }
    base = np.array(COLOURS[pick(rng, weights)])
    shade = np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.04, 3))
    return _rgb(base * shade, 0.004, 0.8)


def _rgb(values: np.ndarray, low: float = 0.0, high: float = 1.0) -> Rgb:
    return tuple(round(float(np.clip(v, low, high)), 5) for v in values)


def _patterned(
    ranges: OutfitRanges,
    rng: np.random.Generator,
    kind: str,
    patterns: dict[str, float],
    usual: tuple[str, ...] = (),
    child: bool = False,
) -> FabricSpec:
    rgb, other = _colour(ranges, rng, usual, child), _colour(ranges, rng, (), child)
    name = pick(rng, patterns)
    chance, size, seed = rng.random(), rng.random(), int(rng.integers(1 << 16))
    low, high = {
        "stripes": (0.022, 0.075),
        "pinstripes": (0.014, 0.022),
        "check": (0.035, 0.11),
        "dots": (0.022, 0.05),
        "print": (0.04, 0.14),
        "logo": (0.10, 0.20),
    }.get(name, (0.05, 0.05))
    if chance >= ranges.patterned_share * (1.6 if child else 1.0):
        name = "plain"
    if abs(sum(rgb) - sum(other)) < 0.12:  # a pattern needs contrast
        other = _rgb(np.array(other) * 0.25) if sum(rgb) > 0.6 else _rgb(np.array(other) * 0.4 + 0.4)
    return FabricSpec(
        kind=kind, rgb=rgb, pattern=name, second_rgb=other, scale_m=round(low + (high - low) * size, 4), seed=seed
    )


def draw_outfit(
    ranges: OutfitRanges, sex: str, age_years: float, climate: Climate, rng: np.random.Generator
) -> OutfitSpec:
    """One outfit.

    Each garment is drawn from a generator of its own, so that one garment's draws never move another's; the weather
    changes the weights of a draw, never their number. At the same place in the streams a person of the same kind
    keeps taste and colours in other weather.
    """
    lower_rng, top_rng, outer_rng, shoe_rng, extra_rng, cold_rng, vest_rng = rng.spawn(7)
    child, old = age_years < 13, age_years > 65
    outer = _draw_outer(ranges, climate, child, old, outer_rng)
    lowers = season.fitting(ranges.female_lower if sex == "female" else ranges.male_lower, climate)
    if old:
        lowers = season.bent(lowers, {"leggings": 0.3, "joggers": 0.4, "shorts": 0.5, "jeans": 0.6})
    bottom = pick(lower_rng, lowers)
    lower, tights = _draw_lower(ranges, bottom, climate, child, lower_rng)
    top = _draw_top(ranges, climate, outer is not None, bottom == "dress", child, top_rng)
    if bottom == "dress":
        top = _bodice(lower, top)
    shoes = _draw_shoes(ranges, bottom, sex, climate, child, shoe_rng)
    hat = pick(
        extra_rng, season.on_heads(season.bent(ranges.hats, {"brim": 2.5 if old else 0.5 if child else 1}), climate)
    )
    glasses = pick(extra_rng, season.on_eyes(ranges.glasses, climate))
    if child and glasses == "sun":
        glasses = "none"
    sock = COLOURS[("white", "black", "grey", "navy")[int(extra_rng.integers(4))]]
    vest = _draw_vest(ranges, vest_rng) if age_years >= 18 else None
    chance = cold_rng.random(3)
    scarf_rgb, glove_rgb = _colour(ranges, cold_rng, (), child), _colour(ranges, cold_rng, _QUIET)
    hooded = [g for g in (outer, top) if g is not None and g.hood != "none"]
    up = bool(hooded) and chance[0] < ranges.hood_up_share * season.chance_of_hood_up(climate)
    if up and outer is not None and outer.hood != "none":
        outer = _with(outer, hood="up", open_front=0.0)
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
        hat="none" if up else hat,
        hat_rgb=_colour(ranges, extra_rng, (), child),
        glasses=glasses,
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
    worn: dict[str, GarmentSpec] = {}
    for name in ("lower", "top", "outer"):
        garment, texture = getattr(outfit, name), fabrics.pick(streams.rng(name))
        if garment is not None and texture is not None:
            worn[name] = _with(garment, fabric=dataclasses.replace(garment.fabric, pattern="plain", texture=texture))
    if outfit.lower.kind == "dress" and "lower" in worn:  # of one piece of cloth
        worn["top"] = _with(outfit.top, fabric=worn["lower"].fabric)
    elif outfit.lower.kind == "dress":
        worn.pop("top", None)
    return dataclasses.replace(outfit, **worn)


def _with(garment: GarmentSpec, **changes) -> GarmentSpec:
    return dataclasses.replace(garment, **changes)


def _draw_lower(
    ranges: OutfitRanges, bottom: str, climate: Climate, child: bool, rng: np.random.Generator
) -> tuple[GarmentSpec, Rgb | None]:
    fit, chance, other = uniform(rng, ranges.fit), rng.random(), rng.random()
    long_leg, short_leg = uniform(rng, (1.9, 2.03)), uniform(rng, (0.5, 1.0))
    skirt_length = uniform(rng, (0.72, 1.75))
    denim = np.array(DENIM[int(rng.choice(5, p=(0.24, 0.3, 0.2, 0.1, 0.16)))]) * np.exp(rng.normal(0, 0.12))
    dark = COLOURS[("black", "charcoal", "navy", "burgundy")[int(rng.choice(4, p=(0.6, 0.2, 0.15, 0.05)))]]
    blue = FabricSpec(kind="denim", rgb=_rgb(denim))
    cold = season.felt_c(climate) < 13
    if bottom in ("skirt", "dress"):
        tights = COLOURS["black"] if cold or other < 0.15 else None
        kind = "denim" if chance < 0.12 and bottom == "skirt" else "cotton" if chance < 0.65 or not cold else "wool"
        patterns = {"check": 1, "dots": 1.5, "print": 3, "pinstripes": 0.5, "stripes": 1}
        fabric = _patterned(ranges, rng, kind, patterns, (), child)
        if kind == "denim":
            fabric = blue
        return GarmentSpec(
            kind=bottom, fabric=fabric, fit=fit, length=min(skirt_length, 1.1) if child else skirt_length
        ), tights
    if bottom == "jeans":
        return GarmentSpec(kind="trousers", fabric=blue, fit=fit * 0.8, length=long_leg, thickness_m=0.003), None
    if bottom == "leggings":
        fabric = FabricSpec(kind="jersey", rgb=dark)
        return GarmentSpec(kind="trousers", fabric=fabric, fit=0.0, length=long_leg - 0.1), None
    if bottom == "joggers":
        fabric = FabricSpec(kind="jersey", rgb=_colour(ranges, rng, ("black", "charcoal", "grey", "navy")))
        return GarmentSpec(kind="trousers", fabric=fabric, fit=0.3 + 0.4 * fit, length=1.96, thickness_m=0.004), None
    if bottom == "shorts":
        fabric = blue if chance < 0.3 else _patterned(ranges, rng, "cotton", {"check": 1, "print": 0.6}, _QUIET, child)
        return GarmentSpec(kind="shorts", fabric=fabric, fit=fit, length=short_leg), None
    kind = "cotton" if chance < 0.7 or not cold else "wool"
    fabric = _patterned(ranges, rng, kind, {"check": 0.6, "pinstripes": 0.8}, _QUIET)
    return GarmentSpec(kind="trousers", fabric=fabric, fit=fit, length=long_leg), None


def _draw_top(
    ranges: OutfitRanges, climate: Climate, under: bool, dress: bool, child: bool, rng: np.random.Generator
) -> GarmentSpec:
    """`under`: something is worn over it, so that short sleeves do in the cold; `dress`: it is the top of a dress."""
    weights = ranges.tops if under else season.fitting(ranges.tops, climate)
    if under:
        weights = season.bent(weights, {"sleeveless": 0.0, "short_shirt": 0.3})
    if child:
        weights = season.bent(weights, {"shirt": 0.4, "short_shirt": 0.5})
    if dress:
        weights = season.bent(weights, {"shirt": 0.4, "sweater": 0.4, "sleeveless": 4.0})
    name = pick(rng, weights)
    fit, length, sleeve, neck = uniform(rng, ranges.fit), uniform(rng, (0.62, 0.98)), rng.random(), rng.random()
    tucked = rng.random() < 0.16
    kind, patterns, collar, thickness = "cotton", {"stripes": 2, "print": 1, "logo": 4, "block": 1}, 0.0, 0.002
    if name == "tee":
        arms, opening = 0.45 + 0.4 * sleeve, 0.1 + 0.35 * neck
    elif name == "sleeveless":
        arms, opening, patterns, fit = 0.02, 0.25 + 0.3 * neck, {"stripes": 2, "print": 2, "logo": 1}, 0.6 * fit
    elif name == "long_sleeve":
        arms, opening, patterns, fit = (
            1.5 + 0.48 * sleeve,
            0.08 + 0.3 * neck,
            {"stripes": 3, "block": 1, "logo": 2},
            0.7 * fit,
        )
    elif name == "shirt":
        arms, opening, patterns, fit, collar = (
            1.95,
            0.12,
            {"check": 3, "pinstripes": 2, "dots": 0.5},
            0.3 + 0.5 * fit,
            0.035,
        )
    elif name == "short_shirt":
        arms, opening, fit, collar = 0.62 + 0.25 * sleeve, 0.15, 0.35 + 0.5 * fit, 0.033
        patterns = {"check": 2, "print": 2, "pinstripes": 1, "stripes": 1}
    else:
        kind, patterns, fit, thickness = "knit", {"stripes": 2, "block": 1}, 0.25 + 0.6 * fit, 0.006
        arms, opening = 1.98, 0.02 if neck < 0.2 else 0.04 + 0.26 * neck
    return GarmentSpec(
        kind="top",
        fabric=_patterned(ranges, rng, kind, patterns, (), child),
        fit=round(fit, 4),
        length=0.32 if tucked and name != "sweater" else round(length, 4),
        sleeve=round(arms, 4),
        neck=round(opening, 4),
        collar_m=collar,
        thickness_m=thickness,
    )


def _bodice(skirt: GarmentSpec, top: GarmentSpec) -> GarmentSpec:
    """The top of a dress: of the skirt's cloth, close at the waist."""
    knit = top.fabric.kind == "knit"
    return _with(
        top, fabric=skirt.fabric, fit=min(top.fit, 0.3), collar_m=0.0 if knit else top.collar_m, thickness_m=0.002
    )


def _draw_outer(
    ranges: OutfitRanges, climate: Climate, child: bool, old: bool, rng: np.random.Generator
) -> GarmentSpec | None:
    weights = season.over(ranges.outers, climate)
    if child:
        weights = season.bent(weights, {"coat": 0.35, "puffer": 1.8})
    if old:
        weights = season.bent(weights, {"hoodie": 0.25, "coat": 1.5})
    name = pick(rng, weights)
    wide, unzipped = uniform(rng, (0.35, 1.0)), rng.random() < ranges.open_front_share
    closed_weather = season.felt_c(climate) < 2 or climate.rain_mm_h > 0.1
    opening = wide if unzipped and not closed_weather else 0.0
    fit, low, extra = uniform(rng, ranges.fit), rng.random(), rng.random()
    kinds, shares = ("leather", "denim", "wool", "cotton", "nylon"), np.array((0.2, 0.2, 0.2, 0.25, 0.15))
    if child:
        shares = np.array((0.0, 0.3, 0.1, 0.3, 0.3))
    kind = kinds[int(rng.choice(5, p=shares / shares.sum()))]
    denim = FabricSpec(kind="denim", rgb=tuple(float(v) for v in DENIM[int(rng.integers(4))]))
    if name == "none":
        return None
    if name == "hoodie":
        fabric = _patterned(ranges, rng, "jersey", {"block": 1, "logo": 2}, (), child)
        shape = {
            "fit": 0.35 + 0.4 * fit,
            "length": 0.72 + 0.2 * low,
            "neck": 0.12,
            "hood": "down",
            "thickness_m": 0.005,
        }
        zipped = extra < 0.5
        return GarmentSpec(kind="jacket", fabric=fabric, open_front=opening * 0.6 if zipped else 0.0, **shape)
    if name == "coat":
        kind = "wool" if kind in ("leather", "denim", "wool") else kind
        fabric = _patterned(ranges, rng, kind, {"check": 1, "plain": 2}, _QUIET)
        shape = {"fit": 0.25 + 0.4 * fit, "length": 1.25 + 0.65 * low, "collar_m": 0.055, "thickness_m": 0.007}
        return GarmentSpec(kind="coat", fabric=fabric, neck=0.3 if opening == 0 else 0.5, open_front=opening, **shape)
    if name == "rain_jacket":
        fabric = _patterned(ranges, rng, "nylon", {"block": 1, "plain": 1}, (), True)
        shape = {"fit": 0.35 + 0.4 * fit, "length": 0.78 + 0.2 * low, "neck": 0.1, "hood": "down", "thickness_m": 0.004}
        if low > 0.7:  # a long one
            return GarmentSpec(kind="coat", fabric=fabric, open_front=0.0, **(shape | {"length": 1.2 + 0.5 * extra}))
        return GarmentSpec(kind="jacket", fabric=fabric, open_front=0.7 * opening, **shape)
    if name == "puffer":
        fabric = _patterned(ranges, rng, "nylon", {"block": 1, "plain": 3}, _QUIET + ("teal", "red", "mustard"), child)
        shape = {"fit": 0.2 + 0.35 * fit, "length": 0.6 + 0.36 * low, "collar_m": 0.06, "thickness_m": 0.018}
        hood = "down" if extra < 0.45 else "none"
        return GarmentSpec(kind="jacket", fabric=fabric, neck=0.12, open_front=0.8 * opening, hood=hood, **shape)
    fabric = _patterned(ranges, rng, kind, {"check": 1, "block": 1, "plain": 3}, _QUIET if kind != "nylon" else ())
    shape = {"fit": 0.2 + 0.45 * fit, "length": 0.55 + 0.4 * low, "collar_m": 0.045, "thickness_m": 0.005}
    return GarmentSpec(
        kind="jacket",
        fabric=denim if kind == "denim" else fabric,
        neck=0.15 if opening == 0 else 0.4,
        open_front=opening,
        **shape,
    )


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
    ranges: OutfitRanges, bottom: str, sex: str, climate: Climate, child: bool, rng: np.random.Generator
) -> ShoeSpec:
    weights = season.fitting(ranges.shoes, climate)
    if child:
        weights = season.bent(weights, {"leather": 0.0, "flat": 0.3})
    if sex == "male":
        weights = season.bent(weights, {"flat": 0.0})
    if bottom == "shorts":
        weights = season.bent(weights, {"leather": 0.05, "boot": 0.2})
    kind = pick(rng, weights)
    dark = COLOURS[("black", "brown", "charcoal", "camel")[int(rng.choice(4, p=(0.5, 0.25, 0.15, 0.1)))]]
    shade = float(np.exp(rng.normal(0, 0.15)))
    accent = _colour(ranges, rng, (), child)
    white = rng.random() < 0.45
    thick, back, shaft = rng.random(), rng.random(), rng.random()
    if kind == "sneaker":
        rgb = COLOURS["white"] if white else _colour(ranges, rng, (), child)
        sole = COLOURS["white"] if rng.random() < 0.75 else COLOURS["black"]
        shape = {"sole_m": 0.014 + 0.008 * thick, "heel_m": 0.018 + 0.01 * back, "gloss": 0.15}
        return ShoeSpec(kind=kind, rgb=rgb, sole_rgb=sole, accent_rgb=accent, **shape)
    rgb = _rgb(np.array(dark) * shade)
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
