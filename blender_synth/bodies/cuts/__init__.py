"""Cuts of garments: each file of this folder turns a `GarmentSpec` of its name into surfaces on a body.

To add one, put `bodies/cuts/<name>.py` into a plug-in folder. It defines `CUT`, an instance of a subclass of `LowerCut`
or `UpperCut`. What makes people wear it is a garment of `world/people/garments/` whose spec names it.

Surfaces are in the rest pose. Their fields are those of the shells (`cloth.shells`) that they are clipped from:
``weights`` (N, J), places along the anatomy, and the corner field ``uv`` (F, 4, 2) in metres of cloth.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from blender_synth.bodies.cloth.collars import make_collar, make_hood, make_raised_hood
from blender_synth.bodies.cloth.shells import LOWEST_HEM
from blender_synth.bodies.head import Head
from blender_synth.bodies.mesh import Surface
from blender_synth.bodies.skeleton import Rig
from blender_synth.plugins import plugin_paths
from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.entries import entries

__path__ += plugin_paths("bodies/cuts")

Seams = Literal["none", "legs", "jacket"]
Closure = Literal["none", "buttons", "zip"]


@dataclass(frozen=True)
class Wearer:
    """The body that a garment is cut for, in the rest pose.

    Attributes:
        points: (P, 3) its shaped points, metres.
        fineness: of the shells, see `anatomy.shell`.
        head: needed for hoods that are up.
    """

    points: np.ndarray
    rig: Rig
    fineness: int = 2
    head: Head | None = None


@dataclass(frozen=True)
class LegClearance:
    """How cloth without tight legs is pushed off the legs under it.

    Attributes:
        gap_m: distance to keep. reach_m: how deep in the leg cloth is still found. rounds: iterations.
    """

    gap_m: float
    reach_m: float
    rounds: int


class Cut:
    """What the cuts of all garments have in common.

    Attributes:
        seams: which seams its material shows.
        seam_drop: where a seam around the body holds the cloth, as `Anatomy.drop`; None: there is none.
    """

    seams: Seams = "none"
    seam_drop: float | None = None

    def is_tight(self, garment: GarmentSpec) -> bool:
        """Whether it lies on the skin, without folds."""
        return False

    def closure(self, garment: GarmentSpec) -> Closure:
        """What closes the front in its material."""
        return "none"


class LowerCut(Cut, ABC):
    """A cut of what covers hips and legs.

    Attributes:
        has_legs: each leg has a tube of its own, as in trousers.
        waist_drop: for the skirt of a dress, where it joins the top, as `Anatomy.drop`; None for all else.
        clearance: how the cloth keeps off the legs; None: skinning is enough.
    """

    has_legs: bool = True
    waist_drop: float | None = None
    clearance: LegClearance | None = None

    @abstractmethod
    def build(self, wearer: Wearer, garment: GarmentSpec, seed: int, top: Surface | None) -> Surface:
        """The garment, hemmed.

        Args:
            seed: for irregularities. top: what a dress's skirt is joined to; None for all else.
        """

    def hem_drop(self, garment: GarmentSpec) -> float:
        """Where a garment without legs ends, as `Anatomy.drop`."""
        return 2.0


class UpperCut(Cut, ABC):
    """A cut of tops, jackets, coats and vests."""

    @abstractmethod
    def panels(
        self, wearer: Wearer, garment: GarmentSpec, seed: int, inner: Sequence[np.ndarray], ease_m: float
    ) -> list[Surface]:
        """The garment without collar, hem and front opening; its upper part first.

        Args:
            seed: for irregularities. inner: vertices (N, 3) of what is worn under it. ease_m: room for that.
        """

    def collar(self, wearer: Wearer, garment: GarmentSpec, upper: Surface) -> Surface | None:
        """Collar or hood on the neck edge of its upper part."""
        if garment.hood == "up" and wearer.head is not None:
            return make_raised_hood(upper, wearer.rig, wearer.head)
        if garment.hood == "down":
            return make_hood(upper)
        if garment.collar_m:
            return make_collar(upper, garment.collar_m, fold=garment.fabric.kind != "nylon")
        return None

    def closure(self, garment: GarmentSpec) -> Closure:
        """Zip or buttons where the front is closed."""
        if garment.open_front > 0:
            return "none"
        return "zip" if garment.fabric.kind in ("nylon", "leather", "hivis") or garment.hood != "none" else "buttons"

    def hem_drop(self, garment: GarmentSpec) -> float:
        """Where it ends, as `Anatomy.drop`."""
        return min(garment.length, LOWEST_HEM)


@cache
def _cuts() -> Mapping[str, Cut]:
    return entries(__name__, "CUT", Cut)


def lower_cut(garment: GarmentSpec) -> LowerCut:
    """The cut of a garment of hips and legs."""
    cut = _cuts()[garment.kind]
    if not isinstance(cut, LowerCut):
        raise TypeError(f"{garment.kind} is no cut of hips and legs")
    return cut


def upper_cut(garment: GarmentSpec) -> UpperCut:
    """The cut of a top, jacket, coat or vest."""
    cut = _cuts()[garment.kind]
    if not isinstance(cut, UpperCut):
        raise TypeError(f"{garment.kind} is no cut of the upper body")
    return cut


def cut_of(garment: GarmentSpec) -> Cut:
    """The cut of any garment."""
    return _cuts()[garment.kind]
