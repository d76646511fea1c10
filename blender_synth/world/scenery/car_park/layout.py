"""Areas, mirror mounts, cameras, obstacles and prop spots of car parks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from blender_synth.values import Vec2
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.car_park.elements import (
    BEAM_M,
    DOOR_M,
    FLOOR_ID,
    RAMP_LENGTH_M,
    RAMP_WIDTH_M,
    WALL_IDS,
    WALL_M,
)
from blender_synth.world.scenery.shared.furniture_placer import (
    FurniturePlacer,
)
from blender_synth.world.scenery.shared.houses import side_mirrors
from blender_synth.world.scenery.shared.street_parts import rectangle
from blender_synth.world.scenery.shared.town import (
    town_obstacles,
)
from blender_synth.world.scenery.shared.town_cameras import (
    ObstacleIndex,
    line_is_free,
    mirror_cameras,
)

if TYPE_CHECKING:
    from blender_synth.world.scenery.car_park.spec import Spec


def layout_of(spec: Spec) -> Layout:
    """The layout of one deck."""
    areas, obstacles, mounts = _areas(spec), _obstacles(spec), _mounts(spec)
    return Layout(
        areas=areas,
        mirror_mounts=mounts,
        hosts=tuple(host for car in spec.cars for host in side_mirrors(car)),
        cameras=_cameras(spec, areas, obstacles, mounts),
        obstacles=obstacles,
        prop_spots=_prop_spots(spec, obstacles),
        indoor_c=spec.indoor_c,
    )


def _areas(spec: Spec) -> tuple[Area, ...]:
    areas, margin = [], 0.4
    for number, y in enumerate(spec.aisles_y_m):
        shape = rectangle((0.0, y), 2 * spec.rows_half_m, spec.aisle_m, 0.0)
        areas.append(Area(name=f"aisle_{number}", use="indoors", polygon_xy_m=shape, flow_deg=0.0, ground_id=FLOOR_ID))
    for name, sign in (("west", -1), ("east", 1)):
        low, high = spec.rows_half_m, spec.half_length_m - margin
        shape = rectangle((sign * (low + high) / 2, 0.0), high - low, 2 * (spec.half_depth_m - margin), 0.0)
        areas.append(Area(name=f"end_{name}", use="indoors", polygon_xy_m=shape, flow_deg=90.0, ground_id=FLOOR_ID))
    return tuple(areas)


def _obstacles(spec: Spec) -> tuple[Obstacle, ...]:
    x, y, high = spec.half_length_m, spec.half_depth_m, spec.height_m
    walls = {
        "wall_north": rectangle((0.0, y + WALL_M / 2), 2 * (x + WALL_M), WALL_M, 0.0),
        "wall_south": rectangle((0.0, -y - WALL_M / 2), 2 * (x + WALL_M), WALL_M, 0.0),
        "wall_west": rectangle((-x - WALL_M / 2, 0.0), WALL_M, 2 * y, 0.0),
    }
    low, top = spec.ramp_y_m - RAMP_WIDTH_M / 2, spec.ramp_y_m + RAMP_WIDTH_M / 2
    for name, a, b in (("a", -y, low), ("b", top, y)):
        if b - a > 0.05:
            walls[f"wall_east_{name}"] = rectangle((x + WALL_M / 2, (a + b) / 2), WALL_M, b - a, 0.0)
    for name, edge in (("ramp_low", low - WALL_M / 2), ("ramp_top", top + WALL_M / 2)):
        walls[name] = rectangle((x + WALL_M + RAMP_LENGTH_M / 2, edge), RAMP_LENGTH_M, WALL_M, 0.0)
    walls["ramp_end"] = rectangle((x + RAMP_LENGTH_M, spec.ramp_y_m), WALL_M, RAMP_WIDTH_M + 1.0, 0.0)
    return (
        *(Obstacle(name=name, polygon_xy_m=shape, height_m=high) for name, shape in walls.items()),
        *(Obstacle(name=c.name, polygon_xy_m=spec.core_outline(c), height_m=high) for c in spec.cores),
        *(Obstacle(name=c.name, polygon_xy_m=spec.column_outline(c), height_m=high) for c in spec.columns),
        *town_obstacles((), (), spec.cars),
    )


def _mounts(spec: Spec) -> tuple[MirrorMount, ...]:
    """Mounts on blank walls: fronts and sides of the cores, and both end walls."""
    mounts: list[MirrorMount] = []
    high = min(spec.height_m - BEAM_M - 0.1, 2.75)

    def add(name: str, host: int, start: Vec2, end: Vec2, facing: float) -> None:
        if math.dist(start, end) > 1.6:
            mounts.append(
                MirrorMount(
                    name=name, host_id=host, start_xy_m=start, end_xy_m=end, facing_deg=facing, base_z_m=0.0,
                    clear_height_m=high,
                )
            )  # fmt: skip

    for core in spec.cores:
        row = spec.rows[core.row]
        x0, x1 = core.x0_m + 0.25, core.x1_m - 0.25
        x0, x1 = (x0 + DOOR_M, x1) if core.door_left else (x0, x1 - DOOR_M)
        # seen from the aisle, left is the lower x where the row lies towards +y
        ends = ((x0, row.y_m), (x1, row.y_m)) if row.sign > 0 else ((x1, row.y_m), (x0, row.y_m))
        add(f"{core.name}_front", core.instance_id, *ends, 270.0 if row.sign > 0 else 90.0)
    x, gap = spec.half_length_m, 0.3
    for number, y in enumerate(spec.aisles_y_m):
        reach = spec.aisle_m / 2 + 1.5
        add(f"west_{number}", WALL_IDS["west"], (-x, y - reach), (-x, y + reach), 0.0)
        if abs(y - spec.ramp_y_m) > RAMP_WIDTH_M / 2 + reach:
            add(f"east_{number}", WALL_IDS["east"], (x, y + reach), (x, y - reach), 180.0)
    low, top = spec.ramp_y_m - RAMP_WIDTH_M / 2 - gap, spec.ramp_y_m + RAMP_WIDTH_M / 2 + gap
    if not any(m.name.startswith("east") for m in mounts):
        add("east_low", WALL_IDS["east"], (x, min(low, low)), (x, max(low - 5.0, -spec.half_depth_m + gap)), 180.0)
        add("east_top", WALL_IDS["east"], (x, min(top + 5.0, spec.half_depth_m - gap)), (x, top), 180.0)
    return tuple(mounts)


def _cameras(
    spec: Spec, areas: tuple[Area, ...], obstacles: tuple[Obstacle, ...], mounts: tuple[MirrorMount, ...]
) -> tuple[CameraAnchor, ...]:
    anchors: list[CameraAnchor] = []
    index = ObstacleIndex(obstacles)
    reach, half = spec.rows_half_m, spec.aisle_m / 2
    under = spec.height_m - 0.5

    def add(
        name: str,
        rig: str,
        start: Vec2,
        end: Vec2,
        facing: float,
        height: tuple[float, float] | None = None,
        tilt: float = 0.0,
    ) -> None:
        if line_is_free(start, end, index, areas if rig == "handheld" else (), 0.3):
            anchors.append(
                CameraAnchor(name=name, rig=rig, start_xy_m=start, end_xy_m=end, base_z_m=0.0,
                             facing_deg=facing % 360.0, height_m=height, tilt_deg=tilt)
            )  # fmt: skip

    for number, y in enumerate(spec.aisles_y_m):
        for way, facing in ((1, 0.0), (-1, 180.0)):
            lane = y - way * spec.aisle_m / 4
            add(
                f"drive_{number}_{facing:.0f}",
                "dashcam",
                (-way * (reach + 1.0), lane),
                (way * (reach - 14.0), lane),
                facing,
            )
            for side in (1, -1):
                edge = y + side * (half - 0.7)
                for k, t in enumerate(np.arange(-reach + 1.0, reach - 12.0, 7.0)):
                    turned = facing - way * side * 16.0
                    ends = (way * float(t), edge), (way * float(t + 4.0), edge)
                    add(f"walk_{number}_{facing:.0f}_{side}_{k}", "handheld", *ends, turned)
                # below the ceiling, at the start of the rows and further along
                for k, x in enumerate((-reach - 0.6, -0.35 * reach, 0.2 * reach)):
                    ends = (way * x, y + side * (half - 0.25)), (way * (x + 1.0), y + side * (half - 0.25))
                    add(f"ceiling_{number}_{facing:.0f}_{side}_{k}", "cctv", *ends, facing - way * side * 14.0,
                        height=(under - 0.35, under), tilt=7.0)  # fmt: skip
            # in the end zones, looking along the aisle and diagonally across the rows
            x = -way * (spec.half_length_m - 1.2)
            for turn in (0.0, 24.0, -24.0):
                ends = (x, y - 1.8), (x, y + 1.8)
                add(f"end_{number}_{facing:.0f}_{turn:+.0f}", "handheld", *ends, facing + turn)
    for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        corner = (x * (spec.half_length_m - 0.45), y * (spec.half_depth_m - 0.5))
        end = (x * (spec.half_length_m - 0.45), y * (spec.half_depth_m - 1.5))
        towards = math.degrees(math.atan2(-y * 1.0, -x * 1.15))
        add(f"corner_{x}_{y}", "cctv", corner, end, towards, height=(under - 0.35, under), tilt=7.0)
    anchors.extend(mirror_cameras(mounts, areas, index, 0.0, 2.2))
    return tuple(anchors)


def _prop_spots(spec: Spec, obstacles: tuple[Obstacle, ...]) -> tuple[PropSpot, ...]:
    """Empty bays for cars; places along the end walls for other props."""
    spots: list[PropSpot] = []
    free = FurniturePlacer(occupied=[o.polygon_xy_m for o in obstacles])
    for number, row in enumerate(spec.rows):
        for bay in spec.bays_of(number):
            centre = (spec.bay_x_m(bay), row.middle_m)
            if (bay + number) % 3 or free.collides(rectangle(centre, 1.6, 4.4, 0.0), 0.0):
                continue
            spots.append(
                PropSpot(
                    name=f"bay_{number}_{bay}",
                    use="road",
                    position_m=(*centre, 0.0),
                    heading_deg=90.0 * row.sign + 180.0 * (bay % 2),
                    room_m=2.6,
                    wants=("car", "vehicle"),
                )
            )
    for x in (-1, 1):
        for t in (-0.92, -0.5, 0.5, 0.92):
            centre = (x * (spec.half_length_m - 0.65), t * (spec.half_depth_m - 0.7))
            mouth = abs(centre[1] - spec.ramp_y_m) < RAMP_WIDTH_M / 2 + 0.7 and x > 0
            if not mouth and not free.collides(rectangle(centre, 1.0, 1.0, 0.0), 0.0):
                spots.append(
                    PropSpot(
                        name=f"end_{x}_{t}",
                        use="indoors",
                        position_m=(*centre, 0.0),
                        heading_deg=0.0 if x < 0 else 180.0,
                        room_m=0.6,
                    )
                )
    return tuple(spots)
