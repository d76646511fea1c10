"""A glazed entrance: two door leaves with fixed lights above, in a metal portal before a wall, lit from within.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [1.8, 2.3] | m | width of the glass |
| `height_m` | [2.5, 2.9] | m | height of the glass, fixed lights included |
| `leaf_m` | [2.1, 2.3] | m | height of the door leaves |
| `clearness` | [0.78, 0.9] | 0 to 1 | share of light that the pane transmits |
| `roughness` | [0.0, 0.004] | 0 to 1 | roughness of the glass |
| `dust` | [0.0, 0.4] | 0 to 1 | dust on the glass, in the picture only |
| `waviness` | [0.0, 0.3] | 0 to 1 | waviness of the glass, in the picture only |
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, plain, seed_of, uniform, vec3
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.mounting import MountedRandomizer, OnMount, draw_along, draw_finish, sheet_place
from blender_synth.world.mirrors.shapes import PANE_TINT, Sheet

PORTAL_M = 0.42
"""Depth of the portal, from the wall to the glass."""


@plain
class Spec(OnMount, Sheet):
    """One glazed entrance; the sheet is the glass of both leaves and of the lights above, bars included.

    Attributes:
        mount: name of the wall's mount. leaf_m: height of the door leaves. frame_rgb: colour of the metal.
        detail_seed: of the objects inside. ground_z_m: height of the ground.
    """

    kind: Literal["glass_door"] = "glass_door"
    mount: str
    surface: Literal["glass"] = "glass"
    leaf_m: float = Field(gt=0)
    frame_rgb: Rgb
    detail_seed: int
    ground_z_m: float


@plain
class Randomizer(MountedRandomizer):
    """How glazed entrances vary."""

    REACH_M: ClassVar[float] = PORTAL_M + 0.1
    kind: Literal["glass_door"] = "glass_door"
    width_m: Range = (1.8, 2.3)
    height_m: Range = (2.5, 2.9)
    leaf_m: Range = (2.1, 2.3)
    clearness: Range = (0.78, 0.9)
    roughness: Range = (0.0, 0.004)
    dust: Range = (0.0, 0.4)
    waviness: Range = (0.0, 0.3)

    def sample(self, streams: Streams, ids: tuple[int, int], mount: MirrorMount, along: float | None) -> Spec:
        """An entrance on `mount`, its middle as near to `along` (0 to 1) as it fits."""
        rng, look = streams.rng("size"), streams.rng("look")
        base = 0.06
        width = min(uniform(rng, self.width_m), mount.length_m - 0.3)
        height = min(uniform(rng, self.height_m), mount.clear_height_m - base - 0.15)
        middle = mount.middle_m(draw_along(rng, along), width / 2 + 0.15)
        tint = vec3(uniform(look, self.clearness) * np.array(PANE_TINT))
        grey = float(look.choice([0.03, 0.1, 0.45]))
        return Spec(
            **sheet_place(ids, mount, middle, PORTAL_M, base),
            **draw_finish(self, look),
            width_m=width,
            height_m=height,
            tint=tint,
            leaf_m=min(uniform(rng, self.leaf_m), height - 0.2),
            frame_rgb=(grey, grey, grey),
            detail_seed=seed_of(rng),
            ground_z_m=mount.base_z_m,
        )
