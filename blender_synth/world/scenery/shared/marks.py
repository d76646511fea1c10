"""Marks of artists: empties, meshes and collections whose names give them a meaning for the layout. No bpy.

`scenes/README.md` lists the names. Objects of a file arrive as `Record`s; `read_marks` turns them, and `yaml_marks` the
`marks:` of a scene.yaml, into `Marked` places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from blender_synth.values import Rgb, Vec2, Vec3, plain
from blender_synth.world.layout import (
    Area,
    BuiltInMirror,
    CameraAnchor,
    MirrorMount,
    Obstacle,
    PropSpot,
    Seat,
)
from blender_synth.world.scenery.shared import outlines as outlines

MARKS = ("walk", "crossing", "road", "flow", "seat", "mirror", "camera", "lamp", "spot", "obstacle")
WALK_USES = ("pavement", "indoors", "crossing", "road")
SPOT_USES = ("pavement", "edge", "road", "wall", "indoors")
MOUNT_USES = ("wall", "front")
LAMP_KINDS = {"mast": 0, "lantern": 1}
Surface = Literal["mirror", "glass", "water", "polished"]
SURFACES: tuple[Surface, ...] = ("mirror", "glass", "water", "polished")
"""An object or material whose name begins with one of these and a `!` is a built-in mirror."""
MOST_MIRROR_PLANES = 12
CATEGORY = re.compile(r"[a-z0-9][a-z0-9_ -]*")


@plain
class SceneProblem:
    """A problem of a scene: `error`, or `warning` if it can still be rendered."""

    code: str
    severity: Literal["error", "warning"]
    object: str
    text: str
    hint: str


@plain
class Lamp:
    """A street lamp.

    Attributes:
        position_m: of its light source.
        heading_deg: azimuth of its arm.
        variant: 0 for a mast, 1 for a lantern.
    """

    position_m: Vec3
    heading_deg: float
    variant: Literal[0, 1] = 0


Place = Area | Seat | MirrorMount | BuiltInMirror | CameraAnchor | Lamp | PropSpot | Obstacle
"""What a mark can mean."""


@plain
class Marked:
    """A place of the layout and the objects it belongs to.

    Attributes:
        of: name of the labelled object that it moves with.
        within: lower-case names of the collections and objects that contain it; it is absent if one of them is.
        on: for an area, name of the labelled object that is its ground.
    """

    what: Place
    of: str
    within: tuple[str, ...] = ()
    on: str = ""


@plain
class MarkedThing:
    """A visible labelled object; it is turned about its pivot."""

    name: str
    category: str
    pivot_xy_m: Vec2
    within: tuple[str, ...] = ()


@plain
class Marks:
    """Everything read from a file or a list of marks; names keep their spelling.

    Attributes:
        things: labelled objects.
        names: of all collections and objects.
        lights: number of lights.
    """

    things: tuple[MarkedThing, ...] = ()
    places: tuple[Marked, ...] = ()
    names: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    lights: int = 0
    problems: tuple[SceneProblem, ...] = ()


@dataclass(frozen=True)
class Record:
    """One object of a file.

    Attributes:
        kind: `MESH`, `EMPTY`, `LIGHT` or `CAMERA`.
        collections: names, outermost first.
        parents: names, topmost first.
        properties: custom properties; those of its collections are inherited.
        matrix: (4, 4) local to world.
        vertices: (N, 3) world coordinates in metres.
        polygons: vertex indices of each polygon.
        edges: (E, 2) vertex indices.
        arrow: whether an empty is displayed as a single arrow, which points along its local +Z.
        size_m: display radius of an empty.
        slots: names of the materials.
        slot_of: material index of each polygon.
        looks: roughness and colour of reflecting materials, by name.
    """

    name: str
    kind: str
    collections: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    matrix: np.ndarray = field(default_factory=lambda: np.eye(4))
    vertices: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))
    polygons: Sequence[Sequence[int]] = ()
    edges: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), int))
    arrow: bool = False
    size_m: float = 1.0
    slots: tuple[str, ...] = ()
    slot_of: Sequence[int] = ()
    looks: Mapping[str, tuple[float, Rgb]] = field(default_factory=dict)

    @property
    def position(self) -> np.ndarray:
        """Origin (3,) in world coordinates."""
        return self.matrix[:3, 3]

    def within(self) -> tuple[str, ...]:
        """Lower-case names of its collections, its parents and itself."""
        return tuple(n.lower() for n in (*self.collections, *self.parents, self.name))


def words(name: str) -> list[str]:
    """The parts of a name between full stops, in lower case, without the numeric suffix of Blender.

    Objects of a collection instance are named `instance/name`; only the part after the `/` counts.
    """
    return re.sub(r"\.\d{3,}$", "", name.rpartition("/")[2].strip()).lower().split(".")


def mark_of(record: Record) -> list[str] | None:
    """The words of an object's mark, by its property `bs`, its name or its collections; None if it is no mark."""
    override = record.properties.get("bs")
    for name in (override if isinstance(override, str) else "", record.name, *reversed(record.collections)):
        found = words(name)
        if found[0] in MARKS and len(found) > 1:
            return found
    return None


def surface_of(name: str) -> Surface | None:
    """The surface that a name with `!` after its first word stands for; None for all other names."""
    first = words(name)[0]
    return next((surface for surface in SURFACES if first == f"{surface}!"), None)


def thing_of(record: Record) -> tuple[str, str]:
    """(name, category) of the labelled object that a visible object is part of."""
    category = ""
    for name in (record.name, *reversed(record.parents), *reversed(record.collections)):
        found = words(name)
        if found[0] in ("cat", "thing") and len(found) > 1:
            category = found[1]
            break
    override = record.properties.get("category")
    if isinstance(override, str) and override.strip():
        category = override.strip().lower()
    category = category or "scenery"
    for name in record.collections:
        if words(name)[0] == "thing":
            return name, category
    return (record.parents[0] if record.parents else record.name), category


def reflecting_parts(record: Record) -> list[tuple[str, Surface, str, list[int]]]:
    """(name, surface, material, polygon indices) of every flat reflecting part of an object.

    The builder splits the object in the same way and identifies the parts by their names.
    """
    whole = surface_of(record.name)
    parts: list[tuple[str, Surface, str, list[int]]] = []
    slots = [record.slots[k] if k < len(record.slots) else "" for k in record.slot_of] or [""] * len(record.polygons)
    for slot in dict.fromkeys(slots):
        surface = whole or surface_of(slot)
        if surface is None:
            continue
        members = [k for k, name in enumerate(slots) if name == slot]
        groups = outlines.flat_groups(record.vertices, [record.polygons[k] for k in members])
        many = len(groups) > MOST_MIRROR_PLANES
        for number, group in enumerate([list(range(len(members)))] if many else [g for _, g in groups]):
            parts.append((f"{record.name}|{slot}|{number}", surface, slot, [members[k] for k in group]))
    return parts
