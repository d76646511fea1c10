"""A whole building, or its front alone."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery.facade.ground_floor import ground_floor
from blender_synth.blender.scenery.facade.mouldings import mouldings, pipes_and_cables
from blender_synth.blender.scenery.facade.roofs import roof, sides
from blender_synth.blender.scenery.facade.upper_storeys import upper_storeys
from blender_synth.blender.scenery.meshes import Part, join
from blender_synth.world.scenery.shared.street_parts import Building


def building(b: Building, open_side: str = "") -> Part:
    """The whole building in its local frame.

    Args:
        b: the building. open_side: ``"left"`` or ``"right"``, a flank to leave out because another front is there.
    """
    rng = np.random.default_rng(b.detail_seed)
    closed = [side for name, side in zip(("left", "right", "back"), sides(b), strict=True) if name != open_side]
    return join(
        [
            *upper_storeys(b, rng),
            *ground_floor(b, rng),
            *mouldings(b),
            *closed,
            *roof(b, rng),
            *pipes_and_cables(b, rng),
        ]
    )


def front(b: Building) -> Part:
    """Its front alone, without roof, sides and downpipes: as in a covered passage."""
    rng = np.random.default_rng(b.detail_seed)
    return join([*upper_storeys(b, rng), *ground_floor(b, rng), *mouldings(b)])
