"""A rain jacket with a hood."""

from __future__ import annotations

from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.garments import OuterDraws, OuterGarment


def _make(draws: OuterDraws) -> GarmentSpec:
    is_long = draws.low > 0.7
    return GarmentSpec(
        kind="coat" if is_long else "jacket",
        fabric=draws.palette.fabric("nylon", {"block": 1, "plain": 1}, child=True),
        open_front=0.0 if is_long else 0.7 * draws.open_front,
        fit=0.35 + 0.4 * draws.fit,
        length=1.2 + 0.5 * draws.extra if is_long else 0.78 + 0.2 * draws.low,
        neck=0.1,
        hood="down",
        thickness_m=0.004,
    )


GARMENT = OuterGarment(order=50, weight=0.06, comfort_c=(-2, 20), make=_make, rain=12, dry=0.3)
