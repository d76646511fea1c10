"""A glazed entrance: two door leaves with fixed lights above, in a metal portal before a wall, lit from within."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, plain, seed_of, uniform
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import OnMount, Sheet

PORTAL_M = 0.42
"""Depth of the portal, from the wall to the glass."""


@plain
class Spec(OnMount, Sheet):
    """One glazed entrance; the sheet is the glass of both leaves and the light above, bars included.

    Attributes:
        mount: name of the wall's mount. leaf_m: height of the door leaves. frame_rgb: of the metal.
        detail_seed: feeds what stands inside.
        ground_z_m: height of the ground.
    """

    kind: Literal["glass_door"] = "glass_door"
    mount: str
    surface: Literal["glass"] = "glass"
    leaf_m: float = Field(gt=0)
    frame_rgb: Rgb
    detail_seed: int
    ground_z_m: float


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How glazed entrances vary.

    Attributes:
        width_m, height_m: of the glass. leaf_m: height of the leaves. clearness: as for shopfronts.
    """

    kind: Literal["glass_door"] = "glass_door"
    width_m: Range = (1.8, 2.3)
    height_m: Range = (2.5, 2.9)
    leaf_m: Range = (2.1, 2.3)
    clearness: Range = (0.78, 0.9)
    roughness: Range = (0.0, 0.004)
    dust: Range = (0.0, 0.4)
    waviness: Range = (0.0, 0.3)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """An entrance before one of the layout's walls; None where none is free."""
        found = context.aim(streams.rng("aim"), ("wall",), PORTAL_M + 0.1)
        return None if found is None else self.sample(streams, *ids, *found)

    def sample(
        self, streams: Streams, instance_id: int, frame_instance_id: int, mount: MirrorMount, along: float | None
    ) -> Spec:
        """An entrance on `mount`, its middle as near to `along` (0 to 1) as it fits."""
        rng, look = streams.rng("size"), streams.rng("look")
        length, foot = mount.length_m, 0.06
        width = min(uniform(rng, self.width_m), length - 0.3)
        height = min(uniform(rng, self.height_m), mount.clear_height_m - foot - 0.15)
        along = float(rng.random()) if along is None else along
        middle = mount.middle_m(along, width / 2 + 0.15)
        xy = mount.point_xy_m(middle, PORTAL_M)
        clear = uniform(look, self.clearness) * np.array([0.985, 1.0, 0.99])
        grey = float(look.choice([0.03, 0.1, 0.45]))
        return Spec(
            instance_id=instance_id,
            frame_instance_id=frame_instance_id,
            mount=mount.name,
            position_m=(float(xy[0]), float(xy[1]), mount.base_z_m + foot),
            facing_deg=mount.facing_deg,
            width_m=width,
            height_m=height,
            roughness=uniform(look, self.roughness),
            tint=tuple(float(c) for c in clear),
            dust=uniform(look, self.dust),
            waviness=uniform(look, self.waviness),
            leaf_m=min(uniform(rng, self.leaf_m), height - 0.2),
            frame_rgb=(grey, grey, grey),
            detail_seed=seed_of(rng),
            ground_z_m=mount.base_z_m,
        )
