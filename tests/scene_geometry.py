"""Faults of built scenes, found on their triangles: coplanar faces, feet off the ground, bodies that intersect.

It reads what `Stage.triangles` gives and knows nothing of how the scenes are placed.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
import trimesh
from trimesh.ray.ray_pyembree import RayMeshIntersector

from blender_synth import geometry
from blender_synth.blender import build
from blender_synth.blender.stage import UNSEEN_PROPERTY, Stage
from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import SceneSpec

COPLANAR_M = 2e-4
"""Faces that are nearer than this flicker: the precision of a ray's origin 20 m from the camera, and some."""
_LEAST_FACE_M2 = 2e-5
_LEAST_OVERLAP_M2 = 1e-4
OFF_M = 0.02
"""How far a sole may be from what it stands on."""
SEAT_OFF_M, BACK_GIVES_M = 0.05, 0.05
"""How far a seat may be from the height that its sitter is posed for, and how far a back sinks into what is behind."""
TOUCH_M = 0.02
"""Extent of an intersection that is a touch only."""


@dataclass(frozen=True)
class Fault:
    """One fault: its kind, the names of what takes part, where it is, and its size (m or m²)."""

    kind: str
    names: tuple[str, str]
    size: float
    point_m: tuple[float, float, float]

    def __str__(self) -> str:
        x, y, z = self.point_m
        return f"{self.kind}: {self.names[0]} / {self.names[1]}: {self.size:.4f} at ({x:.2f}, {y:.2f}, {z:.2f})"


