"""Areas, mirror mounts, cameras, obstacles and prop spots of a lift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle
from blender_synth.world.scenery.lift.elements import (
    CABIN_FLOOR_ID,
    RAIL_M,
    ROOM_M,
    SILL_M,
)
from blender_synth.world.scenery.shared.rooms import FLOOR_ID, WALL_M

if TYPE_CHECKING:
    from blender_synth.world.scenery.lift.spec import Spec


def layout_of(spec: Spec) -> Layout:
    """The layout of one lift."""
    half, wide, near = spec.width_m / 2, spec.landing_width_m / 2, -SILL_M
    far = near - spec.landing_depth_m
    x, door = spec.door_x_m, spec.door_m / 2
    cabin = ((-half, 0.0), (half, 0.0), (half, spec.depth_m), (-half, spec.depth_m))
    sill = ((x - door, near - 0.3), (x + door, near - 0.3), (x + door, 0.3), (x - door, 0.3))
    landing = ((-wide, far), (wide, far), (wide, near), (-wide, near))
    mounts = _mounts(spec)
    return Layout(
        areas=(
            Area(
                name="cabin",
                use="indoors",
                polygon_xy_m=cabin,
                flow_deg=270.0,
                ground_id=CABIN_FLOOR_ID,
                walked=False,
            ),
            Area(name="landing", use="indoors", polygon_xy_m=landing, ground_id=FLOOR_ID),
            Area(name="sill", use="indoors", polygon_xy_m=sill, flow_deg=90.0, ground_id=FLOOR_ID),
        ),
        mirror_mounts=mounts,
        cameras=_cameras(spec),
        obstacles=tuple(_obstacles(spec)),
        prop_spots=spec.spots,
        indoor_c=spec.indoor_c,
        camera_clearance_m=0.55,
    )


def _mounts(spec: Spec) -> tuple[MirrorMount, ...]:
    back = spec.wall("north")
    mounts = [back.mount("cabin_back", 0.02, back.length_m - 0.02, spec.height_m - 0.06, ROOM_M)]
    side = spec.wall("west" if spec.panel_side == "east" else "east")
    start, end = (0.25, side.length_m - 0.06) if side.name == "cabin_west" else (0.06, side.length_m - 0.25)
    mounts.append(side.mount("cabin_side", start, end, spec.height_m - 0.06, ROOM_M))
    far = next(w for w in spec.landing if w.name == "landing_south")
    taken = [(p.position_m, p.size_m[0]) for p in spec.pieces if p.kind in ("picture", "plant", "screen")]
    cuts = []
    for (x, y, _), wide in taken:
        if abs(y - far.start_xy_m[1]) < 0.8:
            along = abs(x - far.start_xy_m[0])
            cuts.append((along - wide / 2 - 0.1, along + wide / 2 + 0.1))
    for a, b in far.free(1.2, 0.25, cuts)[:2]:
        mounts.append(far.mount(f"landing_{a:.1f}", a, b, min(spec.landing_height_m - 0.25, 2.7)))
    return tuple(mounts)


def _obstacles(spec: Spec) -> list[Obstacle]:
    half = spec.width_m / 2
    obstacles = [o for wall in spec.walls if wall.name != "cabin_south" for o in wall.obstacles()]
    x, door, top = spec.door_x_m, spec.door_m / 2, spec.landing_height_m
    wide = spec.landing_width_m / 2
    for name, a, b in (("jamb_west", -wide - WALL_M, x - door), ("jamb_east", x + door, wide + WALL_M)):
        shape = ((a, -SILL_M), (b, -SILL_M), (b, 0.0), (a, 0.0))
        obstacles.append(Obstacle(name=name, polygon_xy_m=shape, height_m=top))
    obstacles += [o for wall in spec.landing if wall.name != "landing_north" for o in wall.obstacles()]
    obstacles += [o for piece in spec.pieces for o in piece.obstacles()]
    for side in (-1, 1):  # handrails
        a, b = sorted((side * half, side * (half - 0.07)))
        shape = ((a, 0.35), (b, 0.35), (b, spec.depth_m), (a, spec.depth_m))
        obstacles.append(Obstacle(name=f"rail_{side}", polygon_xy_m=shape, height_m=RAIL_M))
    return obstacles


def _cameras(spec: Spec) -> tuple[CameraAnchor, ...]:
    half, deep = spec.width_m / 2, spec.depth_m
    top = spec.height_m - 0.16
    inset = 0.28
    cameras = [
        CameraAnchor(
            name=f"cabin_{name}",
            rig="cctv",
            start_xy_m=(x, y),
            end_xy_m=(x, y),
            base_z_m=0.0,
            facing_deg=facing,
            height_m=(top - 0.06, top),
            tilt_deg=-9.0,
        )
        for name, x, y, facing in (
            ("front_west", -half + inset, inset, 62.0),
            ("front_east", half - inset, inset, 118.0),
            ("back_west", -half + inset, deep - inset, 296.0),
            ("back_east", half - inset, deep - inset, 244.0),
        )
    ]
    x = spec.door_x_m
    lines = {
        "landing_near": ((x - 0.25, -SILL_M - 0.9), (x + 0.25, -SILL_M - 1.5), 90.0),
        "landing_far": ((x - 0.5, -SILL_M - 1.6), (x + 0.5, -SILL_M - min(2.3, spec.landing_depth_m - 0.4)), 90.0),
        "in_the_door": ((x - 0.15, -0.15), (x + 0.15, 0.15), 90.0),
        "from_back": ((-0.3 * half, deep - 0.32), (0.3 * half, deep - 0.34), 270.0),
    }
    cameras += [
        CameraAnchor(name=name, rig="handheld", start_xy_m=start, end_xy_m=end, base_z_m=0.0, facing_deg=facing)
        for name, (start, end, facing) in lines.items()
    ]
    return tuple(cameras)
