"""A ground floor clad in mirrored, tinted glass: panels in a grid of mullions before the wall of a house."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, only, pick, plain, uniform
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import LABEL_ROUGHNESS, OnMount, Sheet

PROUD_M = 0.27
"""From the wall to the panels' faces: room for sills, fascias and steps."""
COATINGS = {"silver": (0.50, 0.53, 0.55), "blue": (0.22, 0.29, 0.37), "bronze": (0.33, 0.26, 0.19),
            "green": (0.22, 0.31, 0.27)}  # fmt: skip
"""Reflectance of solar-control glass by colour; makers publish 0.15 to 0.5 outwards."""
Coatings = Annotated[Weights, only(*COATINGS)]


@plain
class Spec(OnMount, Sheet):
    """One clad front; its sheet is the whole of it, mullions included.

    Attributes:
        mount: name of the front. columns, rows: of panels. mullion_m: width of the bars between them.
        metal_rgb: of bars, plinth and coping.
    """

    kind: Literal["facade"] = "facade"
    mount: str
    surface: Literal["mirror", "opaque"] = "mirror"
    columns: int = Field(ge=1)
    rows: int = Field(ge=1)
    mullion_m: float = Field(gt=0)
    metal_rgb: Rgb
    ground_z_m: float


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How clad fronts vary.

    Attributes:
        coating: colours of the glass. panel_m: width of a panel. foot_m: plinth below the glass.
        roughness: above `label_roughness` the glass is no mirror to the labels.
        length_m: longest stretch that is clad.
    """

    kind: Literal["facade"] = "facade"
    coating: Coatings = Field(default_factory=lambda: {"silver": 2.0, "blue": 2.0, "bronze": 1.0, "green": 1.0})
    panel_m: Range = (1.1, 1.8)
    length_m: Range = (7.0, 18.0)
    foot_m: Range = (0.10, 0.35)
    mullion_m: Range = (0.04, 0.07)
    roughness: Range = (0.0, 0.012)
    label_roughness: float = Field(default=LABEL_ROUGHNESS, ge=0, le=1)
    dust: Range = (0.05, 0.5)
    waviness: Range = (0.3, 1.0)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """One of the layout's fronts, or a wall where it has none; None where all are taken."""
        found = context.aim(streams.rng("aim"), ("front", "wall"), PROUD_M + 0.1)
        return None if found is None else self.sample(streams, *ids, *found)

    def sample(
        self, streams: Streams, instance_id: int, frame_instance_id: int, mount: MirrorMount, along: float | None
    ) -> Spec:
        """Panels before the whole of `mount`, or before the stretch round `along` (0 to 1)."""
        rng, look = streams.rng("size"), streams.rng("look")
        length = mount.length_m
        width = min(uniform(rng, self.length_m), length - 0.12)
        foot, bar = uniform(rng, self.foot_m), uniform(rng, self.mullion_m)
        height = mount.clear_height_m - foot - 0.12
        along = float(rng.random()) if along is None else along
        middle = mount.middle_m(along, width / 2 + 0.06)
        xy = mount.point_xy_m(middle, PROUD_M)
        tint = np.array(COATINGS[pick(look, self.coating)]) * look.uniform(0.85, 1.1)
        rough = uniform(look, self.roughness)
        grey = float(look.choice([0.03, 0.08, 0.35]))
        return Spec(
            instance_id=instance_id,
            frame_instance_id=frame_instance_id,
            mount=mount.name,
            position_m=(float(xy[0]), float(xy[1]), mount.base_z_m + foot),
            facing_deg=mount.facing_deg,
            width_m=width,
            height_m=height,
            roughness=rough,
            surface="mirror" if rough <= self.label_roughness else "opaque",
            tint=tuple(float(c) for c in tint),
            dust=uniform(look, self.dust),
            waviness=uniform(look, self.waviness),
            columns=max(1, round(width / uniform(rng, self.panel_m))),
            rows=1 if height < 2.6 or rng.random() < 0.3 else 2,
            mullion_m=bar,
            metal_rgb=(grey, grey, grey),
            ground_z_m=mount.base_z_m,
        )
