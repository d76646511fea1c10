"""Areas, mirror mounts, cameras, obstacles and prop spots of a shopping arcade."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from blender_synth.values import Vec2
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle
from blender_synth.world.scenery.shared.room_cameras import anchors_at, line_blocked
from blender_synth.world.scenery.shared.rooms import FLOOR_ID
from blender_synth.world.scenery.shared.street_parts import (
    SHOP_PIER_M,
    SHOP_PLATFORM_M,
    SHOP_RECESS_M,
    SHOP_RISER_M,
    rectangle,
)

if TYPE_CHECKING:
    from blender_synth.world.scenery.shopping_arcade.spec import Spec


def layout_of(spec: Spec) -> Layout:
    """The layout of one shopping arcade."""
    half, wide = spec.length_m / 2, spec.width_m / 2
    obstacles = _obstacles(spec)
    mounts = _mounts(spec)
    walk = rectangle((0.0, 0.0), spec.length_m - 0.6, spec.width_m - 0.5, 0.0)
    return Layout(
        areas=(Area(name="passage", use="indoors", polygon_xy_m=walk, flow_deg=0.0, ground_id=FLOOR_ID),),
        mirror_mounts=mounts,
        hosts=_hosts(spec),
        cameras=_cameras(spec, half, wide, mounts, obstacles),
        obstacles=obstacles,
        prop_spots=spec.spots,
        seats=tuple(seat for piece in spec.pieces for seat in piece.seats()),
        indoor_c=spec.indoor_c,
    )


def _mounts(spec: Spec) -> tuple[MirrorMount, ...]:
    mounts = []
    for side in spec.sides:
        for bay in (bay for bay in side.ground if bay.kind == "blank"):
            start, end = side.bay_span(bay)
            mounts.append(
                MirrorMount(
                    name=f"{side.name}_blank_{bay.first}",
                    host_id=side.instance_id,
                    start_xy_m=side.point(start + 0.22),
                    end_xy_m=side.point(end - 0.22),
                    facing_deg=side.facing_deg,
                    base_z_m=0.0,
                    clear_height_m=min(side.ground_m - 0.55, 3.2),
                )
            )
    return tuple(mounts)


def _hosts(spec: Spec) -> tuple[MirrorMount, ...]:
    foot = SHOP_RISER_M + 0.05
    return tuple(
        MirrorMount(
            name=f"{side.name}_shop_{bay.first}",
            use="shop",
            host_id=side.instance_id,
            start_xy_m=side.point(side.bay_span(bay)[0] + SHOP_PIER_M + 0.06, -SHOP_RECESS_M),
            end_xy_m=side.point(side.bay_span(bay)[1] - SHOP_PIER_M - 0.06, -SHOP_RECESS_M),
            facing_deg=side.facing_deg,
            base_z_m=foot,
            clear_height_m=side.shop_top_m - foot,
            display_top_m=SHOP_PLATFORM_M - foot,
        )
        for side in spec.sides
        for bay in side.ground
        if bay.kind == "shop"
    )


def _obstacles(spec: Spec) -> tuple[Obstacle, ...]:
    half, wide = spec.length_m / 2, spec.width_m / 2
    ends = [
        Obstacle(
            name=f"end_{name}",
            polygon_xy_m=rectangle((sign * (half + 0.2), 0.0), 0.4, 2 * wide, 0.0),
            height_m=spec.springing_m + spec.rise_m,
        )
        for name, sign in (("east", 1), ("west", -1))
    ]
    return (
        *(Obstacle(name=b.name, polygon_xy_m=b.footprint(), height_m=b.eaves_m) for b in spec.sides),
        *ends,
        *(o for piece in spec.pieces for o in piece.obstacles()),
    )


def _cameras(
    spec: Spec, half: float, wide: float, mounts: tuple[MirrorMount, ...], obstacles: tuple[Obstacle, ...]
) -> tuple[CameraAnchor, ...]:
    cameras = []
    reach = half - 2.0
    for name, y in (("left", 0.42 * wide), ("right", -0.42 * wide)):
        for way, facing in (("east", 0.0), ("west", 180.0)):
            sign = -1 if way == "east" else 1
            near, far = (sign * reach, y), (sign * 0.35 * reach, y)
            spans = _clear(near, far, obstacles)
            towards = -14.0 if (name == "left") == (way == "east") else 14.0
            for number, (a, b) in enumerate(spans[:2]):
                cameras.append(
                    CameraAnchor(name=f"walk_{way}_{name}_{number}", rig="handheld", start_xy_m=a, end_xy_m=b,
                                 base_z_m=0.0, facing_deg=(facing + towards) % 360.0)
                )  # fmt: skip
    for name, y, out in (("left", 0.5 * wide, 270.0), ("right", -0.5 * wide, 90.0)):
        for number, (a, b) in enumerate(_clear((-0.7 * reach, y), (0.7 * reach, y), obstacles)[:2]):
            for way, turn in (("east", 42.0), ("west", -42.0)):
                facing = out + (turn if name == "left" else -turn)
                cameras.append(
                    CameraAnchor(name=f"slant_{way}_{name}_{number}", rig="handheld", start_xy_m=a, end_xy_m=b,
                                 base_z_m=0.0, facing_deg=facing % 360.0)
                )  # fmt: skip
    for mount in mounts[:3]:
        cameras += anchors_at(mount, (-half, -wide), (half, wide), obstacles)
    under = spec.sides[0].ground_m - 0.35
    for name, sign, out in (("left", 1, 270.0), ("right", -1, 90.0)):
        for way, x, turn in (("east", -0.55, 62.0), ("west", 0.55, -62.0), ("mid", -0.1, 62.0)):
            facing = out + (turn if name == "left" else -turn)
            at = (x * half, sign * (wide - 0.45))
            cameras.append(
                CameraAnchor(name=f"wall_{way}_{name}", rig="cctv", start_xy_m=at, end_xy_m=(at[0] + 2.0, at[1]),
                             base_z_m=0.0, facing_deg=facing % 360.0, height_m=(2.95, max(3.0, under)))
            )  # fmt: skip
    return tuple(cameras)


def _clear(start: Vec2, end: Vec2, obstacles: tuple[Obstacle, ...]) -> list[tuple[Vec2, Vec2]]:
    """Sections of a line along x that are clear of obstacles."""
    xs = np.linspace(start[0], end[0], 7)
    return [((float(a), start[1]), (float(b), start[1])) for a, b in pairwise(xs)
            if not line_blocked((a, start[1]), (b, start[1]), obstacles, 0.4)]  # fmt: skip
