"""Geometry as numpy arrays: parts are joined, translated and rotated in numpy and become one mesh at the end.

A `Part` has quads and triangles with UVs in metres, a tint per face (three colour channels and one free number that
materials may read) and a material name per face. Creating many Blender objects is slow, arrays are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, TypeGuard

import bpy
import numpy as np
from numpy.typing import ArrayLike

from blender_synth.blender.mesh_data import add_attribute, finish, new_mesh
from blender_synth.blender.shading.nodes import UV_MAP

Vec: TypeAlias = Sequence[float] | np.ndarray
"""A point, direction or size in metres."""
Tint: TypeAlias = Sequence[float] | np.ndarray
"""Three colour channels (linear) and, optionally, a fourth number that the material reads; (m, 4) for a tint a face."""
TINT = "tint"
"""Name of the mesh attribute that carries the tint."""
WHITE = (1.0, 1.0, 1.0, 0.0)


@dataclass(frozen=True)
class Part:
    """Faces in one place.

    Attributes:
        points: (n, 3) metres.
        faces: (m, 4) indices; a triangle's last is -1.
        uvs: (m, 4, 2) metres.
        tints: (m, 4).
        materials: (m,) indices into `names`.
        names: material names.
        smooth: (m,) whether the face is shaded smooth.
    """

    points: np.ndarray
    faces: np.ndarray
    uvs: np.ndarray
    tints: np.ndarray
    materials: np.ndarray
    names: tuple[str, ...]
    smooth: np.ndarray

    def moved(self, offset_m: Vec) -> Part:
        """A copy moved by (3,)."""
        return self._with(points=self.points + np.asarray(offset_m, float))

    def turned(self, degrees: float, axis: int = 2) -> Part:
        """A copy turned counter-clockwise about a main axis through the origin."""
        a, b = [i for i in (0, 1, 2) if i != axis] if axis != 1 else (2, 0)
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        points = self.points.copy()
        points[:, a] = c * self.points[:, a] - s * self.points[:, b]
        points[:, b] = s * self.points[:, a] + c * self.points[:, b]
        return self._with(points=points)

    def scaled(self, factors: float | Vec) -> Part:
        """A copy scaled about the origin; UVs stay."""
        return self._with(points=self.points * np.asarray(factors, float))

    def painted(self, tint: Tint) -> Part:
        """A copy with one tint on every face."""
        return self._with(tints=_repeated(rgba(tint), len(self.faces)))

    def _with(self, points: np.ndarray | None = None, tints: np.ndarray | None = None) -> Part:
        points, tints = self.points if points is None else points, self.tints if tints is None else tints
        return Part(points, self.faces, self.uvs, tints, self.materials, self.names, self.smooth)

    def triangle_count(self) -> int:
        """Number of triangles after splitting quads."""
        return int((self.faces[:, 3] >= 0).sum() + len(self.faces))

    def repeated(self, offsets_m: np.ndarray, tints: np.ndarray | None = None) -> Part:
        """Copies at (k, 3) offsets, each with its own tint if (k, 4) tints are given."""
        k, n, m = len(offsets_m), len(self.points), len(self.faces)
        points = (self.points[None] + np.asarray(offsets_m, float)[:, None]).reshape(-1, 3)
        shift = (np.arange(k) * n)[:, None, None]
        faces = np.where(self.faces[None] >= 0, self.faces[None] + shift, -1).reshape(-1, 4)
        colours = np.tile(self.tints, (k, 1)) if tints is None else np.repeat(tints, m, axis=0)
        return Part(
            points,
            faces,
            np.tile(self.uvs, (k, 1, 1)),
            colours,
            np.tile(self.materials, k),
            self.names,
            np.tile(self.smooth, k),
        )


def rgba(tint: Tint) -> np.ndarray:
    """A tint as (4,): three channels get a fourth of 0."""
    return np.array([*tint, 0.0][:4], float)


class _Lazy(Part):
    """A part whose arrays are made when they are first asked for."""

    def __getattr__(self, name: str) -> Any:
        if name not in _FIELDS:
            raise AttributeError(name)
        made = _joined(self.leaves())
        self.__dict__.update({field: getattr(made, field) for field in _FIELDS})
        return self.__dict__[name]

    def leaves(self) -> list[Part]:
        """Parts that make it up: boxes, quads, and parts with arrays."""
        raise NotImplementedError


_FIELDS = ("points", "faces", "uvs", "tints", "materials", "names", "smooth")


class _Simple(_Lazy):
    """A box or a quad. `join` makes the arrays of all its boxes and quads at once: facades have tens of thousands.

    Attributes:
        spec: low and high corner of a box, or the four corners of a quad. rows: of `_BOX`; None for a quad.
        material, tint: of all faces. offsets: by what it was moved, in order.
    """

    def __init__(
        self,
        spec: tuple[Vec, ...] = (),
        rows: tuple[int, ...] | None = None,
        material: str = "",
        tint: Tint = WHITE,
        offsets: tuple[tuple[float, ...], ...] = (),
        **fields: object,  # of a part with its arrays, from `dataclasses.replace`
    ):
        self.__dict__.update(
            fields or {"spec": spec, "rows": rows, "material": material, "tint": tint, "offsets": offsets}
        )

    def leaves(self) -> list[Part]:
        return [self]

    def moved(self, offset_m: Vec) -> Part:
        if _is_made(self):
            return super().moved(offset_m)
        return _Simple(self.spec, self.rows, self.material, self.tint, (*self.offsets, tuple(offset_m)))

    def painted(self, tint: Tint) -> Part:
        if _is_made(self):
            return super().painted(tint)
        return _Simple(self.spec, self.rows, self.material, tint, self.offsets)

    spec: tuple[Vec, ...]
    rows: tuple[int, ...] | None
    material: str
    tint: Tint
    offsets: tuple[tuple[float, ...], ...]


class _Group(_Lazy):
    """Joined parts. `parts`: its leaves."""

    def __init__(self, parts: Sequence[Part] = (), **fields: object):
        self.__dict__.update(fields or {"parts": list(parts)})

    parts: list[Part]

    def leaves(self) -> list[Part]:
        return self.parts

    def moved(self, offset_m: Vec) -> Part:
        return super().moved(offset_m) if _is_made(self) else _Group([part.moved(offset_m) for part in self.parts])

    def painted(self, tint: Tint) -> Part:
        return super().painted(tint) if _is_made(self) else _Group([part.painted(tint) for part in self.parts])


def _is_made(part: Part) -> bool:
    return "points" in part.__dict__


@dataclass(frozen=True)
class _Arrays:
    points: np.ndarray
    faces: np.ndarray
    uvs: np.ndarray
    tints: np.ndarray


def _simple_arrays(parts: Sequence[_Simple]) -> _Arrays:
    """The arrays of boxes with the same sides, or of quads, one after the other; faces count from each one's first."""
    rows, count, offsets = parts[0].rows, len(parts), len(parts[0].offsets)
    spec = np.array([p.spec for p in parts], float)
    if rows is None:
        points, faces = spec, np.array([[0, 1, 2, 3]])
        uvs = box_uvs(points.reshape(-1, 3), np.arange(4 * count).reshape(-1, 4))
    else:
        low, high = spec[:, :1], spec[:, 1:]
        points, faces = low + _CORNERS * (high - low), _BOX[list(rows)]
        uvs = points[:, _BOX_CORNER[list(rows)], _BOX_AXES[list(rows)]].reshape(-1, 4, 2)
    for k in range(offsets):
        points = points + np.array([p.offsets[k] for p in parts], float)[:, None]
    tints = np.array([(*p.tint, 0.0)[:4] for p in parts], float).repeat(len(faces), axis=0)
    return _Arrays(points.reshape(-1, 3), np.tile(faces, (count, 1)), uvs, tints)


