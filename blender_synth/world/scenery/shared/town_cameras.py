"""Camera positions outdoors: lines that are clear of obstacles, views of mirrors, cameras mounted on walls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from blender_synth import geometry
from blender_synth.values import Vec2
from blender_synth.world.layout import Area, CameraAnchor, MirrorMount, Obstacle
from blender_synth.world.scenery.shared.street_parts import Building, Furniture, GroundBay

LINE_STEP_M = 0.5
"""Lines are tested for obstacles at points this far apart."""
WALL_CAMERA_OUT_M = 0.45
"""Distance of a wall camera from its wall."""
MAX_SIDEWAYS_DEG = 62.0
"""How far a wall camera may turn from the normal of its wall."""


class ObstacleIndex:
    """Outlines of obstacles with their bounding boxes, so that only near ones are tested exactly."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self._outlines = [np.array(o.polygon_xy_m, float) for o in obstacles]
        self._low = np.array([o.min(axis=0) for o in self._outlines]).reshape(-1, 2)
        self._high = np.array([o.max(axis=0) for o in self._outlines]).reshape(-1, 2)

    def any_within(self, points_xy_m: np.ndarray, margin_m: float) -> bool:
        """Whether any of some points (N, 2) is inside an outline or nearer to it than a margin."""
        near = (self._low - margin_m <= points_xy_m.max(axis=0)) & (self._high + margin_m >= points_xy_m.min(axis=0))
        return any(
            geometry.in_convex(points_xy_m, self._outlines[number], -margin_m).any()
            for number in np.flatnonzero(near.all(axis=1))
        )


def line_is_free(
    start_xy: npt.ArrayLike, end_xy: npt.ArrayLike, index: ObstacleIndex, areas: Sequence[Area] = (),
    margin_m: float = 0.4,
) -> bool:  # fmt: skip
    """Whether a camera may stand anywhere on a line: inside one of `areas`, if any, and clear of obstacles."""
    start, end = np.array(start_xy, float), np.array(end_xy, float)
    count = max(2, math.ceil(float(np.linalg.norm(end - start)) / LINE_STEP_M) + 1)
    line = start + np.linspace(0, 1, count)[:, None] * (end - start)
    if areas and not np.any([geometry.in_convex(line, a.polygon_xy_m) for a in areas], axis=0).all():
        return False
    return not index.any_within(line, margin_m)


def azimuth_deg(start_xy: Sequence[float] | np.ndarray, end_xy: Sequence[float] | np.ndarray) -> float:
    """Azimuth of the direction from one point of the plane to another."""
    return math.degrees(math.atan2(end_xy[1] - start_xy[1], end_xy[0] - start_xy[0])) % 360.0


def bearing_deg(viewpoint: Sequence[float], facing_deg: float, target: Sequence[float]) -> float:
    """Angle from the middle of a view to a target, positive to the left, in [-180, 180)."""
    return (azimuth_deg(viewpoint, target) - facing_deg + 180.0) % 360.0 - 180.0


def xy_of(position: Sequence[float]) -> Vec2:
    """The first two coordinates of a position."""
    return (position[0], position[1])


def mirror_cameras(
    mounts: Sequence[MirrorMount],
    areas: Sequence[Area],
    index: ObstacleIndex,
    ground_z_m: float,
    out_m: float,
    name: str = "mirror",
) -> list[CameraAnchor]:
    """Hand-held positions 2 to 4.6 m to the left and right of each mirror, `out_m` in front of it, facing it."""
    anchors = []
    for mount in mounts:
        middle = mount.length_m / 2
        for side, sign in (("left", -1.0), ("right", 1.0)):
            near, far = (mount.point_xy_m(middle + sign * s, out_m) for s in (2.0, 4.6))
            if not line_is_free(near, far, index, areas, 0.3):
                continue
            anchors.append(
                CameraAnchor(
                    name=f"{name}_{side}_{mount.name}",
                    rig="handheld",
                    start_xy_m=(float(near[0]), float(near[1])),
                    end_xy_m=(float(far[0]), float(far[1])),
                    base_z_m=ground_z_m,
                    facing_deg=azimuth_deg((near + far) / 2, mount.point_xy_m(middle)),
                )
            )
    return anchors


def wall_spans(houses: Iterable[Building]) -> Iterable[tuple[Building, GroundBay, Vec2, Vec2]]:
    """Lines in front of ground-floor walls, of at least 0.8 m, where a camera has no awning or balcony above it.

    Yields:
        (house, bay, start, end) of each line.
    """
    for house in houses:
        if house.balcony != "none":
            continue
        shops = iter(house.shops)
        for bay in house.ground:
            shop = next(shops, None) if bay.kind == "shop" else None
            start, end = house.bay_span(bay)
            if end - start < 2.0 or (shop is not None and shop.awning_rgb is not None):
                continue
            yield house, bay, house.point(start + 0.6, WALL_CAMERA_OUT_M), house.point(end - 0.6, WALL_CAMERA_OUT_M)


def wall_cameras(
    houses: Sequence[Building], base_z_m: float, targets: Sequence[Vec2], trees: Sequence[Furniture], nearest_m: float,
    farthest_m: float,
) -> list[CameraAnchor]:  # fmt: skip
    """Surveillance cameras on walls, clear of tree crowns, each facing one of `targets` within a range of distances."""
    anchors = []
    for house, bay, a, b in wall_spans(houses):
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        if any(math.dist(middle, tree.position_m[:2]) < tree.crown_m + 1.2 for tree in trees):
            continue
        for number, target in enumerate(targets):
            facing = azimuth_deg(middle, target)
            sideways = (facing - house.facing_deg + 180.0) % 360.0 - 180.0
            hidden = blocks_view(middle, facing, [xy_of(tree.position_m) for tree in trees], 8.0)
            if abs(sideways) > MAX_SIDEWAYS_DEG or hidden or not nearest_m < math.dist(middle, target) < farthest_m:
                continue
            anchors.append(
                CameraAnchor(
                    name=f"wall_{house.name}_{bay.first}_{number}",
                    rig="cctv",
                    start_xy_m=a,
                    end_xy_m=b,
                    base_z_m=base_z_m,
                    facing_deg=facing,
                )
            )
    return anchors


def blocks_view(viewpoint: Vec2, facing_deg: float, poles: Iterable[Vec2], reach_m: float) -> bool:
    """Whether a pole or trunk stands nearer than `reach_m` within 30 degrees of the middle of a view."""
    return any(
        abs(bearing_deg(viewpoint, facing_deg, pole)) < 30.0 and math.dist(viewpoint, pole) < reach_m for pole in poles
    )
