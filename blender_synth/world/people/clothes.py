"""Clothes: what an outfit is, and what outfits may hold."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from pydantic import Field

from blender_synth.values import Range, Rgb, plain
from blender_synth.world.materials import Materials, MaterialSpec
from blender_synth.world.people.choices import Colours, choice

LOWERS = ("jeans", "trousers", "joggers", "leggings", "shorts", "skirt", "dress")
TOPS = ("tee", "sleeveless", "long_sleeve", "shirt", "short_shirt", "sweater")
OUTERS = ("none", "hoodie", "jacket", "puffer", "coat", "rain_jacket")
SHOES = ("sneaker", "leather", "boot", "flat", "sandal")
HATS = ("none", "cap", "beanie", "brim")
FABRICS = ("cotton", "jersey", "denim", "knit", "wool", "nylon", "leather", "canvas", "hivis")
PATTERNS = ("plain", "stripes", "pinstripes", "check", "dots", "print", "logo", "block", "bands")


@plain
class FabricSpec:
    """What cloth looks like.

    Attributes:
        kind: one of `FABRICS`.
        rgb: main colour, linear.
        pattern: one of `PATTERNS`; ``"logo"`` is a print on the chest, ``"bands"`` are reflective stripes.
        second_rgb: colour of the pattern.
        scale_m: period of the pattern.
        seed: number that a print's irregular shapes are computed from.
        texture: of an asset pack, in place of colour, pattern and weave.
    """

    kind: Literal[FABRICS]
    rgb: Rgb
    pattern: Literal[PATTERNS] = "plain"
    second_rgb: Rgb = (0.5, 0.5, 0.5)
    scale_m: float = 0.05
    seed: int = 0
    texture: MaterialSpec | None = None


@plain
class GarmentSpec:
    """One garment.

    Attributes:
        kind: ``"dress"`` is the skirt of a dress: it begins where its top ends, at the waist.
        fit: 0 tight to 1 loose.
        length: legs 0 hip, 1 knee, 2 ankle; skirts 1 knee, 2 ankle; what hangs from the shoulders: how far below the
            waist the hem is, 0 waist, 1 crotch, 2 knee.
        sleeve: 0 none, 1 elbow, 2 wrist.
        neck: depth of the neckline, 0 at the neck to 1 low; open fronts start here.
        collar_m: height of a standing collar.
        open_front: 0 closed to 1 hanging open.
        hood: whether there is a hood, and where.
        thickness_m: of the cloth with its padding.
    """

    kind: Literal["trousers", "shorts", "skirt", "dress", "top", "jacket", "coat", "vest"]
    fabric: FabricSpec
    fit: float = 0.4
    length: float = 1.0
    sleeve: float = 2.0
    neck: float = 0.2
    collar_m: float = 0.0
    open_front: float = 0.0
    hood: Literal["none", "down", "up"] = "none"
    thickness_m: float = 0.002


@plain
class ShoeSpec:
    """A pair of shoes.

    Attributes:
        kind: one of `SHOES`.
        shaft_m: height above the ankle bone (boots).
        sole_m, heel_m: thickness of sole under ball and heel.
    """

    kind: Literal[SHOES]
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
        vest: a work vest over everything else.
        sock_rgb, tights_rgb: colours of socks, and of tights where there are any.
        hat: one of `HATS`; under a hood that is up there is none.
        scarf_rgb, glove_rgb: colours of a scarf and of gloves where there are any.
        glasses: ``"none"``, ``"clear"`` or ``"sun"``.
        fold_seed: number that the folds' irregularities are computed from.
    """

    lower: GarmentSpec
    top: GarmentSpec
    outer: GarmentSpec | None
    shoes: ShoeSpec
    sock_rgb: Rgb
    tights_rgb: Rgb | None
    hat: Literal[HATS]
    hat_rgb: Rgb
    glasses: Literal["none", "clear", "sun"]
    fold_seed: int
    vest: GarmentSpec | None = None
    scarf_rgb: Rgb | None = None
    glove_rgb: Rgb | None = None


@plain
class OutfitRanges:
    """How outfits vary: relative weights of garments and colours.

    `fabrics` are materials of asset packs (items of `kind: material`, sets of textures) that trousers, skirts, tops and
    jackets are made of, by `pack/item`, pack or tag, and `own` for the program's fabrics.

    The weights of garments are those of a mild day (16 degrees); `season` bends them to the weather.
    """

    female_lower: choice(*LOWERS) = field(
        default_factory=lambda: {
            "jeans": 0.33,
            "trousers": 0.2,
            "joggers": 0.04,
            "leggings": 0.12,
            "shorts": 0.14,
            "skirt": 0.17,
            "dress": 0.16,
        }
    )
    male_lower: choice(*LOWERS) = field(
        default_factory=lambda: {"jeans": 0.44, "trousers": 0.34, "joggers": 0.09, "shorts": 0.26}
    )
    tops: choice(*TOPS) = field(
        default_factory=lambda: {
            "tee": 0.36,
            "sleeveless": 0.08,
            "long_sleeve": 0.18,
            "shirt": 0.15,
            "short_shirt": 0.08,
            "sweater": 0.24,
        }
    )
    outers: choice(*OUTERS) = field(
        default_factory=lambda: {
            "none": 0.46,
            "hoodie": 0.14,
            "jacket": 0.27,
            "puffer": 0.14,
            "coat": 0.16,
            "rain_jacket": 0.06,
        }
    )
    open_front_share: float = Field(default=0.45, ge=0, le=1)
    shoes: choice(*SHOES) = field(
        default_factory=lambda: {"sneaker": 0.56, "leather": 0.19, "boot": 0.16, "flat": 0.07, "sandal": 0.14}
    )
    hats: choice(*HATS) = field(default_factory=lambda: {"none": 0.85, "cap": 0.09, "beanie": 0.08, "brim": 0.02})
    glasses: choice("none", "clear", "sun") = field(default_factory=lambda: {"none": 0.74, "clear": 0.17, "sun": 0.09})
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
