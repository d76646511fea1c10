"""The panes of a shopfront: they mirror the street over what the shop shows.

In a street the panes are those of one of its houses' own shops. Where the scene has no shops, a glazed show-case of
the same make stands before a wall.
"""

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

CASE_M = 0.55
"""Depth of the show-case that stands in for a shop."""


@plain
class Spec(OnMount, Sheet):
    """One shopfront's glass; the sheet spans its show windows, a door's pane in the same plane reaches lower.

    Attributes:
        mount: name of the shop or wall. host_id: the house whose panes these are; None for a show-case.
        panes: of a show-case. frame_rgb: its colour. detail_seed: feeds what lies in it.
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
class Randomizer(MirrorRandomizerDefaults):
    """How shopfronts vary.

    Attributes:
        width_m, height_m: of a show-case. pane_m: width of one of its panes.
        clearness: share of light that a pane lets through once, by colour about the same; 0.86 to 0.9 for float glass.
        roughness, dust, waviness: of the glass.
    """

    kind: Literal["shopfront"] = "shopfront"
    width_m: Range = (2.6, 4.6)
    height_m: Range = (2.0, 2.4)
    pane_m: Range = (1.1, 1.7)
    clearness: Range = (0.82, 0.9)
    roughness: Range = (0.0, 0.006)
    dust: Range = (0.0, 0.5)
    waviness: Range = (0.05, 0.5)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """One of the layout's shops, or a show-case before a wall where it has none; None where all are taken."""
        found = context.aim(streams.rng("aim"), ("shop", "wall"), CASE_M + 0.1)
        return None if found is None else self.sample(streams, *ids, *found)

    def sample(
        self, streams: Streams, instance_id: int, frame_instance_id: int, mount: MirrorMount, along: float | None
    ) -> Spec:
        """The glass of `mount`, or a show-case with its middle as near to `along` (0 to 1) as it fits."""
        rng, look = streams.rng("size"), streams.rng("look")
        length = mount.length_m
        own = mount.use == "shop"
        foot = 0.0 if own else 0.45
        width = length if own else min(uniform(rng, self.width_m), length - 0.2)
        height = mount.clear_height_m if own else min(uniform(rng, self.height_m), mount.clear_height_m - foot - 0.1)
        along = float(rng.random()) if along is None else along
        middle = length / 2 if own else mount.middle_m(along, width / 2 + 0.1)
        xy = mount.point_xy_m(middle, 0.0 if own else CASE_M)
        clear = uniform(look, self.clearness) * np.array([0.985, 1.0, 0.99])
        grey = float(look.choice([0.03, 0.06, 0.3]))
        return Spec(
            instance_id=instance_id,
            frame_instance_id=frame_instance_id,
            mount=mount.name,
            host_id=mount.host_id if own else None,
            position_m=(float(xy[0]), float(xy[1]), mount.base_z_m + foot),
            facing_deg=mount.facing_deg,
            width_m=width,
            height_m=height,
            roughness=uniform(look, self.roughness),
            tint=tuple(float(c) for c in clear),
            dust=uniform(look, self.dust),
            waviness=uniform(look, self.waviness),
            panes=max(1, round(width / uniform(rng, self.pane_m))),
            frame_rgb=(grey, grey, grey),
            detail_seed=seed_of(rng),
            ground_z_m=mount.base_z_m - (foot if own else 0.0),
        )