def _repeated(row: np.ndarray, count: int) -> np.ndarray:
    rows = np.empty((count, len(row)))
    rows[:] = row
    return rows


def join(parts: Sequence[Part]) -> Part:
    """All parts as one; parts without faces are ignored."""
    leaves: list[Part] = []
    for p in parts:
        if isinstance(p, _Lazy) and not _is_made(p):
            leaves += p.leaves()
        elif len(p.faces):
            leaves.append(p)
    return _Group(leaves)


def _joined(parts: Sequence[Part]) -> Part:
    """The parts as one with its arrays: all boxes of one kind at once, all quads at once, the others one by one."""
    places: dict[str, int] = {}
    simple: list[_Simple | None] = [p if _is_simple(p) else None for p in parts]
    firsts, starts = [0], [0]
    for p, plain in zip(parts, simple, strict=True):
        if plain is None:
            n, m = len(p.points), len(p.faces)
            for name in p.names:
                places.setdefault(name, len(places))
        else:
            n, m = (4, 1) if plain.rows is None else (8, len(plain.rows))
            places.setdefault(plain.material, len(places))
        firsts.append(firsts[-1] + n)
        starts.append(starts[-1] + m)
    total = starts[-1]
    points, faces, uvs = np.empty((firsts[-1], 3)), np.empty((total, 4), int), np.empty((total, 4, 2))
    tints, materials, smooth = np.empty((total, 4)), np.empty(total, int), np.zeros(total, bool)
    alike: dict[tuple[tuple[int, ...] | None, int], list[int]] = {}
    for k, (p, plain) in enumerate(zip(parts, simple, strict=True)):
        if plain is not None:
            alike.setdefault((plain.rows, len(plain.offsets)), []).append(k)
            continue
        where = slice(starts[k], starts[k + 1])
        points[firsts[k] : firsts[k + 1]] = p.points
        faces[where], uvs[where], tints[where], smooth[where] = p.faces, p.uvs, p.tints, p.smooth
        materials[where] = (
            places[p.names[0]] if len(p.names) == 1 else np.array([places[name] for name in p.names])[p.materials]
        )
    for numbers in alike.values():
        chosen = [plain_part for k in numbers if (plain_part := simple[k]) is not None]
        made = _simple_arrays(chosen)
        n, m = len(made.points) // len(chosen), len(made.faces) // len(chosen)
        points[(np.array([firsts[k] for k in numbers])[:, None] + np.arange(n)).ravel()] = made.points
        where = (np.array([starts[k] for k in numbers])[:, None] + np.arange(m)).ravel()
        faces[where], uvs[where], tints[where] = made.faces, made.uvs, made.tints
        materials[where] = np.repeat([places[p.material] for p in chosen], m)
    shift = np.repeat(firsts[:-1], np.diff(starts))[:, None]
    faces = np.where(faces >= 0, faces + shift, -1)
    return Part(points, faces, uvs, tints, materials, tuple(places), smooth)


