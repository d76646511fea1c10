"""A flat framed mirror that hangs on a wall or leans against it.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [1.6, 3.0] | m | width of the glass; at most what the wall offers |
| `height_m` | [1.9, 2.5] | m | height of the glass; at most what the wall offers |
| `standing_share` | 0.45 | 0 to 1 | share of mirrors that stand on the ground and lean |
| `lean_deg` | [3.0, 7.0] | degrees | tilt of leaning mirrors |
| `hang_tilt_deg` | [0.0, 1.0] | degrees | tilt of hanging mirrors |
| `hang_m` | [0.15, 0.45] | m | height of a hanging mirror's lower edge above the ground |
| `reflectance` | [0.92, 0.97] | 0 to 1 | reflectance of the silvering, in reality 0.90 to 0.97 |
| `roughness` | [0.0, 0.003] | 0 to 1 | roughness of the glass |
| `frame` | {wood: 3, steel: 3, metal: 1.5} | weights | wood, steel, metal; none: the glass with its ground edge |
| `dust` | [0.1, 0.7] | 0 to 1 | dust on the glass and blind edges, in the picture only |
| `waviness` | [0.0, 0.35] | 0 to 1 | waviness of the glass, in the picture only |
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, cast

import numpy as np
from pydantic import Field

from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, only, pick, plain, uniform, vec3
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.mounting import MountedRandomizer, OnMount, draw_finish, sheet_place
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import Sheet, silver_cast

BEHIND_GLASS_M = 0.075
"""From the wall to the glass of a mirror that hangs: board, brackets and air."""
Style = Literal["wood", "steel", "metal", "none"]
FRAME_RGB: dict[Style, tuple[Rgb, ...]] = {
    "wood": ((0.23, 0.12, 0.055), (0.10, 0.055, 0.03), (0.36, 0.25, 0.15)),
    "steel": ((0.018, 0.018, 0.02), (0.05, 0.05, 0.055)),
    "metal": ((0.62, 0.62, 0.62), (0.50, 0.38, 0.18)),
    "none": ((0.30, 0.36, 0.34),),
}
FRAME_WIDTH_M: dict[Style, Range] = {
    "wood": (0.06, 0.11),
    "steel": (0.025, 0.045),
    "metal": (0.03, 0.06),
    "none": (0.002, 0.004),
}
Frames = Annotated[Weights, only(*FRAME_RGB)]
LEANING_M = 0.45
"""Depth that a mount needs for a leaning mirror."""
SMALLEST_M = 0.5
"""Smallest width and height of the glass."""


@plain
class Spec(OnMount, Sheet):
    """One wall mirror; the frame comes on top of the sheet's lengths.

    Attributes:
        mount: name of the wall's mount. frame_width_m: as seen from the front.
        standing: on the ground and leaning, rather than hanging.
        wall_gap_m: horizontal distance from the glass's bottom edge back to the wall.
        ground_z_m: height of the ground it stands on or hangs over.
        dust: 0 clean to 1 dusty with blind edges.
    """

    kind: Literal["wall"] = "wall"
    mount: str
    surface: Literal["mirror"] = "mirror"
    frame_width_m: float = Field(gt=0)
    frame_style: Style
    frame_rgb: Rgb
    standing: bool
    wall_gap_m: float
    ground_z_m: float


@plain
class Randomizer(MountedRandomizer):
    """How wall mirrors vary."""

    SPEC: ClassVar[type[Spec]] = Spec
    kind: Literal["wall"] = "wall"
    width_m: Range = (1.6, 3.0)
    height_m: Range = (1.9, 2.5)
    standing_share: float = Field(default=0.45, ge=0, le=1)
    lean_deg: Range = (3.0, 7.0)
    hang_tilt_deg: Range = (0.0, 1.0)
    hang_m: Range = (0.15, 0.45)
    reflectance: Range = (0.92, 0.97)
    roughness: Range = (0.0, 0.003)
    frame: Frames = Field(default_factory=lambda: {"wood": 3.0, "steel": 3.0, "metal": 1.5})
    dust: Range = (0.1, 0.7)
    waviness: Range = (0.0, 0.35)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A mirror aimed at somebody within about half a metre; None where no wall is free."""
        rng = streams.rng("aim")
        found = context.aim(rng, self.USES)
        if found is None:
            return None
        mount, along = found
        if along is not None:
            along += float(rng.normal(0, 0.25 * self.width_m[0])) / mount.length_m
        return self.sample(streams, ids, mount, along)

    def sample(self, streams: Streams, ids: tuple[int, int], mount: MirrorMount, along: float | None = None) -> Spec:
        """A mirror on `mount`, its middle as near to `along` (0 to 1; None draws it) as it fits with its frame.

        Raises:
            ConfigError: the mount has no room for any mirror.
        """
        size, look = streams.rng("size"), streams.rng("look")
        style = cast(Style, pick(look, self.frame))  # a `Frames` has no other names
        frame_m = uniform(look, FRAME_WIDTH_M[style])
        standing = bool(size.random() < self.standing_share) and mount.depth_m >= LEANING_M
        tilt = uniform(size, self.lean_deg if standing else self.hang_tilt_deg)
        base = frame_m + 0.02 if standing else max(uniform(size, self.hang_m), frame_m + 0.02)
        width = min(uniform(size, self.width_m), mount.length_m - 2 * frame_m)
        highest = (mount.clear_height_m - base - frame_m) / math.cos(math.radians(tilt))
        height = min(uniform(size, self.height_m), highest)
        if width < SMALLEST_M or height < SMALLEST_M:
            raise ConfigError(
                "a wall is too small for a mirror",
                key=f"layout.mirror_mounts.{mount.name}",
                value=[round(mount.length_m, 2), round(mount.clear_height_m, 2)],
                hint="give the mount more room",
            )
        anywhere = float(size.random())
        middle = mount.middle_m(anywhere if along is None else along, width / 2 + frame_m)
        gap = BEHIND_GLASS_M + (height + frame_m) * math.sin(math.radians(tilt))
        reflectance = uniform(look, self.reflectance)
        tint = vec3(np.clip(reflectance * silver_cast(look), 0, 1))
        colours = FRAME_RGB[style]
        rgb = np.array(colours[int(look.integers(len(colours)))]) * float(np.exp(look.normal(0, 0.12)))
        return self.SPEC(
            **sheet_place(ids, mount, middle, gap, base),
            **draw_finish(self, look),
            tilt_deg=tilt,
            width_m=width,
            height_m=height,
            tint=tint,
            frame_width_m=frame_m,
            frame_style=style,
            frame_rgb=vec3(np.clip(rgb, 0.01, 0.8)),
            standing=standing,
            wall_gap_m=gap,
            ground_z_m=mount.base_z_m,
        )
