"""Areas, mirror mounts, cameras, obstacles and prop spots of crossings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from blender_synth.values import Vec2
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.crosswalk.elements import (
    RAMP_M,
    ROAD_ID,
    WALL_MARGIN_M,
    Arm,
)
from blender_synth.world.scenery.shared.furniture_placer import (
    FurniturePlacer,
)
from blender_synth.world.scenery.shared.houses import blank_walls, glass_hosts, side_mirrors
from blender_synth.world.scenery.shared.street_parts import (
    rectangle,
)
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
    from blender_synth.world.scenery.crosswalk.spec import Spec


def layout_of(spec: Spec) -> Layout:
    """The layout of one crossing."""
    areas, obstacles = _areas(spec), _obstacles(spec)
    near = [b for b in spec.buildings if not b.name.startswith("building_end")]
    mounts = tuple(mount for house in near for mount in blank_walls(house, spec.kerb_step_m))
    hosts = [host for house in near for host in glass_hosts(house, spec.kerb_step_m)]
    hosts += [host for car in spec.cars for host in side_mirrors(car)]
    return Layout(
        areas=areas,
        mirror_mounts=mounts,
        hosts=tuple(hosts),
        cameras=_cameras(spec, areas, obstacles, mounts),
        obstacles=obstacles,
        prop_spots=_prop_spots(spec, obstacles),
        seats=tuple(seat for piece in spec.furniture for seat in piece.seats()),
    )


def _areas(spec: Spec) -> tuple[Area, ...]:
    step = spec.kerb_step_m
    areas: list[Area] = []

    def add(name: str, use: str, polygon: Iterable[Vec2], flow: float | None, ground_id: int) -> None:
        z = 0.0 if use in ("crossing", "road") else step
        areas.append(Area(name=name, use=use, polygon_xy_m=tuple(polygon), z_m=z, flow_deg=flow, ground_id=ground_id))

    for number, arm in enumerate(spec.arms):
        street, other = spec.street(arm), spec.cross_street(arm)
        pavement, before = spec.pavements[number], spec.pavements[(number - 1) % 4]
        wide, flow = street.pavement_m, arm.azimuth_deg % 180.0
        low, high, far = street.kerb_m + RAMP_M, street.kerb_m + wide - WALL_MARGIN_M, street.half_length_m
        start = other.kerb_m + other.pavement_m
        add(f"pavement_{arm.name}_left", "pavement", arm.box(start, far, low, high), flow, pavement.instance_id)
        add(f"pavement_{arm.name}_right", "pavement", arm.box(start, far, -high, -low), flow, before.instance_id)
        add(f"corner_{pavement.name}", "pavement", _corner(spec, arm), None, pavement.instance_id)
        if arm.walks:
            half = arm.zebra.width_m / 2
            shape = arm.box(arm.zebra.x_m - half, arm.zebra.x_m + half, -street.kerb_m, street.kerb_m)
            add(f"crossing_{arm.name}", "crossing", shape, (arm.azimuth_deg + 90.0) % 180.0, ROAD_ID)
    for street in spec.streets:
        lanes = rectangle((0.0, 0.0), 2 * street.half_length_m, street.carriageway_m, 90.0 * (street.name == "y"))
        add(f"lanes_{street.name}", "road", lanes, 90.0 * (street.name == "y"), ROAD_ID)
    return tuple(areas)


def _corner(spec: Spec, arm: Arm) -> list[Vec2]:
    """Outline of the pavement at the corner to the left of an arm: rounded at the kerb, cut off at the houses."""
    street, other, r = spec.street(arm), spec.cross_street(arm), spec.corner_radius_m
    k, q = street.kerb_m, other.kerb_m
    wall_left, wall_along = k + street.pavement_m, q + other.pavement_m
    inset = 0.45
    shape: list[Vec2] = []
    if other.pavement_m - r > 0.05:
        shape.append((wall_along, k + RAMP_M))
    shape += [(wall_along, wall_left - 0.5), (wall_along - 0.5, wall_left)]
    if street.pavement_m - r > 0.05:
        shape.append((q + RAMP_M, wall_left))
    for turn in np.radians(np.linspace(180.0, 270.0, 7)):
        reach = r - inset
        shape.append((q + r + reach * math.cos(turn), k + r + reach * math.sin(turn)))
    return [arm.point(float(u), float(v)) for u, v in shape]


def _obstacles(spec: Spec) -> tuple[Obstacle, ...]:
    poles = (
        Obstacle(name=s.name, polygon_xy_m=s.footprint(), height_m=3.2, base_z_m=spec.kerb_step_m) for s in spec.signals
    )
    islands = (Obstacle(name=f"island_{i}", polygon_xy_m=outline, height_m=1.1) for i, _, outline in spec.islands())
    return (*town_obstacles(spec.buildings, spec.furniture, spec.cars), *poles, *islands)


def _cameras(
    spec: Spec, areas: tuple[Area, ...], obstacles: tuple[Obstacle, ...], mounts: tuple[MirrorMount, ...]
) -> tuple[CameraAnchor, ...]:
    step, index = spec.kerb_step_m, ObstacleIndex(obstacles)
    anchors: list[CameraAnchor] = []
    walkable = [a for a in areas if a.use in ("pavement", "crossing")]
    poles = [xy_of(s.position_m) for s in spec.signals]
    poles += [xy_of(f.position_m) for f in spec.furniture if f.kind in ("lamp", "tree", "sign")]

    def add(name: str, rig: str, start: Vec2, end: Vec2, facing: float, z: float, free: bool = True) -> None:
        if free and not line_is_free(start, end, index, walkable if rig == "handheld" else (), 0.3):
            return
        if rig != "dashcam" and blocks_view(start, facing, poles, 4.5 if rig == "cctv" else 2.2):
            return
        anchors.append(
            CameraAnchor(
                name=name,
                rig=rig,
                start_xy_m=start,
                end_xy_m=end,
                base_z_m=z,
                facing_deg=facing % 360.0,
            )
        )

    for number, arm in enumerate(spec.arms):
        street, other, a = spec.street(arm), spec.cross_street(arm), arm.azimuth_deg
        k, q, wide, zebra = street.kerb_m, other.kerb_m, street.pavement_m, arm.zebra
        if arm.name == spec.free_arm:
            ends = arm.point(arm.stop_m + 5.5, street.lane_m), arm.point(arm.stop_m + 2.2, street.lane_m)
            add("waiting", "dashcam", *ends, a + 180.0, 0.0, free=False)
            ends = arm.point(arm.stop_m + 14.0, street.lane_m), arm.point(arm.stop_m + 6.0, street.lane_m)
            add("approaching", "dashcam", *ends, a + 180.0, 0.0, free=False)
        for side, sign in (("left", 1.0), ("right", -1.0)):
            # at the kerb, looking across the zebra crossing
            for turn in (0.0, 28.0 if number % 2 else -28.0):
                left = sign * (k + RAMP_M + 0.3)
                ends = arm.point(zebra.x_m - 1.0, left), arm.point(zebra.x_m + 1.0, left)
                add(f"over_{arm.name}_{side}_{turn:+.0f}", "handheld", *ends, a - sign * (90.0 + turn), step)
            # on the pavement, approaching the junction, looking at the zebra crossing
            left = sign * (k + RAMP_M + 0.5 * (wide - RAMP_M - WALL_MARGIN_M))
            ends = arm.point(zebra.x_m + 11.0, left), arm.point(zebra.x_m + 5.0, left)
            add(f"towards_{arm.name}_{side}", "handheld", *ends, a + 180.0 + sign * 17.0, step)
            # on the wall of the corner house
            corner = q + other.pavement_m
            wall = sign * (k + wide - 0.45)
            ends = arm.point(corner + 0.8, wall), arm.point(corner + 3.6, wall)
            for name, target in (("zebra", arm.point(zebra.x_m, -0.4 * sign * k)), ("middle", (0.0, 0.0))):
                middle = arm.point(corner + 2.2, wall)
                add(f"corner_{name}_{arm.name}_{side}", "cctv", *ends, azimuth_deg(middle, target), step)
        # at the corner to the left: across the junction, and from a pole along both zebra crossings
        near = arm.point(q + 1.3, k + 1.3), arm.point(q + 1.9, k + 1.9)
        add(f"corner_{arm.name}", "handheld", *near, a + 225.0, step)
        pole = arm.point(q + 1.0, k + 1.0), arm.point(q + 1.3, k + 1.3)
        nxt = spec.arms[(number + 1) % 4]
        for name, target in (
            ("own", arm.point(zebra.x_m + 1.0, 0.0)),
            ("next", nxt.point(nxt.zebra.x_m + 1.0, 0.0)),
        ):
            add(f"pole_{name}_{arm.name}", "cctv", *pole, azimuth_deg(pole[0], target), step)
    houses = [b for b in spec.buildings if not b.name.startswith("building_end")]
    panes = [host for house in houses for host in glass_hosts(house, step) if host.use == "shop"]
    for name, some in (("mirror", mounts), ("pane", panes)):
        close = [m for m in some if math.dist(m.point_xy_m(m.length_m / 2), (0.0, 0.0)) < 19.0]
        for wide in sorted({s.pavement_m for s in spec.streets}):
            cameras = mirror_cameras(close[:8], walkable, index, step, wide - RAMP_M - 0.35, name)
            anchors.extend(c for c in cameras if c.name not in {a.name for a in anchors})
    trees = [f for f in spec.furniture if f.kind == "tree"]
    zebras = [arm.point(arm.zebra.x_m, 0.0) for arm in spec.arms if arm.walks]
    walls = wall_cameras(houses, step, zebras, trees, 6.0, 17.0)
    anchors.extend(c for c in walls if not blocks_view(c.start_xy_m, c.facing_deg, poles, 4.5))
    return tuple(anchors)


def _prop_spots(spec: Spec, obstacles: tuple[Obstacle, ...]) -> tuple[PropSpot, ...]:
    spots: list[PropSpot] = []
    placer = FurniturePlacer(occupied=[o.polygon_xy_m for o in obstacles])
    for arm in spec.arms:
        street = spec.street(arm)
        for side, sign in (("left", 1.0), ("right", -1.0)):
            room = min(0.95, 0.24 * street.pavement_m)
            left, found = sign * (street.kerb_m + 0.15 + room), 0
            for along in np.arange(arm.stop_m + 2.5, street.half_length_m - 4.0, 1.7):
                at = arm.point(float(along), left)
                if found < 2 and not placer.collides(square(at, room), 0.15):
                    spots.append(
                        PropSpot(
                            name=f"kerb_{arm.name}_{side}_{found}",
                            use="edge",
                            position_m=(*at, spec.kerb_step_m),
                            heading_deg=(arm.azimuth_deg - 90.0 * sign) % 360.0,
                            room_m=room,
                        )
                    )
                    placer.occupied.append(square(at, room))
                    found += 1
        if arm.name == spec.free_arm:
            continue
        for along in np.arange(arm.stop_m + 4.0, street.half_length_m - 8.0, 1.3):
            at = arm.point(float(along), street.lane_m)
            lane = arm.box(along - 3.2, along + 3.2, street.lane_m - 1.2, street.lane_m + 1.2)
            if not placer.collides(lane, 0.1):
                spots.append(
                    PropSpot(
                        name=f"lane_{arm.name}",
                        use="road",
                        position_m=(*at, 0.0),
                        heading_deg=(arm.azimuth_deg + 180.0) % 360.0,
                        room_m=2.6,
                        wants=("car", "vehicle"),
                    )
                )
                break
    near = [b for b in spec.buildings if not b.name.startswith("building_end")]
    return (*spots, *window_spots(near, spec.kerb_step_m, 6))
