"""Areas, mirror mounts, cameras, obstacles and prop spots of streets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blender_synth.values import Vec2
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.shared.furniture_placer import FurniturePlacer
from blender_synth.world.scenery.shared.houses import blank_walls, glass_hosts, side_mirrors
from blender_synth.world.scenery.shared.street_parts import Building, Car, Furniture, rectangle
from blender_synth.world.scenery.shared.town import front_houses, kerb_spot, square, town_obstacles, window_spots
from blender_synth.world.scenery.shared.town_cameras import azimuth_deg, bearing_deg, wall_spans
from blender_synth.world.scenery.street.elements import (
    CAMERA_END_MARGIN_M,
    FRONT_ROWS,
    PARKING_LANE_M,
    ROAD_ID,
    SIDES,
    WALL_MARGIN_M,
    Side,
)

if TYPE_CHECKING:
    from blender_synth.world.scenery.street.spec import Spec

TOWARDS_ROAD_DEG: dict[Side, float] = {"left": 270.0, "right": 90.0}


def layout_of(spec: Spec) -> Layout:
    """The layout of one street."""
    houses = front_houses(spec.buildings, FRONT_ROWS)
    mounts = tuple(mount for house in houses for mount in blank_walls(house, spec.kerb_step_m))
    hosts = [host for house in houses for host in glass_hosts(house, spec.kerb_step_m)]
    hosts += [host for car in spec.cars for host in side_mirrors(car)]
    obstacles = town_obstacles(spec.buildings, spec.furniture, spec.cars)
    return Layout(
        areas=_areas(spec),
        mirror_mounts=mounts,
        hosts=tuple(hosts),
        cameras=_cameras(spec, mounts),
        obstacles=obstacles,
        prop_spots=_prop_spots(spec, houses, obstacles),
        seats=tuple(seat for piece in spec.furniture for seat in piece.seats()),
    )


def _areas(spec: Spec) -> tuple[Area, ...]:
    half, areas = spec.length_m / 2, []
    for side, sign in SIDES:
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
    low, high = spec.lanes_y_m
    lanes = rectangle((0.0, (low + high) / 2), 2 * half, high - low, 0.0)
    areas.append(Area(name="lanes", use="road", polygon_xy_m=lanes, z_m=0.0, flow_deg=0.0, ground_id=ROAD_ID))
    return tuple(areas)


def _cameras(spec: Spec, mounts: tuple[MirrorMount, ...]) -> tuple[CameraAnchor, ...]:
    reach = spec.length_m / 2 - CAMERA_END_MARGIN_M
    anchors: list[CameraAnchor] = []

    def add(name: str, rig: str, y: float, x: tuple[float, float], facing_deg: float) -> None:
        z = 0.0 if rig == "dashcam" else spec.kerb_step_m
        anchors.append(
            CameraAnchor(
                name=name,
                rig=rig,
                start_xy_m=(x[0], y),
                end_xy_m=(x[1], y),
                base_z_m=z,
                facing_deg=facing_deg % 360.0,
            )
        )

    add("lane_right", "dashcam", spec.lane_y_m("right"), (-reach, reach - 25.0), 0.0)
    add("lane_left", "dashcam", spec.lane_y_m("left"), (reach, -reach + 25.0), 180.0)
    for side, sign in SIDES:
        walk_y = sign * (spec.kerb_y_m + spec.pavement(side).strip_m + 0.35)
        kerb_y = sign * (spec.kerb_y_m + 0.25)
        add(f"walk_east_{side}", "handheld", walk_y, (-reach, reach - 20.0), 0.0)
        add(f"walk_west_{side}", "handheld", walk_y, (reach, -reach + 20.0), 180.0)
        for low, high in _free_stretches(spec, kerb_y, reach, clear_m=0.6, min_length_m=2.0)[:3]:
            # across the carriageway, and diagonally towards the houses of the same side, in both directions
            turn = 36.0 * sign
            for name, facing in (("across", TOWARDS_ROAD_DEG[side]), ("slant_east", turn), ("slant_west", 180 - turn)):
                add(f"{name}_{side}_{low:+.0f}", "handheld", kerb_y, (low, high), facing)
        for mount in mounts:
            if mount.name.split("_")[1] != side:
                continue
            x = (mount.start_xy_m[0] + mount.end_xy_m[0]) / 2
            for name, step in (("east", -1), ("west", 1)):
                near, far = x + step * 2.0, x + step * 4.6
                facing = azimuth_deg(((near + far) / 2, walk_y), (x, mount.start_xy_m[1]))
                if max(abs(near), abs(far)) <= reach:
                    add(f"mirror_{name}_{mount.name}", "handheld", walk_y, (near, far), facing)
        anchors.extend(_wall_cameras(spec, side, reach))
    return tuple(anchors)


def _wall_cameras(spec: Spec, side: Side, reach: float) -> list[CameraAnchor]:
    """Cameras on walls that look along the pavement; of all candidates those with the fewest trees in view."""
    normal = TOWARDS_ROAD_DEG[side]
    candidates: list[tuple[int, CameraAnchor]] = []
    for house, bay, a, b in wall_spans(front_houses(spec.buildings, (f"building_{side}",))):
        if max(abs(a[0]), abs(b[0])) > reach:
            continue
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        facings = []
        for along in (0.0, 180.0) if middle[0] < 0 else (180.0, 0.0):
            turn = (along - normal + 180.0) % 360.0 - 180.0
            facings.append((normal + 0.68 * turn) % 360.0)
        facing = min(facings, key=lambda f: _trees_in_view(spec, middle, f))
        anchor = CameraAnchor(
            name=f"wall_{house.name}_{bay.first}",
            rig="cctv",
            start_xy_m=a,
            end_xy_m=b,
            base_z_m=spec.kerb_step_m,
            facing_deg=facing,
        )
        candidates.append((_trees_in_view(spec, middle, facing), anchor))
    fewest = min((trees for trees, _ in candidates), default=0)
    if candidates:
        return [anchor for trees, anchor in candidates if trees == fewest]
    y = spec.wall_y_m(side) - math.copysign(0.7, spec.wall_y_m(side))
    return [
        CameraAnchor(
            name=f"wall_{side}",
            rig="cctv",
            start_xy_m=(-reach, y),
            end_xy_m=(-reach + 6.0, y),
            base_z_m=spec.kerb_step_m,
            facing_deg=(normal + (60.0 if side == "left" else -60.0)) % 360.0,
        )
    ]


def _trees_in_view(spec: Spec, viewpoint: Vec2, facing_deg: float) -> int:
    """Number of trees that hide much of a view: with the crown around the camera, or within 9 m in front of it."""
    count = 0
    for tree in (f for f in spec.furniture if f.kind == "tree"):
        distance = math.dist(viewpoint, tree.position_m[:2])
        bearing = bearing_deg(viewpoint, facing_deg, tree.position_m)
        count += distance < tree.crown_m + 0.8 or (abs(bearing) < 38.0 and distance < 9.0)
    return count


def _free_stretches(
    spec: Spec, y_m: float, reach: float, clear_m: float, min_length_m: float
) -> list[tuple[float, float]]:
    """Intervals of x in which the line at `y_m` keeps `clear_m` from furniture and cars, longest first."""
    blocked = []
    pieces: tuple[Furniture | Car, ...] = (*spec.furniture, *spec.cars)
    for piece in pieces:
        xs, ys = zip(*piece.footprint(), strict=True)
        if min(ys) - clear_m <= y_m <= max(ys) + clear_m:
            blocked.append((min(xs) - clear_m, max(xs) + clear_m))
    free, x = [], -reach
    for low, high in sorted(blocked):
        if low - x >= min_length_m:
            free.append((x, min(low, reach)))
        x = max(x, high)
    if reach - x >= min_length_m:
        free.append((x, reach))
    return sorted((s for s in free if s[1] - s[0] >= min_length_m), key=lambda s: s[0] - s[1])


def _prop_spots(spec: Spec, houses: list[Building], obstacles: tuple[Obstacle, ...]) -> tuple[PropSpot, ...]:
    reach, crossing = spec.length_m / 2 - 6.0, spec.road.crossing
    spots: list[PropSpot] = []
    occupied = FurniturePlacer(occupied=[o.polygon_xy_m for o in obstacles])
    for side, sign in SIDES:
        room = min(0.95, 0.24 * spec.pavement(side).width_m)  # fits a bench; three quarters of the width stay free
        y = sign * (spec.kerb_y_m + 0.15 + room)
        names = iter(f"kerb_{side}_{k}" for k in range(4))
        for k in range(int(2 * reach)):
            x = -reach + (k * 7.3) % (2 * reach)
            on_crossing = crossing is not None and crossing.reaches(x, room)
            if on_crossing or occupied.collides(square((x, y), room), 0.15):
                continue
            name = next(names, None)
            if name is None:
                break
            spots.append(kerb_spot(name, (x, y), spec.kerb_step_m, TOWARDS_ROAD_DEG[side], room))
            occupied.occupied.append(square((x, y), room))
    walls = window_spots(houses, spec.kerb_step_m, max(0, 14 - len(spots)), reach)
    return (*spots, *walls, *_parking_places(spec))


def _parking_places(spec: Spec) -> list[PropSpot]:
    """Free parts of the parking lanes, cut into places for one vehicle each."""
    places: list[PropSpot] = []
    reach, crossing = spec.length_m / 2 - 6.0, spec.road.crossing
    for side, sign, has_lane in (("left", 1, spec.parking_left), ("right", -1, spec.parking_right)):
        y = sign * (spec.kerb_y_m - PARKING_LANE_M / 2)
        stretches = _free_stretches(spec, y, reach, clear_m=0.3, min_length_m=3.0) if has_lane else []
        if crossing is not None:  # no parking on the crossing or within 5 m of it
            low, high = (crossing.x_m + end * (crossing.width_m / 2 + 5.0) for end in (-1, 1))
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
