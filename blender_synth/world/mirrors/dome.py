"""A dome mirror under a canopy on a wall, as in shops and car parks.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `diameter_m` | [0.8, 1.2] | m | diameter of the dome; makers sell hemispheres of 0.45 to 1.2 m |
| `height_m` | [2.6, 3.0] | m | height of the canopy's underside above the ground; at most what the wall offers |
| `reflectance` | [0.8, 0.92] | 0 to 1 | reflectance of silvered acrylic |
| `roughness` | [0.0, 0.015] | 0 to 1 | roughness of the surface |
| `dust` | [0.1, 0.5] | 0 to 1 | dust on the surface, in the picture only |
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec2, plain, uniform, vec2
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.mounting import MountedRandomizer, OnMount
from blender_synth.world.mirrors.shapes import Ball


@plain
class Spec(OnMount, Ball):
    """One dome and its canopy.

    Attributes:
        mount: name of the wall's mount. wall_xy_m: point of the wall behind it. facing_deg: the wall's normal.
        canopy_m: how far the canopy stands out. canopy_rgb: its colour.
    """

    kind: Literal["dome"] = "dome"
    mount: str
    surface: Literal["mirror"] = "mirror"
    wall_xy_m: Vec2
    facing_deg: float
    canopy_m: float = Field(gt=0)
    canopy_rgb: Rgb


@plain
class Randomizer(MountedRandomizer):
    """How dome mirrors vary."""

    kind: Literal["dome"] = "dome"
    diameter_m: Range = (0.8, 1.2)
    height_m: Range = (2.6, 3.0)
    reflectance: Range = (0.8, 0.92)
    roughness: Range = (0.0, 0.015)
    dust: Range = (0.1, 0.5)

    def sample(self, streams: Streams, ids: tuple[int, int], mount: MirrorMount, along: float | None) -> Spec:
        """A dome under a canopy, in the middle of the wall where `along` is None."""
        look = streams.rng("look")
        radius = uniform(look, self.diameter_m) / 2
        out = radius + 0.12
        middle = mount.middle_m(0.5 if along is None else along, out)
        x, y = mount.point_xy_m(middle, out)
        height = min(uniform(look, self.height_m), mount.clear_height_m - 0.1)
        reflectance, grey = uniform(look, self.reflectance), float(look.choice([0.05, 0.4, 0.6]))
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            mount=mount.name,
            centre_m=(float(x), float(y), mount.base_z_m + height),
            radius_m=radius,
            axis=(0.0, 0.0, -1.0),
            half_angle_deg=90.0,
            roughness=uniform(look, self.roughness),
            tint=(reflectance, reflectance, reflectance),
            dust=uniform(look, self.dust),
            wall_xy_m=vec2(mount.point_xy_m(middle)),
            facing_deg=mount.facing_deg,
            canopy_m=2 * out + 0.1,
            canopy_rgb=(grey, grey, grey),
        )
