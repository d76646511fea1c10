"""Where on a curved mirror a point is seen: solved on the ideal surface, whose mesh the pictures and labels show.

A convex surface is described by plain parts, as they stand in frame.json (`curved` of a mirror's row):

    {"shape": "sphere", "centre_m": (3,), "radius_m": r, "axis": (3,), "cap_cos": c}
        the part of a sphere whose outward normal n has n . axis >= c
    {"shape": "cylinder", "base_m": (3,), "axis": (3,), "radius_m": r, "height_m": h}

Light from the eye turns at the point whose normal halves the angle between the ways to eye and object (Alhazen's
problem). On a convex surface between the two feet of the perpendiculars that point is unique, and the difference of
the two angles grows monotonously along the arc: bisection finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from blender_synth.geometry import mirror_points

_STEPS = 48
"""Halvings of the arc: 1e-14 of it is left."""


def seen_on(parts: Sequence[Mapping[str, Any]], eye_m: np.ndarray, points_m: np.ndarray) -> tuple[np.ndarray, Any]:
    """Where on a convex mirror points are seen.

    Args:
        parts: of the surface. eye_m: (3,). points_m: (N, 3), both outside the body.

    Returns:
        Points (N, 3) of the surface, and whether (N,) each lies on the mirror's own part of it and looks at the eye.
        Of several parts that show a point the first is taken.
    """
    points = np.asarray(points_m, float).reshape(-1, 3)
    best, found = np.zeros_like(points), np.zeros(len(points), bool)
    for number, part in enumerate(parts):
        at, valid = (_on_sphere if part["shape"] == "sphere" else _on_cylinder)(part, np.asarray(eye_m, float), points)
        take = valid & ~found if number else np.ones(len(points), bool)
        best, found = np.where(take[:, None], at, best), found | valid
    return best, found


def seen_by_chain(mirrors: Sequence[Mapping[str, Any]], eye_m: np.ndarray, points_m: np.ndarray):
    """Points (N, 3) that project to where points are seen by a chain of mirrors, and whether (N,) they can be seen.

    Args:
        mirrors: rows of frame.json in the order of the chain, each with a plane or with `curved` parts.

    Returns:
        None when more than one mirror of the chain is curved, or one has no shape. For flat mirrors alone these are
        the virtual points themselves; with a curved one they lie on its surface, or on its mirror image.
    """
    curved = [k for k, mirror in enumerate(mirrors) if "plane_point_m" not in mirror]
    if len(curved) > 1 or any("curved" not in mirrors[k] for k in curved):
        return None
    split = curved[0] if curved else -1
    points = np.asarray(points_m, float)
    for mirror in reversed(mirrors[split + 1 :]):
        points = mirror_points(points, mirror["plane_point_m"], mirror["plane_normal"])
    valid = np.ones(len(points), bool)
    if curved:
        eye = np.asarray(eye_m, float)
        for mirror in mirrors[:split]:
            eye = mirror_points(eye, mirror["plane_point_m"], mirror["plane_normal"])
        points, valid = seen_on(mirrors[split]["curved"], eye, points)
        for mirror in reversed(mirrors[:split]):
            points = mirror_points(points, mirror["plane_point_m"], mirror["plane_normal"])
    return points, valid


def _on_sphere(part: Mapping[str, Any], eye: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre, radius = np.asarray(part["centre_m"], float), float(part["radius_m"])
    normal, facing = _halving(eye - centre, points - centre, radius)
    valid = facing & (normal @ np.asarray(part["axis"], float) >= float(part["cap_cos"]))
    return centre + radius * normal, valid


def _on_cylinder(part: Mapping[str, Any], eye: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Across the axis the problem is the circle's; along it the way is straight, as the normals have no such part."""
    base, axis, radius = np.asarray(part["base_m"], float), np.asarray(part["axis"], float), float(part["radius_m"])
    high_eye, high = (eye - base) @ axis, (points - base) @ axis
    flat_eye, flat = eye - base - high_eye * axis, points - base - high[:, None] * axis
    normal, facing = _halving(flat_eye, flat, radius)
    foot = radius * normal
    there, back = np.linalg.norm(flat_eye - foot, axis=1), np.linalg.norm(flat - foot, axis=1)
    height = (high_eye * back + high * there) / (there + back)
    return base + foot + height[:, None] * axis, facing & (height >= 0) & (height <= float(part["height_m"]))


def _halving(eye: np.ndarray, points: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Unit normals (N, 3) where a sphere about the origin shows points (N, 3) to the eye (3,); whether they can."""
    far_eye, far = np.linalg.norm(eye), np.linalg.norm(points, axis=1)
    to_eye, to_points = eye / far_eye, points / np.maximum(far, 1e-12)[:, None]
    cosine = np.clip(to_points @ to_eye, -1.0, 1.0)
    arc = np.arccos(cosine)
    side = to_points - cosine[:, None] * to_eye
    length = np.linalg.norm(side, axis=1, keepdims=True)
    side = np.where(length > 1e-12, side / np.maximum(length, 1e-12), 0.0)
    low, high = np.zeros(len(points)), arc.copy()
    for _ in range(_STEPS):
        at = (low + high) / 2
        out = np.arctan2(far_eye * np.sin(at), far_eye * np.cos(at) - radius)
        back = np.arctan2(far * np.sin(arc - at), far * np.cos(arc - at) - radius)
        low, high = np.where(out < back, at, low), np.where(out < back, high, at)
    at = (low + high) / 2
    facing = (far_eye * np.cos(at) > radius) & (far * np.cos(arc - at) > radius) & (far > radius) & (far_eye > radius)
    return np.cos(at)[:, None] * to_eye + np.sin(at)[:, None] * side, facing
