"""Garments that people may wear: each file of this folder is one, and its name is the one that weights go by.

To add one, put `world/people/garments/<name>.py` into a plug-in folder. It defines `GARMENT` as a `LowerGarment`, a
`TopGarment` or an `OuterGarment`; its default weight applies where the config does not set the weights of its slot
(`female_lower`, `male_lower`, `tops`, `outers`). The `kind` of the `GarmentSpec` that it makes names the cut in
`bodies/cuts/`; a new cut is a file there.

Every garment of a slot gets the same random draws, so that the weather changes what is worn and nothing else. More
random numbers may be taken from `palette.rng`, which nothing else uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

import numpy as np

from blender_synth.plugins import plugin_paths
from blender_synth.values import Rgb, pick
from blender_synth.world.people.choices import one_of
from blender_synth.world.people.clothes import PATTERNS, FabricKind, FabricSpec, GarmentSpec
from blender_synth.world.people.colours import COLOURS, rounded_rgb
from blender_synth.world.people.entries import entries

__path__ += plugin_paths("world/people/garments")

QUIET = ("black", "charcoal", "grey", "cream", "beige", "camel", "brown", "navy", "olive", "khaki", "burgundy")
"""Colours of trousers and coats; strong ones are rare there."""
_STRONG = ("blue", "light_blue", "teal", "green", "red", "mustard", "pink", "lilac", "yellow")
"""Colours that children wear more often."""
_PATTERN_SCALE_M = {
    "stripes": (0.022, 0.075),
    "pinstripes": (0.014, 0.022),
    "check": (0.035, 0.11),
    "dots": (0.022, 0.05),
    "print": (0.04, 0.14),
    "logo": (0.10, 0.20),
}


@dataclass(frozen=True)
class Palette:
    """Samples colours and fabrics of one garment.

    Attributes:
        colours: weights by name. patterned_share: share of garments with a pattern, of those that may have one.
        child: whether the wearer is a child. rng: used for this garment only.
    """

    colours: Mapping[str, float]
    patterned_share: float
    child: bool
    rng: np.random.Generator

    def colour(self, usual: tuple[str, ...] = (), child: bool | None = None) -> Rgb:
        """A colour by the weights; colours not among the `usual` ones are ten times rarer."""
        weights = {k: v * (1.0 if not usual or k in usual else 0.1) for k, v in self.colours.items()}
        if (self.child if child is None else child) and not usual:
            weights = {
                k: v * (3.0 if k in _STRONG else 0.35 if k in ("black", "charcoal") else 1.0)
                for k, v in weights.items()
            }
        base = np.array(COLOURS[pick(self.rng, weights)])
        shade = np.exp(self.rng.normal(0, 0.15)) * np.exp(self.rng.normal(0, 0.04, 3))
        return rounded_rgb(base * shade, 0.004, 0.8)

    def fabric(
        self,
        kind: FabricKind,
        patterns: Mapping[str, float],
        usual: tuple[str, ...] = (),
        child: bool | None = None,
    ) -> FabricSpec:
        """A fabric of one of `clothes.FABRICS`, plain or with one of the patterns, by weight.

        Args:
            usual: colours that are common for it; none: all are.
            child: overrides `child`.
        """
        child = self.child if child is None else child
        rgb, other = self.colour(usual, child), self.colour((), child)
        name = one_of(PATTERNS, pick(self.rng, patterns))
        chance, size, seed = self.rng.random(), self.rng.random(), int(self.rng.integers(1 << 16))
        low, high = _PATTERN_SCALE_M.get(name, (0.05, 0.05))
        if chance >= self.patterned_share * (1.6 if child else 1.0):
            name = "plain"
        if abs(sum(rgb) - sum(other)) < 0.12:  # a pattern needs contrast
            other = rounded_rgb(np.array(other) * 0.25) if sum(rgb) > 0.6 else rounded_rgb(np.array(other) * 0.4 + 0.4)
        return FabricSpec(
            kind=kind, rgb=rgb, pattern=name, second_rgb=other, scale_m=round(low + (high - low) * size, 4), seed=seed
        )


@dataclass(frozen=True)
class LowerDraws:
    """Random draws for every garment of hips and legs.

    Attributes:
        fit: 0 tight to 1 loose. chance, other: uniform, for choices within the garment.
        long_leg, short_leg, skirt_length: lengths as in `GarmentSpec.length`.
        denim: blue denim. dark: a dark colour. cold: it feels colder than 13 degrees.
    """

    palette: Palette
    fit: float
    chance: float
    other: float
    long_leg: float
    short_leg: float
    skirt_length: float
    denim: FabricSpec
    dark: Rgb
    cold: bool

    @property
    def child(self) -> bool:
        """Whether the wearer is below 13."""
        return self.palette.child


@dataclass(frozen=True)
class TopDraws:
    """Random draws for every top.

    Attributes:
        fit: 0 tight to 1 loose. length: hem, as in `GarmentSpec.length`. sleeve, neck: uniform, 0 to 1.
        tucked: worn inside trousers or skirt.
    """

    palette: Palette
    fit: float
    length: float
    sleeve: float
    neck: float
    tucked: bool

    def top(
        self,
        kind: FabricKind,
        patterns: Mapping[str, float],
        *,
        fit: float,
        sleeve: float,
        neck: float,
        collar_m: float = 0.0,
        thickness_m: float = 0.002,
        may_tuck: bool = True,
    ) -> GarmentSpec:
        """A garment of the cut `top` in a fabric of this kind."""
        return GarmentSpec(
            kind="top",
            fabric=self.palette.fabric(kind, patterns),
            fit=round(fit, 4),
            length=0.32 if self.tucked and may_tuck else round(self.length, 4),
            sleeve=round(sleeve, 4),
            neck=round(neck, 4),
            collar_m=collar_m,
            thickness_m=thickness_m,
        )


@dataclass(frozen=True)
class OuterDraws:
    """Random draws for every jacket and coat.

    Attributes:
        fit: 0 tight to 1 loose. open_front: how far it hangs open, 0 in weather that closes it.
        low, extra: uniform, for lengths and choices of the garment's own.
        cloth: kind of fabric of a plain jacket. denim: blue denim.
    """

    palette: Palette
    fit: float
    open_front: float
    low: float
    extra: float
    cloth: FabricKind
    denim: FabricSpec


Comfort = tuple[float, float]
"""Felt temperatures, degrees Celsius, between which a garment is usual; see `season`."""


@dataclass(frozen=True)
class _Garment:
    order: int


@dataclass(frozen=True)
class LowerGarment(_Garment):
    """A garment of hips and legs.

    Attributes:
        order: position in the lists of weights.
        weights: default weight for ``"female"`` and ``"male"``; without one, only if the config says so.
        comfort_c: felt temperatures at which it is usual.
        make: (garment, colour of tights or None).
        old: factor on its weight for people over 65.
        shoes: factors on the weights of shoes worn with it.
        one_piece: the top is of the same piece, as in a dress.
    """

    weights: Mapping[str, float]
    comfort_c: Comfort
    make: Callable[[LowerDraws], tuple[GarmentSpec, Rgb | None]]
    old: float = 1.0
    shoes: Mapping[str, float] = field(default_factory=dict)
    one_piece: bool = False


@dataclass(frozen=True)
class TopGarment(_Garment):
    """A garment of the upper body.

    Attributes:
        order: position in the list of weights. weight: its default.
        comfort_c: felt temperatures at which it is usual.
        under: factor on its weight with something worn over it. child: for children. bodice: as the top of a dress.
    """

    weight: float
    comfort_c: Comfort
    make: Callable[[TopDraws], GarmentSpec]
    under: float = 1.0
    child: float = 1.0
    bodice: float = 1.0


@dataclass(frozen=True)
class OuterGarment(_Garment):
    """A garment worn over the top.

    Attributes:
        order: position in the list of weights. weight: its default.
        comfort_c: felt temperatures at which it is usual.
        child, old: factors on its weight for children and for people over 65. rain, dry: in rain and without.
    """

    weight: float
    comfort_c: Comfort
    make: Callable[[OuterDraws], GarmentSpec]
    child: float = 1.0
    old: float = 1.0
    rain: float = 1.0
    dry: float = 1.0


_G = TypeVar("_G", LowerGarment, TopGarment, OuterGarment)


@cache
def _garments() -> Mapping[str, _Garment]:
    return entries(__name__, "GARMENT", _Garment, lambda garment: garment.order)


def _of(type_: type[_G]) -> dict[str, _G]:
    found = _garments()
    return {name: garment for name, garment in found.items() if isinstance(garment, type_)}


def lower_garments() -> dict[str, LowerGarment]:
    """All garments of hips and legs by name, in order."""
    return _of(LowerGarment)


def top_garments() -> dict[str, TopGarment]:
    """All tops by name, in order."""
    return _of(TopGarment)


def outer_garments() -> dict[str, OuterGarment]:
    """All jackets and coats by name, in order."""
    return _of(OuterGarment)
