"""Quad meshes in numpy: cutting, hemming, joining. Triangles repeat their last corner."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Surface:
    """A mesh with per-vertex fields that go along when it is cut.

    Attributes:
        vertices: (N, 3) float64, metres.
        faces: (F, 4) int.
        fields: name -> (N,) or (N, C) arrays (``weights`` is (N, J) skin weights).
        face_fields: name -> (F,) or (F, 4, C) arrays.
    """

    vertices: np.ndarray
    faces: np.ndarray
    fields: dict[str, np.ndarray] = field(default_factory=dict)
    face_fields: dict[str, np.ndarray] = field(default_factory=dict)

    def moved(self, vertices: np.ndarray) -> Surface:
        """The same surface with other vertex positions."""
        return replace(self, vertices=vertices)

    def with_fields(self, **fields: np.ndarray) -> Surface:
        """The same surface with more fields."""
        return replace(self, fields=self.fields | fields)


def face_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(F, 3) normals, length twice the area (cross product of the diagonals; right for triangles too)."""
    a, b, c, d = (vertices[faces[:, k]] for k in range(4))
    e, f = (c - a).T, (d - b).T  # written out: numpy's cross takes several times as long
    return np.stack([e[1] * f[2] - e[2] * f[1], e[2] * f[0] - e[0] * f[2], e[0] * f[1] - e[1] * f[0]], 1)


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(N, 3) unit normals, weighted by area."""
    n = face_normals(vertices, faces)
    out = np.empty_like(vertices)
    flat = faces.ravel()
    for axis in range(3):
        out[:, axis] = np.bincount(flat, np.repeat(n[:, axis], 4), len(vertices))
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)


def edges_of(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unique edges (E, 2), low index first, and how many faces each has (E,)."""
    a, b = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    low, high = np.minimum(a, b), np.maximum(a, b)
    key, count = np.unique((low * (1 << 32) + high)[low != high], return_counts=True)
    return np.stack([key >> 32, key & 0xFFFFFFFF], 1), count


def boundary_edges(faces: np.ndarray) -> np.ndarray:
    """Directed edges (E, 2) that only one face has, in that face's direction."""
    pairs = np.stack([faces, np.roll(faces, -1, axis=1)], -1).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    key = np.sort(pairs, axis=1) @ np.array([1 << 32, 1])
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    return pairs[np.sort(first[count == 1])]


def smoothed(
    values: np.ndarray, faces: np.ndarray, rounds: int, share: float = 0.5, pinned: np.ndarray | None = None
) -> np.ndarray:
    """Laplacian smoothing of a per-vertex array (N,) or (N, C); `pinned` (N,) bool stays."""
    edges, _ = edges_of(faces)
    n = len(values)
    degree = np.maximum(np.bincount(edges.ravel(), minlength=n), 1)
    flat = values.reshape(n, -1).astype(np.float64)
    both = np.concatenate([edges, edges[:, ::-1]])
    for _ in range(rounds):
        mean = np.stack([np.bincount(both[:, 0], flat[both[:, 1], k], n) for k in range(flat.shape[1])], 1)
        step = share * (mean / degree[:, None] - flat)
        if pinned is not None:
            step[pinned] = 0
        flat = flat + step
    return flat.reshape(values.shape)


def compact(surface: Surface, keep: np.ndarray) -> Surface:
    """Only the faces where `keep` (F,) is true, without vertices that no face uses."""
    faces = surface.faces[keep]
    mask = np.zeros(len(surface.vertices), bool)
    mask[faces] = True
    used = np.flatnonzero(mask)
    number = np.cumsum(mask) - 1
    fields = {k: v[used] for k, v in surface.fields.items()}
    if "hem_of" in fields:
        fields["hem_of"] = np.where(mask[fields["hem_of"]], number[fields["hem_of"]], np.arange(len(used)))
    return Surface(
        surface.vertices[used],
        number[faces],
        fields,
        {k: v[keep] for k, v in surface.face_fields.items()},
    )


_PIECES = {  # corners of what is left of a face -> its quads and triangles
    3: ((0, 1, 2, 2),),
    4: ((0, 1, 2, 3),),
    5: ((0, 1, 2, 3), (0, 3, 4, 4)),
    6: ((0, 1, 2, 3), (0, 3, 4, 5)),
}


