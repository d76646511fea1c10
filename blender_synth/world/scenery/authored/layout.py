"""The layout of an authored scene and its checks."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from blender_synth import geometry
from blender_synth.errors import ConfigError
from blender_synth.values import Vec3
from blender_synth.world.layout import Layout
from blender_synth.world.mirrors.checks import check_mount
from blender_synth.world.mirrors.placement_context import Obstacles
from blender_synth.world.scenery.shared.marks import Marked, SceneProblem

WALKABLE = ("pavement", "crossing", "indoors")


def moved(place: Marked, move: Vec3, pivot) -> Marked:
    """A place after the thing that it belongs to was moved and turned about its pivot."""
    dx, dy, turn = move
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    rotation, pivot = np.array([[c, -s], [s, c]]), np.asarray(pivot, float)

    def at(p):
        xy = rotation @ (np.asarray(p[:2], float) - pivot) + pivot + (dx, dy)
        return (float(xy[0]), float(xy[1]), *p[2:])

    what = place.what
    told: dict[str, Any] = {}
    for key in ("polygon_xy_m", "start_xy_m", "end_xy_m", "position_m", "faces_m"):
        if not hasattr(what, key):
            continue
        value = getattr(what, key)
        if key == "faces_m":
            told[key] = tuple(tuple(at(p) for p in face) for face in value)
        else:
            told[key] = tuple(at(p) for p in value) if key == "polygon_xy_m" else at(value)
    for key in ("heading_deg", "facing_deg", "flow_deg"):
        if getattr(what, key, None) is not None:
            told[key] = (getattr(what, key) + turn) % 360.0
    return dataclasses.replace(place, what=dataclasses.replace(what, **told))


def layout_problems(layout: Layout) -> list[SceneProblem]:
    """What is wrong with a drawn layout: nowhere to walk, no camera or one in a wall, mounts that look into theirs."""
    found: list[SceneProblem] = []

    def problem(code: str, name: str, text: str, hint: str, severity: str = "error") -> None:
        found.append(SceneProblem(code=code, severity=severity, object=name, text=text, hint=hint))

    if not any(area.use in WALKABLE for area in layout.areas):
        problem("no_walkable_area", "", "there is nowhere to walk",
                "draw a flat mesh named walk.pavement or walk.indoors, or give a floor part `walk`")  # fmt: skip
    if not layout.cameras:
        problem("no_camera", "", "there is no place for a camera", "add a camera named camera.handheld (or .cctv)")
    obstacles = Obstacles(layout)
    for camera in layout.cameras:
        height = camera.base_z_m + (sum(camera.height_m) / 2 if camera.height_m else 1.5)
        middle = (np.array(camera.start_xy_m) + camera.end_xy_m) / 2
        held = obstacles.holding(middle, 0.02) & (obstacles.low < height) & (height < obstacles.high)
        for number in np.flatnonzero(held):
            problem("camera_inside", camera.name, f"the camera is inside {obstacles.names[number].split('#')[0]}",
                    "move it into the open, or set that object's custom property obstacle to 0")  # fmt: skip
    for mount in (*layout.mirror_mounts, *layout.hosts):
        try:
            check_mount(mount, obstacles)
        except ConfigError as error:
            problem("mount_into_wall", mount.name, error.problem, "flip the plane's face (Mesh > Normals > Flip)")
    for seat in layout.seats:
        if not any(geometry.in_convex(np.array(seat.position_m[:2]), a.polygon_xy_m, -2.0) for a in layout.areas):
            problem("seat_outside", seat.bench, "a seat is far from all walkable ground", "move it", "warning")
    return found
