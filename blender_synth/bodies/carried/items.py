"""Carried items as solids in the hands, on the shoulders and in front of the feet of a posed body.

Everything is made in the person's frame with the ground at z = 0: bags hang straight down from where they are held,
wheels stand on the ground, straps lie on the cloth. A file of this folder builds each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from blender_synth.bodies.carried import backpack, handbag, phone, pram, shoulder_bag, suitcase, trolley, umbrella
from blender_synth.bodies.carried.carrier import Carrier, Piece
from blender_synth.bodies.parts import CarriedShading, Part
from blender_synth.world.people.carrying import CarriedSpec

_BUILDERS: Mapping[str, Callable[[CarriedSpec, Carrier], list[Piece]]] = {
    "phone": phone.build,
    "handbag": handbag.build,
    "shopping_bag": handbag.build,
    "shoulder_bag": shoulder_bag.build,
    "backpack": backpack.build,
    "umbrella": umbrella.build,
    "suitcase": suitcase.build,
    "pram": pram.build,
    "trolley": trolley.build,
}


def carried_parts(item: CarriedSpec, carrier: Carrier) -> list[Part]:
    """The parts of one carried item, in the person's frame."""
    return [
        Part(
            f"{item.kind}.{name}",
            solid[0].astype(np.float32),
            solid[1],
            CarriedShading(surface=surface, rgb=(float(rgb[0]), float(rgb[1]), float(rgb[2]))),
            instance_id=item.instance_id,
        )
        for name, solid, surface, rgb in _BUILDERS[item.kind](item, carrier)
    ]
