"""A polished steel body in the street: a ball on the pavement or a bollard with a round head.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `ball_share` | 0.7 | 0 to 1 | share of balls; the others are bollards |
| `ball_m` | [0.8, 1.2] | m | diameter of balls |
| `bollard_m` | [0.22, 0.34] | m | diameter of bollards |
| `height_m` | [0.7, 0.95] | m | height of bollards |
| `distance_m` | [2.2, 5.0] | m | distance from the camera |
| `reflectance` | [0.55, 0.68] | 0 to 1 | reflectance of stainless steel |
| `roughness` | [0.0, 0.05] | 0 to 1 | roughness of the steel |
| `label_roughness` | 0.12 | 0 to 1 | above this roughness the labels treat the steel as opaque |
| `dust` | [0.05, 0.5] | 0 to 1 | dust on the surface, in the picture only |
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.optics import curved_mirrors
from blender_synth.optics.mirror_shapes import CurvedPart, CylinderPart, SpherePart
from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec3, plain, uniform, vec3
from blender_synth.world.contracts import MirrorDefaults, MirrorRandomizerDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import LABEL_ROUGHNESS, Surface, mirror_instances

BASE_M = 0.03
"""Height of the base that either stands on."""
SUNK = 0.92
"""A ball's centre lies this many radii over its base: it rests in a ring."""


@plain
class Spec(MirrorDefaults):
    """One polished body.

    Attributes:
        shape: a ball, or an upright cylinder with half a ball on top.
        foot_m: the ground below its middle. radius_m: of ball and cylinder. height_m: of the bollard's cylinder.
        tint: reflectance by colour; stainless steel about 0.6.
    """

    kind: Literal["chrome"] = "chrome"
    instance_id: int
    frame_instance_id: int
    shape: Literal["ball", "bollard"]
    foot_m: Vec3
    radius_m: float = Field(gt=0)
    height_m: float = Field(gt=0)
    roughness: float = Field(ge=0, le=1)
    tint: Rgb
    dust: float = Field(default=0.0, ge=0, le=1)
    surface: Surface = "mirror"

    def centre_m(self) -> np.ndarray:
        """Middle (3,) of the ball, or of the bollard's head."""
        lift = SUNK * self.radius_m if self.shape == "ball" else self.height_m
        return np.array(self.foot_m) + (0, 0, BASE_M + lift)

    def curved(self) -> list[CurvedPart]:
        """Most of a sphere; or a cylinder and the upper half of a sphere."""
        up = (0.0, 0.0, 1.0)
        cap_cos = -SUNK + 0.02 if self.shape == "ball" else 0.0
        head = SpherePart(centre_m=tuple(self.centre_m().tolist()), radius_m=self.radius_m, axis=up, cap_cos=cap_cos)
        if self.shape == "ball":
            return [head]
        x, y, z = self.foot_m
        base = (x, y, z + BASE_M)
        shaft = CylinderPart(base_m=base, axis=up, radius_m=self.radius_m, height_m=self.height_m)
        return [shaft, head]

    def corners_m(self) -> np.ndarray:
        """Points (16, 3) around its base and its head."""
        a = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        ring = self.radius_m * np.column_stack([np.cos(a), np.sin(a), 0 * a])
        return np.concatenate([np.array(self.foot_m) + ring, self.centre_m() + ring])

    def reflection_points(self, camera_m: np.ndarray, points_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where (N, 3) points (N, 3) are seen from a camera at (3,), and which (N,) of these lie on it."""
        return curved_mirrors.reflection_points(self.curved(), camera_m, points_m)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The polished surface and its base."""
        return mirror_instances(self, rough="street_furniture")


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How polished bodies vary."""

    kind: Literal["chrome"] = "chrome"
    ball_share: float = Field(default=0.7, ge=0, le=1)
    ball_m: Range = (0.8, 1.2)
    bollard_m: Range = (0.22, 0.34)
    height_m: Range = (0.7, 0.95)
    distance_m: Range = (2.2, 5.0)
    reflectance: Range = (0.55, 0.68)
    roughness: Range = (0.0, 0.05)
    label_roughness: float = Field(default=LABEL_ROUGHNESS, ge=0, le=1)
    dust: Range = (0.05, 0.5)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A ball or bollard at the side of the road or path; None where the place is taken."""
        rng, look = streams.rng("place"), streams.rng("look")
        ball = bool(look.random() < self.ball_share)
        radius = uniform(look, self.ball_m if ball else self.bollard_m) / 2
        place = context.roadside(rng, *self.distance_m, aside_m=0.15 + radius if ball else 0.25)
        if place is None or not context.free(place[:2], radius):
            return None
        reflectance, rough = uniform(look, self.reflectance), uniform(look, self.roughness)
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            shape="ball" if ball else "bollard",
            foot_m=vec3(place),
            radius_m=radius,
            height_m=uniform(look, self.height_m),
            roughness=rough,
            tint=(reflectance, 0.985 * reflectance, 0.96 * reflectance),
            dust=uniform(look, self.dust),
            surface="mirror" if rough <= self.label_roughness else "opaque",
        )
