"""Simple solids in numpy: lofts, boxes with soft edges, pipes, ribbons, wheels; vertices (N, 3) and quads (F, 4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from blender_synth.bodies.mesh import grid_faces
from blender_synth.bodies.skeleton import unit

Solid = tuple[np.ndarray, np.ndarray]


def merged(*solids: Solid) -> Solid:
    """Several solids as one."""
    starts = np.cumsum([0] + [len(v) for v, _ in solids])
    return (
        np.concatenate([v for v, _ in solids]),
        np.concatenate([f + o for (_, f), o in zip(solids, starts, strict=False)]),
    )


def moved(solid: Solid, origin: np.ndarray, axes: np.ndarray | None = None) -> Solid:
    """The solid with its axes along the rows of `axes` (3, 3) and its origin at a point."""
    v, f = solid
    return (v if axes is None else v @ axes) + origin, f


def loft(rings: np.ndarray, start_cap: bool = True, end_cap: bool = True) -> Solid:
    """A skin over rings (R, N, 3); the caps close towards the centres of the rings."""
    rows, count = rings.shape[:2]
    vertices, faces = [rings.reshape(-1, 3)], [grid_faces(rows, count, True)]
    k = np.arange(count)
    for wanted, row, flip in ((start_cap, 0, True), (end_cap, rows - 1, False)):
        if wanted:
            middle = sum(len(v) for v in vertices)
            vertices.append(rings[row].mean(0, keepdims=True))
            a, b = row * count + k, row * count + (k + 1) % count
            first, second = (b, a) if flip else (a, b)
            faces.append(np.stack([first, second, np.full(count, middle), np.full(count, middle)], 1))
    return np.concatenate(vertices), np.concatenate(faces)


def outline(half_x: float, half_y: float, power: float, count: int = 24) -> np.ndarray:
    """(count, 2) superellipse: power 1 is an ellipse, towards 0 a rectangle."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    return np.stack([half_x * np.sign(c) * np.abs(c) ** power, half_y * np.sign(s) * np.abs(s) ** power], 1)


def body(
    size: tuple[float, float, float], power: float, edge_m: float, profile: np.ndarray | None = None, count: int = 28
) -> Solid:
    """A box of depth, width and height (x, y, z) whose underside is at z = 0, with round edges.

    Args:
        power: of its horizontal outline, see `outline`. edge_m: radius of the edges above and below.
        profile: (R, 3) height share, share of the depth, share of the width; None keeps both.
    """
    depth, width, height = size
    profile = np.array([[0, 1, 1], [0.5, 1, 1], [1, 1, 1]], float) if profile is None else profile
    turns = np.linspace(0, np.pi / 2, 4)
    low = [(edge_m * (1 - np.cos(a)), edge_m * (1 - np.sin(a))) for a in turns]
    levels = (
        [z for z, _ in low] + list(np.linspace(edge_m, height - edge_m, 9)[1:-1]) + [height - z for z, _ in low[::-1]]
    )
    insets = [i for _, i in low] + [0.0] * 7 + [i for _, i in low[::-1]]
    rings = []
    for z, inset in zip(levels, insets, strict=True):
        d, w = (float(np.interp(z / height, profile[:, 0], profile[:, k])) for k in (1, 2))
        ring = outline(max(depth / 2 * d - inset, 1e-3), max(width / 2 * w - inset, 1e-3), power, count)
        rings.append(np.column_stack([ring, np.full(count, z)]))
    return loft(np.array(rings))


def pipe(path: np.ndarray, radius: float | np.ndarray, sides: int = 8) -> Solid:
    """A round pipe with closed ends along a path (n, 3); `radius` may vary along it (n,)."""
    path = np.asarray(path, float)
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    first = np.empty_like(path)
    start = np.cross(tangent[0], [0.31, 0.22, 0.92])
    for k, t in enumerate(tangent):  # carried along without twist
        start = unit(start - t * (start @ t))
        first[k] = start
    second = np.cross(tangent, first)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    r = np.broadcast_to(radius, (len(path),))[:, None, None]
    ring = np.cos(angle)[None, :, None] * first[:, None] + np.sin(angle)[None, :, None] * second[:, None]
    return loft(path[:, None] + r * ring)


def bar(start: np.ndarray, end: np.ndarray, radius: float, sides: int = 8) -> Solid:
    """A straight pipe."""
    return pipe(np.linspace(start, end, 3), radius, sides)


def ribbon(path: np.ndarray, outward: np.ndarray, width: float, thickness: float) -> Solid:
    """A flat band along a path (n, 3) whose upper side faces `outward` (n, 3)."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    across = np.cross(tangent, outward)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    lift = np.cross(across, tangent)
    corners = [(-1, 0), (-0.96, 1), (-0.3, 1.15), (0.3, 1.15), (0.96, 1), (1, 0), (0.3, -0.1), (-0.3, -0.1)]
    rings = np.stack([path + across * a * width / 2 + lift * b * thickness for a, b in corners], 1)
    return loft(rings)


def smooth_path(points: ArrayLike, count: int, rounds: int = 2) -> np.ndarray:
    """A path (count, 3) through points, evenly spaced and rounded."""
    corners = np.asarray(points, float)
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))]
    even = np.linspace(0, length[-1], count)
    path = np.stack([np.interp(even, length, corners[:, k]) for k in range(3)], 1)
    for _ in range(rounds):
        path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    return path


def arch(start: np.ndarray, end: np.ndarray, rise: np.ndarray, count: int = 13) -> np.ndarray:
    """A path (count, 3) from start to end over an arch whose top lies `rise` (3,) from the middle between them."""
    t = np.linspace(0, np.pi, count)[:, None]
    middle = (start + end) / 2
    return middle + (start - middle) * np.cos(t) + rise * np.sin(t) ** 0.85


def wheel(radius: float, width: float, spokes: int = 0) -> tuple[Solid, Solid]:
    """Tyre, and rim with hub (and spokes); the axle along y through the origin."""
    around = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    small = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    thick = min(width / 2, radius * 0.22)
    r = radius - thick + thick * np.cos(small)
    y = width / 2 * np.sin(small)
    rings = np.stack(
        [r[None] * np.cos(around)[:, None], np.broadcast_to(y, (28, 8)), r[None] * np.sin(around)[:, None]], 2
    )
    faces = grid_faces(28, 8, True)
    last, first = 27 * 8 + np.arange(8), np.arange(8)
    closing = np.stack([last, np.roll(last, -1), np.roll(first, -1), first], 1)
    tyre = rings.reshape(-1, 3), np.concatenate([faces, closing])
    inner = radius - 1.7 * thick

    def disc(r0: float, r1: float, half: float) -> Solid:
        section = [(r0, -half), (r1, -half), (r1, half), (r0, half)]
        rows = np.array([[(a * np.cos(t), b, a * np.sin(t)) for a, b in section] for t in np.r_[around, 0.0]])
        return rows.reshape(-1, 3), grid_faces(29, 4, True)

    if not spokes:
        return tyre, disc(0.001, inner, width * 0.32)
    parts = [disc(inner - 0.012, inner + 0.004, width * 0.3), disc(0.001, radius * 0.16, width * 0.45)]
    for a in np.linspace(0, 2 * np.pi, spokes, endpoint=False):
        tip = np.array([np.cos(a), 0, np.sin(a)])
        parts.append(bar(tip * radius * 0.1, tip * (inner - 0.004), radius * 0.045, 5))
    return tyre, merged(*parts)
