"""Areas, mirror mounts, cameras, obstacles and prop spots of squares."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.plaza.elements import (
    INWARD,
    PAVING_ID,
    SIDES,
    WALL_MARGIN_M,
)
from blender_synth.world.scenery.shared.furniture_placer import (
    FurniturePlacer,
)
from blender_synth.world.scenery.shared.houses import blank_walls, glass_hosts
from blender_synth.world.scenery.shared.street_parts import Building, rectangle
from blender_synth.world.scenery.shared.town import (
    square,
    town_obstacles,
    window_spots,
)
from blender_synth.world.scenery.shared.town_cameras import (
    ObstacleIndex,
    azimuth_deg,
    blocks_view,
    line_is_free,
    mirror_cameras,
    wall_cameras,
    xy_of,
)

if TYPE_CHECKING:
    from blender_synth.world.scenery.plaza.spec import Spec


def layout_of(spec: Spec) -> Layout:
    """The layout of one square."""
    obstacles, areas = _obstacles(spec), _areas(spec)
    front = [b for b in spec.buildings if not b.name.startswith("building_end")]
    mounts = tuple(mount for house in front for mount in blank_walls(house, 0.0))
    return Layout(
        areas=areas,
        mirror_mounts=mounts,
        hosts=tuple(host for house in front for host in glass_hosts(house, 0.0)),
        cameras=_cameras(spec, areas, obstacles, mounts, front),
        obstacles=obstacles,
        prop_spots=_prop_spots(spec, obstacles, front),
        seats=tuple(seat for piece in spec.furniture for seat in piece.seats()),
    )


def _areas(spec: Spec) -> tuple[Area, ...]:
    wide, deep = (s - 2 * WALL_MARGIN_M for s in spec.size_m)
    areas = [
        Area(
            name="plaza",
            use="pavement",
            polygon_xy_m=rectangle((0.0, 0.0), wide, deep, 0.0),
            ground_id=PAVING_ID,
        )
    ]
    for alley in spec.alleys:
        areas.append(
            Area(
                name=f"alley_{alley.side}",
                use="pavement",
                polygon_xy_m=alley.box(WALL_MARGIN_M),
                flow_deg=alley.facing_deg % 180.0,
                ground_id=PAVING_ID,
            )
        )
    return tuple(areas)


def _obstacles(spec: Spec) -> tuple[Obstacle, ...]:
    standing = town_obstacles(spec.buildings, spec.furniture, ())
    if spec.centre.kind == "none":
        return standing
    low = min(spec.centre.height_m, 1.2) if spec.centre.kind == "fountain" else spec.centre.height_m
    return (*standing, Obstacle(name="centre", polygon_xy_m=spec.centre.outline(), height_m=low))


def _cameras(
    spec: Spec,
    areas: tuple[Area, ...],
    obstacles: tuple[Obstacle, ...],
    mounts: tuple[MirrorMount, ...],
    front: list[Building],
) -> tuple[CameraAnchor, ...]:
    anchors: list[CameraAnchor] = []
    index = ObstacleIndex(obstacles)
    poles = [xy_of(f.position_m) for f in spec.furniture if f.kind in ("lamp", "tree", "parasol", "sign")]
    bulky = [xy_of(f.position_m) for f in spec.furniture if f.kind in ("stall", "parasol")]
    half_x, half_y = (s / 2 for s in spec.size_m)
    middle = spec.centre.xy_m
    targets = (middle, (middle[0] - 0.45 * half_x, middle[1]), (middle[0] + 0.45 * half_x, middle[1]))
    for side, (nx, ny) in zip(SIDES, INWARD, strict=True):
        half, reach = (half_y, half_x) if ny else (half_x, half_y)
        for out in (1.6, 0.42 * half):
            for k0, t in enumerate(np.arange(-reach + 2.5, reach - 4.5, 5.0)):
                a, b = ((-nx * (half - out) + abs(ny) * s, -ny * (half - out) + abs(nx) * s) for s in (t, t + 2.0))
                for number in ((k0 + k) % len(targets) for k in range(len(targets))):
                    target = targets[number]
                    facing = azimuth_deg(a, target)
                    sideways = abs((facing - math.degrees(math.atan2(ny, nx)) + 180.0) % 360.0 - 180.0)
                    far = math.dist(a, target) > 7.0
                    if sideways > 55.0 or not far or not line_is_free(a, b, index, areas, 0.35):
                        continue
                    if blocks_view(a, facing, poles, 2.4) or blocks_view(a, facing, bulky, 4.5):
                        continue
                    anchors.append(
                        CameraAnchor(
                            name=f"edge_{side}_{out:.0f}_{t:+.0f}_{number}",
                            rig="handheld",
                            start_xy_m=(float(a[0]), float(a[1])),
                            end_xy_m=(float(b[0]), float(b[1])),
                            base_z_m=0.0,
                            facing_deg=facing,
                        )
                    )
                    break
    for name, out in (("mirror", 1.9), ("mirror_far", 3.4)):
        anchors.extend(mirror_cameras(mounts, areas, index, 0.0, out, name))
    panes = [host for house in front for host in glass_hosts(house, 0.0) if host.use == "shop"]
    anchors.extend(mirror_cameras(panes[:: max(1, len(panes) // 8)], areas, index, 0.0, 2.2, "pane"))
    trees = [f for f in spec.furniture if f.crown_m > 0]
    anchors.extend(wall_cameras(front, 0.0, targets, trees, 7.0, 34.0))
    return tuple(anchors)


def _prop_spots(spec: Spec, obstacles: tuple[Obstacle, ...], front: list[Building]) -> tuple[PropSpot, ...]:
    spots: list[PropSpot] = []
    free = FurniturePlacer(occupied=[o.polygon_xy_m for o in obstacles])
    wide, deep = (s / 2 - 2.2 for s in spec.size_m)
    for k in range(400):
        at = ((k * 7.31) % (2 * wide) - wide, (k * 4.17) % (2 * deep) - deep)
        if len(spots) == 9 or free.collides(square(at, 1.0), 0.5):
            continue
        free.occupied.append(square(at, 1.0))
        spots.append(
            PropSpot(
                name=f"open_{len(spots)}",
                use="pavement",
                position_m=(float(at[0]), float(at[1]), 0.0),
                heading_deg=azimuth_deg(at, spec.centre.xy_m),
                room_m=1.0,
            )
        )
    furniture = FurniturePlacer(occupied=[f.footprint() for f in spec.furniture])
    walls = [s for s in window_spots(front, 0.0, 40) if not furniture.collides(square(s.position_m, 0.4), 0.1)]
    return (*spots, *walls[:8])
