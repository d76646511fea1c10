"""Base classes of mirror specs: flat sheets on walls, level surfaces on the ground, parts of spheres.

Each implements `contracts.MirrorSpec`.
"""

from __future__ import annotations

import math
from typing import Literal, Protocol

import numpy as np
from pydantic import Field

from blender_synth import geometry
from blender_synth.optics import curved_mirrors
from blender_synth.optics.mirror_shapes import CurvedPart, SpherePart
from blender_synth.values import Rgb, Vec2, Vec3, plain
from blender_synth.world.contracts import MirrorDefaults, Plane
from blender_synth.world.labelled_instances import LabelledInstance

LABEL_ROUGHNESS = 0.12
"""The labels treat a surface rougher than this as opaque. With Blender's alpha = roughness^2 the slopes of its facets
spread by 0.8 degrees: the reflection of an object at 5 m is blurred over 15 cm, and faces and legs run together."""
PANE_TINT = (0.985, 1.0, 0.99)
"""Transmission of float glass by colour, relative to green."""

Surface = Literal["mirror", "glass", "water", "polished", "opaque"]


def silver_cast(rng: np.random.Generator) -> np.ndarray:
    """Slight colour cast (3,) of a silvered mirror, as factors."""
    cast: np.ndarray = 1.0 - rng.uniform(0.0, 0.02, 3) * (1.0, 0.2, 0.8)
    return cast


class _Mirror(Protocol):
    @property
    def instance_id(self) -> int: ...

    @property
    def frame_instance_id(self) -> int: ...

    @property
    def surface(self) -> str: ...


def mirror_instances(
    spec: _Mirror, holder: str = "street_furniture", rough: str = "building"
) -> tuple[LabelledInstance, ...]:
    """The reflecting surface and its frame; a surface too rough to be a mirror is of the category `rough`."""
    category = "mirror" if spec.surface != "opaque" else rough
    return (
        LabelledInstance(instance_id=spec.instance_id, category=category, name=f"mirror_{spec.instance_id}"),
        LabelledInstance(instance_id=spec.frame_instance_id, category=holder, name=f"mirror_frame_{spec.instance_id}"),
    )


@plain
class Sheet(MirrorDefaults):
    """A flat upright rectangle; all lengths are of the reflecting surface.

    Attributes:
        instance_id: of the reflecting surface. frame_instance_id: of its frame and mounting.
        position_m: middle of its bottom edge.
        facing_deg: azimuth of the outward normal's horizontal part.
        tilt_deg: how far the top leans back.
        roughness: of the rendered surface, 0 for a perfect mirror.
        tint: reflectance, or transmittance of glass, by colour.
        dust: 0 clean to 1 dusty; in the picture only.
        waviness: 0 flat to 1 visibly wavy; in the picture only, the labels use the flat sheet.
    """

    instance_id: int
    frame_instance_id: int
    position_m: Vec3
    facing_deg: float
    tilt_deg: float = 0.0
    width_m: float = Field(gt=0)
    height_m: float = Field(gt=0)
    roughness: float = Field(ge=0, le=1)
    tint: Rgb
    dust: float = Field(default=0.0, ge=0, le=1)
    waviness: float = Field(default=0.0, ge=0, le=1)
    surface: Surface = "mirror"

    def axes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit vectors (3,): right as seen from the front, up along the sheet, outward normal."""
        a, t = math.radians(self.facing_deg), math.radians(self.tilt_deg)
        level = np.array([math.cos(a), math.sin(a), 0.0])
        up = np.array([0.0, 0.0, 1.0])
        right = np.array([-level[1], level[0], 0.0])
        return right, up * math.cos(t) - level * math.sin(t), level * math.cos(t) + up * math.sin(t)

    def plane(self) -> Plane:
        """A point (3,) of the sheet in metres and its outward unit normal (3,)."""
        return np.array(self.position_m), self.axes()[2]

    def corners_m(self) -> np.ndarray:
        """Corners (4, 3): bottom left, bottom right, top right, top left, as seen from the front."""
        right, up, _ = self.axes()
        half, bottom = right * self.width_m / 2, np.array(self.position_m)
        top = bottom + up * self.height_m
        return np.stack([bottom - half, bottom + half, top + half, top - half])

    def reflection_points(self, camera_m: np.ndarray, points_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where (N, 3) points (N, 3) are seen from a camera at (3,), and which (N,) of these lie on the sheet."""
        hits, before = on_plane(*self.plane(), camera_m, points_m)
        right, up, _ = self.axes()
        away = hits - np.array(self.position_m)
        along, high = away @ right, away @ up
        return hits, before & (np.abs(along) <= self.width_m / 2) & (high >= 0) & (high <= self.height_m)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The reflecting surface and its frame."""
        return mirror_instances(self)


@plain
class Flat(MirrorDefaults):
    """A level surface on the ground, its outline a simple polygon.

    Attributes:
        position_m: a point of it; z is the height of the ground below it.
        outline_xy_m: corners counter-clockwise, in world metres.
        rise_m: its height over the ground.
        ground_id: instance id of the ground, which its wet rim is labelled as; None where that is unknown.
    """

    instance_id: int
    frame_instance_id: int
    position_m: Vec3
    outline_xy_m: tuple[Vec2, ...]
    rise_m: float = Field(default=0.004, gt=0)
    ground_id: int | None = None
    roughness: float = Field(ge=0, le=1)
    surface: Surface

    def plane(self) -> Plane:
        """A point (3,) of it in metres and the upward normal (3,)."""
        x, y, z = self.position_m
        return np.array([x, y, z + self.rise_m]), np.array([0.0, 0.0, 1.0])

    def corners_m(self) -> np.ndarray:
        """Corners (N, 3) in world metres."""
        xy = np.array(self.outline_xy_m, float)
        return np.column_stack([xy, np.full(len(xy), self.position_m[2] + self.rise_m)])

    def reflection_points(self, camera_m: np.ndarray, points_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where (N, 3) points (N, 3) are seen from a camera at (3,), and which (N,) of these lie on it."""
        hits, before = on_plane(*self.plane(), camera_m, points_m)
        return hits, before & in_polygon(hits[:, :2], np.array(self.outline_xy_m, float))