def clipped(surface: Surface, value: np.ndarray) -> Surface:
    """The part of the surface where `value` (N,), linear along edges, is above zero; clean edges at zero.

    New vertices on cut edges interpolate all fields. Corner fields (F, 4, C) are interpolated too.
    """
    inside = value > 0
    if inside.all():
        return surface
    sides = inside[surface.faces].sum(1)
    cut = np.flatnonzero((sides > 0) & (sides < 4))
    whole = sides == 4
    if not len(cut):
        return compact(surface, whole)
    n = len(surface.vertices)
    corners = surface.faces[cut]
    after = np.roll(corners, -1, axis=1)
    low, high = np.minimum(corners, after), np.maximum(corners, after)
    crosses = inside[corners] != inside[after]
    key, born = np.unique((low * (1 << 32) + high)[crosses], return_inverse=True)
    pa, pb = key >> 32, key & 0xFFFFFFFF
    pt = np.clip(value[pa] / (value[pa] - value[pb]), 0.01, 0.99)
    crossing = np.zeros(corners.shape, np.int64)
    crossing[crosses] = n + born.reshape(-1)
    # Round each face: corner 0, crossing 0-1, corner 1, ...; what is there moves to the front, in order.
    there = np.stack([inside[corners] & (corners != after), crosses], 2).reshape(-1, 8)
    ring = np.stack([corners, crossing], 2).reshape(-1, 8)
    share = np.zeros(crosses.shape)
    share[crosses] = np.where((corners < after)[crosses], pt[crossing[crosses] - n], 1 - pt[crossing[crosses] - n])
    share = np.stack([np.zeros(crosses.shape), share], 2).reshape(-1, 8)
    order = np.argsort(~there, axis=1, kind="stable")
    count = there.sum(1)
    ring, share = np.take_along_axis(ring, order, 1), np.take_along_axis(share, order, 1)
    first = order // 2
    pieces = [(np.flatnonzero(count == k), cols) for k, rows in _PIECES.items() for cols in rows]
    owner = np.concatenate([rows for rows, _ in pieces])
    columns = np.concatenate([np.broadcast_to(cols, (len(rows), 4)) for rows, cols in pieces])
    turn = np.argsort(owner, kind="stable")
    owner, columns = owner[turn], columns[turn]
    new_faces = ring[owner[:, None], columns]
    origin = cut[owner]

    faces = np.concatenate([surface.faces[whole], new_faces])
    mask = np.zeros(n + len(key), bool)
    mask[faces] = True
    kept, born_of = np.flatnonzero(mask[:n]), np.flatnonzero(mask[n:])
    pa, pb, pt = pa[born_of], pb[born_of], pt[born_of]
    number = np.cumsum(mask) - 1

    def extended(values: np.ndarray) -> np.ndarray:
        t = pt.reshape(-1, *([1] * (values.ndim - 1)))
        out = np.empty((len(kept) + len(pa), *values.shape[1:]), np.result_type(values, pt))
        out[: len(kept)] = values[kept]
        out[len(kept) :] = values[pa] * (1 - t) + values[pb] * t
        return out

    face_fields = {}
    for name, values in surface.face_fields.items():
        if values.ndim == 3:
            k, t = first[owner[:, None], columns], share[owner[:, None], columns][..., None]
            rows = origin[:, None]
            added = values[rows, k] * (1 - t) + values[rows, (k + 1) % 4] * t
        else:
            added = values[origin]
        face_fields[name] = np.concatenate([values[whole], added])
    fields = {k: extended(v) for k, v in surface.fields.items() if k != "hem_of"}
    if "hem_of" in surface.fields:
        hem_of = np.concatenate([surface.fields["hem_of"], np.arange(n, n + len(key))])[mask]
        fields["hem_of"] = np.where(mask[hem_of], number[hem_of], np.arange(len(hem_of)))
    return Surface(extended(surface.vertices), number[faces], fields, face_fields)


def joined(*surfaces: Surface) -> Surface:
    """Several surfaces as one; only fields that all of them have remain."""
    starts = np.cumsum([0] + [len(s.vertices) for s in surfaces])
    keys = set.intersection(*(set(s.fields) for s in surfaces)) - {"hem_of"}  # indices of one surface only
    face_keys = set.intersection(*(set(s.face_fields) for s in surfaces))
    return Surface(
        np.concatenate([s.vertices for s in surfaces]),
        np.concatenate([s.faces + o for s, o in zip(surfaces, starts, strict=False)]),
        {k: np.concatenate([s.fields[k] for s in surfaces]) for k in sorted(keys)},
        {k: np.concatenate([s.face_fields[k] for s in surfaces]) for k in sorted(face_keys)},
    )


