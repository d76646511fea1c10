"""The side mirror of a parked car: a convex glass in the housing that looks back along the flank.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `radius_m` | [1.2, 1.6] | m | radius of curvature; UNECE Regulation 46 asks for at least 1.2 m |
| `half_width_m` | [0.084, 0.089] | m | half width of the glass |
| `half_height_m` | [0.055, 0.059] | m | half height of the glass |
| `reflectance` | [0.5, 0.65] | 0 to 1 | reflectance of chromed glass; Regulation 46 asks for more than 0.4 |
| `roughness` | [0.0, 0.004] | 0 to 1 | roughness of the glass |
| `dust` | [0.1, 0.6] | 0 to 1 | dust on the surface, in the picture only |
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, plain, uniform, vec3
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.mirrors.mounting import OnMount
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import Ball


@plain
class Spec(OnMount, Ball):
    """One side mirror; its outline is an ellipse, wider than high.

    Attributes:
        mount: which car and side. host_id: the car. half_width_m, half_height_m: of the glass.
    """

    kind: Literal["car"] = "car"
    mount: str
    surface: Literal["mirror"] = "mirror"
    host_id: int | None
    half_width_m: float = Field(gt=0)
    half_height_m: float = Field(gt=0)


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How side mirrors vary."""

    kind: Literal["car"] = "car"
    radius_m: Range = (1.2, 1.6)
    half_width_m: Range = (0.084, 0.089)
    half_height_m: Range = (0.055, 0.059)
    reflectance: Range = (0.5, 0.65)
    roughness: Range = (0.0, 0.004)
    dust: Range = (0.1, 0.6)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """One of the three nearest mirrors of parked cars that face the camera; None without any."""
        rng, look = streams.rng("place"), streams.rng("look")
        seen = []
        for mount in context.mounts("car"):
            facing = math.radians(mount.facing_deg)
            to_camera = context.camera_m - np.array([*mount.start_xy_m, mount.base_z_m])
            ahead_m = to_camera[0] * math.cos(facing) + to_camera[1] * math.sin(facing)
            if ahead_m > 0.35 * np.linalg.norm(to_camera[:2]):
                seen.append((float(np.linalg.norm(to_camera)), mount))
        if not seen:
            return None
        near = sorted(seen, key=lambda pair: pair[0])[:3]
        mount = near[int(rng.integers(len(near)))][1]
        radius, facing = uniform(look, self.radius_m), math.radians(mount.facing_deg)
        wide, high = uniform(look, self.half_width_m), uniform(look, self.half_height_m)
        axis = np.array([math.cos(facing), math.sin(facing), 0.0])
        sag = radius - math.sqrt(radius**2 - wide**2)
        apex = np.array([*mount.start_xy_m, mount.base_z_m]) + (sag + 0.003) * axis
        reflectance = uniform(look, self.reflectance)
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            mount=mount.name,
            host_id=mount.host_id,
            centre_m=vec3(apex - radius * axis),
            radius_m=radius,
            axis=vec3(axis),
            half_angle_deg=math.degrees(math.asin(wide / radius)),
            roughness=uniform(look, self.roughness),
            tint=(0.97 * reflectance, reflectance, reflectance),
            dust=uniform(look, self.dust),
            half_width_m=wide,
            half_height_m=high,
        )