def _is_simple(part: Part) -> TypeGuard[_Simple]:
    return isinstance(part, _Simple) and not _is_made(part)


def part(
    points: ArrayLike,
    faces: ArrayLike,
    material: str,
    tint: Tint = WHITE,
    uvs: ArrayLike | None = None,
    smooth: bool = False,
) -> Part:
    """A part of one material.

    Args:
        points: (n, 3). faces: (m, 3) or (m, 4) counter-clockwise from outside.
        uvs: (m, k, 2) in metres; None projects each face along its dominant axis.
    """
    points, faces = np.asarray(points, float).reshape(-1, 3), np.asarray(faces, int)
    faces = faces.reshape(len(faces), -1)
    if faces.shape[1] == 3:
        faces = np.column_stack([faces, np.full(len(faces), -1)])
        if uvs is not None:
            uvs = np.asarray(uvs, float)
            uvs = np.concatenate([uvs, uvs[:, :1]], axis=1)
    uvs = box_uvs(points, faces) if uvs is None else np.asarray(uvs, float)
    m = len(faces)
    tints = np.asarray(tint, float)
    tints = tints if tints.ndim == 2 else _repeated(rgba(tint), m)
    return Part(points, faces, uvs, tints, np.zeros(m, int), (material,), np.full(m, smooth))