class Mesh:
    """Triangles of some instances, with the instance of each."""

    def __init__(self, stage: Stage, numbers: list[int]):
        points, corners, ids, offset = [np.empty((0, 3))], [np.empty((0, 3), int)], [np.empty(0, int)], 0
        for number in numbers:
            if any(obj.get(UNSEEN_PROPERTY) for obj in stage.objects[number]):
                continue
            vertices, triangles = stage.triangles(number)
            points.append(vertices)
            corners.append(triangles + offset)
            ids.append(np.full(len(triangles), number))
            offset += len(vertices)
        self.points, self.corners, self.ids = np.concatenate(points), np.concatenate(corners), np.concatenate(ids)
        self._rays: RayMeshIntersector | None = None

    def moved(self, by_m: np.ndarray) -> Mesh:
        """The same, moved by (3,) metres."""
        other = copy.copy(self)
        other.points, other._rays = self.points + by_m, None
        return other

    def first(self, origin: np.ndarray, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Triangle (N,) or -1 and length (N,) or inf of rays from (N, 3) along unit vectors (N, 3)."""
        if self._rays is None:
            self._rays = RayMeshIntersector(trimesh.Trimesh(self.points, self.corners, process=False))
        found = self._rays.intersects_first(origin, direction) if len(origin) else np.empty(0, int)
        length, hit = np.full(len(origin), np.inf), found >= 0
        a, b, c = (self.points[self.corners[found[hit], k]] for k in range(3))
        normal = np.cross(b - a, c - a)
        with np.errstate(divide="ignore", invalid="ignore"):
            length[hit] = ((a - origin[hit]) * normal).sum(1) / (direction[hit] * normal).sum(1)
        return found, length


class BuiltScene:
    """A scene of a config, built in this process' Blender."""

    def __init__(self, overrides: list[str], index: int = 0):
        settings = compose(overrides)
        packs = tuple(find_packs(settings.packs, "stop"))
        self.spec: SceneSpec = sample_scene(settings, packs, index)
        folder = settings.scenery.folder
        self.stage = build.build_scene(self.spec, {pack.name: pack.folder for pack in packs}, Path(folder))
        bpy.context.view_layer.update()  # matrices are stale until then
        self.names = {entry.instance_id: entry.name for entry in self.spec.labelled_instances()}
        people = [entry.instance_id for person in self.spec.people for entry in person.labelled_instances()]
        self.things = Mesh(self.stage, [n for n in self.stage.objects if n not in people and n > 0])
        self.parts = {
            person.instance_id: [
                e.instance_id for e in person.labelled_instances() if e.instance_id in self.stage.objects
            ]
            for person in self.spec.people
        }
        self.bodies = {number: Mesh(self.stage, parts) for number, parts in self.parts.items()}

    def name(self, number: int) -> str:
        """Of an instance."""
        return self.names.get(number, str(number))

    def faults(self) -> list[Fault]:
        """Everything that is wrong."""
        return [*self.coplanar(), *self.off_ground(), *self.intersecting()]

    # --- coplanar faces

    def _viewpoints(self) -> np.ndarray:
        rng = np.random.default_rng(0)
        points = [np.array([self.spec.camera.position_m])]
        for area in self.spec.scenery.layout().areas:
            corners = np.array(area.polygon_xy_m)
            weights = rng.dirichlet(np.ones(len(corners)), 12)
            points.append(np.c_[weights @ corners, area.z_m + rng.uniform(0.4, 2.3, 12)])
        return np.concatenate(points)

    def coplanar(self) -> list[Fault]:
        """Faces of different instances in one plane that overlap where somebody can see it; one fault a pair."""
        mesh, views = self.things, self._viewpoints()
        found: dict[tuple[int, int], Fault] = {}
        for first, second in _near_pairs(mesh):
            a, b = mesh.points[mesh.corners[first]], mesh.points[mesh.corners[second]]
            overlap = _overlap(a, b)
            if overlap is None:
                continue
            area, middle = overlap
            lower, upper = sorted((int(mesh.ids[first]), int(mesh.ids[second])))
            before = found.get((lower, upper))
            if area < _LEAST_OVERLAP_M2 or (before is not None and before.size >= area):
                continue
            if self._visible(middle, views):
                names = (self.name(lower), self.name(upper))
                found[lower, upper] = Fault("coplanar", names, area, tuple(middle.tolist()))
        return list(found.values())

    def _visible(self, point: np.ndarray, views: np.ndarray) -> bool:
        way = views - point
        reach = np.linalg.norm(way, axis=1)
        near = (reach > 0.05) & (reach < 25.0)
        direction = way[near] / reach[near, None]
        _, length = self.things.first(point + 5e-4 * direction, direction)
        return bool((length > reach[near] - 0.01).any())

    # --- feet and seats

    def off_ground(self) -> list[Fault]:
        """People whose soles, or what they push and pull, are above or below the ground; and seats of another height
        than who sits on them."""
        faults = []
        for person in self.spec.people:
            points = np.unique(np.round(self.bodies[person.instance_id].points, 4), axis=0)
            low = points[points[:, 2] < points[:, 2].min() + 0.12]
            start = low + np.array([0.0, 0.0, 0.15 if _sits(person) else 0.4])
            found, length = self.things.first(start, np.tile([0.0, 0.0, -1.0], (len(low), 1)))
            above_m = np.where(found >= 0, low[:, 2] - (start[:, 2] - length), np.inf)
            worst = int(above_m.argmin())
            if abs(above_m[worst]) > OFF_M and not (_sits(person) and above_m[worst] > 0):  # short legs hang
                kind = "sunk" if above_m[worst] < 0 else "floating"
                under = self.name(int(self.things.ids[found[worst]])) if found[worst] >= 0 else "nothing"
                names = (_describe(person), under)
                faults.append(Fault(kind, names, float(abs(above_m[worst])), tuple(low[worst].tolist())))
            if _sits(person):
                seat_z = person.position_m[2] + person.pose.seat_m
                start = np.array([[*person.position_m[:2], seat_z + 0.3]])
                found, length = self.things.first(start, np.array([[0.0, 0.0, -1.0]]))
                off = float(abs(length[0] - 0.3))
                if off > SEAT_OFF_M:
                    under = self.name(int(self.things.ids[found[0]])) if found[0] >= 0 else "nothing"
                    faults.append(Fault("seat", (_describe(person), under), off, tuple(start[0].tolist())))
        return faults

    # --- intersections

    def intersecting(self) -> list[Fault]:
        """Bodies, with what they carry, that intersect each other or a thing above the ankle."""
        faults, people = [], list(self.spec.people)
        for n, person in enumerate(people):
            body = self.bodies[person.instance_id]
            for other in people[:n]:
                points, _ = _crossings(body, self.bodies[other.instance_id])
                faults += _met(_describe(person), points, np.zeros(len(points), int), {0: _describe(other)})
            low_m = person.position_m[2] + (person.pose.seat_m + 0.12 if _sits(person) else 0.12)
            if _sits(person):  # upholstery and flesh give way
                body = body.moved(BACK_GIVES_M * geometry.direction(person.heading_deg))
            points, triangles = _crossings(body, self.things, low_m)
            faults += _met(_describe(person), points, self.things.ids[triangles], self.names)
        return faults


def _sits(person) -> bool:
    return getattr(getattr(person, "pose", None), "legs", "") == "sit"


def _describe(person) -> str:
    pose = getattr(person, "pose", None)
    return f"person_{person.instance_id}({pose.activity if pose else person.kind})"


def _met(person: str, points: np.ndarray, ids: np.ndarray, names: dict[int, str]) -> Iterator[Fault]:
    """A fault for each instance whose crossings extend further than a touch."""
    for number in np.unique(ids):
        here = points[ids == number]
        size = float(np.ptp(here, axis=0).max())
        if size > TOUCH_M:
            yield Fault("intersects", (person, names.get(int(number), "?")), size, tuple(here.mean(0).tolist()))


def _near_pairs(mesh: Mesh) -> Iterator[tuple[int, int]]:
    """Pairs of triangles of different instances in about one plane whose boxes overlap."""
    a, b, c = (mesh.points[mesh.corners[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    twice = np.linalg.norm(normal, axis=1)
    large = np.flatnonzero(twice > 2 * _LEAST_FACE_M2)
    normal = normal[large] / twice[large, None]
    main = np.abs(normal).argmax(1)
    normal *= np.sign(normal[np.arange(len(large)), main])[:, None]
    middle = (a[large] + b[large] + c[large]) / 3
    offset = (normal * middle).sum(1)
    turned = np.round(normal, 3)
    key = np.c_[turned, np.round(offset / 0.005)].astype(np.float64)
    low = np.minimum(np.minimum(a, b), c)[large]
    high = np.maximum(np.maximum(a, b), c)[large]
    shifts = (np.zeros(4), np.array([0, 0, 0, 0.5]))
    for shift in shifts:
        grid = key if not shift.any() else np.c_[turned, np.round(offset / 0.005 + 0.5)]
        _, inverse = np.unique(grid, axis=0, return_inverse=True)
        inverse = inverse.ravel()
        order = np.argsort(inverse, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(inverse[order]) > 0, True])
        for start, stop in itertools.pairwise(starts):
            members = order[start:stop]
            if stop - start < 2 or len(np.unique(mesh.ids[large[members]])) < 2:
                continue
            yield from _box_pairs(mesh, large, members, low, high, normal, offset)


def _box_pairs(mesh, large, members, low, high, normal, offset) -> Iterator[tuple[int, int]]:
    members = members[np.argsort(low[members, 0])]
    ids, lows, highs = mesh.ids[large[members]], low[members], high[members]
    for n in range(len(members)):
        last = np.searchsorted(lows[:, 0], highs[n, 0])
        rest = np.arange(n + 1, last)
        if not len(rest):
            continue
        rest = rest[
            (ids[rest] != ids[n])
            & (lows[rest, 1] <= highs[n, 1]) & (highs[rest, 1] >= lows[n, 1])
            & (lows[rest, 2] <= highs[n, 2] + 1e-3) & (highs[rest, 2] >= lows[n, 2] - 1e-3)
            & (np.abs(offset[members[rest]] - offset[members[n]]) < 0.003)
        ]  # fmt: skip
        for m in rest:
            yield int(large[members[n]]), int(large[members[m]])


def _overlap(a: np.ndarray, b: np.ndarray) -> tuple[float, np.ndarray] | None:
    """Area and middle (3,) of the overlap of two triangles (3, 3) in one plane; None where they are not in one."""
    normal = np.cross(a[1] - a[0], a[2] - a[0])
    normal /= np.linalg.norm(normal)
    if np.abs((b - a[0]) @ normal).max() > COPLANAR_M * 5:
        return None
    u = a[1] - a[0]
    u /= np.linalg.norm(u)
    v = np.cross(normal, u)
    flat_a, flat_b = (np.c_[(t - a[0]) @ u, (t - a[0]) @ v] for t in (a, b))
    if _signed(flat_b) < 0:
        flat_b = flat_b[::-1]
    polygon = flat_a
    for p, q in zip(flat_b, np.roll(flat_b, -1, 0), strict=True):
        polygon = _clipped(polygon, p, q)
        if len(polygon) < 3:
            return None
    area = abs(_signed(polygon))
    x, y = polygon.mean(0)
    point = a[0] + x * u + y * v
    gap = abs((b[0] - point) @ np.cross(b[1] - b[0], b[2] - b[0])) / np.linalg.norm(np.cross(b[1] - b[0], b[2] - b[0]))
    return (area, point) if gap < COPLANAR_M else None


def _signed(p: np.ndarray) -> float:
    q = np.roll(p, -1, 0)
    return float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum() / 2)


def _clipped(polygon: np.ndarray, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The part of a polygon left of the line from p to q (Sutherland-Hodgman)."""
    side = (q[0] - p[0]) * (polygon[:, 1] - p[1]) - (q[1] - p[1]) * (polygon[:, 0] - p[0])
    out = []
    for n in range(len(polygon)):
        m = (n + 1) % len(polygon)
        if side[n] >= 0:
            out.append(polygon[n])
        if (side[n] >= 0) != (side[m] >= 0):
            out.append(polygon[n] + (polygon[m] - polygon[n]) * side[n] / (side[n] - side[m]))
    return np.array(out) if out else np.empty((0, 2))


def _crossings(body: Mesh, other: Mesh, above_m: float = -np.inf) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3) where edges of one mesh cross faces of the other, and the triangles (N,) of `other` there."""
    low, high = body.points.min(0), body.points.max(0)
    low[2] = max(low[2], above_m)
    points, triangles = [np.empty((0, 3))], [np.empty(0, int)]
    for edges_of, faces_of in ((body, other), (other, body)):
        corners = edges_of.points[edges_of.corners]
        inside = np.flatnonzero((corners.min(1) <= high).all(1) & (corners.max(1) >= low).all(1))
        if faces_of is body or edges_of is body:
            other_low, other_high = faces_of.points.min(0), faces_of.points.max(0)
            inside = inside[((corners[inside].min(1) <= other_high) & (corners[inside].max(1) >= other_low)).all(1)]
        start = corners[inside].reshape(-1, 3)
        stop = corners[inside][:, [1, 2, 0]].reshape(-1, 3)
        length = np.linalg.norm(stop - start, axis=1)
        good = length > 1e-6
        start, stop, length = start[good], stop[good], length[good]
        owner = np.repeat(inside, 3)[good]
        direction = (stop - start) / length[:, None]
        found, hit_m = faces_of.first(start, direction)
        on = (found >= 0) & (hit_m < length)
        where = start[on] + hit_m[on, None] * direction[on]
        high_enough = (where[:, 2] > low[2]) & (where >= low).all(1) & (where <= high).all(1)
        points.append(where[high_enough])
        triangles.append((found[on] if faces_of is other else owner[on])[high_enough])
    return np.concatenate(points), np.concatenate(triangles)
