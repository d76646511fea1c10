"""Convex mirrors: meshes whose vertices and normals are those of the ideal surface."""

from __future__ import annotations

import bpy
import numpy as np
from numpy.typing import ArrayLike

from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, join, part, to_object
from blender_synth.blender.stage import Stage
from blender_synth.world.contracts import MirrorSpec


def basis(axis: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors (3,): horizontal right and up as seen from the front, and the axis."""
    unit: np.ndarray = np.asarray(axis, float) / np.linalg.norm(axis)
    up = np.array([0.0, 0.0, 1.0]) if abs(unit[2]) < 0.98 else np.array([0.0, 1.0, 0.0])
    right = np.cross(up, unit)
    right /= np.linalg.norm(right)
    return right, np.cross(unit, right), unit


def cap(
    centre_m: ArrayLike,
    radius_m: float,
    axis: ArrayLike,
    half_angle_deg: float,
    material: str,
    rings: int = 40,
    sides: int = 128,
) -> tuple[Part, np.ndarray]:
    """A part of a sphere about `axis`; also its outward normals (V, 3)."""
    right, up, axis = basis(axis)
    polar = np.radians(half_angle_deg) * np.linspace(0, 1, rings + 1)[1:]
    a = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    around = np.cos(a)[:, None] * right + np.sin(a)[:, None] * up
    normals = np.cos(polar)[:, None, None] * axis + np.sin(polar)[:, None, None] * around
    return _skin(np.asarray(centre_m, float), radius_m, normals, axis, material)


def ellipse_cap(
    centre_m: ArrayLike, radius_m: float, axis: ArrayLike, half_width_m: float, half_height_m: float, material: str
) -> tuple[Part, np.ndarray]:
    """A part of a sphere whose outline is an ellipse as seen along `axis`; also its normals (V, 3)."""
    right, up, axis = basis(axis)
    a, steps = np.linspace(0, 2 * np.pi, 96, endpoint=False), np.linspace(0, 1, 25)[1:]
    u = steps[:, None] * half_width_m * np.cos(a)
    v = steps[:, None] * half_height_m * np.sin(a)
    out = np.sqrt(radius_m**2 - u**2 - v**2)
    normals = (u[..., None] * right + v[..., None] * up + out[..., None] * axis) / radius_m
    return _skin(np.asarray(centre_m, float), radius_m, normals, axis, material)


def _skin(
    centre: np.ndarray, radius: float, normals: np.ndarray, axis: np.ndarray, material: str
) -> tuple[Part, np.ndarray]:
    """Rings (R, S, 3) of normals from the middle outwards, as a closed fan of quads."""
    rings, sides, _ = normals.shape
    all_normals = np.concatenate([axis[None], normals.reshape(-1, 3)])
    j = np.arange(sides)
    k = (j + 1) % sides
    inner = np.stack([np.zeros(sides, int), 1 + j, 1 + k, np.full(sides, -1)], axis=1)
    steps = 1 + np.arange(rings - 1)[:, None] * sides
    outer = np.stack([steps + j, steps + sides + j, steps + sides + k, steps + k], axis=-1).reshape(-1, 4)
    points = centre + radius * all_normals
    faces = np.concatenate([inner, outer])
    right, up, _ = basis(axis)
    flat = (points - centre) @ np.stack([right, up], axis=1)
    uvs = flat[np.where(faces >= 0, faces, faces[:, :1])]
    first = part(points, faces[:sides, :3], material, uvs=uvs[:sides, :3], smooth=True)
    rest = part(points, faces[sides:], material, uvs=uvs[sides:], smooth=True)
    shape = join([first, rest])
    return shape, np.concatenate([all_normals, all_normals])


def cylinder(
    base_m: ArrayLike, radius_m: float, height_m: float, material: str, sides: int = 192
) -> tuple[Part, np.ndarray]:
    """The flank of an upright cylinder; also its normals (V, 3)."""
    a = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    normals = np.column_stack([np.cos(a), np.sin(a), 0 * a])
    low = np.asarray(base_m, float) + radius_m * normals
    points = np.concatenate([low, low + (0, 0, height_m)])
    j = np.arange(sides)
    k = (j + 1) % sides
    faces = np.stack([j, k, sides + k, sides + j], axis=1)
    u, v = radius_m * 2 * np.pi * j / sides, radius_m * 2 * np.pi * (j + 1) / sides
    uvs = np.stack([np.stack([u, 0 * u], 1), np.stack([v, 0 * u], 1), np.stack([v, 0 * u + height_m], 1),
                    np.stack([u, 0 * u + height_m], 1)], axis=1)  # fmt: skip
    return part(points, faces, material, uvs=uvs, smooth=True), np.concatenate([normals, normals])


def add_body(
    spec: MirrorSpec, stage: Stage, shapes: list[tuple[Part, np.ndarray]], materials: Materials
) -> bpy.types.Object:
    """Add the reflecting part, in world metres, under the mirror's id, shaded with the ideal surface's normals."""
    obj = to_object(spec.kind, join([shape for shape, _ in shapes]), materials)
    obj.data.normals_split_custom_set_from_vertices(np.concatenate([normals for _, normals in shapes]).tolist())
    return stage.add(obj, spec.instance_id, surface=spec.surface)


def add_holder(spec: MirrorSpec, stage: Stage, body: Part, materials: Materials) -> None:
    """Add the mounting, in world metres, under the frame's id."""
    stage.add(to_object(f"{spec.kind}_frame", body, materials), spec.frame_instance_id)
