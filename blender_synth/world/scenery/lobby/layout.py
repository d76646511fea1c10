"""Areas, mirror mounts, cameras, obstacles and prop spots of a lobby."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle
from blender_synth.world.scenery.lobby.elements import GLASS_FOOT_M
from blender_synth.world.scenery.shared.room_cameras import anchors_at, corner_cameras, line_blocked
from blender_synth.world.scenery.shared.rooms import FLOOR_ID
from blender_synth.world.scenery.shared.street_parts import rectangle

if TYPE_CHECKING:
    from blender_synth.world.scenery.lobby.spec import Spec


def layout_of(spec: Spec) -> Layout:
    """The layout of one lobby."""
    half = spec.width_m / 2
    corners = ((-half, 0.0), (half, 0.0), (half, spec.depth_m), (-half, spec.depth_m))
    mounts = _mounts(spec)
    obstacles = _obstacles(spec)
    return Layout(
        areas=(Area(name="floor", use="indoors", polygon_xy_m=corners, ground_id=FLOOR_ID),),
        mirror_mounts=mounts,
        hosts=_hosts(spec),
        cameras=_cameras(spec, mounts, obstacles),
        obstacles=obstacles,
        prop_spots=spec.spots,
        seats=tuple(seat for piece in spec.pieces for seat in piece.seats()),
        indoor_c=spec.indoor_c,
    )


def _mounts(spec: Spec) -> tuple[MirrorMount, ...]:
    high = min(spec.height_m - 0.4, 3.1)
    mounts: list[MirrorMount] = []
    for side in ("west", "east", "north"):
        if side == spec.desk_wall:
            continue
        wall = spec.wall(side)
        for start, end in wall.free(1.0, 0.35):
            mounts.append(wall.mount(f"{wall.name}_{len(mounts)}", start, end, high))
    return tuple(mounts)


def _hosts(spec: Spec) -> tuple[MirrorMount, ...]:
    """The panes left and right of the entrance, which reflect the lobby by night."""
    wall = spec.wall("south")
    glazing = wall.openings[0]
    wide = (glazing.end_m - glazing.start_m) / spec.panes
    hosts = []
    for name, first, last in (("left", 0, spec.door), ("right", spec.door + 1, spec.panes)):
        if last - first < 1:
            continue
        hosts.append(
            MirrorMount(
                name=f"front_{name}",
                use="shop",
                host_id=wall.instance_id,
                start_xy_m=wall.point(glazing.start_m + first * wide + 0.05, -0.12),
                end_xy_m=wall.point(glazing.start_m + last * wide - 0.05, -0.12),
                facing_deg=wall.facing_deg,
                base_z_m=GLASS_FOOT_M,
                clear_height_m=glazing.top_m - GLASS_FOOT_M,
            )
        )
    return tuple(hosts)


def _obstacles(spec: Spec) -> tuple[Obstacle, ...]:
    return (
        *(o for wall in spec.walls for o in wall.obstacles()),
        *(
            Obstacle(
                name=f"column_{k}",
                polygon_xy_m=rectangle(at, spec.column_m, spec.column_m, 0.0),
                height_m=spec.height_m,
            )
            for k, at in enumerate(spec.columns_m)
        ),
        *(o for piece in spec.pieces for o in piece.obstacles()),
    )


def _cameras(spec: Spec, mounts: tuple[MirrorMount, ...], obstacles: tuple[Obstacle, ...]) -> tuple[CameraAnchor, ...]:
    half, deep = spec.width_m / 2, spec.depth_m
    corners = ["nw", "ne", "sw", "se"]
    cameras = list(corner_cameras(-half, half, 0.0, deep, spec.height_m, corners))
    lines = {
        "entrance": ((-0.25 * half, 0.7), (0.25 * half, 0.9), 90.0),
        "from_back": ((-0.4 * half, deep - 2.2), (0.4 * half, deep - 2.2), 270.0),
        "from_west": ((-half + 0.9, 0.35 * deep), (-half + 0.9, 0.6 * deep), 10.0),
        "from_east": ((half - 0.9, 0.35 * deep), (half - 0.9, 0.6 * deep), 170.0),
        "corner_west": ((-half + 0.9, 0.8), (-half + 1.6, 1.2), 52.0),
        "corner_east": ((half - 0.9, 0.8), (half - 1.6, 1.2), 128.0),
    }
    for name, (start, end, facing) in lines.items():
        if not line_blocked(start, end, obstacles, 0.3):
            cameras.append(
                CameraAnchor(name=name, rig="handheld", start_xy_m=start, end_xy_m=end, base_z_m=0.0, facing_deg=facing)
            )
    for mount in sorted(mounts, key=lambda m: -m.length_m)[:2]:
        cameras.extend(anchors_at(mount, (-half, 0.0), (half, deep), obstacles))
    return tuple(cameras)
