"""A skirt of denim, cotton or wool."""

from __future__ import annotations

from blender_synth.values import Rgb
from blender_synth.world.people.clothes import FabricKind, GarmentSpec
from blender_synth.world.people.colours import COLOURS
from blender_synth.world.people.garments import LowerDraws, LowerGarment


def _make(draws: LowerDraws) -> tuple[GarmentSpec, Rgb | None]:
    return skirt_or_dress(draws, "skirt")


def skirt_or_dress(draws: LowerDraws, cut: str) -> tuple[GarmentSpec, Rgb | None]:
    """A skirt, or the skirt of a dress, and the tights under it."""
    tights = COLOURS["black"] if draws.cold or draws.other < 0.15 else None
    of_denim = draws.chance < 0.12 and cut == "skirt"
    kind: FabricKind = "denim" if of_denim else "cotton" if draws.chance < 0.65 or not draws.cold else "wool"
    fabric = draws.palette.fabric(kind, {"check": 1, "dots": 1.5, "print": 3, "pinstripes": 0.5, "stripes": 1})
    length = min(draws.skirt_length, 1.1) if draws.child else draws.skirt_length
    return GarmentSpec(kind=cut, fabric=draws.denim if of_denim else fabric, fit=draws.fit, length=length), tights


GARMENT = LowerGarment(
    order=60,
    weights={"female": 0.17},
    comfort_c=(5, 60),
    make=_make,
)
