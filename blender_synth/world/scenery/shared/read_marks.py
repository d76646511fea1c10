"""Marks of a .blend become places of a layout."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from blender_synth import geometry
from blender_synth.values import Vec2, Vec3, vec3
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
from blender_synth.world.scenery.shared.marks import (
    CATEGORY,
    MOST_MIRROR_PLANES,
    SPOT_USES,
    WALK_USES,
    Lamp,
    Marked,
    MarkedThing,
    Marks,
    Place,
    Record,
    SceneProblem,
    mark_of,
    reflecting_parts,
    thing_of,
)
from blender_synth.world.scenery.shared.near_misses import near_misses

MOST_FACES, MOST_OBSTACLES = 400, 400
_MADE_OTHERWISE = ("pedestrian", "pedestrian_reflection", "mirror")
_RAISED_M = 0.3
"""A camera mark higher above the ground sets the camera's height; a lower one leaves it to the rig."""


class MarkReader:
    """Converts records to `Marks`; problems are collected, not raised."""

    def __init__(self, indoors: bool) -> None:
        self.default_use = "indoors" if indoors else "pavement"
        self.places: list[Marked] = []
        self.problems: list[SceneProblem] = []

    def problem(
        self, code: str, record: Record | str, text: str, hint: str, severity: Literal["error", "warning"] = "error"
    ) -> None:
        """Record a problem."""
        name = record if isinstance(record, str) else record.name
        self.problems.append(SceneProblem(code=code, severity=severity, object=name, text=text, hint=hint))

    def read(self, records: Sequence[Record], materials: Sequence[str] = ()) -> Marks:
        """The meaning of all records."""
        for miss in near_misses(records, materials):
            hint = (
                f"name it {miss.meant}...; if it is no mark, choose another name"
                if miss.meant.endswith(".")
                else (f"did you mean {miss.meant}? if it is meant otherwise, choose another name")
            )
            self.problem("near_miss", miss.name, f"{miss.name!r} is almost a mark, and has no meaning like this", hint)
        marks = [(r, mark_of(r)) for r in records]
        solids = [r for r, mark in marks if mark is None and r.kind == "MESH" and len(r.polygons)]
        flows = [r for r, mark in marks if mark is not None and mark[0] == "flow"]
        for record, mark in marks:
            if mark is not None and mark[0] in ("walk", "crossing", "road"):
                self._areas(record, mark, flows, solids)
        readers = {"seat": self._seat, "mirror": self._mounts, "camera": self._camera, "lamp": self._lamp,
                  "spot": self._spot, "obstacle": self._obstacle}  # fmt: skip
        for record, mark in marks:
            if mark is not None and mark[0] in readers:
                readers[mark[0]](record, mark)
        things: dict[str, MarkedThing] = {}
        positions = {r.name: r.position for r in records}
        for record in solids:
            name, category = thing_of(record)
            if not CATEGORY.fullmatch(category) or category in _MADE_OTHERWISE:
                self.problem("bad_category", record, f"{category!r} cannot be a category",
                             "use small letters, digits, - and _, and none of the program's own")  # fmt: skip
                category = "scenery"
            x, y = positions.get(name, record.position)[:2]
            within = tuple(n.lower() for n in (*record.collections, *record.parents))
            pivot = (float(x), float(y))
            instance = MarkedThing(name=name, category=category, pivot_xy_m=pivot, within=within)
            things.setdefault(name, instance)
            self._built_in_mirrors(record)
            self._solid(record)
        self._sort_seats()
        names = dict.fromkeys(n for r in records for n in (*r.collections, *r.parents, r.name))
        return Marks(
            things=tuple(things.values()),
            places=tuple(self.places),
            names=tuple(names),
            materials=tuple(materials),
            lights=sum(r.kind == "LIGHT" and mark is None for r, mark in marks),
            problems=tuple(self.problems),
        )

    def _add(self, record: Record, what: Place, on: str = "") -> None:
        self.places.append(Marked(what=what, of=thing_of(record)[0], within=record.within(), on=on))

    def ground_at(self, xy: npt.ArrayLike, near_z_m: float = math.inf) -> float:
        """Height of the nearest ground at or below a height; 0 without any area."""
        point = np.asarray(xy, float)
        best, height = math.inf, 0.0
        for place in self.places:
            area = place.what
            if not isinstance(area, Area) or area.z_m > near_z_m + 0.05:
                continue
            inside = geometry.in_convex(point, area.polygon_xy_m, -0.05)
            away = 0.0 if inside else float(np.linalg.norm(np.mean(area.polygon_xy_m, axis=0) - point))
            if away < best - 1e-9 or (inside and best == 0.0 and area.z_m > height):
                best, height = away, area.z_m
        return height

    def _areas(self, record: Record, mark: list[str], flows: Sequence[Record], solids: Sequence[Record]) -> None:
        use = mark[1] if mark[0] == "walk" else mark[0]
        if use not in WALK_USES:
            if len(mark) == 2:  # walk.<name> without a use
                use = self.default_use
            else:
                self.problem("no_such_use", record, f"there is no ground of the use {use!r}",
                             f"name it walk.<use>, with one of: {', '.join(WALK_USES)}")  # fmt: skip
                return
        if record.kind != "MESH" or not len(record.polygons):
            self.problem("no_face", record, "a walkable area has no faces", "draw it as a mesh of level faces")
            return
        by_height: dict[float, list[np.ndarray]] = {}
        for polygon in record.polygons:
            corners = record.vertices[list(polygon)]
            normal = outlines.normal_of(corners)
            if normal is None or abs(normal[2]) < 0.5:
                continue
            if np.ptp(corners[:, 2]) > 0.12:
                self.problem("sloping", record, f"a face of it rises by {np.ptp(corners[:, 2]):.2f} m",
                             "draw level faces; a ramp as several, each at its height", "warning")  # fmt: skip
            by_height.setdefault(round(float(corners[:, 2].mean()), 2), []).append(corners[:, :2])
        pieces = [(z, p) for z, faces in by_height.items() for p in outlines.convex_parts(faces[:MOST_FACES])]
        if sum(map(len, by_height.values())) > MOST_FACES:
            self.problem("too_fine", record, f"it has more than {MOST_FACES} faces", "draw it with few large faces")
            return
        if not pieces:
            self.problem("no_face", record, "none of its faces is level", "draw it as a mesh of level faces")
            return
        for number, (z, outline) in enumerate(pieces):
            flow = self._flow(record, outline, flows)
            name = record.name if len(pieces) == 1 else f"{record.name}#{number + 1}"
            area = Area(name=name, use=use, polygon_xy_m=_vec2s(outline), z_m=z, flow_deg=flow)
            self._add(record, area, on=_ground_object(solids, outline.mean(axis=0), z))

    def _flow(self, record: Record, polygon: np.ndarray, flows: Sequence[Record]) -> float | None:
        flow = record.properties.get("flow_deg")
        if isinstance(flow, int | float):
            return float(flow) % 360.0
        for arrow in flows:
            if record.name in arrow.parents or (not arrow.parents and geometry.in_convex(arrow.position[:2], polygon)):
                return self._heading(arrow)
        return None

    def _heading(self, record: Record) -> float:
        """Azimuth of an empty: of the arrow if it is displayed as one, otherwise of its local +X axis."""
        heading = record.properties.get("heading_deg")
        if isinstance(heading, int | float):
            return float(heading) % 360.0
        axis = record.matrix[:3, 2] if record.arrow else record.matrix[:3, 0]
        x, y, _ = axis / max(float(np.linalg.norm(axis)), 1e-9)
        if math.hypot(x, y) < 0.3:
            self.problem("upright_arrow", record, "its arrow points straight up or down, not to a side",
                         "rotate it until the arrow is level (R X 90)")  # fmt: skip
        return round(math.degrees(math.atan2(y, x)), 3) % 360.0

    def _seat(self, record: Record, mark: list[str]) -> None:
        x, y, z = (float(v) for v in record.position)
        ground = self.ground_at((x, y), z)
        if not 0.15 <= z - ground <= 1.1:
            self.problem("seat_height", record, f"it is {z - ground:.2f} m above the ground",
                         "place it on the seat, 0.3 to 0.9 m above a walkable area")  # fmt: skip
            return
        bench = record.name.rpartition("/")[0] + ".".join(mark[1:])
        seat = Seat(bench=bench, position_m=(x, y, ground), heading_deg=self._heading(record), height_m=z - ground)
        self._add(record, seat)

    def _sort_seats(self) -> None:
        """Move seats to the end, those of one bench in order from right to left as their sitters see it."""
        seats = [(p, p.what) for p in self.places if isinstance(p.what, Seat)]
        headings = {seat.bench: seat.heading_deg for _, seat in reversed(seats)}

        def key(seat: Seat) -> tuple[str, float]:
            left = geometry.direction(headings[seat.bench] + 90.0)
            return seat.bench, float(np.dot(seat.position_m, left))

        seats.sort(key=lambda pair: key(pair[1]))
        self.places = [p for p in self.places if not isinstance(p.what, Seat)] + [p for p, _ in seats]

    def _mounts(self, record: Record, mark: list[str]) -> None:
        use: Literal["wall", "front"] = "front" if mark[1] == "front" else "wall"
        if record.kind != "MESH" or not len(record.polygons):
            self.problem("no_face", record, "a mirror mount has no face", "draw it as an upright plane on the wall")
            return
        groups = outlines.flat_groups(record.vertices, record.polygons)
        if len(groups) > MOST_MIRROR_PLANES or not groups:
            self.problem("no_face", record, "a mirror mount is not a flat plane", "draw it as one upright plane")
            return
        for number, (normal, members) in enumerate(groups):
            if abs(normal[2]) > 0.2:
                self.problem("not_upright", record, "a mirror mount does not stand upright",
                             "rotate the plane so that its normal is level and points out of the wall")  # fmt: skip
                continue
            corners = record.vertices[[c for k in members for c in record.polygons[k]]]
            facing = round(math.degrees(math.atan2(normal[1], normal[0])), 3) % 360.0
            right = np.array([-normal[1], normal[0]]) / math.hypot(*normal[:2])
            along = corners[:, :2] @ right
            middle = corners[:, :2].mean(axis=0)
            ends = [middle + (v - middle @ right) * right for v in (along.min(), along.max())]
            low, high = float(corners[:, 2].min()), float(corners[:, 2].max())
            ground = self.ground_at(middle, low)
            if low - ground > _RAISED_M:
                self.problem("floating_mount", record, f"it ends {low - ground:.2f} m over the ground",
                             "extend it down to the ground, or standing mirrors will float", "warning")  # fmt: skip
            base = ground if abs(low - ground) <= _RAISED_M else low
            name = record.name if len(groups) == 1 else f"{record.name}#{number + 1}"
            mount = MirrorMount(name=name, start_xy_m=_vec2(ends[0]), end_xy_m=_vec2(ends[1]), facing_deg=facing,
                                base_z_m=base, clear_height_m=high - base, use=use)  # fmt: skip
            self._add(record, mount)

    def _built_in_mirrors(self, record: Record) -> None:
        for part, surface, slot, members in reflecting_parts(record):
            normals = outlines.flat_groups(record.vertices, [record.polygons[k] for k in members])
            if len(normals) > 1 or not normals:
                self.problem("curved_mirror", record, f"its {surface} surface is not flat",
                             "make the reflecting part one flat sheet with a material of its own; curved "
                             "mirrors come with mirrors=convex")  # fmt: skip
                return
            roughness, tint = record.looks.get(slot, (0.0, (0.94, 0.95, 0.945)))
            faces = tuple(
                tuple(vec3(round(float(v), 5) for v in record.vertices[c]) for c in record.polygons[k]) for k in members
            )
            category = thing_of(record)[1]
            mirror = BuiltInMirror(part=part, faces_m=faces, surface=surface, roughness=min(roughness, 0.1), tint=tint,
                            host=category)  # fmt: skip
            self._add(record, mirror)

    def _camera(self, record: Record, mark: list[str]) -> None:
        rig = mark[1]
        pitch = None
        if record.kind == "MESH":
            if len(record.vertices) < 2:
                self.problem("no_line", record, "a camera's line has no two ends", "draw it as an edge")
                return
            apart = np.linalg.norm(record.vertices[:, None] - record.vertices[None], axis=2)
            a, b = np.unravel_index(int(apart.argmax()), apart.shape)
            start, end = record.vertices[a], record.vertices[b]
            heading = record.properties.get("heading_deg")
            if not isinstance(heading, int | float):
                self.problem("no_direction", record, "a camera's line has no direction",
                             "give it a custom property heading_deg (0 along +X, 90 along +Y)")  # fmt: skip
                return
            facing = float(heading) % 360.0
        else:
            start = end = record.position
            if record.kind == "CAMERA":
                look = -record.matrix[:3, 2] / max(float(np.linalg.norm(record.matrix[:3, 2])), 1e-9)
                facing = round(math.degrees(math.atan2(look[1], look[0])), 3) % 360.0
                pitch = round(math.degrees(math.asin(float(np.clip(look[2], -1, 1)))), 3)
                if abs(pitch) > 80:
                    self.problem(
                        "no_direction", record, "the camera looks straight up or down", "tilt it towards the horizon"
                    )
            else:
                facing = self._heading(record)
        base = self.ground_at((start + end)[:2] / 2, float(min(start[2], end[2])))
        height = float((start + end)[2] / 2 - base)
        anchor = CameraAnchor(name=record.name, rig=rig, start_xy_m=_vec2(start), end_xy_m=_vec2(end), base_z_m=base,
                              facing_deg=facing, height_m=(height, height) if height > _RAISED_M else None,
                              pitch_deg=pitch)  # fmt: skip
        self._add(record, anchor)

    def _lamp(self, record: Record, mark: list[str]) -> None:
        heading = self._heading(record) if record.kind == "EMPTY" and not record.arrow else 0.0
        variant: Literal[0, 1] = 1 if mark[1] == "lantern" else 0
        self._add(record, Lamp(position_m=_vec3(record.position), heading_deg=heading, variant=variant))

    def _spot(self, record: Record, mark: list[str]) -> None:
        if mark[1] not in SPOT_USES:
            self.problem("no_such_use", record, f"there is no spot of the use {mark[1]!r}",
                         f"name it spot.<use>.<what it wants>, with one of: {', '.join(SPOT_USES)}")  # fmt: skip
            return
        wants = tuple(w for w in (mark[2] if len(mark) > 2 else "").split("+") if w and w != "any")
        radius = record.properties.get("room_m")
        room = float(radius) if isinstance(radius, int | float) else record.size_m
        if room <= 0.05:
            self.problem("no_room", record, "a spot has no room", "draw the empty as large as the free circle")
            return
        x, y, z = _vec3(record.position)
        ground = self.ground_at((x, y), z + 0.3)
        z = ground if abs(z - ground) < 0.3 and mark[1] != "wall" else z
        spot = PropSpot(name=record.name, use=mark[1], position_m=(x, y, z), heading_deg=self._heading(record),
                        room_m=room, wants=wants)  # fmt: skip
        self._add(record, spot)

    def _obstacle(self, record: Record, mark: list[str]) -> None:
        outline = outlines.hull(record.vertices[:, :2])
        if len(outline) < 3:
            self.problem("no_face", record, "an obstacle has no footprint", "draw it as a mesh that covers some ground")
            return
        low, high = float(record.vertices[:, 2].min()), float(record.vertices[:, 2].max())
        height = max(high - low, 0.01)
        obstacle = Obstacle(name=record.name, polygon_xy_m=_vec2s(outline), height_m=height, base_z_m=low)
        self._add(record, obstacle)

    def _solid(self, record: Record) -> None:
        """Add the obstacles of a visible object, from its shape; none if its property `obstacle` is off."""
        if record.properties.get("obstacle") in (0, 0.0, False):
            return
        ground = self.ground_at(record.vertices.mean(axis=0)[:2], float(record.vertices[:, 2].min()) + 0.3)
        prisms = outlines.footprints(record.vertices, record.polygons, ground)
        if len(prisms) > MOST_OBSTACLES:
            self.problem("too_fine", record, f"its shape gives {len(prisms)} obstacles",
                         "set its custom property obstacle to 0 and draw obstacle.<name> meshes instead")  # fmt: skip
            return
        for number, (outline, low, height) in enumerate(prisms):
            name = record.name if len(prisms) == 1 else f"{record.name}#{number + 1}"
            self._add(record, Obstacle(name=name, polygon_xy_m=outline, height_m=max(height, 0.01), base_z_m=low))


def _ground_object(solids: Iterable[Record], xy: np.ndarray, z_m: float) -> str:
    """Name of the labelled object with an upward face at a point; empty if there is none."""
    for record in solids:
        if abs(float(record.vertices[:, 2].max()) - z_m) > 0.5 and record.vertices[:, 2].min() > z_m:
            continue
        for polygon in record.polygons:
            corners = record.vertices[list(polygon)]
            normal = outlines.normal_of(corners)
            if normal is None or normal[2] < 0.9 or abs(float(corners[:, 2].mean()) - z_m) > 0.08:
                continue
            if any(geometry.in_convex(xy, part) for part in outlines.convex_parts([corners[:, :2]])):
                return thing_of(record)[0]
    return ""


def _vec2(p: Sequence[float] | np.ndarray) -> Vec2:
    return (round(float(p[0]), 4), round(float(p[1]), 4))


def _vec2s(points: Iterable[np.ndarray]) -> tuple[Vec2, ...]:
    return tuple(_vec2(p) for p in points)


def _vec3(p: Sequence[float] | np.ndarray) -> Vec3:
    return (round(float(p[0]), 4), round(float(p[1]), 4), round(float(p[2]), 4))
