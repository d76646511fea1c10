"""Bodies of people as figures of one material: meshes, heads, and where they stand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import bpy
import numpy as np

from blender_synth.blender.people.pedestrian import mesh_of
from blender_synth.blender.stage import Stage
from blender_synth.bodies.parts import Part
from blender_synth.values import Vec3

Repaint = Callable[[str], bpy.types.Material | None]
"""The material for parts of one kind of shading (`bodies.parts`); None keeps that of a person."""
_AXIS_M = 0.2
"""What is further from the neck's axis than this is no part of the head."""


def add_sculpted(
    parts: Sequence[Part],
    name: str,
    repaint: Repaint,
    stage: Stage,
    instance_id: int,
    position_m: Vec3,
    heading_deg: float,
) -> bpy.types.Object:
    """Add parts of a person to the scene as one object, in other materials."""
    parts = tuple(parts)
    mesh = mesh_of(parts, name, stage.pack_roots)
    for slot, shading in enumerate(dict.fromkeys(part.shading for part in parts)):
        material = repaint(shading.kind)
        if material is not None:
            mesh.materials[slot] = material
    obj = bpy.data.objects.new(name, mesh)
    obj.location = position_m
    obj.rotation_euler = (0.0, 0.0, np.radians(heading_deg))
    return stage.add(obj, instance_id)


def without_head(parts: Sequence[Part], neck_m: np.ndarray, head_m: np.ndarray, share: float) -> list[Part]:
    """Parts without what lies above a plane across the neck.

    Args:
        neck_m, head_m: (3,) lower and upper end of the neck. share: where between them the plane is, 0 to 1.
    """
    up = (head_m - neck_m) / np.linalg.norm(head_m - neck_m)
    cut = neck_m + share * (head_m - neck_m)
    kept = []
    for part in parts:
        points = part.vertices - cut
        height = points @ up
        aside = np.linalg.norm(points - height[:, None] * up, axis=1)
        gone = ((height > 0) & (aside < _AXIS_M))[part.faces].any(axis=1)
        if gone.all():
            continue
        used, faces = np.unique(part.faces[~gone], return_inverse=True)
        kept.append(
            dataclasses.replace(
                part,
                vertices=part.vertices[used],
                faces=faces.reshape(-1, 4),
                uv=None if part.uv is None else part.uv[~gone],
                attributes={key: values[used] for key, values in part.attributes.items()},
            )
        )
    return kept


def ellipsoid(like: Part, middle_m: np.ndarray, up: np.ndarray, radii_m: Vec3) -> Part:
    """An ellipsoid shaded like a part: radii ahead, to the side and along `up`; narrower below, like a head."""
    rows, columns = 14, 20
    polar = np.linspace(0.02, np.pi - 0.02, rows)
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    z = np.cos(polar)[:, None] * np.ones(columns)
    ring = np.sin(polar)[:, None] * np.where(z < 0, 1 - 0.22 * z**2, 1.0)
    local = np.stack([ring * np.cos(around), ring * np.sin(around), z], axis=-1).reshape(-1, 3) * radii_m
    ahead = np.array([1.0, 0.0, 0.0]) - up[0] * up
    ahead /= np.linalg.norm(ahead)
    vertices = middle_m + local @ np.stack([ahead, np.cross(up, ahead), up])
    grid = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(grid, -1, axis=1)
    faces = np.stack([grid[1:], right[1:], right[:-1], grid[:-1]], axis=-1).reshape(-1, 4)
    attributes = {
        key: np.zeros((len(vertices), *values.shape[1:]), np.float32) for key, values in like.attributes.items()
    }
    return dataclasses.replace(
        like, name="head", vertices=vertices.astype(np.float32), faces=faces, uv=None, attributes=attributes
    )
