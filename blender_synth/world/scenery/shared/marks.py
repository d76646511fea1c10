"""What an artist's marks mean: named empties, meshes and collections of a file become a scene's layout. No bpy.

`scenes/README.md` tells artists the names. A file's objects come in as `Record`s, a scene.yaml's `marks:` as plain
values; both come out as `Marked` places, each knowing of what it is part and when it is there.
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
SPOT_USES = ("pavement", "road", "wall", "indoors")
MOUNT_USES = ("wall", "front")
LAMP_KINDS = {"mast": 0, "lantern": 1}
SURFACES = ("mirror", "glass", "water", "polished")
"""What reflects in the file itself is an object or a material whose name begins so, with `!` behind it."""
MOST_MIRROR_PLANES = 12
CATEGORY = re.compile(r"[a-z0-9][a-z0-9_ -]*")


@plain
class SceneProblem:
    """One thing that is wrong with a scene: `error`, or `warning` where it still renders."""

    code: str
    severity: Literal["error", "warning"]
    object: str
    text: str
    hint: str


@plain
class Lamp:
    """A street lamp: where its light is, the direction its arm points to, and whether mast (0) or lantern (1)."""

    position_m: Vec3
    heading_deg: float
    variant: Literal[0, 1] = 0


@plain
class Marked:
    """A place.

    Attributes:
        of: name of the thing that it moves with. within: lower-case names of the collections and objects that it is
            in; it is there when all of them are.
        on: of an area: name of the thing that is its ground.
    """

    what: Area | Seat | MirrorMount | BuiltInMirror | CameraAnchor | Lamp | PropSpot | Obstacle
    of: str
    within: tuple[str, ...] = ()
    on: str = ""


@plain
class MarkedThing:
    """Something visible with a label of its own. pivot_xy_m: what it turns about."""

    name: str
    category: str
    pivot_xy_m: Vec2
    within: tuple[str, ...] = ()


@plain
class Marks:
    """All that a file says, collections and materials by name as it spells them."""

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
        kind: `MESH`, `EMPTY`, `LIGHT` or `CAMERA`. collections: names, outermost first. parents: names, topmost first.
        properties: its custom properties, and those of its collections where it has none of that name.
        matrix: (4, 4) world. vertices: (N, 3) world. polygons: corners by index. edges: (E, 2).
        arrow: an empty drawn as a single arrow, which points along its own +Z. size_m: the radius it is drawn with.
        slots: names of the materials. slot_of: of each polygon.
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
    """Roughness and colour of materials that reflect, by name."""

    @property
    def position(self) -> np.ndarray:
        return self.matrix[:3, 3]

    def within(self) -> tuple[str, ...]:
        return tuple(n.lower() for n in (*self.collections, *self.parents, self.name))


def words(name: str) -> list[str]:
    """The words of a name between its full stops, in lower case, without the number that Blender puts at its end.

    What comes with an instance of a collection is named `instance/name`; its own name counts.
    """
    return re.sub(r"\.\d{3,}$", "", name.rpartition("/")[2].strip()).lower().split(".")


def mark_of(record: Record) -> list[str] | None:
    """The words of the mark that an object is, by its property `bs`, its name, or the collections it is in."""
    own = record.properties.get("bs")
    for name in (own if isinstance(own, str) else "", record.name, *reversed(record.collections)):
        found = words(name)
        if found[0] in MARKS and len(found) > 1:
            return found
    return None


def surface_of(name: str) -> str | None:
    """What a name with `!` behind its first word says of how something passes light on; None for all others."""
    first = words(name)[0]
    return first[:-1] if first.endswith("!") and first[:-1] in SURFACES else None


def thing_of(record: Record) -> tuple[str, str]:
    """(name, category) of the thing that a visible object is part of."""
    category = ""
    for name in (record.name, *reversed(record.parents), *reversed(record.collections)):
        found = words(name)
        if found[0] in ("cat", "thing") and len(found) > 1:
            category = found[1]
            break
    told = record.properties.get("category")
    category = told.strip().lower() if isinstance(told, str) and told.strip() else category or "scenery"
    for name in record.collections:
        if words(name)[0] == "thing":
            return name, category
    return (record.parents[0] if record.parents else record.name), category


def reflecting_parts(record: Record) -> list[tuple[str, str, str, list[int]]]:
    """(name, surface, its material, numbers of the polygons) of every flat part of an object that reflects.

    The builder splits the object in the same way, and finds each part again by its name.
    """
    whole = surface_of(record.name)
    found = []
    slots = [record.slots[k] if k < len(record.slots) else "" for k in record.slot_of] or [""] * len(record.polygons)
    for slot in dict.fromkeys(slots):
        surface = whole or surface_of(slot)
        if surface is None:
            continue
        members = [k for k, name in enumerate(slots) if name == slot]
        groups = outlines.flat_groups(record.vertices, [record.polygons[k] for k in members])
        many = len(groups) > MOST_MIRROR_PLANES
        for number, group in enumerate([list(range(len(members)))] if many else [g for _, g in groups]):
            found.append((f"{record.name}|{slot}|{number}", surface, slot, [members[k] for k in group]))
    return found
