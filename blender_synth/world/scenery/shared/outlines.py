"""Plane geometry for authored scenes: convex decomposition of polygons, footprints of meshes. No bpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth import geometry
from blender_synth.values import Vec2, vec2

FLAT_M, FLAT_COS = 0.005, 0.9994
"""Tolerances for coplanar faces: distance from the plane, cosine of the angle between normals (2 degrees)."""
STEP_M, HEAD_M = 0.25, 2.1
"""People step over objects lower than the first and walk under those above the second."""
_FURNITURE_M2, _MOST_POLYGONS = 4.0, 50_000
_SKIN_M = 0.03
_SAME_M = 1e-4


def hull(points_xy: np.ndarray) -> np.ndarray:
    """Convex hull (K, 2) of points (N, 2), counter-clockwise (Andrew's monotone chain); fewer than 3 where flat."""
    points = np.unique(np.round(np.asarray(points_xy, float), 4), axis=0)
    if len(points) < 3:
        return points

    def chain(rows: np.ndarray) -> list[np.ndarray]:
        found: list[np.ndarray] = []
        for p in rows:
            while len(found) > 1 and _cross(found[-1] - found[-2], p - found[-1]) <= 1e-9:
                found.pop()
            found.append(p)
        return found[:-1]

    return np.array(chain(points) + chain(points[::-1]))


def _cross(a: Sequence[float] | np.ndarray, b: Sequence[float] | np.ndarray) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def convex_parts(polygons: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Decomposition of polygons (K, 2) into few convex ones, by ear clipping and merging of pieces that share an edge.

    Args:
        polygons: simple outlines in either sense.

    Returns:
        Counter-clockwise convex polygons; those without area are left out.
    """
    pieces: list[list[tuple[float, float]]] = []
    for polygon in polygons:
        corners = [vec2(float(v) for v in np.round(p, 4)) for p in polygon]
        corners = [c for n, c in enumerate(corners) if c != corners[n - 1]]
        if geometry.polygon_area(corners) < 0 and len(corners) > 2:
            corners = corners[::-1]
        if len(corners) < 3 or geometry.polygon_area(corners) < 1e-4:
            continue
        pieces += [corners] if _is_convex(corners) else _ears(corners)
    return [np.array(piece) for piece in _joined(pieces)]


def _is_convex(corners: Sequence) -> bool:
    p = np.asarray(corners, float)
    step = np.roll(p, -1, axis=0) - p
    turn = step[:, 0] * np.roll(step, -1, axis=0)[:, 1] - step[:, 1] * np.roll(step, -1, axis=0)[:, 0]
    return bool((turn > -1e-7).all())


def _ears(corners: list) -> list[list]:
    """Triangles of a simple counter-clockwise polygon."""
    left, found = list(corners), []
    while len(left) > 3:
        for n in range(len(left)):
            a, b, c = left[n - 1], left[n], left[(n + 1) % len(left)]
            turn = _cross(np.subtract(b, a), np.subtract(c, b))
            others = np.array([p for p in left if p not in (a, b, c)]).reshape(-1, 2)
            if turn > 1e-9 and not (len(others) and geometry.in_convex(others, [a, b, c], -1e-9).any()):
                found.append([a, b, c])
                del left[n]
                break
            if abs(turn) <= 1e-9:  # a corner on a straight edge
                del left[n]
                break
        else:
            return found  # crosses itself: what could be cut off is kept
    return [*found, left] if geometry.polygon_area(left) > 1e-6 else found


def _joined(pieces: list[list]) -> list[list]:
    """Pieces joined along whole shared edges, as long as the result is convex (after Hertel and Mehlhorn 1983)."""
    pieces = [list(p) for p in pieces]
    merged = True
    while merged:
        merged = False
        edges = {(p[k], p[(k + 1) % len(p)]): (n, k) for n, p in enumerate(pieces) for k in range(len(p))}
        for (a, b), (n, k) in edges.items():
            if (b, a) not in edges or edges[b, a][0] == n:
                continue
            other, j = edges[b, a]
            one, two = pieces[n], pieces[other]
            around = one[k + 1 :] + one[: k + 1]  # from b round to a
            back = two[j + 1 :] + two[: j + 1]  # from a round to b
            whole = _without_straights(around + back[1:-1])
            if _is_convex(whole):
                pieces[n] = whole
                del pieces[other]
                merged = True
                break
    return pieces


def _without_straights(corners: list) -> list:
    p = np.array(corners)
    before, after = p - np.roll(p, 1, axis=0), np.roll(p, -1, axis=0) - p
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return [c for c, keep in zip(corners, np.abs(turn) > 1e-7, strict=True) if keep]


def flat_groups(vertices: np.ndarray, polygons: Sequence[Sequence[int]]) -> list[tuple[np.ndarray, list[int]]]:
    """Polygons sorted by the plane they lie in, in the order in which planes first occur.

    Args:
        vertices: (N, 3) metres. polygons: indices of each one's corners.

    Returns:
        (unit normal (3,), numbers of the polygons) of each plane; polygons without area are left out.
    """
    found: list[tuple[np.ndarray, float, list[int]]] = []
    for number, polygon in enumerate(polygons):
        corners = vertices[list(polygon)]
        normal = normal_of(corners)
        if normal is None:
            continue
        offset = float((corners @ normal).mean())
        for other, distance, members in found:
            if other @ normal > FLAT_COS and abs(offset - distance) < FLAT_M:
                members.append(number)
                break
        else:
            found.append((normal, offset, [number]))
    return [(normal, members) for normal, _, members in found]


def normal_of(corners: np.ndarray) -> np.ndarray | None:
    """Unit normal (3,) of a polygon (K, 3) by Newell's sums; None without area."""
    total = np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)
    length = float(np.linalg.norm(total))
    return total / length if length > 1e-8 else None


def footprints(
    vertices: np.ndarray, polygons: Sequence[Sequence[int]], ground_z_m: float
) -> list[tuple[tuple[Vec2, ...], float, float]]:
    """(outline, base z, height) of what people cannot walk through.

    What is no larger than furniture gives the hull of all that lies between a step and head height; of something
    larger, each connected piece does. Pieces that are larger still, such as the walls of a room in one mesh, give a
    thin prism for every upright face, joined where they lie in line.
    """
    low, high = float(vertices[:, 2].min()), float(vertices[:, 2].max())
    whole = hull(_in_band(vertices, polygons, ground_z_m))
    if len(whole) > 2 and (geometry.polygon_area(whole) <= _FURNITURE_M2 or len(polygons) > _MOST_POLYGONS):
        return [(_plain(whole), low, high - low)]
    found: list[tuple[tuple[Vec2, ...], float, float]] = []
    lines: dict[tuple, list[tuple[float, float, float, float]]] = {}
    for piece in _connected(len(vertices), polygons):
        corners = np.unique(np.concatenate([np.asarray(polygons[k], int) for k in piece]))
        points = vertices[corners]
        low, high = float(points[:, 2].min()), float(points[:, 2].max())
        if high < ground_z_m + STEP_M or low > ground_z_m + HEAD_M:
            continue
        outline = hull(_in_band(vertices, [polygons[k] for k in piece], ground_z_m))
        if len(outline) < 3:
            outline = hull(points[:, :2])
        if len(outline) < 3:
            sheet = _thickened(hull(points[:, :2]))
            if sheet is None:
                continue
            outline = sheet
        if geometry.polygon_area(outline) <= _FURNITURE_M2:
            found.append((_plain(outline), low, high - low))
            continue
        for k in piece:
            _add_line(lines, vertices[np.asarray(polygons[k], int)], ground_z_m)
    for (ux, uy, offset), spans in sorted(lines.items()):
        along, across = np.array([ux, uy]), np.array([-uy, ux])
        for start, end, low, high in _united(spans):
            a, b = start * along + offset * across, end * along + offset * across
            outline = hull(np.array([p + s * _SKIN_M * across for p in (a, b) for s in (-1, 1)]))
            if len(outline) > 2:
                found.append((_plain(outline), low, high - low))
    return found


def _plain(outline: np.ndarray) -> tuple[Vec2, ...]:
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in outline)


