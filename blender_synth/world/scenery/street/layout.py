"""Where people, mirrors, cameras and props may be placed in this scene."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blender_synth.values import Vec2
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.shared.houses import blank_walls, glass_hosts, side_mirrors
from blender_synth.world.scenery.shared.street_parts import (
    overlap,
    rectangle,
)
from blender_synth.world.scenery.shared.town import standing_obstacles
from blender_synth.world.scenery.street.elements import (
    CAMERA_END_MARGIN_M,
    PARKING_LANE_M,
    ROAD_ID,
    WALL_MARGIN_M,
)

if TYPE_CHECKING:
    from blender_synth.world.scenery.street.spec import Spec


def layout_of(spec: Spec) -> Layout:
    """Where people walk, mirrors hang, cameras stand and props may be put."""
    return Layout(
        areas=_areas(spec),
        mirror_mounts=_mounts(spec),
        hosts=_hosts(spec),
        cameras=_cameras(spec),
        obstacles=_obstacles(spec),
        prop_spots=_prop_spots(spec),
        seats=tuple(seat for piece in spec.furniture for seat in piece.seats()),
    )


def _areas(spec: Spec) -> tuple[Area, ...]:
    half, areas = spec.length_m / 2, []
    for side, sign in (("left", 1), ("right", -1)):
        pavement = spec.pavement(side)
        inner = spec.kerb_y_m + pavement.strip_m
        outer = spec.kerb_y_m + pavement.width_m - WALL_MARGIN_M
        areas.append(
            Area(
                name=pavement.name,
                use="pavement",
                polygon_xy_m=rectangle((0.0, sign * (inner + outer) / 2), 2 * half, outer - inner, 0.0),
                z_m=spec.kerb_step_m,
                flow_deg=0.0,
                ground_id=pavement.instance_id,
            )
        )
    if spec.road.crossing is not None:
        cross = spec.road.crossing
        shape = rectangle((cross.x_m, 0.0), cross.width_m, spec.carriageway_m, 0.0)
        areas.append(
            Area(name="crossing", use="crossing", polygon_xy_m=shape, z_m=0.0, flow_deg=90.0, ground_id=ROAD_ID)
        )
    low = -spec.kerb_y_m + PARKING_LANE_M * spec.parking_right
    high = spec.kerb_y_m - PARKING_LANE_M * spec.parking_left
    lanes = rectangle((0.0, (low + high) / 2), 2 * half, high - low, 0.0)
    areas.append(Area(name="lanes", use="road", polygon_xy_m=lanes, z_m=0.0, flow_deg=0.0, ground_id=ROAD_ID))
    return tuple(areas)


def _mounts(spec: Spec) -> tuple[MirrorMount, ...]:
    mounts = []
    for house in spec.buildings:
        if house.name.startswith(("building_left", "building_right")):
            mounts.extend(blank_walls(house, spec.kerb_step_m))
    return tuple(mounts)


def _hosts(spec: Spec) -> tuple[MirrorMount, ...]:
    """Shopfronts, ground floors that could be clad in glass, and the side mirrors of parked cars."""
    hosts = []
    for house in spec.buildings:
        if house.name.startswith(("building_left", "building_right")):
            hosts.extend(glass_hosts(house, spec.kerb_step_m))
    for car in spec.cars:
        hosts.extend(side_mirrors(car))
    return tuple(hosts)


def _obstacles(spec: Spec) -> tuple[Obstacle, ...]:
    return standing_obstacles(spec.buildings, spec.furniture, spec.cars)


def _cameras(spec: Spec) -> tuple[CameraAnchor, ...]:
    reach = spec.length_m / 2 - CAMERA_END_MARGIN_M
    anchors = [
        CameraAnchor(
            name="lane_right",
            rig="dashcam",
            start_xy_m=(-reach, spec.lane_y_m("right")),
            end_xy_m=(reach - 25.0, spec.lane_y_m("right")),
            base_z_m=0.0,
            facing_deg=0.0,
        ),
        CameraAnchor(
            name="lane_left",
            rig="dashcam",
            start_xy_m=(reach, spec.lane_y_m("left")),
            end_xy_m=(-reach + 25.0, spec.lane_y_m("left")),
            base_z_m=0.0,
            facing_deg=180.0,
        ),
    ]
    for side, sign in (("left", 1), ("right", -1)):
        pavement = spec.pavement(side)
        walk_y = sign * (spec.kerb_y_m + pavement.strip_m + 0.35)
        kerb_y = sign * (spec.kerb_y_m + 0.25)
        out_deg = 270.0 if side == "left" else 90.0
        for name, facing, start, end in (
            ("walk_east", 0.0, -reach, reach - 20.0),
            ("walk_west", 180.0, reach, -reach + 20.0),
        ):
            anchors.append(
                CameraAnchor(
                    name=f"{name}_{side}",
                    rig="handheld",
                    start_xy_m=(start, walk_y),
                    end_xy_m=(end, walk_y),
                    base_z_m=spec.kerb_step_m,
                    facing_deg=facing,
                )
            )
        for low, high in _free_stretches(spec, kerb_y, reach, clear_m=0.6, least_m=2.0)[:3]:
            # across the carriageway, and slanting towards the houses of one's own side, either way along
            turned = 36.0 * sign
            for name, facing in (("across", out_deg), ("slant_east", turned), ("slant_west", 180.0 - turned)):
                anchors.append(
                    CameraAnchor(
                        name=f"{name}_{side}_{low:+.0f}",
                        rig="handheld",
                        start_xy_m=(low, kerb_y),
                        end_xy_m=(high, kerb_y),
                        base_z_m=spec.kerb_step_m,
                        facing_deg=facing % 360.0,
                    )
                )
        anchors.extend(_mount_cameras(spec, side, walk_y, reach))
        anchors.extend(_wall_cameras(spec, side, out_deg, reach))
    return tuple(anchors)


def _mount_cameras(spec: Spec, side: str, walk_y: float, reach: float) -> list[CameraAnchor]:
    """Where passers-by would stand to photograph a mirror: on the same pavement, a few metres along from it."""
    anchors = []
    for mount in _mounts(spec):
        if mount.name.split("_")[1] != side:
            continue
        x = (mount.start_xy_m[0] + mount.end_xy_m[0]) / 2
        for name, way in (("east", -1), ("west", 1)):
            near, far = x + way * 2.0, x + way * 4.6
            if max(abs(near), abs(far)) > reach:
                continue
            facing = math.degrees(math.atan2(mount.start_xy_m[1] - walk_y, x - (near + far) / 2))
            anchors.append(
                CameraAnchor(
                    name=f"mirror_{name}_{mount.name}",
                    rig="handheld",
                    start_xy_m=(near, walk_y),
                    end_xy_m=(far, walk_y),
                    base_z_m=spec.kerb_step_m,
                    facing_deg=facing % 360.0,
                )
            )
    return anchors


def _wall_cameras(spec: Spec, side: str, out_deg: float, reach: float) -> list[CameraAnchor]:
    """Places 0.45 m in front of a wall, over no awning and away from tree crowns, looking along the pavement."""
    anchors: list[CameraAnchor] = []
    crowded: list[int] = []
    for house in spec.buildings:
        if not house.name.startswith(f"building_{side}"):
            continue
        shops = iter(house.shops)
        for bay in house.ground:
            shop = next(shops, None) if bay.kind == "shop" else None
            if (shop is not None and shop.awning_rgb is not None) or house.balcony != "none":
                continue
            start, end = house.bay_span(bay)
            a, b = house.point(start + 0.6, 0.45), house.point(end - 0.6, 0.45)
            if end - start < 2.0 or max(abs(a[0]), abs(b[0])) > reach:
                continue
            middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            facings = []
            for towards in (0.0, 180.0) if middle[0] < 0 else (180.0, 0.0):
                turn = (towards - out_deg + 180.0) % 360.0 - 180.0
                facings.append((out_deg + 0.68 * turn) % 360.0)
            leaves, facing = min(((_leaves_before(spec, middle, f), f) for f in facings), key=lambda pair: pair[0])
            crowded.append(leaves)
            anchors.append(
                CameraAnchor(
                    name=f"wall_{house.name}_{bay.first}",
                    rig="cctv",
                    start_xy_m=a,
                    end_xy_m=b,
                    base_z_m=spec.kerb_step_m,
                    facing_deg=facing,
                )
            )
    least = min(crowded, default=0)
    anchors = [anchor for anchor, leaves in zip(anchors, crowded, strict=True) if leaves == least]
    if anchors:
        return anchors
    y = spec.wall_y_m(side) - math.copysign(0.7, spec.wall_y_m(side))
    turn = 60.0 if side == "left" else -60.0
    return [
        CameraAnchor(
            name=f"wall_{side}",
            rig="cctv",
            start_xy_m=(-reach, y),
            end_xy_m=(-reach + 6.0, y),
            base_z_m=spec.kerb_step_m,
            facing_deg=(out_deg + turn) % 360.0,
        )
    ]


def _leaves_before(spec: Spec, eye: Vec2, facing_deg: float) -> int:
    """How many trees crowd the view of a camera high on a wall: round it, or within 9 m before it."""
    count = 0
    for tree in (f for f in spec.furniture if f.kind == "tree"):
        dx, dy = tree.position_m[0] - eye[0], tree.position_m[1] - eye[1]
        bearing = (math.degrees(math.atan2(dy, dx)) - facing_deg + 180.0) % 360.0 - 180.0
        distance = math.hypot(dx, dy)
        count += distance < tree.crown_m + 0.8 or (abs(bearing) < 38.0 and distance < 9.0)
    return count


def _free_stretches(spec: Spec, y_m: float, reach: float, clear_m: float, least_m: float) -> list[tuple[float, float]]:
    """Stretches along x at `y_m` that keep `clear_m` from furniture and cars, longest first."""
    blocked = []
    for piece in (*spec.furniture, *spec.cars):
        xs, ys = zip(*piece.footprint(), strict=True)
        if min(ys) - clear_m <= y_m <= max(ys) + clear_m:
            blocked.append((min(xs) - clear_m, max(xs) + clear_m))
    free, x = [], -reach
    for low, high in sorted(blocked):
        if low - x >= least_m:
            free.append((x, min(low, reach)))
        x = max(x, high)
    if reach - x >= least_m:
        free.append((x, reach))
    return sorted((s for s in free if s[1] - s[0] >= least_m), key=lambda s: s[0] - s[1])


def _prop_spots(spec: Spec) -> tuple[PropSpot, ...]:
    reach, spots = spec.length_m / 2 - 6.0, []
    taken = [o.polygon_xy_m for o in _obstacles(spec)]
    for side, sign in (("left", 1), ("right", -1)):
        out_deg = 270.0 if side == "left" else 90.0
        pavement = spec.pavement(side)
        room = min(0.95, 0.24 * pavement.width_m)  # a bench fits; three quarters of the width stay free
        y_kerb = sign * (spec.kerb_y_m + 0.15 + room)
        found = 0
        for k in range(int(2 * reach)):
            x = -reach + (k * 7.3) % (2 * reach)
            circle = rectangle((x, y_kerb), 2 * room, 2 * room, 0.0)
            if found < 4 and not any(overlap(circle, t, 0.15) for t in taken) and not spec._on_crossing(x, room):
                spots.append(
                    PropSpot(
                        name=f"kerb_{side}_{found}",
                        use="pavement",
                        position_m=(x, y_kerb, spec.kerb_step_m),
                        heading_deg=out_deg,
                        room_m=room,
                    )
                )
                taken.append(circle)
                found += 1
    for house in spec.buildings:
        if not house.name.startswith(("building_left", "building_right")):
            continue
        for bay in house.ground:
            start, end = house.bay_span(bay)
            x, y = house.point((start + end) / 2, 0.42)
            if bay.kind == "window" and abs(x) < reach and len(spots) < 14:
                spots.append(
                    PropSpot(
                        name=f"wall_{house.name}_{bay.first}",
                        use="wall",
                        position_m=(x, y, spec.kerb_step_m),
                        heading_deg=house.facing_deg,
                        room_m=0.40,
                    )
                )
    return (*spots, *_parking_places(spec))


def _parking_places(spec: Spec) -> list[PropSpot]:
    """Free stretches of the parking lanes, cut into places that hold one vehicle each."""
    places = []
    reach, crossing = spec.length_m / 2 - 6.0, spec.road.crossing
    for side, sign, free in (("left", 1, spec.parking_left), ("right", -1, spec.parking_right)):
        y = sign * (spec.kerb_y_m - PARKING_LANE_M / 2)
        stretches = _free_stretches(spec, y, reach, clear_m=0.3, least_m=3.0) if free else []
        if crossing is not None:  # nobody parks on a crossing or before it
            low, high = (crossing.x_m + way * (crossing.width_m / 2 + 5.0) for way in (-1, 1))
            stretches = [(max(a, c), min(b, d)) for a, b in stretches for c, d in ((a, low), (high, b))]
        for start, end in sorted(s for s in stretches if s[1] - s[0] >= 3.0):
            count = max(1, int((end - start) / 5.6))
            length = (end - start) / count
            for k in range(count):
                places.append(
                    PropSpot(
                        name=f"parking_{side}_{len(places)}",
                        use="parking",
                        position_m=(start + (k + 0.5) * length, y, 0.0),
                        heading_deg=0.0 if side == "right" else 180.0,  # traffic keeps right
                        room_m=PARKING_LANE_M / 2,
                        bay_m=(length - 0.4, PARKING_LANE_M),
                        wants=("vehicle", "car"),
                    )
                )
    return places
