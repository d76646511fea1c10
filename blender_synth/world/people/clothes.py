"""Clothes: the specs of garments and outfits."""

from __future__ import annotations

from typing import Literal, get_args

from blender_synth.values import Rgb, plain
from blender_synth.world.materials import MaterialSpec

ShoeKind = Literal["sneaker", "leather", "boot", "flat", "sandal"]
SHOES: tuple[ShoeKind, ...] = get_args(ShoeKind)
GlassesKind = Literal["none", "clear", "sun"]
GLASSES: tuple[GlassesKind, ...] = get_args(GlassesKind)
HatKind = Literal["none", "cap", "beanie", "brim"]
HATS: tuple[HatKind, ...] = get_args(HatKind)
FabricKind = Literal["cotton", "jersey", "denim", "knit", "wool", "nylon", "leather", "canvas", "hivis"]
FABRICS: tuple[FabricKind, ...] = get_args(FabricKind)
Pattern = Literal["plain", "stripes", "pinstripes", "check", "dots", "print", "logo", "block", "bands"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)


@plain
class FabricSpec:
    """What cloth looks like.

    Attributes:
        kind: one of `FABRICS`.
        rgb: main colour, linear.
        pattern: one of `PATTERNS`; ``"logo"`` is a print on the chest, ``"bands"`` are reflective stripes.
        second_rgb: colour of the pattern.
        scale_m: period of the pattern.
        seed: seed of the irregular shapes of a print.
        texture: of an asset pack, in place of colour, pattern and weave.
    """

    kind: FabricKind
    rgb: Rgb
    pattern: Pattern = "plain"
    second_rgb: Rgb = (0.5, 0.5, 0.5)
    scale_m: float = 0.05
    seed: int = 0
    texture: MaterialSpec | None = None


@plain
class GarmentSpec:
    """One garment.

    Attributes:
        kind: its cut, a file of `bodies/cuts/`, e.g. ``"trousers"``; ``"dress"`` is the skirt of a dress, which begins
            where the top ends, at the waist.
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

    kind: str
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

    kind: ShoeKind
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
        fold_seed: seed of the irregularities of folds.
    """

    lower: GarmentSpec
    top: GarmentSpec
    outer: GarmentSpec | None
    shoes: ShoeSpec
    sock_rgb: Rgb
    tights_rgb: Rgb | None
    hat: HatKind
    hat_rgb: Rgb
    glasses: GlassesKind
    fold_seed: int
    vest: GarmentSpec | None = None
    scarf_rgb: Rgb | None = None
    glove_rgb: Rgb | None = None
