"""Geometry as numpy arrays: parts are joined, translated and rotated in numpy and become one mesh at the end.

A `Part` has quads and triangles with UVs in metres, a tint per face (three colour channels and one free number that
materials may read) and a material name per face. Creating many Blender objects is slow, arrays are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import bpy
import numpy as np
from numpy.typing import ArrayLike

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
        return replace(self, points=self.points + np.asarray(offset_m, float))

    def turned(self, degrees: float, axis: int = 2) -> Part:
        """A copy turned counter-clockwise about a main axis through the origin."""
        a, b = [i for i in (0, 1, 2) if i != axis] if axis != 1 else (2, 0)
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        points = self.points.copy()
        points[:, a] = c * self.points[:, a] - s * self.points[:, b]
        points[:, b] = s * self.points[:, a] + c * self.points[:, b]
        return replace(self, points=points)

    def scaled(self, factors: float | Vec) -> Part:
        """A copy scaled about the origin; UVs stay."""
        return replace(self, points=self.points * np.asarray(factors, float))

    def painted(self, tint: Tint) -> Part:
        """A copy with one tint on every face."""
        return replace(self, tints=np.tile(rgba(tint), (len(self.faces), 1)))

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


def join(parts: Sequence[Part]) -> Part:
    """All parts as one; parts without faces are ignored."""
    parts = [p for p in parts if len(p.faces)]
    names = tuple(dict.fromkeys(name for p in parts for name in p.names))
    faces, materials, first = [], [], 0
    for p in parts:
        faces.append(np.where(p.faces >= 0, p.faces + first, -1))
        materials.append(np.array([names.index(name) for name in p.names])[p.materials])
        first += len(p.points)
    return Part(
        np.concatenate([p.points for p in parts]),
        np.concatenate(faces),
        np.concatenate([p.uvs for p in parts]),
        np.concatenate([p.tints for p in parts]),
        np.concatenate(materials),
        names,
        np.concatenate([p.smooth for p in parts]),
    )


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
    tints = tints if tints.ndim == 2 else np.tile(rgba(tint), (m, 1))
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
    low, high = np.asarray(low, float), np.asarray(high, float)
    points = low + _CORNERS * (high - low)
    uvs = points[_BOX_CORNER, _BOX_AXES]
    if without:
        keep = [i for i, side in enumerate(_BOX_SIDES) if side not in without]
        return part(points, _BOX[keep], material, tint, uvs[keep])
    return part(points, _BOX, material, tint, uvs)


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
    for point, t, r in zip(path, tangent, radius, strict=True):
        side = np.cross(up, t)
        side /= np.linalg.norm(side)
        up = np.cross(t, side)
        rings.append(point + r * (np.cos(angles)[:, None] * side + np.sin(angles)[:, None] * up))
    return loft(np.array(rings), material, tint, caps=caps)


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
    mesh = bpy.data.meshes.new(name)
    mask = np.ones(shape.faces.shape, bool)
    mask[:, 3] = shape.faces[:, 3] >= 0
    sizes = mask.sum(axis=1)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    mesh.vertices.add(len(shape.points))
    mesh.loops.add(int(sizes.sum()))
    mesh.polygons.add(len(shape.faces))
    mesh.vertices.foreach_set("co", shape.points.astype(np.float32).ravel())
    mesh.loops.foreach_set("vertex_index", shape.faces[mask].astype(np.int32))
    mesh.polygons.foreach_set("loop_start", starts.astype(np.int32))
    mesh.polygons.foreach_set("material_index", shape.materials.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", shape.smooth)
    mesh.uv_layers.new(name="uv").data.foreach_set("uv", shape.uvs[mask].astype(np.float32).ravel())
    tints = mesh.attributes.new(TINT, "FLOAT_COLOR", "CORNER")
    tints.data.foreach_set("color", np.repeat(shape.tints, sizes, axis=0).astype(np.float32).ravel())
    for material in shape.names:
        mesh.materials.append(materials[material])
    mesh.update(calc_edges=True)
    return mesh


def to_object(name: str, shape: Part, materials: Mapping[str, bpy.types.Material]) -> bpy.types.Object:
    """A new, unlinked object with its own mesh."""
    return bpy.data.objects.new(name, to_mesh(name, shape, materials))
