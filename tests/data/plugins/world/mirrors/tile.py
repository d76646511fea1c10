"""A frameless square mirror that hangs on a wall.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `side_m` | [1.8, 2.2] | m | width and height of the glass; at most what the wall offers |
| `base_m` | [0.1, 0.3] | m | height of the lower edge above the ground |
"""

from __future__ import annotations

from typing import Literal

from blender_synth.seeds import Streams
from blender_synth.values import Range, plain, uniform
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.mounting import MountedRandomizer, OnMount, draw_along, sheet_place
from blender_synth.world.mirrors.shapes import Sheet

THICK_M = 0.01


@plain
class Spec(OnMount, Sheet):
    """One tile on a wall's mount."""

    kind: Literal["tile"] = "tile"
    mount: str


@plain
class Randomizer(MountedRandomizer):
    """How tiles vary."""

    kind: Literal["tile"] = "tile"
    side_m: Range = (1.8, 2.2)
    base_m: Range = (0.1, 0.3)

    def sample(self, streams: Streams, ids: tuple[int, int], mount: MirrorMount, along: float | None) -> Spec:
        """A tile with its middle as near to `along` as it fits."""
        rng = streams.rng("tile")
        base = uniform(rng, self.base_m)
        side = min(uniform(rng, self.side_m), mount.length_m, mount.clear_height_m - base)
        middle = mount.middle_m(draw_along(rng, along), side / 2)
        return Spec(
            **sheet_place(ids, mount, middle, 2 * THICK_M, base),
            width_m=side,
            height_m=side,
            roughness=0.0,
            tint=(0.9, 0.9, 0.9),
        )
