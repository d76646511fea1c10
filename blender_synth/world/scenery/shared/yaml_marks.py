"""Marks that are written in scene.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from blender_synth.values import Vec2, Vec3, plain
from blender_synth.world.layout import (
    CameraAnchor,
)
from blender_synth.world.scenery.shared import outlines as outlines
from blender_synth.world.scenery.shared.marks import (
    Marked,
    Marks,
    Record,
    words,
)
from blender_synth.world.scenery.shared.read_marks import (
    Reading,
)


@plain
class _Walk:
    polygon_xy_m: tuple[Vec2, ...] = Field(min_length=3)
    z_m: float = 0.0
    flow_deg: float | None = None


@plain
class _Seat:
    position_m: Vec3
    heading_deg: float


@plain
class _Mount:
    start_xy_m: Vec2
    end_xy_m: Vec2
    base_z_m: float = 0.0
    height_m: float = Field(gt=0)


@plain
class _Camera:
    start_xy_m: Vec2
    end_xy_m: Vec2 | None = None
    heading_deg: float
    z_m: float = 0.0
    height_m: tuple[float, float] | None = None
    pitch_deg: float | None = None


@plain
class _LampMark:
    position_m: Vec3
    heading_deg: float = 0.0


@plain
class _Spot:
    position_m: Vec3
    heading_deg: float = 0.0
    room_m: float = Field(default=1.0, gt=0)


@plain
class _ObstacleMark:
    polygon_xy_m: tuple[Vec2, ...] = Field(min_length=3)
    height_m: float = Field(gt=0)
    z_m: float = 0.0


YAML_MARKS = {"walk": _Walk, "crossing": _Walk, "road": _Walk, "seat": _Seat, "mirror": _Mount, "camera": _Camera,
              "lamp": _LampMark, "spot": _Spot, "obstacle": _ObstacleMark}  # fmt: skip


def read_yaml_marks(marks: Mapping[str, Any], indoors: bool) -> Marks:
    """The marks of a scene.yaml, validated already as `YAML_MARKS` says; they mean what a file's mean.

    Flat ones become records of their own, so that both ways are one.
    """
    records = []
    for name, mark in marks.items():
        kind = words(name)[0]
        empty = {"name": name, "kind": "EMPTY", "properties": {}}
        if isinstance(mark, _Walk | _ObstacleMark):
            corners = np.array([(*p, mark.z_m) for p in mark.polygon_xy_m], float)
            polygons: list = [list(range(len(corners)))]
            if isinstance(mark, _ObstacleMark):
                corners = np.concatenate([corners, corners + (0, 0, mark.height_m)])
            told = {} if kind == "obstacle" or mark.flow_deg is None else {"flow_deg": mark.flow_deg}
            records.append(Record(name=name, kind="MESH", vertices=corners, polygons=polygons, properties=told))
        elif isinstance(mark, _Mount):
            (ax, ay), (bx, by), z = mark.start_xy_m, mark.end_xy_m, mark.base_z_m
            corners = [(ax, ay, z), (bx, by, z), (bx, by, z + mark.height_m), (ax, ay, z + mark.height_m)]
            records.append(Record(name=name, kind="MESH", vertices=np.array(corners, float), polygons=[[0, 1, 2, 3]]))
        elif isinstance(mark, _Camera):
            continue
        else:
            matrix = np.eye(4)
            matrix[:3, 3] = mark.position_m
            told = {"heading_deg": mark.heading_deg} | ({"room_m": mark.room_m} if isinstance(mark, _Spot) else {})
            records.append(Record(**empty | {"matrix": matrix, "properties": told}))
    reading = Reading(indoors)
    found = reading.read(records)
    cameras = tuple(
        Marked(
            what=CameraAnchor(
                name=name, rig=words(name)[1], start_xy_m=mark.start_xy_m, end_xy_m=mark.end_xy_m or mark.start_xy_m,
                base_z_m=mark.z_m, facing_deg=mark.heading_deg, height_m=mark.height_m, pitch_deg=mark.pitch_deg,
            ),
            of=name,
            within=(name.lower(),),
        )
        for name, mark in marks.items()
        if isinstance(mark, _Camera)
    )  # fmt: skip
    return Marks(places=found.places + cameras, names=tuple(marks), problems=found.problems)
