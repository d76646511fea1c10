"""The rear-view mirror of a car with a dashcam: flat, near the top of the picture, showing the road behind.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [0.21, 0.26] | m | width of the glass |
| `height_m` | [0.06, 0.075] | m | height of the glass |
| `ahead_m` | [0.36, 0.5] | m | distance in front of the lens, along the optical axis |
| `up_deg` | [9.0, 13.0] | degrees | elevation of its middle above the lens's axis |
| `aside_deg` | [-14.0, 14.0] | degrees | angle of its middle to the right of the axis |
| `reflectance` | [0.78, 0.88] | 0 to 1 | reflectance of a prismatic mirror by day |
| `roughness` | [0.0, 0.002] | 0 to 1 | roughness of the glass |
| `dust` | [0.0, 0.3] | 0 to 1 | dust on the surface, in the picture only |
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.geometry import direction
from blender_synth.seeds import Streams
from blender_synth.values import Range, plain, uniform, vec3
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import Sheet


@plain
class Spec(Sheet):
    """One rear-view mirror. The cabin that it hangs in is not built.

    Attributes:
        corner_m: radius of the glass's corners. stem_m: length of the stem up to the roof.
    """

    kind: Literal["rear_view"] = "rear_view"
    surface: Literal["mirror"] = "mirror"
    corner_m: float = Field(ge=0)
    stem_m: float = Field(gt=0)


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How rear-view mirrors vary."""

    kind: Literal["rear_view"] = "rear_view"
    width_m: Range = (0.21, 0.26)
    height_m: Range = (0.06, 0.075)
    ahead_m: Range = (0.36, 0.5)
    up_deg: Range = (9.0, 13.0)
    aside_deg: Range = (-14.0, 14.0)
    reflectance: Range = (0.78, 0.88)
    roughness: Range = (0.0, 0.002)
    dust: Range = (0.0, 0.3)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A mirror in front of a dashcam, aimed at somebody behind it; None for any other camera."""
        if context.camera.rig != "dashcam":
            return None
        rng, look = streams.rng("place"), streams.rng("look")
        turn = math.radians(uniform(rng, self.aside_deg))
        lift, ahead = math.tan(math.radians(uniform(rng, self.up_deg))), uniform(rng, self.ahead_m)
        pose = context.camera.world_from_camera()
        middle = context.camera_m + ahead * (pose[:3, 2] + math.tan(turn) * pose[:3, 0] - lift * pose[:3, 1])
        back = -direction(context.camera.yaw_deg)
        behind = [f + (0, 0, 1.0) for f in context.feet_m if (f - context.camera_m)[:2] @ back[:2] > 1.5]
        target = behind[int(rng.integers(len(behind)))] if behind else middle + 20.0 * back
        to_camera, to_target = ((v - middle) / np.linalg.norm(v - middle) for v in (context.camera_m, target))
        normal = to_camera + to_target
        normal /= np.linalg.norm(normal)
        width, height = uniform(look, self.width_m), uniform(look, self.height_m)
        tilt = math.degrees(math.asin(float(normal[2])))
        facing = math.degrees(math.atan2(normal[1], normal[0])) % 360.0
        spec = Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            position_m=vec3(middle),
            facing_deg=facing,
            tilt_deg=tilt,
            width_m=width,
            height_m=height,
            roughness=uniform(look, self.roughness),
            tint=vec3([uniform(look, self.reflectance)] * 3),
            dust=uniform(look, self.dust),
            corner_m=float(look.uniform(0.012, 0.028)),
            stem_m=0.16,
        )
        low = middle - spec.axes()[1] * height / 2
        return replace(spec, position_m=vec3(low))