def box_uvs(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """UVs (m, 4, 2) by projecting each face along the axis it looks along most."""
    corners = points[faces]
    (ax, ay, az), (bx, by, bz) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    normals = np.abs([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])
    columns = np.array([(1, 2), (0, 2), (0, 1)])[normals.argmax(axis=0)]
    return np.take_along_axis(corners, columns[:, None, :].repeat(4, axis=1), axis=2)


def quad(a: Vec, b: Vec, c: Vec, d: Vec, material: str, tint: Tint = WHITE, uvs: ArrayLike | None = None) -> Part:
    """One quad, counter-clockwise from outside."""
    return quad_of((a, b, c, d), material, tint, uvs)


def quad_of(corners: Sequence[Vec], material: str, tint: Tint = WHITE, uvs: ArrayLike | None = None) -> Part:
    """One quad from its four corners, counter-clockwise from outside; UVs (4, 2) in metres."""
    if uvs is None and np.ndim(tint) == 1:
        return _Simple(tuple(corners), None, material, tint)
    return part(np.array(corners, float), [[0, 1, 2, 3]], material, tint, None if uvs is None else np.array([uvs]))


def sheet(x0: float, x1: float, y0: float, y1: float, z: float, material: str, tint: Tint = WHITE) -> Part:
    """A horizontal rectangle at height `z` that faces up."""
    return quad((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z), material, tint)


def disc(radius: float, x: float, z: float, material: str, tint: Tint = WHITE, sides: int = 28) -> Part:
    """A disc that faces +x, its centre at (x, 0, z)."""
    a = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    points = np.concatenate([np.column_stack([0 * a + x, radius * np.cos(a), z + radius * np.sin(a)]), [[x, 0, z]]])
    i = np.arange(sides)
    return part(points, np.stack([i, (i + 1) % sides, np.full(sides, sides)], axis=1), material, tint)


_BOX_SIDES = ("-x", "+x", "-y", "+y", "-z", "+z")
_CORNERS = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)], float)
# corner index is 4 i + 2 j + k
_BOX = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])

_BOX_CORNER = _BOX[..., None].repeat(2, axis=2)
_BOX_AXES = np.array([(1, 2), (1, 2), (0, 2), (0, 2), (0, 1), (0, 1)])[:, None].repeat(4, axis=1)


def box(low: Vec, high: Vec, material: str, tint: Tint = WHITE, without: Sequence[str] = ()) -> Part:
    """A box between two corners, less the sides named (``"-x"`` … ``"+z"``)."""
    return _Simple((low, high), _rows(tuple(without)), material, tint)


@lru_cache(maxsize=64)
def _rows(without: tuple[str, ...]) -> tuple[int, ...]:
    """Rows of `_BOX` for the sides that remain."""
    return tuple(i for i, side in enumerate(_BOX_SIDES) if side not in without)


def bevelled_box(low: Vec, high: Vec, bevel_m: float, material: str, tint: Tint = WHITE) -> Part:
    """A box whose upper edges are cut off at 45 degrees; no bottom."""
    (x0, y0, z0), (x1, y1, z1), b = low, high, bevel_m
    rings = [
        [(x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)],
        [(x0, y0, z1 - b), (x1, y0, z1 - b), (x1, y1, z1 - b), (x0, y1, z1 - b)],
        [(x0 + b, y0 + b, z1), (x1 - b, y0 + b, z1), (x1 - b, y1 - b, z1), (x0 + b, y1 - b, z1)],
    ]
    faces = [
        [r * 4 + i, r * 4 + (i + 1) % 4, (r + 1) * 4 + (i + 1) % 4, (r + 1) * 4 + i] for r in (0, 1) for i in range(4)
    ]
    return part([p for ring in rings for p in ring], faces + [[8, 9, 10, 11]], material, tint)


def loft(
    rings: np.ndarray,
    material: str,
    tint: Tint = WHITE,
    *,
    closed: bool = True,
    caps: bool = False,
    smooth: bool = True,
) -> Part:
    """A surface lofted over rings (r, n, 3); each ring is counter-clockwise as seen from the side of the last ring."""
    rings = np.asarray(rings, float)
    r, n, _ = rings.shape
    i = np.arange(n if closed else n - 1)
    j = (i + 1) % n
    steps = np.arange(r - 1)[:, None] * n
    faces = np.stack([steps + i, steps + j, steps + n + j, steps + n + i], axis=-1).reshape(-1, 4)
    around = np.linalg.norm(np.diff(np.concatenate([rings, rings[:, :1]], axis=1), axis=1), axis=2).mean(axis=0)
    along = np.linalg.norm(np.diff(rings, axis=0), axis=2).mean(axis=1)
    u, v = np.concatenate([[0], np.cumsum(around)]), np.concatenate([[0], np.cumsum(along)])
    uv = np.zeros((r - 1, len(i), 4, 2))
    uv[..., 0, 0], uv[..., 1, 0], uv[..., 2, 0], uv[..., 3, 0] = u[i], u[i + 1], u[i + 1], u[i]
    uv[..., :2, 1], uv[..., 2:, 1] = v[:-1, None, None], v[1:, None, None]
    skin = part(rings.reshape(-1, 3), faces, material, tint, uv.reshape(-1, 4, 2), smooth)
    if not caps:
        return skin
    parts = [skin]
    for ring, flip in ((rings[0], True), (rings[-1], False)):
        points = np.concatenate([ring, ring.mean(axis=0)[None]])
        fan = np.stack([i, j, np.full(len(i), n)], axis=-1)
        parts.append(part(points, fan[:, ::-1] if flip else fan, material, tint))
    return join(parts)


