"""A mirrored wall of several panels side by side, as in a gym, a lift or a passage: one plane, with seams."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, plain, uniform
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import OnMount, Sheet

THICK_M = 0.06
"""From the wall to the panels' faces: battens that clear the plinth, board and glass."""
EDGE_M = 0.035


@plain
class Spec(OnMount, Sheet):
    """One mirrored wall; its sheet is the whole width, seams included.

    Attributes:
        mount: name of the wall's mount. panels: how many. seam_m: gap between two.
        bevel_m: width of the ground edges of each panel, which mirror askew in the picture.
        edge_rgb: of the trim around.
    """

    kind: Literal["panels"] = "panels"
    mount: str
    surface: Literal["mirror"] = "mirror"
    panels: int = Field(ge=2, le=20)
    seam_m: float = Field(gt=0)
    bevel_m: float = Field(ge=0)
    edge_rgb: Rgb


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How mirrored walls vary.

    Attributes:
        width_m, height_m: of the whole; both shrink to what the wall offers.
        panel_m: width of one panel. foot_m: lower edge above the ground.
        reflectance: of the silvering.
    """

    kind: Literal["panels"] = "panels"
    width_m: Range = (3.0, 6.5)
    height_m: Range = (2.0, 2.7)
    panel_m: Range = (0.8, 1.3)
    seam_m: Range = (0.002, 0.006)
    bevel_m: Range = (0.0, 0.015)
    foot_m: Range = (0.08, 0.5)
    reflectance: Range = (0.88, 0.95)
    roughness: Range = (0.0, 0.004)
    dust: Range = (0.1, 0.7)
    waviness: Range = (0.05, 0.5)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A mirrored wall on one of the layout's walls; None where none is free."""
        rng = streams.rng("aim")
        found = context.aim(rng, ("wall",))
        return None if found is None else self.sample(streams, *ids, *found)

    def sample(
        self, streams: Streams, instance_id: int, frame_instance_id: int, mount: MirrorMount, along: float | None
    ) -> Spec:
        """A mirrored wall on `mount`, its middle as near to `along` (0 to 1) as it fits."""
        rng = streams.rng("panels")
        length = mount.length_m
        width = min(uniform(rng, self.width_m), length - 2 * EDGE_M)
        foot = uniform(rng, self.foot_m)
        height = min(uniform(rng, self.height_m), mount.clear_height_m - foot - EDGE_M)
        along = float(rng.random()) if along is None else along
        middle = mount.middle_m(along, width / 2 + EDGE_M)
        xy = mount.point_xy_m(middle, THICK_M)
        look = streams.rng("look")
        shine = uniform(look, self.reflectance) * (1 - look.uniform(0.0, 0.02, 3) * (1.0, 0.2, 0.8))
        edge = float(look.choice([0.03, 0.3, 0.6]))
        return Spec(
            instance_id=instance_id,
            frame_instance_id=frame_instance_id,
            mount=mount.name,
            position_m=(float(xy[0]), float(xy[1]), mount.base_z_m + foot),
            facing_deg=mount.facing_deg,
            width_m=width,
            height_m=height,
            roughness=uniform(look, self.roughness),
            tint=tuple(float(c) for c in shine),
            dust=uniform(look, self.dust),
            waviness=uniform(look, self.waviness),
            panels=max(2, round(width / uniform(rng, self.panel_m))),
            seam_m=uniform(look, self.seam_m),
            bevel_m=uniform(look, self.bevel_m),
            edge_rgb=(edge, edge, edge),
        )
