"""The panes of a shopfront: they reflect the street in front of the goods on display.

In a street the panes are those of one of its buildings' shops. Where the scene has no shops, a glazed show-case of the
same make stands before a wall.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [2.6, 4.6] | m | width of a show-case |
| `height_m` | [2.0, 2.4] | m | height of a show-case |
| `pane_m` | [1.1, 1.7] | m | width of one pane of a show-case |
| `clearness` | [0.82, 0.9] | 0 to 1 | share of light that a pane transmits; float glass has 0.86 to 0.9 |
| `roughness` | [0.0, 0.006] | 0 to 1 | roughness of the glass |
| `dust` | [0.0, 0.5] | 0 to 1 | dust on the glass, in the picture only |
| `waviness` | [0.05, 0.5] | 0 to 1 | waviness of the glass, in the picture only |
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

CASE_M = 0.55
"""Depth of the show-case that stands in for a shop."""


@plain
class Spec(OnMount, Sheet):
    """One shopfront's glass; the sheet spans its show windows, a door's pane in the same plane reaches lower.

    Attributes:
        mount: name of the shop or wall. host_id: the building whose panes these are; None for a show-case.
        panes: number of panes of a show-case. frame_rgb: its colour. detail_seed: of the goods in it.
        ground_z_m: height of the ground before it.
    """

    kind: Literal["shopfront"] = "shopfront"
    mount: str
    surface: Literal["glass"] = "glass"
    host_id: int | None = None
    panes: int = Field(default=1, ge=1)
    frame_rgb: Rgb = (0.03, 0.03, 0.03)
    detail_seed: int = 0
    ground_z_m: float = 0.0


@plain
class Randomizer(MountedRandomizer):
    """How shopfronts vary."""

    USES: ClassVar[tuple[str, ...]] = ("shop", "wall")
    REACH_M: ClassVar[float] = CASE_M + 0.1
    kind: Literal["shopfront"] = "shopfront"
    width_m: Range = (2.6, 4.6)
    height_m: Range = (2.0, 2.4)
    pane_m: Range = (1.1, 1.7)
    clearness: Range = (0.82, 0.9)
    roughness: Range = (0.0, 0.006)
    dust: Range = (0.0, 0.5)
    waviness: Range = (0.05, 0.5)

    def sample(self, streams: Streams, ids: tuple[int, int], mount: MirrorMount, along: float | None) -> Spec:
        """The glass of a shop, or a show-case with its middle as near to `along` (0 to 1) as it fits."""
        rng, look = streams.rng("size"), streams.rng("look")
        if mount.use == "shop":
            out = base = 0.0
            width, height, middle = mount.length_m, mount.clear_height_m, mount.length_m / 2
            draw_along(rng, along)
        else:
            out, base = CASE_M, 0.45
            width = min(uniform(rng, self.width_m), mount.length_m - 0.2)
            height = min(uniform(rng, self.height_m), mount.clear_height_m - base - 0.1)
            middle = mount.middle_m(draw_along(rng, along), width / 2 + 0.1)
        tint = vec3(uniform(look, self.clearness) * np.array(PANE_TINT))
        grey = float(look.choice([0.03, 0.06, 0.3]))
        return Spec(
            **sheet_place(ids, mount, middle, out, base),
            **draw_finish(self, look),
            host_id=mount.host_id if mount.use == "shop" else None,
            width_m=width,
            height_m=height,
            tint=tint,
            panes=max(1, round(width / uniform(rng, self.pane_m))),
            frame_rgb=(grey, grey, grey),
            detail_seed=seed_of(rng),
            ground_z_m=mount.base_z_m,
        )
