"""Marks that are written in scene.yaml."""

from __future__ import annotations

from collections.abc import Mapping

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
    MarkReader,
)


@plain
class WalkMark:
    """A walkable area or road (`walk.*`, `crossing.*`, `road.*`).

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `polygon_xy_m` | required | m | corners, three or more |
    | `z_m` | 0 | m | height of the ground |
    | `flow_deg` | null | deg | azimuth in which people walk; null if they wander |
    """

    polygon_xy_m: tuple[Vec2, ...] = Field(min_length=3)
    z_m: float = 0.0
    flow_deg: float | None = None


@plain
class SeatMark:
    """A place to sit (`seat.*`).

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `position_m` | required | m | centre of the seat |
    | `heading_deg` | required | deg | azimuth that the sitter faces |
    """

    position_m: Vec3
    heading_deg: float


@plain
class MountMark:
    """A place for a mirror on a wall (`mirror.*`).

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `start_xy_m` | required | m | left end, as seen from the front |
    | `end_xy_m` | required | m | right end |
    | `base_z_m` | 0 | m | lower edge |
    | `height_m` | required | m | height |
    """

    start_xy_m: Vec2
    end_xy_m: Vec2
    base_z_m: float = 0.0
    height_m: float = Field(gt=0)


@plain
class CameraMark:
    """A line on which a camera may stand (`camera.*`).

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `start_xy_m` | required | m | one end |
    | `end_xy_m` | null | m | other end; null for a point |
    | `heading_deg` | required | deg | azimuth of the view |
    | `z_m` | 0 | m | height of the ground |
    | `height_m` | null | m | lowest and highest camera above the ground; null for that of the rig |
    | `pitch_deg` | null | deg | elevation of the view; null for that of the rig |
    """

    start_xy_m: Vec2
    end_xy_m: Vec2 | None = None
    heading_deg: float
    z_m: float = 0.0
    height_m: tuple[float, float] | None = None
    pitch_deg: float | None = None


@plain
class LampMark:
    """A street lamp (`lamp.*`).

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `position_m` | required | m | light source |
    | `heading_deg` | 0 | deg | azimuth of its arm |
    """

    position_m: Vec3
    heading_deg: float = 0.0


@plain
class SpotMark:
    """A place for a prop (`spot.*`).

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `position_m` | required | m | centre |
    | `heading_deg` | 0 | deg | azimuth that the prop faces |
    | `room_m` | 1 | m | radius of the free circle |
    """

    position_m: Vec3
    heading_deg: float = 0.0
    room_m: float = Field(default=1.0, gt=0)


@plain
class ObstacleMark:
    """An invisible obstacle (`obstacle.*`).

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `polygon_xy_m` | required | m | corners of the footprint, three or more |
    | `height_m` | required | m | height |
    | `z_m` | 0 | m | lower edge |
    """

    polygon_xy_m: tuple[Vec2, ...] = Field(min_length=3)
    height_m: float = Field(gt=0)
    z_m: float = 0.0


YamlMark = WalkMark | SeatMark | MountMark | CameraMark | LampMark | SpotMark | ObstacleMark
YAML_MARKS: dict[str, type[YamlMark]] = {
    "walk": WalkMark,
    "crossing": WalkMark,
    "road": WalkMark,
    "seat": SeatMark,
    "mirror": MountMark,
    "camera": CameraMark,
    "lamp": LampMark,
    "spot": SpotMark,
    "obstacle": ObstacleMark,
}
"""The class of a mark by the first word of its name."""


def read_yaml_marks(marks: Mapping[str, YamlMark], indoors: bool) -> Marks:
    """The places of validated marks of a scene.yaml.

    All but cameras are converted to `Record`s, so that they are read exactly as the marks of a file.
    """
    records = [_record(name, mark) for name, mark in marks.items() if not isinstance(mark, CameraMark)]
    from_records = MarkReader(indoors).read(records)
    cameras = tuple(_camera(name, mark) for name, mark in marks.items() if isinstance(mark, CameraMark))
    return Marks(places=from_records.places + cameras, names=tuple(marks), problems=from_records.problems)


def _record(name: str, mark: YamlMark) -> Record:
    if isinstance(mark, WalkMark | ObstacleMark):
        corners = np.array([(*p, mark.z_m) for p in mark.polygon_xy_m], float)
        polygons = [list(range(len(corners)))]
        properties: dict[str, float] = {}
        if isinstance(mark, ObstacleMark):
            corners = np.concatenate([corners, corners + (0, 0, mark.height_m)])
        elif mark.flow_deg is not None:
            properties["flow_deg"] = mark.flow_deg
        return Record(name=name, kind="MESH", vertices=corners, polygons=polygons, properties=properties)
    if isinstance(mark, MountMark):
        (ax, ay), (bx, by), z = mark.start_xy_m, mark.end_xy_m, mark.base_z_m
        corners = np.array([(ax, ay, z), (bx, by, z), (bx, by, z + mark.height_m), (ax, ay, z + mark.height_m)], float)
        return Record(name=name, kind="MESH", vertices=corners, polygons=[[0, 1, 2, 3]])
    assert not isinstance(mark, CameraMark)
    matrix = np.eye(4)
    matrix[:3, 3] = mark.position_m
    properties = {"heading_deg": mark.heading_deg}
    if isinstance(mark, SpotMark):
        properties["room_m"] = mark.room_m
    return Record(name=name, kind="EMPTY", matrix=matrix, properties=properties)


def _camera(name: str, mark: CameraMark) -> Marked:
    anchor = CameraAnchor(
        name=name,
        rig=words(name)[1],
        start_xy_m=mark.start_xy_m,
        end_xy_m=mark.end_xy_m or mark.start_xy_m,
        base_z_m=mark.z_m,
        facing_deg=mark.heading_deg,
        height_m=mark.height_m,
        pitch_deg=mark.pitch_deg,
    )
    return Marked(what=anchor, of=name, within=(name.lower(),))
