"""Refuses impossible mirrors: two in one place, or one that faces into its wall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth import geometry
from blender_synth.errors import ConfigError
from blender_synth.world.contracts import MirrorSpec, Plane
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.placement_context import Obstacles
from blender_synth.world.mirrors.shapes import in_polygon

_APART_M = 0.02
_AROUND_M = (0.1, 0.25)


def check_mirrors(mirrors: Sequence[MirrorSpec]) -> None:
    """Refuse two mirrors in one place.

    Raises:
        ConfigError: naming both.
    """
    for number, one in enumerate(mirrors):
        for other in mirrors[number + 1 :]:
            if in_one_place(one, other):
                raise ConfigError(
                    "two mirrors are in the same place",
                    key=f"mirrors.{one.kind}",
                    value=[f"mirror_{one.instance_id} ({one.kind})", f"mirror_{other.instance_id} ({other.kind})"],
                    hint="move one of them, or ask for fewer",
                )


def check_mount(mount: MirrorMount, obstacles: Obstacles) -> None:
    """Refuse a mount whose normal points into the wall, or that has no length.

    Raises:
        ConfigError: naming the mount.
    """
    start, end = np.array(mount.start_xy_m), np.array(mount.end_xy_m)
    if mount.use == "car":
        return
    if np.linalg.norm(end - start) < 1e-6 or mount.clear_height_m <= 0:
        raise ConfigError(
            "a mirror on this mount would have no area",
            key=f"layout.mirror_mounts.{mount.name}",
            value=[round(float(np.linalg.norm(end - start)), 3), mount.clear_height_m],
            hint="give the mount a length and a clear height",
        )
    middle, out = (start + end) / 2, geometry.direction(mount.facing_deg)[:2]
    walls = (obstacles.high > mount.base_z_m + 1.0) & (obstacles.high - obstacles.low > 2.0)
    into = np.zeros(len(walls), bool)
    for away in _AROUND_M:  # panes lie behind the building's face, and a wall may be thin
        ahead, behind = (obstacles.holding(middle + step * out) & walls for step in (away, -away))
        if (behind & ~ahead).any():
            return  # the wall is behind the mount, whatever is in front of it
        into |= ahead & ~behind
    for number in np.flatnonzero(into):
        raise ConfigError(
            f"the normal of this mirror's mount points into {obstacles.names[number]}",
            key=f"layout.mirror_mounts.{mount.name}.facing_deg",
            value=mount.facing_deg,
            hint=f"use the azimuth out of the wall, {(mount.facing_deg + 180.0) % 360.0:g}",
        )


def in_one_place(one: MirrorSpec, other: MirrorSpec) -> bool:
    """Whether two mirrors occupy one mount, overlap in one plane, or intersect."""
    if one.mount_name is not None and one.mount_name == other.mount_name:
        return True
    a, b = (np.asarray(spec.corners_m(), float) for spec in (one, other))
    plane, other_plane = one.plane(), other.plane()
    if plane is not None and other_plane is not None:
        return _overlap_in_plane(a, b, plane, other_plane)
    if plane is not None and _lies_off(b, plane):
        return False
    if other_plane is not None and _lies_off(a, other_plane):
        return False
    sizes = [np.ptp(corners, axis=0) / 2 for corners in (a, b)]
    return bool((np.abs(a.mean(axis=0) - b.mean(axis=0)) < sizes[0] + sizes[1] + _APART_M).all())


def _overlap_in_plane(a: np.ndarray, b: np.ndarray, plane: Plane, other_plane: Plane) -> bool:
    """Whether two outlines (N, 3) of flat mirrors lie in one plane and overlap there."""
    (point, normal), (other_point, other_normal) = plane, other_plane
    if abs(float(normal @ other_normal)) < 0.99 or abs(float((other_point - point) @ normal)) > _APART_M:
        return False
    side = np.cross(normal, (1.0, 0.0, 0.0) if abs(normal[2]) > 0.9 else (0.0, 0.0, 1.0))
    side /= np.linalg.norm(side)
    axes = np.stack([side, np.cross(normal, side)], axis=1)
    p, q = (a - point) @ axes, (b - point) @ axes
    middles = (p + np.roll(p, -1, axis=0)) / 2, (q + np.roll(q, -1, axis=0)) / 2
    return bool(
        in_polygon(np.concatenate([q, middles[1], q.mean(axis=0, keepdims=True)]), p).any()
        or in_polygon(np.concatenate([p, middles[0], p.mean(axis=0, keepdims=True)]), q).any()
    )


def _lies_off(body: np.ndarray, plane: Plane) -> bool:
    """Whether a curved mirror, by its corners (N, 3), is further from a plane than half its size."""
    point, normal = plane
    return bool(abs(float((body.mean(axis=0) - point) @ normal)) > 0.5 * np.ptp(body, axis=0).max())
