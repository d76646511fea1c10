"""An independent answer to what the label pass says of any scene: rays traced by Embree over the exported triangles."""

from __future__ import annotations

import numpy as np
import trimesh
from trimesh.ray.ray_pyembree import RayMeshIntersector

from blender_synth.blender.stage import SLOT_PROPERTY, SURFACE_PROPERTY, Stage

_OFF_M = 2e-4
"""Rays start so far on their way from the surface they left."""


class Triangles:
    """All of a stage's triangles in world metres, with ids, surface codes, slots and corner normals."""

    def __init__(self, stage: Stage):
        points, corners, normals, ids, codes, slots = [], [], [], [], [], []
        count = 0
        for number, objects in stage.objects.items():
            for obj in objects:
                mesh, matrix = obj.data, np.array(obj.matrix_world)
                at = np.array([v.co for v in mesh.vertices]) @ matrix[:3, :3].T + matrix[:3, 3]
                triangles = mesh.loop_triangles
                corner_normals = np.array([n.vector for n in mesh.corner_normals]) @ matrix[:3, :3].T
                points.append(at)
                corners.append(np.array([t.vertices for t in triangles]) + count)
                normals.append(corner_normals[np.array([t.loops for t in triangles])])
                count += len(at)
                total = len(triangles)
                ids.append(np.full(total, number))
                codes.append(np.full(total, obj[SURFACE_PROPERTY]))
                slots.append(np.full(total, obj.get(SLOT_PROPERTY, 0.0)))
        self.points, self.corners = np.concatenate(points), np.concatenate(corners)
        self.normals = np.concatenate(normals)
        self.ids, self.codes, self.slots = (np.concatenate(v) for v in (ids, codes, slots))
        self.rays = RayMeshIntersector(trimesh.Trimesh(self.points, self.corners, process=False))

    def hit(self, origin: np.ndarray, direction: np.ndarray):
        """Triangle (N,) or -1, length (N,) or inf, and shading normal (N, 3) of each ray's first hit."""
        found = self.rays.intersects_first(origin, direction)
        lengths, normals = np.full(len(origin), np.inf), np.zeros_like(origin)
        on = found >= 0
        a, b, c = (self.points[self.corners[found[on], k]] for k in range(3))
        flat = np.cross(b - a, c - a)
        o, d = origin[on], direction[on]
        lengths[on] = ((a - o) * flat).sum(1) / (d * flat).sum(1)
        weights = trimesh.triangles.points_to_barycentric(np.stack([a, b, c], axis=1), o + lengths[on][:, None] * d)
        smooth = (np.clip(weights, 0, 1)[:, :, None] * self.normals[found[on]]).sum(1)
        normals[on] = smooth / np.linalg.norm(smooth, axis=1, keepdims=True)
        return found, lengths, normals


def follow(world: Triangles, origin: np.ndarray, direction: np.ndarray, through: bool = False, bounces: int = 4):
    """Where rays (N, 3) end that sharp mirrors reflect: first id, id at the end, chain code, path length, and the point
    (N, 3) there; `through` lets light pass glass."""
    origin, direction = origin.astype(float).copy(), direction.astype(float).copy()
    live = np.ones(len(direction), bool)
    end, code, met = (np.zeros(len(direction), np.int64) for _ in range(3))
    path, first = np.zeros(len(direction)), None
    for _ in range(64):
        if not live.any():
            break
        found, length, normal = world.hit(origin[live], direction[live])
        index = np.flatnonzero(live)
        on = found >= 0
        ids = np.where(on, world.ids[found], 0)
        if first is None:
            first = ids.copy()
        path[index] += length
        codes = np.where(on, world.codes[found], 0.0)
        glass = through & (codes > 1.5)
        mirror = (codes > 0.5) & ~glass & (met[index] < bounces)
        ended = ~glass & ~mirror
        # a mirror met after the last bounce ends the path, unnamed
        end[index[ended]] = np.where(codes[ended] > 0.5, 0, ids[ended])
        turned = index[mirror]
        code[turned] += world.slots[found[mirror]].astype(np.int64) << (6 * met[turned])
        met[turned] += 1
        origin[index[on]] += length[on][:, None] * direction[index[on]]
        n = normal[mirror]
        direction[turned] -= 2 * (direction[turned] * n).sum(1, keepdims=True) * n
        live[index[ended]] = False
        moved = index[~ended]
        origin[moved] += _OFF_M * direction[moved]
        path[moved] += _OFF_M
    return first, end, code, path, origin


def trace(stage: Stage, pose: np.ndarray, k: np.ndarray, shape: tuple[int, int], through: bool = False, bounces=4):
    """Per pixel centre: first id, id at the end, chain code and path length; `through` lets light pass glass."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width] + 0.5
    origin, direction = camera_rays(np.stack([x, y], axis=-1).reshape(-1, 2), pose, k)
    found = follow(Triangles(stage), origin, direction, through, bounces)
    names = ("first", "end", "code", "path")
    return {name: values.reshape(shape) for name, values in zip(names, found, strict=False)}


def camera_rays(pixels: np.ndarray, pose: np.ndarray, k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Origins and unit directions (N, 3) of the rays through pixels (N, 2)."""
    x, y = pixels.T
    rays = np.stack([(x - k[0, 2]) / k[0, 0], (y - k[1, 2]) / k[1, 1], np.ones(len(x))], axis=-1)
    direction = (rays / np.linalg.norm(rays, axis=1, keepdims=True)) @ pose[:3, :3].T
    return np.tile(pose[:3, 3], (len(direction), 1)), direction


def share_agreeing(found: np.ndarray, answer: np.ndarray) -> float:
    """Share of equal pixels."""
    return float((found == answer).mean())


def only_on_edges(found: np.ndarray, answer: np.ndarray) -> bool:
    """Whether every pixel that differs lies on an edge of the answer one pixel wide: a neighbour has what was found."""
    padded = np.pad(answer, 1, mode="edge")
    height, width = answer.shape
    near = [padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]
    wrong = found != answer
    return bool(np.logical_or.reduce([n == found for n in near])[wrong].all())
