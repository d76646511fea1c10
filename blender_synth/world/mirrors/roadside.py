"""Where traffic mirrors are fixed: to poles by the kerb of a road, and to blank walls and columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from blender_synth import geometry
from blender_synth.world.layout import Area, Layout
from blender_synth.world.mirrors.placement_context import PlacementContext

KERB_M = 0.22
"""From the kerb to a pole."""
_ROAD_WITHIN_M = 6.0
"""Farthest from a kerb to the traffic lanes, across a parking lane."""
_NEAR_M = 4.0
"""Farthest from the place in view that is asked for."""
_COLUMN_M, _TALL_M = 1.5, 2.4
"""Largest side of a column, and least height of what a mirror can hang on."""


@dataclass(frozen=True)
class WallPlace:
    """Attributes:
    foot_m: point (3,) of the wall's base. normal: (3,) into the open. clear_height_m: of the wall.
    mount: name of the mount that it belongs to; None on a column.
    """

    foot_m: np.ndarray
    normal: np.ndarray
    clear_height_m: float
    mount: str | None


def has_roads(layout: Layout) -> bool:
    """Whether there is traffic outdoors."""
    return layout.indoor_c is None and any(area.use == "road" for area in layout.areas)


def kerb_place(context: PlacementContext, rng: np.random.Generator, near_m: float, far_m: float) -> np.ndarray | None:
    """A point (3,) on the ground in view, by the kerb of a road; None where no kerb is near."""
    wanted = context.before_camera(rng, near_m, far_m)
    best, away = None, _NEAR_M
    for start, end, outward, area in _kerbs(context.layout):
        along = end - start
        share = np.clip((wanted - start) @ along / (along @ along), 0.0, 1.0)
        at = start + share * along - KERB_M * outward
        distance = float(np.hypot(*(at - wanted)))
        if distance < away and _road_beyond(context, at, outward):
            best, away = np.array([*at, area.z_m]), distance
    return best


def wall_place(
    context: PlacementContext, rng: np.random.Generator, near_m: float, far_m: float, half_m: float
) -> WallPlace | None:
    """A place in view on a blank wall or a column, `half_m` from its ends; None where there is none near."""
    wanted = context.before_camera(rng, near_m, far_m)
    best, away = None, _NEAR_M
    for start, end, place in (*_blank_walls(context, half_m), *_columns(context)):
        along = end - start
        at = start + np.clip((wanted - start) @ along / max(along @ along, 1e-9), 0.0, 1.0) * along
        distance = float(np.hypot(*(at - wanted)))
        if distance < away and (context.camera_m[:2] - at) @ place.normal[:2] > 0.5:
            foot = np.array([*at, place.foot_m[2]])
            best, away = WallPlace(foot, place.normal, place.clear_height_m, place.mount), distance
    return best


def _kerbs(layout: Layout) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, Area]]:
    """(start, end, outward normal, area) of the edges of pavements, (2,) each."""
    for area in layout.areas:
        if area.use == "pavement":
            corners = np.array(area.polygon_xy_m)
            for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
                along = end - start
                length = float(np.hypot(*along))
                if length > 1.0:
                    yield start, end, np.array([along[1], -along[0]]) / length, area


def _road_beyond(context: PlacementContext, at: np.ndarray, outward: np.ndarray) -> bool:
    """Whether a pavement ends here and a road follows, with no wall and no other pavement between."""
    tall = context.obstacles.high - context.obstacles.low > _TALL_M
    for step in np.arange(KERB_M + 0.2, _ROAD_WITHIN_M, 0.4):
        point = at + step * outward
        if context.ground(point, ("road",)) is not None:
            return True
        blocked = (context.obstacles.holding(point) & tall).any()
        if blocked or context.ground(point, ("pavement", "indoors", "crossing")) is not None:
            return False
    return False


def _blank_walls(context: PlacementContext, half_m: float) -> Iterator[tuple[np.ndarray, np.ndarray, WallPlace]]:
    for mount in context.mounts("wall"):
        if mount.length_m > 2 * half_m and mount.clear_height_m >= _TALL_M:
            start, end = mount.point_xy_m(half_m), mount.point_xy_m(mount.length_m - half_m)
            base = np.array([*start, mount.base_z_m])
            normal = geometry.direction(mount.facing_deg)
            yield start, end, WallPlace(base, normal, mount.clear_height_m, mount.name)


def _columns(context: PlacementContext) -> Iterator[tuple[np.ndarray, np.ndarray, WallPlace]]:
    """Middles of the faces of columns in rooms."""
    if context.layout.indoor_c is None:
        return
    for obstacle in context.layout.obstacles:
        corners = np.array(obstacle.polygon_xy_m)
        if obstacle.height_m < _TALL_M or obstacle.base_z_m > 0.5 or np.ptp(corners, axis=0).max() > _COLUMN_M:
            continue
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            along = end - start
            if (length := float(np.hypot(*along))) > 0.2:
                middle, normal = (start + end) / 2, np.array([along[1], -along[0], 0.0]) / length
                yield middle, middle, WallPlace(np.array([*middle, obstacle.base_z_m]), normal, obstacle.height_m, None)
