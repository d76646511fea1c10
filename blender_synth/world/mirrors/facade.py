"""A ground floor clad in mirrored, tinted glass: panels in a grid of mullions before the wall of a building.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `coating` | {silver: 2, blue: 2, bronze: 1, green: 1} | weights | colour of the glass |
| `panel_m` | [1.1, 1.8] | m | width of a panel |
| `length_m` | [7.0, 18.0] | m | longest stretch that is clad |
| `foot_m` | [0.1, 0.35] | m | height of the plinth below the glass |
| `mullion_m` | [0.04, 0.07] | m | width of the bars between panels |
| `roughness` | [0.0, 0.012] | 0 to 1 | roughness of the glass |
| `label_roughness` | 0.12 | 0 to 1 | above this roughness the labels treat the glass as opaque |
| `dust` | [0.05, 0.5] | 0 to 1 | dust on the glass, in the picture only |
| `waviness` | [0.3, 1.0] | 0 to 1 | waviness of the glass, in the picture only |
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, only, pick, plain, uniform, vec3
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.mounting import MountedRandomizer, OnMount, draw_along, sheet_place
from blender_synth.world.mirrors.shapes import LABEL_ROUGHNESS, Sheet

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
        metal_rgb: colour of bars, plinth and coping. ground_z_m: height of the ground.
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
class Randomizer(MountedRandomizer):
    """How clad fronts vary."""

    USES: ClassVar[tuple[str, ...]] = ("front", "wall")
    REACH_M: ClassVar[float] = PROUD_M + 0.1
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

    def sample(self, streams: Streams, ids: tuple[int, int], mount: MirrorMount, along: float | None) -> Spec:
        """Panels before the whole of `mount`, or before the stretch around `along` (0 to 1)."""
        rng, look = streams.rng("size"), streams.rng("look")
        width = min(uniform(rng, self.length_m), mount.length_m - 0.12)
        base, bar = uniform(rng, self.foot_m), uniform(rng, self.mullion_m)
        height = mount.clear_height_m - base - 0.12
        middle = mount.middle_m(draw_along(rng, along), width / 2 + 0.06)
        tint = np.array(COATINGS[pick(look, self.coating)]) * look.uniform(0.85, 1.1)
        rough = uniform(look, self.roughness)
        grey = float(look.choice([0.03, 0.08, 0.35]))
        return Spec(
            **sheet_place(ids, mount, middle, PROUD_M, base),
            width_m=width,
            height_m=height,
            roughness=rough,
            surface="mirror" if rough <= self.label_roughness else "opaque",
            tint=vec3(tint),
            dust=uniform(look, self.dust),
            waviness=uniform(look, self.waviness),
            columns=max(1, round(width / uniform(rng, self.panel_m))),
            rows=1 if height < 2.6 or rng.random() < 0.3 else 2,
            mullion_m=bar,
            metal_rgb=(grey, grey, grey),
            ground_z_m=mount.base_z_m,
        )
