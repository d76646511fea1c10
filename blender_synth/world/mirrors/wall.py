"""A flat framed mirror that hangs on a wall or leans against it."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, only, pick, plain, uniform
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import OnMount, Sheet

BEHIND_GLASS_M = 0.075
"""From the wall to the glass of a mirror that hangs: board, brackets and air."""
FRAME_RGB = {
    "wood": ((0.23, 0.12, 0.055), (0.10, 0.055, 0.03), (0.36, 0.25, 0.15)),
    "steel": ((0.018, 0.018, 0.02), (0.05, 0.05, 0.055)),
    "metal": ((0.62, 0.62, 0.62), (0.50, 0.38, 0.18)),
}
Frames = Annotated[Weights, only(*FRAME_RGB)]
LEANING_M = 0.45
"""A mirror that leans reaches so far from its wall at most."""
LEAST_M = 0.5
"""A mirror narrower or lower than this is not worth hanging."""


@plain
class Spec(OnMount, Sheet):
    """One wall mirror; the frame comes on top of the sheet's lengths.

    Attributes:
        mount: name of the wall's mount.
        frame_width_m: seen from the front.
        standing: on the ground and leaning, rather than hanging.
        wall_gap_m: from the glass's bottom edge level back to the wall.
        ground_z_m: height of the ground it stands on or hangs over.
        dust: with blind edges from 1 down.
    """

    kind: Literal["wall"] = "wall"
    mount: str
    surface: Literal["mirror"] = "mirror"
    frame_width_m: float = Field(gt=0)
    frame_style: Literal["wood", "steel", "metal"]
    frame_rgb: Rgb
    standing: bool
    wall_gap_m: float
    ground_z_m: float


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How wall mirrors vary.

    Attributes:
        width_m, height_m: of the glass; both shrink to what the wall offers.
        standing_share: share of mirrors that stand on the ground and lean.
        lean_deg: tilt of those. hang_tilt_deg: tilt of the others. hang_m: their lower edge above the ground.
        reflectance: of the silvering, about 0.90 to 0.97.
    """

    SPEC: ClassVar[type] = Spec
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
        """A mirror on one of the layout's walls, aimed at somebody but for half a metre; None where no wall is free."""
        rng = streams.rng("aim")
        found = context.aim(rng, ("wall",))
        if found is None:
            return None
        mount, along = found
        if along is not None:
            along += float(rng.normal(0, 0.25 * self.width_m[0])) / mount.length_m
        return self.sample(streams, *ids, mount, along)

    def sample(
        self, streams: Streams, instance_id: int, frame_instance_id: int, mount: MirrorMount, along: float | None = None
    ) -> Spec:
        """A mirror on `mount`.

        Args:
            along: where its middle should be, 0 at the mount's start to 1 at its end; None draws it. It is moved as far
                as the mirror with its frame needs to fit.

        Raises:
            ConfigError: the mount has no room for any mirror.
        """
        size, look = streams.rng("size"), streams.rng("look")
        style = pick(look, self.frame)
        border = {"wood": (0.06, 0.11), "steel": (0.025, 0.045), "metal": (0.03, 0.06)}[style]
        frame_m = float(look.uniform(*border))
        standing = bool(size.random() < self.standing_share) and mount.depth_m >= LEANING_M
        tilt = uniform(size, self.lean_deg if standing else self.hang_tilt_deg)
        low = frame_m + 0.02 if standing else max(uniform(size, self.hang_m), frame_m + 0.02)
        width = min(uniform(size, self.width_m), mount.length_m - 2 * frame_m)
        height = min(
            uniform(size, self.height_m), (mount.clear_height_m - low - frame_m) / math.cos(math.radians(tilt))
        )
        if width < LEAST_M or height < LEAST_M:
            raise ConfigError(
                "a wall is too small for a mirror",
                key=f"layout.mirror_mounts.{mount.name}",
                value=[round(mount.length_m, 2), round(mount.clear_height_m, 2)],
                hint="give the mount more room",
            )
        half = width / 2 + frame_m
        anywhere = float(size.random())
        middle = mount.middle_m(anywhere if along is None else along, half)
        gap = BEHIND_GLASS_M + (height + frame_m) * math.sin(math.radians(tilt))
        xy = mount.point_xy_m(middle, gap)
        shine = uniform(look, self.reflectance)
        cast = np.array([1.0, 1.0, 1.0]) - look.uniform(0.0, 0.02, 3) * (1.0, 0.2, 0.8)
        colours = FRAME_RGB[style]
        rgb = np.array(colours[int(look.integers(len(colours)))]) * float(np.exp(look.normal(0, 0.12)))
        return self.SPEC(
            instance_id=instance_id,
            frame_instance_id=frame_instance_id,
            position_m=(float(xy[0]), float(xy[1]), mount.base_z_m + low),
            facing_deg=mount.facing_deg,
            tilt_deg=tilt,
            width_m=width,
            height_m=height,
            roughness=uniform(look, self.roughness),
            tint=tuple(float(c) for c in np.clip(shine * cast, 0, 1)),
            frame_width_m=frame_m,
            frame_style=style,
            frame_rgb=tuple(float(c) for c in np.clip(rgb, 0.01, 0.8)),
            standing=standing,
            wall_gap_m=gap,
            ground_z_m=mount.base_z_m,
            dust=uniform(look, self.dust),
            waviness=uniform(look, self.waviness),
            mount=mount.name,
        )