def lathe(
    profile_rz: Sequence[tuple[float, float]],
    sides: int,
    material: str,
    tint: Tint = WHITE,
    smooth: bool = True,
) -> Part:
    """A surface of revolution: (radius, height) pairs from the bottom up, about the z axis, closed at the top."""
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros(sides)], axis=1)
    rings = np.stack([ring * r + (0, 0, z) for r, z in profile_rz])
    return loft(rings, material, tint, caps=True, smooth=smooth)


def tube(
    path: np.ndarray,
    radius_m: float | np.ndarray,
    sides: int,
    material: str,
    tint: Tint = WHITE,
    caps: bool = True,
) -> Part:
    """A round bar along (k, 3) points; `radius_m` may differ from point to point."""
    path = np.asarray(path, float)
    radius = np.broadcast_to(np.asarray(radius_m, float), (len(path),))
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    up = np.array([0.0, 0.0, 1.0]) if abs(tangent[0, 2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    rings = []
    cosine, sine = np.cos(angles)[:, None], np.sin(angles)[:, None]
    for point, t, r in zip(path, tangent, radius, strict=True):
        side = _cross(up, t)
        side /= math.sqrt(side.dot(side))
        up = _cross(t, side)
        rings.append(point + r * (cosine * side + sine * up))
    return loft(np.array(rings), material, tint, caps=caps)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product of two vectors (3,); numpy's takes many times as long."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def extrude(profile_xy: np.ndarray, length_m: float, material: str, tint: Tint = WHITE, smooth: bool = False) -> Part:
    """A moulding: an open profile (n, 2) in (y, z), extruded along +x; where it rises (+z) its outside is at -y."""
    profile = np.asarray(profile_xy, float)
    n = len(profile)
    a = np.column_stack([np.zeros(n), profile])
    b = np.column_stack([np.full(n, length_m), profile])
    i = np.arange(n - 1)
    faces = np.stack([i, n + i, n + i + 1, i + 1], axis=-1)
    v = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])
    uv = np.zeros((n - 1, 4, 2))
    uv[:, 1:3, 0] = length_m
    uv[:, :2, 1], uv[:, 2:, 1] = v[:-1, None], v[1:, None]
    return part(np.concatenate([a, b]), faces, material, tint, uv, smooth)


def to_mesh(name: str, shape: Part, materials: Mapping[str, bpy.types.Material]) -> bpy.types.Mesh:
    """A Blender mesh with UVs, the tint attribute and material slots."""
    mask = np.ones(shape.faces.shape, bool)
    mask[:, 3] = shape.faces[:, 3] >= 0
    sizes = mask.sum(axis=1)
    mesh = new_mesh(name, shape.points, shape.faces[mask], sizes)
    add_attribute(mesh, UV_MAP, "CORNER", "uv", shape.uvs[mask])
    add_attribute(mesh, TINT, "CORNER", "color", np.repeat(shape.tints.astype(np.float32), sizes, axis=0))
    for material in shape.names:
        mesh.materials.append(materials[material])
    return finish(mesh, shape.materials, shape.smooth)


def to_object(name: str, shape: Part, materials: Mapping[str, bpy.types.Material]) -> bpy.types.Object:
    """A new, unlinked object with its own mesh."""
    return bpy.data.objects.new(name, to_mesh(name, shape, materials))
