"""A convex traffic mirror on a pole at the side of the road: a part of a sphere in a bright rim.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `diameter_m` | [0.75, 1.0] | m | diameter of the glass; makers sell 0.6 to 1.0 m |
| `radius_m` | [2.4, 3.6] | m | radius of curvature; makers sell 2 to 3.6 m |
| `height_m` | [1.8, 2.4] | m | height of its middle above the ground |
| `distance_m` | [2.2, 4.8] | m | distance from the camera |
| `reflectance` | [0.8, 0.92] | 0 to 1 | reflectance of silvered acrylic or polished steel |
| `roughness` | [0.0, 0.02] | 0 to 1 | roughness of the surface |
| `dust` | [0.1, 0.6] | 0 to 1 | dust on the surface, in the picture only |
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec3, pick, plain, uniform, vec3
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import Ball

RIMS = {"orange": (0.75, 0.13, 0.01), "red": (0.55, 0.02, 0.015), "black": (0.02, 0.02, 0.02)}

_STEEPEST = 0.4
"""Largest slope of the axis: such mirrors are tipped forward by at most about 20 degrees."""


@plain
class Spec(Ball):
    """One traffic mirror.

    Attributes:
        foot_m: where its pole stands. pole_m: height of the pole. rim_rgb: of rim and hood. rim_m: width of the rim.
    """

    kind: Literal["convex"] = "convex"
    surface: Literal["mirror"] = "mirror"
    foot_m: Vec3
    pole_m: float = Field(gt=0)
    rim_rgb: Rgb
    rim_m: float = Field(gt=0)


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How traffic mirrors vary."""

    kind: Literal["convex"] = "convex"
    diameter_m: Range = (0.75, 1.0)
    radius_m: Range = (2.4, 3.6)
    height_m: Range = (1.8, 2.4)
    distance_m: Range = (2.2, 4.8)
    reflectance: Range = (0.8, 0.92)
    roughness: Range = (0.0, 0.02)
    dust: Range = (0.1, 0.6)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A mirror at the side of the road, aimed between the camera and somebody; None where the place is taken."""
        rng, look = streams.rng("place"), streams.rng("look")
        place = context.roadside(rng, *self.distance_m)
        if place is None or not context.free(place[:2], 0.15):
            return None
        diameter, radius = uniform(look, self.diameter_m), uniform(look, self.radius_m)
        apex = np.array(place) + (0.0, 0.0, uniform(look, self.height_m))
        if len(context.feet_m):
            near = 1.0 / (1.0 + np.hypot(*(context.feet_m[:, :2] - apex[:2]).T)) ** 2
            target = context.feet_m[int(rng.choice(len(near), p=near / near.sum()))] + (0, 0, 1.0)
        else:
            target = context.camera_m
        to_camera, to_target = ((v - apex) / np.linalg.norm(v - apex) for v in (context.camera_m, target))
        axis = to_camera + to_target + rng.normal(0, 0.06, 3)
        if np.linalg.norm(axis[:2]) < 0.5:
            return None
        level = float(np.linalg.norm(axis[:2]))
        axis[2] = np.clip(axis[2], -_STEEPEST * level, 0.05 * level)
        axis /= np.linalg.norm(axis)
        centre = apex - radius * axis
        if not _has_room(apex, axis, diameter / 2 + 0.12, context):
            return None
        rim = pick(look, dict.fromkeys(RIMS, 1.0))
        reflectance = uniform(look, self.reflectance)
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            centre_m=vec3(centre),
            radius_m=radius,
            axis=vec3(axis),
            half_angle_deg=math.degrees(math.asin(diameter / 2 / radius)),
            roughness=uniform(look, self.roughness),
            tint=(reflectance, reflectance, 0.98 * reflectance),
            dust=uniform(look, self.dust),
            foot_m=vec3(place),
            pole_m=float(apex[2] - place[2]) + diameter / 2 + 0.05,
            rim_rgb=RIMS[rim],
            rim_m=float(look.uniform(0.03, 0.06)),
        )


def _has_room(apex: np.ndarray, axis: np.ndarray, half_m: float, context: PlacementContext) -> bool:
    """Whether glass and pole are clear of walls, trees and lamps."""
    side = np.array([-axis[1], axis[0], 0.0]) / max(float(np.hypot(axis[0], axis[1])), 1e-9)
    behind = apex - 0.35 * np.array([axis[0], axis[1], 0.0])
    for at in (apex, apex + half_m * side, apex - half_m * side, behind):
        if (context.obstacles.holding(at[:2], 0.06) & (context.obstacles.high > apex[2] - half_m)).any():
            return False
    return True