def hemmed(surface: Surface, thickness_m: float, depth_m: float) -> Surface:
    """Fold the open edges inward so that cloth has a visible thickness.

    Each boundary gets a rim of `thickness_m` towards the inside and a lining that runs `depth_m` back up. Field
    ``hem_of`` tells which vertex each one hangs on (itself, but for the lining).
    """
    rim = boundary_edges(surface.faces)
    if not len(rim):
        return surface
    normals = vertex_normals(surface.vertices, surface.faces)
    points = np.unique(rim)
    number = np.full(len(surface.vertices), -1)
    number[points] = np.arange(len(points))
    # Towards the interior: mean of the neighbours that are not on the boundary.
    edges, _ = edges_of(surface.faces)
    both = np.concatenate([edges, edges[:, ::-1]])
    both = both[(number[both[:, 0]] >= 0) & (number[both[:, 1]] < 0)]
    inward = np.zeros_like(surface.vertices)
    np.add.at(inward, both[:, 0], surface.vertices[both[:, 1]] - surface.vertices[both[:, 0]])
    inward = inward[points]
    inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-9)
    at, n = surface.vertices[points], normals[points]
    first = at - n * thickness_m
    second = first + inward * depth_m - n * thickness_m
    base = len(surface.vertices)
    one, two = base, base + len(points)
    a, b = rim[:, 0], rim[:, 1]
    na, nb = number[a], number[b]
    strip = np.concatenate(
        [
            np.stack([b, a, na + one, nb + one], 1),
            np.stack([nb + one, na + one, na + two, nb + two], 1),
        ]
    )
    extend = np.concatenate([np.arange(base), points, points])
    face_fields = {}
    for key, values in surface.face_fields.items():
        if values.ndim == 3:  # corners: take any corner that stands at the vertex
            at_vertex = np.zeros((base, values.shape[2]))
            at_vertex[surface.faces.ravel()] = values.reshape(-1, values.shape[2])
            added = at_vertex[np.concatenate([np.stack([b, a, a, b], 1)] * 2)]
        else:
            owner = np.zeros(base, values.dtype)
            owner[surface.faces.ravel()] = np.repeat(values, 4)
            added = np.concatenate([owner[a]] * 2)
        face_fields[key] = np.concatenate([values, added])
    before = face_fields.get("lining", np.zeros(len(surface.faces)))[: len(surface.faces)]
    face_fields["lining"] = np.concatenate([before, np.ones(len(strip))])
    return Surface(
        np.concatenate([surface.vertices, first, second]),
        np.concatenate([surface.faces, strip]),
        {k: v[extend] for k, v in surface.fields.items() if k != "hem_of"} | {"hem_of": extend},
        face_fields,
    )


def flipped(faces: np.ndarray) -> np.ndarray:
    """The faces (F, 4) seen from their other side; a triangle still repeats its last corner."""
    return faces[:, [1, 0, 3, 2]]


def triangle_count(faces: np.ndarray) -> int:
    """Number of triangles in the faces."""
    return int((2 - (faces[:, 2] == faces[:, 3])).sum())


def rigid(vertices: np.ndarray, faces: np.ndarray, bones: tuple[str, ...], bone: str) -> Surface:
    """A surface that hangs on one bone."""
    weights = np.zeros((len(vertices), len(bones)))
    weights[:, bones.index(bone)] = 1
    return Surface(vertices, faces, {"weights": weights})


def grid_faces(rows: int, columns: int, closed: bool) -> np.ndarray:
    """Quads of a grid of rows x columns; `closed` joins the last column to the first."""
    grid = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(grid, -1, 1)
    if not closed:
        grid, right = grid[:, :-1], right[:, :-1]
    return np.stack([grid[:-1], right[:-1], right[1:], grid[1:]], -1).reshape(-1, 4)


def tube(path: np.ndarray, radius: float, sides: int = 6, closed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A tube around a path (n, 3): vertices and quads."""
    tangent = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    first = np.cross(tangent, [0.31, 0.22, 0.92])
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    second = np.cross(tangent, first)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.cos(angle)[None, :, None] * first[:, None] + np.sin(angle)[None, :, None] * second[:, None]
    vertices = (path[:, None] + radius * ring).reshape(-1, 3)
    faces = grid_faces(len(path), sides, True)
    if closed:
        last, start = (len(path) - 1) * sides + np.arange(sides), np.arange(sides)
        faces = np.concatenate([faces, np.stack([last, np.roll(last, -1), np.roll(start, -1), start], 1)])
    return vertices, faces