def _thickened(points: np.ndarray) -> np.ndarray | None:
    """Outline (4, 2) of an upright sheet, of which only a line (2, 2) is left from above."""
    if len(points) < 2:
        return None
    step = points[-1] - points[0]
    length = float(np.linalg.norm(step))
    if length < 0.05:
        return None
    across = np.array([-step[1], step[0]]) / length * _SKIN_M
    return hull(np.array([points[0] - across, points[-1] - across, points[-1] + across, points[0] + across]))


def _in_band(vertices: np.ndarray, polygons: Sequence[Sequence[int]], ground_z_m: float) -> np.ndarray:
    """Points (N, 2) where the edges of polygons lie between a step and head height."""
    low, high = ground_z_m + STEP_M, ground_z_m + HEAD_M
    starts = np.concatenate([np.asarray(p, int) for p in polygons])
    ends = np.concatenate([np.roll(np.asarray(p, int), -1) for p in polygons])
    a, b = vertices[starts], vertices[ends]
    inside = a[(a[:, 2] >= low) & (a[:, 2] <= high), :2]
    parts = [inside]
    for level in (low, high):
        crossing = (a[:, 2] - level) * (b[:, 2] - level) < 0
        p, q = a[crossing], b[crossing]
        if len(p):
            t = ((level - p[:, 2]) / (q[:, 2] - p[:, 2]))[:, None]
            parts.append((p + t * (q - p))[:, :2])
    return np.concatenate(parts)


def _add_line(lines: dict, corners: np.ndarray, ground_z_m: float) -> None:
    normal = normal_of(corners)
    low, high = float(corners[:, 2].min()), float(corners[:, 2].max())
    if normal is None or abs(normal[2]) > 0.5 or high < ground_z_m + STEP_M or low > ground_z_m + HEAD_M:
        return
    along = np.array([-normal[1], normal[0]])
    along /= np.linalg.norm(along)
    if along[0] < -1e-6 or (abs(along[0]) <= 1e-6 and along[1] < 0):
        along = -along
    across = np.array([-along[1], along[0]])
    at = corners[:, :2] @ along
    key = (round(float(along[0]), 3), round(float(along[1]), 3), round(float((corners[:, :2] @ across).mean()), 2))
    lines.setdefault(key, []).append((float(at.min()), float(at.max()), low, high))


def _united(spans: list[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    """Stretches of one line, those that touch or overlap as one, from the lowest to the highest of them."""
    found: list[list[float]] = []
    for start, end, low, high in sorted(spans):
        if end - start < _SAME_M:
            continue
        if found and start <= found[-1][1] + 0.02:
            last = found[-1]
            last[1], last[2], last[3] = max(last[1], end), min(last[2], low), max(last[3], high)
        else:
            found.append([start, end, low, high])
    return [(start, end, low, high) for start, end, low, high in found]


def _connected(count: int, polygons: Sequence[Sequence[int]]) -> list[list[int]]:
    """Numbers of the polygons of each connected piece."""
    parent = np.arange(count)

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return int(n)

    for polygon in polygons:
        first = root(int(polygon[0]))
        for corner in polygon[1:]:
            parent[root(int(corner))] = first
    pieces: dict[int, list[int]] = {}
    for number, polygon in enumerate(polygons):
        pieces.setdefault(root(int(polygon[0])), []).append(number)
    return list(pieces.values())
