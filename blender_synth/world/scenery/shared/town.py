"""What streets, crossings and squares share: furniture that never touches, cameras before mirrors, places for props."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from blender_synth import geometry
from blender_synth.values import Vec2
from blender_synth.world.layout import Area, CameraAnchor, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.shared.street_parts import (
    FURNITURE_SIZE_M,
    Building,
    Car,
    Furniture,
    overlap,
    rectangle,
)

STEP_M = 0.5
"""Cameras' lines are looked at in steps of this."""


class Standing:
    """Furniture placed one by one; what would touch anything is left out.

    Attributes:
        pieces: placed so far. taken: outlines that nothing may touch.
    """

    def __init__(self, first_id: int, taken: Sequence[tuple[Vec2, ...]] = (), z_m: float = 0.0):
        self.pieces: list[Furniture] = []
        self.taken = list(taken)
        self._first_id, self._z_m = first_id, z_m

    def add(
        self, kind: str, xy: Vec2, heading_deg: float, *, scale: float = 1.0, rgb=(0.05, 0.05, 0.055), variant: int = 0,
        crown_m: float = 0.0, gap_m: float = 0.35,
    ) -> bool:  # fmt: skip
        """Place a piece; whether there was room."""
        number = len(self.pieces)
        piece = Furniture(
            instance_id=self._first_id + number,
            name=f"{kind}_{number}",
            kind=kind,
            position_m=(float(xy[0]), float(xy[1]), self._z_m),
            heading_deg=float(heading_deg) % 360.0,
            scale=float(scale),
            rgb=rgb,
            variant=int(variant),
            crown_m=float(crown_m),
        )
        if self.touches(piece.footprint(), gap_m):
            return False
        self.taken.append(piece.footprint())
        self.pieces.append(piece)
        return True

    def add_tree(self, xy: Vec2, turn_deg: float, height_m: float, variant: int) -> bool:
        """Place a tree of some height; its crown counts for nothing, its trunk keeps 0.6 m free."""
        scale = height_m / FURNITURE_SIZE_M["tree"][2]
        return self.add("tree", xy, turn_deg, scale=scale, variant=variant, crown_m=2.6 * scale, gap_m=0.6)

    def touches(self, outline: tuple[Vec2, ...], gap_m: float) -> bool:
        """Whether an outline comes nearer to anything than `gap_m`."""
        return any(overlap(outline, other, gap_m) for other in self.taken)


class Footprints:
    """Outlines of obstacles with the boxes round them, so that few of them need a close look."""

    def __init__(self, obstacles: Sequence[Obstacle]):
        self._outlines = [np.array(o.polygon_xy_m, float) for o in obstacles]
        self._low = np.array([o.min(axis=0) for o in self._outlines]).reshape(-1, 2)
        self._high = np.array([o.max(axis=0) for o in self._outlines]).reshape(-1, 2)

    def reach(self, points_xy_m: np.ndarray, margin_m: float) -> bool:
        """Whether any of some points (n, 2) is nearer than a margin to an outline, or in it."""
        near = (self._low - margin_m <= points_xy_m.max(axis=0)) & (self._high + margin_m >= points_xy_m.min(axis=0))
        return any(
            geometry.in_convex(points_xy_m, self._outlines[number], -margin_m).any()
            for number in np.flatnonzero(near.all(axis=1))
        )


def line_is_free(start, end, footprints: Footprints, areas: Sequence[Area] = (), margin_m: float = 0.4) -> bool:
    """Whether a camera may stand anywhere on a line: in one of some areas, if any are given, and clear of obstacles."""
    start, end = np.array(start, float), np.array(end, float)
    count = max(2, math.ceil(float(np.linalg.norm(end - start)) / STEP_M) + 1)
    line = start + np.linspace(0, 1, count)[:, None] * (end - start)
    if areas and not np.any([geometry.in_convex(line, a.polygon_xy_m) for a in areas], axis=0).all():
        return False
    return not footprints.reach(line, margin_m)


def azimuth_deg(start, end) -> float:
    """Direction from one point of the plane to another."""
    return math.degrees(math.atan2(end[1] - start[1], end[0] - start[0])) % 360.0


