"""Areas, mirror mounts, cameras, obstacles and prop spots of a gym."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle
from blender_synth.world.scenery.shared.room_cameras import anchors_at, corner_cameras, line_blocked
from blender_synth.world.scenery.shared.rooms import FLOOR_ID

if TYPE_CHECKING:
    from blender_synth.world.scenery.gym.spec import Spec


def layout_of(spec: Spec) -> Layout:
    """The layout of one gym."""
    half, deep = spec.width_m / 2, spec.depth_m
    corners = ((-half, 0.0), (half, 0.0), (half, deep), (-half, deep))
    obstacles = (
        *(o for wall in spec.walls for o in wall.obstacles()),
        *(o for piece in spec.pieces for o in piece.obstacles()),
    )
    mounts = _mounts(spec)
    return Layout(
        areas=(Area(name="floor", use="indoors", polygon_xy_m=corners, ground_id=FLOOR_ID),),
        mirror_mounts=mounts,
        cameras=_cameras(spec, mounts, obstacles),
        obstacles=obstacles,
        prop_spots=spec.spots,
        seats=tuple(seat for piece in spec.pieces for seat in piece.seats()),
        indoor_c=spec.indoor_c,
    )


def _mounts(spec: Spec) -> tuple[MirrorMount, ...]:
    """The north wall, in two sections if it is long, and free sections of the side walls."""
    wall, high = spec.wall("north"), min(spec.height_m - 0.3, 2.95)
    cuts = [0.3, wall.length_m - 0.3]
    if wall.length_m > 12.0:
        cuts.insert(1, wall.length_m / 2)
    mounts = [wall.mount(f"{wall.name}_{k}", a, b, high) for k, (a, b) in enumerate(pairwise(cuts))]
    bars = next((p for p in spec.pieces if p.kind == "wall_bars"), None)
    for side in ("west", "east"):
        wall = spec.wall(side)
        places = [(piece.position_m, max(piece.size_m[:2]) / 2) for piece in spec.pieces]
        places += [(spot.position_m, spot.room_m) for spot in spec.spots]
        occupied = []
        for (x, y, _), reach in places:
            if abs(x - wall.start_xy_m[0]) < reach + 0.9:
                along = abs(y - wall.start_xy_m[1])
                occupied.append((along - reach - 0.1, along + reach + 0.1))
        for a, b in wall.free(1.4, 0.2, occupied):
            if side != spec.words_wall or bars is None:
                mounts.append(wall.mount(f"{wall.name}_{len(mounts)}", a, b, high))
    return tuple(mounts)


def _cameras(spec: Spec, mounts: tuple[MirrorMount, ...], obstacles: tuple[Obstacle, ...]) -> tuple[CameraAnchor, ...]:
    half, deep = spec.width_m / 2, spec.depth_m
    cameras = corner_cameras(-half, half, 0.0, deep, spec.height_m - 0.55)
    lines = {
        "south_west": ((-half + 0.8, 0.7), (-half + 2.0, 0.7), 50.0),
        "south_east": ((half - 0.8, 0.7), (half - 2.0, 0.7), 130.0),
        "west": ((-half + 0.7, 0.35 * deep), (-half + 0.7, 0.65 * deep), 8.0),
        "east": ((half - 0.7, 0.35 * deep), (half - 0.7, 0.65 * deep), 172.0),
        "middle_west": ((-0.5 * half, 0.45 * deep), (-0.2 * half, 0.5 * deep), 40.0),
        "middle_east": ((0.5 * half, 0.45 * deep), (0.2 * half, 0.5 * deep), 140.0),
        "mirror_side_west": ((-half + 0.8, deep - 1.1), (-half + 1.4, deep - 1.3), 335.0),
        "mirror_side_east": ((half - 0.8, deep - 1.1), (half - 1.4, deep - 1.3), 205.0),
    }
    for name, (start, end, facing) in lines.items():
        if not line_blocked(start, end, obstacles, 0.3):
            cameras.append(
                CameraAnchor(name=name, rig="handheld", start_xy_m=start, end_xy_m=end, base_z_m=0.0, facing_deg=facing)
            )
    for mount in mounts[:2]:
        cameras.extend(anchors_at(mount, (-half, 0.0), (half, deep), obstacles))
    return tuple(cameras)
