"""Parts of flat mirrors. Local x is right as seen from the front, y points into the wall, z up; the reflecting sheet
lies in y = 0 with the middle of its bottom edge at the origin."""

from __future__ import annotations

import math
from collections.abc import Sequence

import bpy
import numpy as np

from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, part, quad, quad_of, to_object
from blender_synth.blender.stage import Stage
from blender_synth.values import Rgb
from blender_synth.world.mirrors.shapes import Sheet

_INTO_GROUND_M = 0.004


def place(spec: Sheet, obj: bpy.types.Object, tilted: bool = True) -> bpy.types.Object:
    """Pose an object of the sheet's local frame where the sheet is; tilting turns z towards the wall."""
    a = math.radians(spec.facing_deg)
    obj.location = spec.position_m
    obj.rotation_mode = "XYZ"
    turn = math.atan2(math.cos(a), -math.sin(a))
    obj.rotation_euler = (-math.radians(spec.tilt_deg) if tilted else 0.0, 0.0, turn)
    return obj


def add_sheet(spec: Sheet, stage: Stage, sheet: Part, materials: Materials) -> bpy.types.Object:
    """Add the reflecting part to the scene, under the mirror's id."""
    obj = place(spec, to_object(spec.kind, sheet, materials))
    return stage.add(obj, spec.instance_id, surface=spec.surface, facing=spec.axes()[2].tolist())


def add_holder(spec: Sheet, stage: Stage, body: Part, materials: Materials, tilted: bool = True) -> None:
    """Add frame and mounting to the scene, under the frame's id."""
    stage.add(place(spec, to_object(f"{spec.kind}_frame", body, materials), tilted), spec.frame_instance_id)


def into_ground(spec: Sheet, ground_z_m: float) -> float:
    """Local z of the lower faces of what stands on the ground: a little below it, so that no two faces coincide."""
    return ground_z_m - spec.position_m[2] - _INTO_GROUND_M


def flat_quads(rectangles: Sequence[tuple[float, float, float, float]], material: str) -> Part:
    """Upright rectangles (x0, x1, z0, z1) in y = 0 that look out of the wall; UVs in metres over all of them."""
    parts = []
    for x0, x1, z0, z1 in rectangles:
        corners = [(x0, 0, z0), (x1, 0, z0), (x1, 0, z1), (x0, 0, z1)]
        parts.append(quad_of(corners, material, uvs=[(x, z) for x, _, z in corners]))
    return join(parts)


def bars(
    rectangles: Sequence[tuple[float, float, float, float]], front: float, back: float, material: str, tint: Rgb
) -> Part:
    """Upright bars (x0, x1, z0, z1) from y = -front to y = back."""
    return join([box((x0, -front, z0), (x1, back, z1), material, tint) for x0, x1, z0, z1 in rectangles])


def room(width_m: float, height_m: float, depth_m: float, seed: int, foot_m: float = 0.0) -> Part:
    """A shallow lit room behind a pane, from y = 0.02 on: walls, a lamp, shelves with goods.

    Args:
        width_m, height_m, depth_m: inside. seed: of the goods. foot_m: z of its floor.
    """
    rng = np.random.default_rng(seed)
    half, top, y0, y1 = width_m / 2, foot_m + height_m, 0.02, depth_m
    wall = tuple(rng.uniform(0.25, 0.55, 3) ** np.array([0.9, 1.0, 1.2]))
    warm = float(rng.uniform(0.5, 1.0))
    lamp = (1.5 * warm, 1.3 * warm, 1.0 * warm)
    parts = [
        quad((-half, y1, foot_m), (half, y1, foot_m), (half, y1, top), (-half, y1, top), "matt", wall),
        quad((-half, y0, foot_m), (-half, y1, foot_m), (-half, y1, top), (-half, y0, top), "matt", wall),
        quad((half, y1, foot_m), (half, y0, foot_m), (half, y0, top), (half, y1, top), "matt", wall),
        quad(
            (-half, y0, foot_m), (half, y0, foot_m), (half, y1, foot_m), (-half, y1, foot_m), "wood", (0.2, 0.15, 0.1)
        ),
        quad((-half, y0, top), (-half, y1, top), (half, y1, top), (half, y0, top), "matt", (0.5, 0.5, 0.48)),
    ]
    middle = (y0 + y1) / 2
    corners = [(-0.9 * half, middle - 0.05), (-0.9 * half, middle + 0.05), (0.9 * half, middle + 0.05),
               (0.9 * half, middle - 0.05)]  # fmt: skip
    parts.append(quad_of([(x, y, top - 0.008) for x, y in corners], "glow", lamp))
    for z in np.arange(foot_m + 0.02, top - 0.45, 0.52):
        if z > foot_m + 0.1:
            parts.append(
                box((-half + 0.02, y1 - 0.24, z - 0.025), (half - 0.02, y1 - 0.01, z), "wood", (0.3, 0.22, 0.14))
            )
        x = -half + 0.1
        while x < half - 0.35:
            wide, tall = rng.uniform(0.08, 0.3), rng.uniform(0.08, 0.4)
            grey = rng.uniform(0.08, 0.55)
            rgb = tuple(np.clip(grey * np.exp(rng.normal(0, 0.4, 3)), 0.02, 0.75))
            if rng.random() < 0.7:
                parts.append(box((x, y1 - 0.22, z), (x + wide, y1 - 0.08, z + tall), "paint", rgb))
            x += wide + rng.uniform(0.03, 0.2)
    return join(parts)


def fan(outline: np.ndarray, material: str, uvs: np.ndarray) -> Part:
    """A polygon (N, 3), star-shaped about its mean, as triangles about that point; UVs (N, 2) in metres."""
    n = len(outline)
    points = np.concatenate([outline, outline.mean(axis=0)[None]])
    coordinates = np.concatenate([uvs, uvs.mean(axis=0)[None]])
    faces = np.stack([np.arange(n), (np.arange(n) + 1) % n, np.full(n, n)], axis=1)
    return part(points, faces, material, uvs=coordinates[faces])