@plain
class Ball(MirrorDefaults):
    """A part of a sphere: every convex mirror but the bollard's cylinder.

    Attributes:
        centre_m, radius_m: of the whole sphere.
        axis: unit vector; the mirror is where the outward normal lies within `half_angle_deg` of it.
    """

    instance_id: int
    frame_instance_id: int
    centre_m: Vec3
    radius_m: float = Field(gt=0)
    axis: Vec3
    half_angle_deg: float = Field(gt=0, le=180)
    roughness: float = Field(ge=0, le=1)
    tint: Rgb
    dust: float = Field(default=0.0, ge=0, le=1)
    surface: Surface = "mirror"

    def curved(self) -> list[CurvedPart]:
        """The cap of a sphere."""
        cosine = math.cos(math.radians(self.half_angle_deg))
        return [SpherePart(centre_m=self.centre_m, radius_m=self.radius_m, axis=self.axis, cap_cos=cosine)]

    def corners_m(self) -> np.ndarray:
        """Points (8, 3) round the rim."""
        axis = np.array(self.axis)
        side = np.cross(axis, (0.0, 0.0, 1.0) if abs(axis[2]) < 0.9 else (1.0, 0.0, 0.0))
        side /= np.linalg.norm(side)
        other = np.cross(axis, side)
        a = np.linspace(0, 2 * np.pi, 8, endpoint=False)[:, None]
        half = math.radians(min(self.half_angle_deg, 90.0))
        rim = axis * math.cos(half) + (np.cos(a) * side + np.sin(a) * other) * math.sin(half)
        return np.array(self.centre_m) + self.radius_m * rim

    def reflection_points(self, camera_m: np.ndarray, points_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where (N, 3) points (N, 3) are seen from a camera at (3,), and which (N,) of these lie on it."""
        return curved_mirrors.reflection_points(self.curved(), camera_m, points_m)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The reflecting surface and its mounting."""
        return mirror_instances(self)


def on_plane(
    point_m: np.ndarray, normal: np.ndarray, camera_m: np.ndarray, points_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where (N, 3) on a plane points (N, 3) are seen from a camera at (3,), and whether (N,) both are before it."""
    points, camera = np.asarray(points_m, float).reshape(-1, 3), np.asarray(camera_m, float)
    before = ((points - point_m) @ normal > 0.02) & ((camera - point_m) @ normal > 0.02)
    virtual = geometry.mirror_points(points, point_m, normal)
    fall = (virtual - camera) @ normal
    t = ((np.asarray(point_m) - camera) @ normal) / np.where(np.abs(fall) < 1e-9, 1e-9, fall)
    return camera + t[:, None] * (virtual - camera), before


def in_polygon(points_xy: np.ndarray, polygon_xy: np.ndarray) -> np.ndarray:
    """Whether points (N, 2) lie in a simple polygon (K, 2): crossings of a ray along +X, odd inside."""
    x, y = np.asarray(points_xy, float).T[:, :, None]
    (x0, y0), (x1, y1) = polygon_xy.T, np.roll(polygon_xy, -1, axis=0).T
    spans = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x0 + (y - y0) / (y1 - y0) * (x1 - x0)
    return (spans & (x < crossing)).sum(axis=1) % 2 == 1
