"""An independent answer to what the label pass says: rays against boxes and mirror rectangles, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blender_synth.geometry import ray_lengths


@dataclass(frozen=True)
class Box:
    """Axis-aligned, `low` to `high` in metres."""

    instance_id: int
    low: tuple[float, float, float]
    high: tuple[float, float, float]


@dataclass(frozen=True)
class MirrorRectangle:
    """`corner` plus `u` and `v`, two perpendicular edges in metres; `slot` spells it in a chain."""

    instance_id: int
    slot: int
    corner: tuple[float, float, float]
    u: tuple[float, float, float]
    v: tuple[float, float, float]


def trace(boxes, mirrors, pose, k, shape, bounces=4):
    """Per pixel centre: first id, depth, shown id, chain code and path length (see frames.LABEL_LAYERS)."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width] + 0.5
    rays = np.stack([(x - k[0, 2]) / k[0, 0], (y - k[1, 2]) / k[1, 1], np.ones(shape)], axis=-1)
    direction = (rays / np.linalg.norm(rays, axis=-1, keepdims=True)) @ pose[:3, :3].T
    origin = np.broadcast_to(pose[:3, 3], direction.shape).copy()
    live = np.ones(shape, bool)
    shown, code = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
    path, first = np.zeros(shape), None
    for bounce in range(bounces + 1):
        t, number, slot, normal = _nearest(boxes, mirrors, origin, direction)
        if first is None:
            first = number.copy()
            depth = t / ray_lengths(height, width, k)
        path = np.where(live, path + t, path)
        on_mirror = live & (slot > 0)
        shown = np.where(live & (slot == 0), number, shown)
        if bounce < bounces:
            code += np.where(on_mirror, slot * 64**bounce, 0).astype(np.uint32)
        live = on_mirror
        t = np.where(np.isfinite(t), t, 0.0)
        origin = origin + t[..., None] * direction
        turned = direction - 2 * (direction * normal).sum(-1, keepdims=True) * normal
        direction = np.where(on_mirror[..., None], turned, direction)
        origin = origin + 1e-6 * direction
    return {"first": first, "depth": depth, "shown": np.where(code > 0, shown, 0), "code": code, "path": path}


def _nearest(boxes, mirrors, origin, direction):
    shape = origin.shape[:-1]
    best, number = np.full(shape, np.inf), np.zeros(shape, np.uint32)
    slot, normal = np.zeros(shape, np.uint32), np.zeros((*shape, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        for box in boxes:
            a, b = (np.array(box.low) - origin) / direction, (np.array(box.high) - origin) / direction
            near, far = np.minimum(a, b).max(-1), np.maximum(a, b).min(-1)
            hit = (near <= far) & (near > 1e-5) & (near < best)
            best, number = np.where(hit, near, best), np.where(hit, box.instance_id, number)
            slot = np.where(hit, 0, slot)
        for mirror in mirrors:
            u, v, corner = np.array(mirror.u), np.array(mirror.v), np.array(mirror.corner)
            n = np.cross(u, v) / np.linalg.norm(np.cross(u, v))
            t = ((corner - origin) @ n) / (direction @ n)
            at = origin + t[..., None] * direction - corner
            s, r = at @ u / (u @ u), at @ v / (v @ v)
            hit = (t > 1e-5) & (t < best) & (s >= 0) & (s <= 1) & (r >= 0) & (r <= 1)
            best, number = np.where(hit, t, best), np.where(hit, mirror.instance_id, number)
            slot = np.where(hit, mirror.slot, slot)
            normal = np.where(hit[..., None], n, normal)
    return best, number.astype(np.uint32), slot.astype(np.uint32), normal