def before_mounts(
    mounts: Sequence[MirrorMount],
    areas: Sequence[Area],
    footprints: Footprints,
    ground_z_m: float,
    out_m: float,
    name: str = "mirror",
) -> list[CameraAnchor]:
    """Where passers-by would stand to photograph a mirror or a pane: a few metres along from it, `out_m` before it."""
    anchors = []
    for mount in mounts:
        middle = mount.length_m / 2
        for side, way in (("left", -1.0), ("right", 1.0)):
            near, far = (mount.point_xy_m(middle + way * s, out_m) for s in (2.0, 4.6))
            if not line_is_free(near, far, footprints, areas, 0.3):
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


def on_walls(
    houses: Sequence[Building], base_z_m: float, targets: Sequence[Vec2], trees: Sequence[Furniture], nearest_m: float,
    farthest_m: float,
) -> list[CameraAnchor]:  # fmt: skip
    """Places 0.45 m in front of a wall, over no awning and away from crowns of trees, that look at one of `targets`
    not further than 62 degrees aside."""
    anchors = []
    for house in houses:
        if house.balcony != "none":
            continue
        shops = iter(house.shops)
        for bay in house.ground:
            shop = next(shops) if bay.kind == "shop" else None
            start, end = house.bay_span(bay)
            if end - start < 2.0 or (shop is not None and shop.awning_rgb is not None):
                continue
            a, b = house.point(start + 0.6, 0.45), house.point(end - 0.6, 0.45)
            middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            if any(math.dist(middle, tree.position_m[:2]) < tree.crown_m + 1.2 for tree in trees):
                continue
            for number, target in enumerate(targets):
                facing = azimuth_deg(middle, target)
                aside = (facing - house.facing_deg + 180.0) % 360.0 - 180.0
                in_way = any(_before(middle, facing, tree) for tree in trees)
                if abs(aside) > 62.0 or in_way or not nearest_m < math.dist(middle, target) < farthest_m:
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


def _before(eye: Vec2, facing_deg: float, tree: Furniture) -> bool:
    """Whether a tree's crown fills much of a view."""
    bearing = (azimuth_deg(eye, tree.position_m[:2]) - facing_deg + 180.0) % 360.0 - 180.0
    return abs(bearing) < 30.0 and math.dist(eye, tree.position_m[:2]) < 8.0


def poles_before(eye: Vec2, facing_deg: float, poles: Sequence[Vec2], reach_m: float) -> bool:
    """Whether one of some poles stands nearer than `reach_m` in the middle of a view."""
    for pole in poles:
        bearing = (azimuth_deg(eye, pole) - facing_deg + 180.0) % 360.0 - 180.0
        if abs(bearing) < 30.0 and math.dist(eye, pole) < reach_m:
            return True
    return False


def by_windows(houses: Sequence[Building], base_z_m: float, most: int) -> list[PropSpot]:
    """Places against a wall, under windows."""
    spots = []
    for house in houses:
        for bay in house.ground:
            start, end = house.bay_span(bay)
            x, y = house.point((start + end) / 2, 0.42)
            if bay.kind == "window" and len(spots) < most:
                spots.append(
                    PropSpot(
                        name=f"wall_{house.name}_{bay.first}",
                        use="wall",
                        position_m=(x, y, base_z_m),
                        heading_deg=house.facing_deg,
                        room_m=0.40,
                    )
                )
    return spots


def standing_obstacles(
    buildings: Sequence[Building], furniture: Sequence[Furniture], cars: Sequence[Car]
) -> tuple[Obstacle, ...]:
    """Houses, furniture and cars as obstacles."""
    return (
        *(Obstacle(name=b.name, polygon_xy_m=b.footprint(), height_m=b.eaves_m + 4.0) for b in buildings),
        *(
            Obstacle(name=f.name, polygon_xy_m=f.footprint(), height_m=f.height_m, base_z_m=f.position_m[2])
            for f in furniture
        ),
        *(Obstacle(name=c.name, polygon_xy_m=c.footprint(), height_m=c.height_m) for c in cars),
    )


def square(xy: Vec2, half_m: float) -> tuple[Vec2, ...]:
    """Outline of a square about a place."""
    return rectangle((float(xy[0]), float(xy[1])), 2 * half_m, 2 * half_m, 0.0)
