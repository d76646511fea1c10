"""A mirrored wall of several panels side by side, as in a gym, a lift or a passage: one plane, with seams.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [3.0, 6.5] | m | width of the whole; at most what the wall offers |
| `height_m` | [2.0, 2.7] | m | height of the whole; at most what the wall offers |
| `panel_m` | [0.8, 1.3] | m | width of one panel |
| `seam_m` | [0.002, 0.006] | m | gap between two panels |
| `bevel_m` | [0.0, 0.015] | m | width of the bevelled edges of each panel |
| `foot_m` | [0.08, 0.5] | m | height of the lower edge above the ground |
| `reflectance` | [0.88, 0.95] | 0 to 1 | reflectance of the silvering |
| `roughness` | [0.0, 0.004] | 0 to 1 | roughness of the glass |
| `dust` | [0.1, 0.7] | 0 to 1 | dust on the glass, in the picture only |
| `waviness` | [0.05, 0.5] | 0 to 1 | waviness of the glass, in the picture only |
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, plain, uniform, vec3
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.mounting import MountedRandomizer, OnMount, draw_along, draw_finish, sheet_place
from blender_synth.world.mirrors.shapes import Sheet, silver_cast

THICK_M = 0.06
"""From the wall to the panels' faces: battens that clear the plinth, board and glass."""
EDGE_M = 0.035


@plain
class Spec(OnMount, Sheet):
    """One mirrored wall; its sheet is the whole width, seams included.

    Attributes:
        mount: name of the wall's mount. panels: how many. seam_m: gap between two.
        bevel_m: width of the bevelled edges of each panel, which reflect at an angle in the picture.
        edge_rgb: colour of the trim around.
    """

    kind: Literal["panels"] = "panels"
    mount: str
    surface: Literal["mirror"] = "mirror"
    panels: int = Field(ge=2, le=20)
    seam_m: float = Field(gt=0)
    bevel_m: float = Field(ge=0)
    edge_rgb: Rgb


@plain
class Randomizer(MountedRandomizer):
    """How mirrored walls vary."""

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

    def sample(self, streams: Streams, ids: tuple[int, int], mount: MirrorMount, along: float | None) -> Spec:
        """A mirrored wall on `mount`, its middle as near to `along` (0 to 1) as it fits."""
        rng, look = streams.rng("panels"), streams.rng("look")
        width = min(uniform(rng, self.width_m), mount.length_m - 2 * EDGE_M)
        base = uniform(rng, self.foot_m)
        height = min(uniform(rng, self.height_m), mount.clear_height_m - base - EDGE_M)
        middle = mount.middle_m(draw_along(rng, along), width / 2 + EDGE_M)
        tint = vec3(uniform(look, self.reflectance) * silver_cast(look))
        edge = float(look.choice([0.03, 0.3, 0.6]))
        return Spec(
            **sheet_place(ids, mount, middle, THICK_M, base),
            **draw_finish(self, look),
            width_m=width,
            height_m=height,
            tint=tint,
            panels=max(2, round(width / uniform(rng, self.panel_m))),
            seam_m=uniform(look, self.seam_m),
            bevel_m=uniform(look, self.bevel_m),
            edge_rgb=(edge, edge, edge),
        )
