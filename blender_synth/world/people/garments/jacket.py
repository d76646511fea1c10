"""A jacket of leather, denim, wool, cotton or nylon."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import QUIET, OuterDraws, OuterGarment


def _make(draws: OuterDraws) -> GarmentSpec:
    cloth = draws.palette.fabric(
        draws.cloth, {"check": 1, "block": 1, "plain": 3}, QUIET if draws.cloth != "nylon" else (), child=False
    )
    return GarmentSpec(
        kind="jacket",
        fabric=draws.denim if draws.cloth == "denim" else cloth,
        neck=0.15 if draws.open_front == 0 else 0.4,
        open_front=draws.open_front,
        fit=0.2 + 0.45 * draws.fit,
        length=0.55 + 0.4 * draws.low,
        collar_m=0.045,
        thickness_m=0.005,
    )


GARMENT = OuterGarment(order=20, weight=0.27, comfort_c=(-4, 18), make=_make)
