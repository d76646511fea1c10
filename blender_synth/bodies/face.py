"""Eyes and eyebrows."""

from __future__ import annotations

import functools

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import BodyData, body_data
from blender_synth.bodies.mesh import Surface, vertex_normals
from blender_synth.bodies.subdivision import LinearMap, catmull_clark


@functools.cache
def _eye(side: str, fine: bool) -> tuple[np.ndarray, np.ndarray, LinearMap]:
    data = body_data()
    faces = data.faces[f"{side}_eye"]
    source = np.unique(faces)
    number = np.full(data.vertex_count, -1)
    number[source] = np.arange(len(source))
    if not fine:
        return source, number[faces], LinearMap(np.arange(len(source))[:, None], np.ones((len(source), 1)))
    quads, mapping = catmull_clark(number[faces], len(source))
    return source, quads, mapping


def make_eyes(data: BodyData, points: np.ndarray, fine: bool = True) -> Surface:
    """Both eyeballs in the rest pose, subdivided where `fine`.

    Field ``gaze`` (N,) is the angle from the line of sight, radians.
    """
    from blender_synth.bodies.mesh import joined

    parts = []
    for side, bone in (("l", "eye.L"), ("r", "eye.R")):
        source, quads, mapping = _eye(side, fine)
        v = mapping(points[source])
        middle = (v.min(0) + v.max(0)) / 2
        d = (v - middle) / np.maximum(np.linalg.norm(v - middle, axis=1, keepdims=True), 1e-9)
        sight = np.array([1.0, 0, 0])
        gaze = np.arccos(np.clip(d @ sight, -1, 1))
        weights = np.zeros((len(v), len(data.bones)))
        weights[:, data.bone(bone)] = 1
        parts.append(Surface(v, quads, {"weights": weights, "gaze": gaze}))
    return joined(*parts)


@functools.cache
def _brow_anchors() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each point of the brow strips: nearby face vertices (M, K) with weights (M, K); and quads."""
    data, points = body_data(), anatomy.reference_points()
    v = points[: data.vertex_count]
    skin = np.zeros(data.vertex_count, bool)
    skin[np.unique(data.faces["body"])] = True
    normals = vertex_normals(v, data.faces["body"])
    face = np.flatnonzero(skin & (v[:, 0] > 0.06) & (v[:, 2] > 1.55) & (v[:, 2] < 1.64) & (normals[:, 0] > 0.05))
    index: list[np.ndarray] = []
    weight: list[np.ndarray] = []
    quads: list[list[int]] = []
    columns, rows = 10, 3
    for sign, name in ((1, "eye.L"), (-1, "eye.R")):
        eye = points[data.point(name)]
        t = np.linspace(0, 1, columns)
        y = eye[1] + sign * np.interp(t, (0, 1), (-0.019, 0.024))
        z = eye[2] + np.interp(t, (0, 0.35, 0.65, 1.0), (0.0200, 0.0225, 0.0232, 0.0170))
        half = np.interp(t, (0, 0.2, 0.6, 1.0), (0.0026, 0.0036, 0.0028, 0.0006))
        base = len(index)
        for k in range(columns):
            for r in range(rows):
                place = np.array([y[k], z[k] + (r - 1) * half[k]])
                d = np.linalg.norm(v[face][:, 1:] - place, axis=1)
                near = np.argsort(d)[:4]
                # Plane fit through the nearest vertices in (y, z): exact where the point lies, unlike plain means.
                a = np.column_stack([np.ones(4), v[face[near]][:, 1:]])
                w = np.linalg.lstsq(a.T, np.array([1.0, *place]), rcond=None)[0]
                index.append(face[near])
                weight.append(w)
        for k in range(columns - 1):
            for r in range(rows - 1):
                q = [
                    base + k * rows + r,
                    base + (k + 1) * rows + r,
                    base + (k + 1) * rows + r + 1,
                    base + k * rows + r + 1,
                ]
                quads.append(q if sign > 0 else q[::-1])
    return np.array(index), np.array(weight), np.array(quads)


def make_brows(data: BodyData, points: np.ndarray, normals: np.ndarray, thickness: float) -> Surface:
    """Eyebrows as thin arched strips on the skin, in the rest pose.

    Args:
        normals: (V, 3) of the body.
        thickness: 1 is usual.
    """
    index, weight, quads = _brow_anchors()
    mapping = LinearMap(index, weight)
    v = mapping(points[: data.vertex_count])
    n = mapping(normals)
    n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9)
    rows = v.reshape(-1, 3, 3)
    middle = rows[:, 1:2]
    rows = middle + (rows - middle) * thickness
    lift = np.tile([0.0004, 0.0016, 0.0006], len(rows))
    v = rows.reshape(-1, 3) + n * lift[:, None]
    weights = np.zeros((len(v), len(data.bones)))
    weights[:, data.bone("head")] = 1
    return Surface(v, quads, {"weights": weights, "shade": np.ones(len(v))}, {"uv": v[:, [2, 1]][quads]})
