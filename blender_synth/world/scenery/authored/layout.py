"""The layout of an authored scene: from marked places and parts; and checks of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from blender_synth import geometry
from blender_synth.errors import ConfigError
from blender_synth.values import Vec2, Vec3
from blender_synth.world.layout import Area, BuiltInMirror, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot, Seat
from blender_synth.world.mirrors.checks import check_mount
from blender_synth.world.mirrors.placement_context import Obstacles
from blender_synth.world.scenery.authored.rules import CameraRule, Spawn, matching
from blender_synth.world.scenery.shared.marks import Lamp, Marked, Place, SceneProblem
from blender_synth.world.scenery.shared.pieces import Pieces

WALKABLE = ("pavement", "crossing", "indoors")
_PlaceType = TypeVar("_PlaceType", bound=Place)


@dataclasses.dataclass(frozen=True)
class LayoutRules:
    """Rules that override what marks say, by name or rig.

    Attributes:
        indoor_c: air temperature; None outdoors.
    """

    spawn: Mapping[str, Spawn]
    spots: Mapping[str, tuple[str, ...]]
    cameras: Mapping[str, CameraRule]
    indoor_c: float | None


def authored_layout(
    marked: Sequence[Marked], pieces: Pieces, instance_ids: Mapping[str, int], rules: LayoutRules
) -> Layout:
    """The layout of one sample.

    Args:
        marked: the places that are present, each where its object was moved to.
        instance_ids: of the labelled objects, by name.
    """

    def of(kind: type[_PlaceType]) -> list[_PlaceType]:
        return [p.what for p in marked if isinstance(p.what, kind)]

    areas = []
    for area, ground in [*((p.what, p.on) for p in marked if isinstance(p.what, Area)), *pieces.areas]:
        area = dataclasses.replace(area, ground_id=instance_ids.get(ground))
        spawn = [rule for pattern, rule in rules.spawn.items() if matching(pattern, [area.name])]
        areas.append(dataclasses.replace(area, share=spawn[-1].share, most=spawn[-1].most) if spawn else area)
    spots = []
    for spot in of(PropSpot):
        wants = [rule for pattern, rule in rules.spots.items() if matching(pattern, [spot.name])]
        spots.append(dataclasses.replace(spot, wants=wants[-1]) if wants else spot)
    cameras = []
    for camera in of(CameraAnchor):
        rule = rules.cameras.get(camera.rig, CameraRule())
        height = camera.height_m if rule.height_m is None else rule.height_m
        pitch = camera.pitch_deg if rule.pitch_deg is None else rule.pitch_deg
        cameras.append(dataclasses.replace(camera, height_m=height, pitch_deg=pitch))
    walls, hosts = list[MirrorMount](), list[MirrorMount]()
    for place in marked:
        if isinstance(place.what, MirrorMount):
            if place.what.use == "wall":
                walls.append(place.what)
            else:
                hosts.append(dataclasses.replace(place.what, host_id=instance_ids.get(place.of)))
    return Layout(
        areas=tuple(areas),
        mirror_mounts=(*walls, *pieces.mounts),
        hosts=tuple(hosts),
        cameras=tuple(cameras),
        obstacles=(*of(Obstacle), *pieces.obstacles),
        prop_spots=tuple(spots),
        seats=(*of(Seat), *pieces.seats),
        built_in_mirrors=(*of(BuiltInMirror), *pieces.built_in_mirrors),
        placed=tuple(pieces.placed),
        indoor_c=rules.indoor_c,
    )


def moved(place: Marked, move: Vec3, pivot_xy: Vec2) -> Marked:
    """A place after its object was moved (metres along x and y) and turned (degrees) about a pivot."""
    dx, dy, turn = move
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    rotation, pivot = np.array([[c, -s], [s, c]]), np.asarray(pivot_xy, float)

    def xy(point: Sequence[float]) -> Vec2:
        x, y = rotation @ (np.asarray(point[:2], float) - pivot) + pivot + (dx, dy)
        return (float(x), float(y))

    def xyz(point: Vec3) -> Vec3:
        return (*xy(point), point[2])

    def turned(azimuth: float) -> float:
        return (azimuth + turn) % 360.0

    what = place.what
    new: Place
    if isinstance(what, Area):
        flow = None if what.flow_deg is None else turned(what.flow_deg)
        new = dataclasses.replace(what, polygon_xy_m=tuple(xy(p) for p in what.polygon_xy_m), flow_deg=flow)
    elif isinstance(what, Obstacle):
        new = dataclasses.replace(what, polygon_xy_m=tuple(xy(p) for p in what.polygon_xy_m))
    elif isinstance(what, MirrorMount | CameraAnchor):
        new = dataclasses.replace(
            what, start_xy_m=xy(what.start_xy_m), end_xy_m=xy(what.end_xy_m), facing_deg=turned(what.facing_deg)
        )
    elif isinstance(what, BuiltInMirror):
        new = dataclasses.replace(what, faces_m=tuple(tuple(xyz(p) for p in face) for face in what.faces_m))
    else:
        assert isinstance(what, Seat | PropSpot | Lamp)
        new = dataclasses.replace(what, position_m=xyz(what.position_m), heading_deg=turned(what.heading_deg))
    return dataclasses.replace(place, what=new)


def layout_problems(layout: Layout) -> list[SceneProblem]:
    """Problems of a sampled layout: no walkable ground, a camera inside an object, blocked mounts."""
    return list(_problems(layout))


def _problems(layout: Layout) -> Iterator[SceneProblem]:
    if not any(area.use in WALKABLE for area in layout.areas):
        yield SceneProblem(
            code="no_walkable_area", severity="error", object="", text="there is nowhere to walk",
            hint="draw a flat mesh named walk.pavement or walk.indoors, or give a floor part `walk`",
        )  # fmt: skip
    if not layout.cameras:
        yield SceneProblem(
            code="no_camera", severity="error", object="", text="there is no place for a camera",
            hint="add a camera named camera.handheld (or .cctv)",
        )  # fmt: skip
    obstacles = Obstacles(layout)
    for camera in layout.cameras:
        height = camera.base_z_m + (sum(camera.height_m) / 2 if camera.height_m else 1.5)
        middle = (np.array(camera.start_xy_m) + camera.end_xy_m) / 2
        containing = obstacles.holding(middle, 0.02) & (obstacles.low < height) & (height < obstacles.high)
        for number in np.flatnonzero(containing):
            yield SceneProblem(
                code="camera_inside", severity="error", object=camera.name,
                text=f"the camera is inside {obstacles.names[number].split('#')[0]}",
                hint="move it into the open, or set that object's custom property obstacle to 0",
            )  # fmt: skip
    for mount in (*layout.mirror_mounts, *layout.hosts):
        try:
            check_mount(mount, obstacles)
        except ConfigError as error:
            yield SceneProblem(
                code="mount_into_wall", severity="error", object=mount.name, text=error.problem,
                hint="flip the plane's face (Mesh > Normals > Flip)",
            )  # fmt: skip
    for seat in layout.seats:
        if not any(geometry.in_convex(np.array(seat.position_m[:2]), a.polygon_xy_m, -2.0) for a in layout.areas):
            yield SceneProblem(
                code="seat_outside", severity="warning", object=seat.bench,
                text="the seat is far from all walkable ground", hint="move it",
            )  # fmt: skip
