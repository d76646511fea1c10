"""Free places on a scene's ground, for props that are scattered instead of standing on the layout's spots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.world.layout import Layout, PropSpot

if TYPE_CHECKING:  # props imports this module
    from blender_synth.world.placement.props import PropSpec

USES = ("pavement", "indoors", "parking")
LARGEST_ROOM_M = 1.5
"""Small enough that scattered props are street furniture and goods, not cars on the pavement."""
_SMALLEST_ROOM_M = 0.15
_TRIES = 20
_GAP_M = 0.1


def free_spots(layout: Layout, props: Sequence[PropSpec], count: int, streams: Streams) -> Iterator[PropSpot]:
    """Spots with the free room around them, which may be small; more candidates than `count`.

    Args:
        layout: of the scene. props: those placed already; the caller may append to it while iterating.
        count: how many props are to be scattered. streams: of the scattering.
    """
    areas = [area for area in layout.areas if area.use in USES]
    if not areas:
        return
    rng = streams.rng("places")
    sizes = np.array([abs(geometry.polygon_area(area.polygon_xy_m)) for area in areas])
    owners = rng.choice(len(areas), size=count * _TRIES, p=sizes / sizes.sum())
    corners = [np.array(area.polygon_xy_m) for area in areas]
    low, high = np.array([c.min(axis=0) for c in corners]), np.array([c.max(axis=0) for c in corners])
    points = low[owners] + rng.random((len(owners), 2)) * (high - low)[owners]
    headings = rng.uniform(0, 360, len(owners))
    room = np.full(len(owners), LARGEST_ROOM_M)
    for number, polygon in enumerate(corners):
        mine = owners == number
        room[mine] = np.minimum(room[mine], -_outside_m(points[mine], polygon))
    for obstacle in layout.obstacles:
        room = np.minimum(room, _outside_m(points, np.array(obstacle.polygon_xy_m)) - _GAP_M)
    for mount in layout.mirror_mounts:  # keep the view of a mirror that may hang there
        along = (points - mount.point_xy_m(0.0)) @ (mount.point_xy_m(1.0) - mount.point_xy_m(0.0))
        out = np.abs((points - mount.point_xy_m(0.0)) @ geometry.direction(mount.facing_deg)[:2])
        before = (along > -0.5) & (along < mount.length_m + 0.5) & (out < mount.depth_m + LARGEST_ROOM_M)
        room[before] = np.minimum(room, out - mount.depth_m)[before]
    taken_xy, taken_m, seen = np.zeros((0, 2)), np.zeros(0), 0
    for number in np.flatnonzero(room > _SMALLEST_ROOM_M):
        if len(props) > seen:
            new = props[seen:]
            taken_xy = np.concatenate([taken_xy, [prop.position_m[:2] for prop in new]])
            taken_m = np.concatenate([taken_m, [_reach_m(prop) for prop in new]])
            seen = len(props)
        left = room[number]
        if len(taken_xy):
            left = min(left, float((np.linalg.norm(taken_xy - points[number], axis=1) - taken_m).min()) - _GAP_M)
        if left > _SMALLEST_ROOM_M:
            area = areas[owners[number]]
            yield PropSpot(
                name=f"scattered_{number}",
                use=area.use,
                position_m=(*points[number].tolist(), area.z_m),
                heading_deg=float(headings[number]),
                room_m=float(left),
            )


def _outside_m(points_xy: np.ndarray, polygon_xy: np.ndarray) -> np.ndarray:
    """(N,) lower bound of the distance of points (N, 2) from a convex counter-clockwise polygon; negative inside."""
    edges = np.roll(polygon_xy, -1, axis=0) - polygon_xy
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1) / np.linalg.norm(edges, axis=1, keepdims=True)
    return (points_xy @ normals.T - (normals * polygon_xy).sum(axis=1)).max(axis=1)


def _reach_m(prop: PropSpec) -> float:
    return float(np.hypot(*np.abs([prop.low_m[:2], prop.high_m[:2]]).max(axis=0)))
