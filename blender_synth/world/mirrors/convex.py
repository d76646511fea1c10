"""A convex traffic mirror, a part of a sphere in a bright rim: on a pole by the kerb of a road, else on a wall.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `diameter_m` | [0.75, 1.0] | m | diameter of the glass; makers sell 0.6 to 1.0 m |
| `radius_m` | [2.4, 3.6] | m | radius of curvature; makers sell 2 to 3.6 m |
| `height_m` | [1.8, 2.4] | m | height of its middle above the ground, on a pole |
| `wall_height_m` | [2.2, 2.8] | m | the same on a wall |
| `distance_m` | [2.2, 4.8] | m | distance from the camera, on a pole |
| `wall_distance_m` | [2.2, 12.0] | m | the same on a wall; makers name viewing distances of 5 to 15 m |
| `wall_share` | 0.2 | 0 to 1 | share of mirrors on walls where there are roads, too |
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
from blender_synth.world.mirrors.roadside import WallPlace, has_roads, kerb_place, wall_place
from blender_synth.world.mirrors.shapes import Ball

RIMS = {"orange": (0.75, 0.13, 0.01), "red": (0.55, 0.02, 0.015), "black": (0.02, 0.02, 0.02)}

_STEEPEST = 0.4
"""Largest slope of the axis: such mirrors are tipped forward by at most about 20 degrees."""
_SHELL_M = 0.3
"""From a wall to the top of the glass of a mirror that is parallel to it: bracket, shell and rise of the glass."""
_NEAREST_M, _LEAST_FACING = 1.6, 0.4
"""Least distance from the camera, and least cosine between the axis and the way to it."""
_FARTHEST_TURN_DEG = 50.0
"""Largest angle between the axis and the normal of the wall."""


@plain
class Spec(Ball):
    """One traffic mirror.

    Attributes:
        foot_m: where its pole stands, or where its bracket is fixed to a wall. pole_m: height of the pole; None on a
            wall. wall: name of the mount there, if it has one. rim_rgb: of rim and hood. rim_m: width of the rim.
    """

    kind: Literal["convex"] = "convex"
    surface: Literal["mirror"] = "mirror"
    foot_m: Vec3
    pole_m: float | None = Field(default=None, gt=0)
    wall: str | None = None
    rim_rgb: Rgb
    rim_m: float = Field(gt=0)

    @property
    def mount_name(self) -> str | None:
        """The mount on whose wall it hangs."""
        return self.wall


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How traffic mirrors vary."""

    kind: Literal["convex"] = "convex"
    diameter_m: Range = (0.75, 1.0)
    radius_m: Range = (2.4, 3.6)
    height_m: Range = (1.8, 2.4)
    wall_height_m: Range = (2.2, 2.8)
    distance_m: Range = (2.2, 4.8)
    wall_distance_m: Range = (2.2, 12.0)
    wall_share: float = Field(default=0.2, ge=0, le=1)
    reflectance: Range = (0.8, 0.92)
    roughness: Range = (0.0, 0.02)
    dust: Range = (0.1, 0.6)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A mirror aimed between the camera and somebody; None where the place is taken or no wall is near."""
        rng, look = streams.rng("place"), streams.rng("look")
        on_wall = streams.rng("wall").random() < self.wall_share or not has_roads(context.layout)
        diameter, radius = uniform(look, self.diameter_m), uniform(look, self.radius_m)
        height_m = uniform(look, self.wall_height_m if on_wall else self.height_m)
        wall: WallPlace | None = None
        if on_wall:
            wall = wall_place(context, rng, *self.wall_distance_m, diameter / 2 + 0.1)
            if wall is None or height_m > wall.clear_height_m - diameter / 2 - 0.05:
                return None
            foot = wall.foot_m + (0, 0, height_m)
            out_m = _SHELL_M + diameter / 2 * math.sin(math.radians(_FARTHEST_TURN_DEG))
            apex = foot + out_m * wall.normal
        else:
            place = kerb_place(context, rng, *self.distance_m)
            if place is None or not context.free(place[:2], 0.15):
                return None
            foot, apex = place, place + (0.0, 0.0, height_m)
        axis = _aim(apex, rng, context)
        if axis is None or not _has_room(apex, axis, diameter / 2 + 0.12, context, behind=wall is None):
            return None
        if wall is not None and axis @ wall.normal < math.cos(math.radians(_FARTHEST_TURN_DEG)):
            return None
        rim = pick(look, dict.fromkeys(RIMS, 1.0))
        reflectance = uniform(look, self.reflectance)
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            centre_m=vec3(apex - radius * axis),
            radius_m=radius,
            axis=vec3(axis),
            half_angle_deg=math.degrees(math.asin(diameter / 2 / radius)),
            roughness=uniform(look, self.roughness),
            tint=(reflectance, reflectance, 0.98 * reflectance),
            dust=uniform(look, self.dust),
            foot_m=vec3(foot),
            pole_m=height_m + diameter / 2 + 0.05 if wall is None else None,
            wall=None if wall is None else wall.mount,
            rim_rgb=RIMS[rim],
            rim_m=float(look.uniform(0.03, 0.06)),
        )


def _aim(apex: np.ndarray, rng: np.random.Generator, context: PlacementContext) -> np.ndarray | None:
    """Axis (3,) of a mirror at (3,) that shows the camera somebody near it.

    None for one that would lie flat, is too near to the camera or is seen from its edge.
    """
    if len(context.feet_m):
        near = 1.0 / (1.0 + np.hypot(*(context.feet_m[:, :2] - apex[:2]).T)) ** 2
        target = context.feet_m[int(rng.choice(len(near), p=near / near.sum()))] + (0, 0, 1.0)
    else:
        target = context.camera_m
    if np.linalg.norm(context.camera_m - apex) < _NEAREST_M:
        return None
    to_camera, to_target = ((v - apex) / np.linalg.norm(v - apex) for v in (context.camera_m, target))
    axis: np.ndarray = to_camera + to_target + rng.normal(0, 0.06, 3)
    level = float(np.linalg.norm(axis[:2]))
    if level < 0.5:
        return None
    axis[2] = np.clip(axis[2], -_STEEPEST * level, 0.05 * level)
    axis /= np.linalg.norm(axis)
    return axis if axis @ to_camera > _LEAST_FACING else None


def _has_room(apex: np.ndarray, axis: np.ndarray, half_m: float, context: PlacementContext, *, behind: bool) -> bool:
    """Whether the glass, and with `behind` the pole, are clear of walls, trees and lamps."""
    side = np.array([-axis[1], axis[0], 0.0]) / max(float(np.hypot(axis[0], axis[1])), 1e-9)
    points = [apex, apex + half_m * side, apex - half_m * side]
    points += [apex - 0.35 * np.array([axis[0], axis[1], 0.0])] if behind else []
    obstacles = context.obstacles
    return not any((obstacles.holding(p[:2], 0.06) & (obstacles.high > p[2] - half_m)).any() for p in points)
