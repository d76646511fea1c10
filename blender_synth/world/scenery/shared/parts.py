"""Procedural parts of a scene: floors, walls, boxes, rows of things, each value a range drawn once a scene. No bpy.

A part draws into `Pieces`: simple shapes to build, and what they mean for the layout. Places are in metres; walls run
from one point to another, their front on the left hand (inside, when a room is drawn counter-clockwise).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec2, Vec3, plain, uniform
from blender_synth.world.layout import Area, BuiltInMirror, MirrorMount, Obstacle, PlacedProp, Seat
from blender_synth.world.scenery.shared.marks import CATEGORY, Lamp
from blender_synth.world.scenery.shared.outlines import HEAD_M, STEP_M, hull
from blender_synth.world.scenery.shared.street_palette import linear
from blender_synth.world.scenery.shared.street_parts import FURNITURE_SIZE_M, Furniture

COLOURS = {
    "brick": "#80493a", "plaster": "#e4dcc8", "stone": "#b7ad9a", "roof": "#7a4636", "trim": "#e4ded0",
    "paint": "#d9d7d0", "matt": "#8a8780", "metal": "#c4c6c8", "iron": "#2c2d30", "wood": "#8a5f3c",
    "rubber": "#2a2a2a", "cloth": "#a8432c", "asphalt": "#55565a", "kerb": "#8d8a84", "bark": "#5a4a3a",
    "painted_wall": "#e6e2d8", "ceiling_tiles": "#e6e4de", "planks": "#a87f52", "carpet": "#5f6468",
    "terrazzo": "#b5b0a6", "stone_floor": "#b0a99c", "rubber_floor": "#3a3d40", "marble": "#c9c5bd",
    "veneer": "#9a6f48", "fabric": "#4a6478", "steel": "#c4c6c8",
    "paving_slabs": "#a49e94", "paving_bond": "#a39c90", "paving_pavers": "#9a7d66", "paving_setts": "#7d7a76",
}  # fmt: skip
"""Materials by name, each with its usual colour."""
MATERIALS = tuple(COLOURS)
LEAST_MOUNT_M = 1.2
MOST_COPIES = 1000
_FRAME_M, _PANE_M = 0.05, 0.012


def _colours(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _codes(colours: tuple[str, ...]) -> tuple[str, ...]:
    for code in colours:
        if len(code) != 7 or code[0] != "#" or any(c not in "0123456789abcdefABCDEF" for c in code[1:]):
            raise ValueError(f"{code!r} is no colour; write it as '#c8b58e', in quotes")
    return colours


def _category(name: str) -> str:
    if name and (not CATEGORY.fullmatch(name) or name in ("pedestrian", "pedestrian_reflection", "mirror")):
        raise ValueError("use small letters, digits, - and _, and none of the program's own categories")
    return name


Colours = Annotated[tuple[str, ...], BeforeValidator(_colours), AfterValidator(_codes)]
Material = Literal[MATERIALS]
Category = Annotated[str, AfterValidator(_category)]
Place = tuple[Range, Range, Range]


@plain
class Piece:
    """One shape to build.

    Attributes:
        thing: name of the thing that it is part of.
        shape: `box` (size_m along its own x, y, z, standing on position_m) or `cylinder` (size_m[0] across), `window`
            (a pane at a box's front that cannot be seen through), `glow` (a panel that shines down; `what` numbers its
            light), `tree`, or a piece of street `furniture` (`what`, of a variant).
        wear: 0 new to 1 worn, of floors of rooms how glossy; of trees and furniture their scale.
    """

    thing: str
    shape: Literal["box", "cylinder", "window", "glow", "furniture", "tree"]
    size_m: Vec3 = (1.0, 1.0, 1.0)
    position_m: Vec3
    turn_deg: float = 0.0
    material: str = "matt"
    rgb: Rgb = (0.5, 0.5, 0.5)
    wear: float = 0.3
    bevel_m: float = 0.0
    what: str = ""
    variant: int = 0


@plain
class LightPiece:
    """A light that burns by day and night.

    Attributes:
        lumen: luminous flux. size_m: of a panel, along its own x and y. rgb: luminance 1.
    """

    kind: Literal["panel", "point", "spot"]
    position_m: Vec3
    turn_deg: float = 0.0
    lumen: float = Field(gt=0)
    kelvin: float = Field(gt=0)
    size_m: Vec2 = (0.6, 0.6)
    angle_deg: float = 70.0


@dataclass
class Pieces:
    """What the parts of one scene came to. `things`: name to category, in order."""

    things: dict[str, str] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    lights: list[LightPiece] = field(default_factory=list)
    lamps: list[Lamp] = field(default_factory=list)
    areas: list[tuple[Area, str]] = field(default_factory=list)
    mounts: list[MirrorMount] = field(default_factory=list)
    built_in_mirrors: list[BuiltInMirror] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    placed: list[PlacedProp] = field(default_factory=list)

    def add(self, category: str, piece: Piece, solid: bool = True, ground_z_m: float = 0.0) -> None:
        """A piece, with its obstacle if one can neither step over it nor walk under it."""
        self.things.setdefault(piece.thing, category)
        self.pieces.append(piece)
        z, high = piece.position_m[2], piece.size_m[2]
        if solid and z + high > ground_z_m + STEP_M and z < ground_z_m + HEAD_M:
            name = f"{piece.thing}#{len(self.obstacles)}"
            outline = footprint(piece)
            self.obstacles.append(Obstacle(name=name, polygon_xy_m=outline, height_m=high, base_z_m=z))


def footprint(piece: Piece) -> tuple[Vec2, ...]:
    """Corners of what a piece covers of the ground, counter-clockwise."""
    if piece.shape == "cylinder":
        a = np.arange(8) * math.pi / 4
        corners = piece.size_m[0] / 2 * np.stack([np.cos(a), np.sin(a)], axis=1)
    else:
        w, d = piece.size_m[0] / 2, piece.size_m[1] / 2
        corners = np.array([(-w, -d), (w, -d), (w, d), (-w, d)])
    return _round2(_turned(corners, piece.turn_deg) + np.array(piece.position_m[:2]))


def _turned(points_xy, degrees: float) -> np.ndarray:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.asarray(points_xy, float) @ np.array([[c, s], [-s, c]])


def _round2(points) -> tuple[Vec2, ...]:
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in points)


@plain
class _Part:
    """What all parts may say.

    Attributes:
        name: unique in the scene; the part's kind and number if left out. category: label of the thing.
        chance: of being there at all. count: how many stand in a row. step_m: from one to the next.
        jitter_m, jitter_deg: how far each is off its place.
        colour: one, or several of which one is drawn for all of the row; `each_colour` draws for each. Parts with one
            `palette` draw alike: of lists of one length, they take the same place.
    """

    name: str = ""
    category: Category = ""
    chance: float = Field(default=1.0, ge=0, le=1)
    count: Annotated[Range, AfterValidator(lambda r: _whole(r))] = (1.0, 1.0)
    step_m: Place = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    jitter_m: float = Field(default=0.0, ge=0)
    jitter_deg: float = Field(default=0.0, ge=0)
    colour: Colours = ()
    each_colour: bool = False
    palette: str = ""
    wear: Range = (0.15, 0.5)

    def draw(self, streams: Streams, name: str, into: Pieces, palettes: Streams) -> None:
        """Put the part, with all of its row, into `into`."""
        rng = streams.rng("row")
        if rng.random() >= self.chance:
            return
        count = round(uniform(rng, (self.count[0] - 0.49, self.count[1] + 0.49)))
        step = np.array([uniform(rng, s) for s in self.step_m])
        material = getattr(self, "material", "matt")
        palette = self.colour or (COLOURS.get(material, "#8a8780"),)
        for k in range(max(count, 0)):
            own = streams.child(str(k))
            off = own.rng("jitter")
            shift = k * step + np.array([*(off.uniform(-self.jitter_m, self.jitter_m, 2)), 0.0])
            turn = float(off.uniform(-self.jitter_deg, self.jitter_deg))
            paint = (own if self.each_colour else streams).rng("colour")
            if self.palette:
                paint = palettes.rng(self.palette)
            rgb = _varied(paint, linear(palette[int(paint.integers(len(palette)))]))
            draw = _Draw(own, name if count == 1 else f"{name}_{k + 1}", shift, turn, rgb, uniform(paint, self.wear))
            self._one(draw, into)

    def _one(self, draw: _Draw, into: Pieces) -> None:
        raise NotImplementedError


@dataclass
class _Draw:
    """What is drawn for one of a row."""

    streams: Streams
    name: str
    shift: np.ndarray
    turn_deg: float
    rgb: Rgb
    wear: float

    def at(self, place: Sequence) -> Vec3:
        rng = self.streams.rng("place")
        p = np.array([uniform(rng, axis) for axis in place]) + self.shift
        return tuple(round(float(v), 4) for v in p)

    def value(self, what: str, interval) -> float:
        return uniform(self.streams.rng(what), interval)


def _whole(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] < 0 or interval[1] > MOST_COPIES or any(v != round(v) for v in interval):
        raise ValueError(f"a count is a whole number from 0 to {MOST_COPIES}")
    return interval


def _varied(rng: np.random.Generator, rgb: Rgb) -> Rgb:
    gain = float(np.exp(rng.normal(0, 0.05)))
    return tuple(float(np.clip(c * gain, 0.012, 0.85)) for c in rgb)


Length = Annotated[Range, AfterValidator(lambda r: _positive(r))]


def _positive(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] <= 0:
        raise ValueError(f"a length must be above zero, but goes down to {interval[0]:g}")
    return interval


@plain
class Floor(_Part):
    """A level slab, its upper side at at_m's height.

    Attributes:
        size_m: along x and y. at_m: its middle. walk: what people use it for; null where they do not walk.
        flow_deg: direction they walk in.
    """

    part: Literal["floor"]
    size_m: tuple[Length, Length]
    at_m: Place = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    turn_deg: Range = (0.0, 0.0)
    thickness_m: Length = (0.1, 0.1)
    material: Material = "paving_slabs"
    walk: Literal["pavement", "indoors", "crossing", "road"] | None = "pavement"
    flow_deg: float | None = None

    def _one(self, draw: _Draw, into: Pieces) -> None:
        x, y, z = draw.at(self.at_m)
        w, d = draw.value("width", self.size_m[0]), draw.value("depth", self.size_m[1])
        thick = draw.value("thickness", self.thickness_m)
        turn = draw.value("turn", self.turn_deg) + draw.turn_deg
        piece = Piece(thing=draw.name, shape="box", size_m=(w, d, thick), position_m=(x, y, z - thick), turn_deg=turn,
                      material=self.material, rgb=draw.rgb, wear=draw.wear)  # fmt: skip
        into.add(self.category or ("floor" if self.walk == "indoors" else self.walk or "ground"), piece, solid=False)
        if self.walk:
            area = Area(name=draw.name, use=self.walk, polygon_xy_m=footprint(piece), z_m=z, flow_deg=self.flow_deg)
            into.areas.append((area, draw.name))


@plain
class Ceiling(_Part):
    """A level slab whose lower side is at at_m's height."""

    part: Literal["ceiling"]
    size_m: tuple[Length, Length]
    at_m: Place
    turn_deg: Range = (0.0, 0.0)
    thickness_m: Length = (0.15, 0.15)
    material: Material = "ceiling_tiles"

    def _one(self, draw: _Draw, into: Pieces) -> None:
        w, d = draw.value("width", self.size_m[0]), draw.value("depth", self.size_m[1])
        piece = Piece(thing=draw.name, shape="box", size_m=(w, d, draw.value("thickness", self.thickness_m)),
                      position_m=draw.at(self.at_m), turn_deg=draw.value("turn", self.turn_deg) + draw.turn_deg,
                      material=self.material, rgb=draw.rgb, wear=draw.wear)  # fmt: skip
        into.add(self.category or "building", piece)


@plain
class Opening:
    """A hole in a wall.

    Attributes:
        at_m: its middle, from the wall's start. fill: what is in it: nothing, `glass` (labelled, seen through), a
            `window` that mirrors but cannot be seen through, or a wooden `door`.
    """

    at_m: Range
    width_m: Length
    height_m: Length
    sill_m: Range = (0.0, 0.0)
    fill: Literal["none", "glass", "window", "door"] = "none"
    colour: Colours = ("#ece9e0",)


@plain
class Wall(_Part):
    """An upright wall; its face on the left of from_m to to_m lies on that line.

    Attributes:
        mounts: whether mirrors may hang on its blank stretches, on which hand.
    """

    part: Literal["wall"]
    from_m: tuple[Range, Range]
    to_m: tuple[Range, Range]
    base_m: Range = (0.0, 0.0)
    height_m: Length = (3.0, 3.0)
    thickness_m: Length = (0.2, 0.2)
    material: Material = "plaster"
    openings: tuple[Opening, ...] = ()
    skirting: bool = False
    mounts: bool = True

    def _one(self, draw: _Draw, into: Pieces) -> None:
        sx, sy, _ = draw.shift
        start = np.array([draw.value(f"from{k}", self.from_m[k]) for k in (0, 1)]) + (sx, sy)
        end = np.array([draw.value(f"to{k}", self.to_m[k]) for k in (0, 1)]) + (sx, sy)
        length = float(np.linalg.norm(end - start))
        if length < 0.05:
            return
        along = (end - start) / length
        turn = math.degrees(math.atan2(along[1], along[0]))
        base = draw.value("base", self.base_m) + float(draw.shift[2])
        height, thick = draw.value("height", self.height_m), draw.value("thickness", self.thickness_m)
        holes = sorted(self._holes(draw, length, height), key=lambda hole: hole[0])
        category = self.category or "building"

        def block(x0: float, x1: float, z0: float, z1: float, **other: Any) -> None:
            """A box of the wall, x from its start; without room nothing."""
            if x1 - x0 < 0.005 or z1 - z0 < 0.005:
                return
            deep = other.pop("deep", (0.0, thick))
            middle = start + along * (x0 + x1) / 2 + np.array([along[1], -along[0]]) * (deep[0] + deep[1]) / 2
            told = {"material": self.material, "rgb": draw.rgb, "thing": draw.name, "shape": "box"} | other
            into.add(category, Piece(size_m=(x1 - x0, deep[1] - deep[0], z1 - z0), wear=draw.wear, turn_deg=turn,
                                     position_m=(float(middle[0]), float(middle[1]), base + z0), **told),
                     ground_z_m=base)  # fmt: skip

        at = 0.0
        for x0, x1, z0, z1, hole in holes:
            block(at, x0, 0.0, height)
            self._mount(into, f"{draw.name}_{round(at, 2):g}", start, along, (at, x0), base, height)
            block(x0, x1, 0.0, z0)
            block(x0, x1, z1, height)
            self._fill(block, into, draw, hole, (x0, x1, z0, z1), (start, along, base, thick))
            at = x1
        block(at, length, 0.0, height)
        self._mount(into, f"{draw.name}_{round(at, 2):g}", start, along, (at, length), base, height)
        if self.skirting:
            for x0, x1 in _between([(h[0], h[1]) for h in holes if h[2] < 0.1], length):
                block(x0, x1, 0.0, 0.09, deep=(-0.015, 0.0), material="paint", rgb=linear("#e9e6de"))

    def _holes(self, draw: _Draw, length: float, height: float) -> list[tuple[float, float, float, float, Opening]]:
        found: list[tuple[float, float, float, float, Opening]] = []
        for n, hole in enumerate(self.openings):
            wide = min(draw.value(f"hole{n}/width", hole.width_m), length - 0.1)
            sill = max(draw.value(f"hole{n}/sill", hole.sill_m), 0.0)
            top = min(sill + draw.value(f"hole{n}/height", hole.height_m), height - 0.02)
            middle = float(np.clip(draw.value(f"hole{n}/at", hole.at_m), wide / 2 + 0.02, length - wide / 2 - 0.02))
            x0, x1 = middle - wide / 2, middle + wide / 2
            if top > sill + 0.1 and wide > 0.1 and all(x1 <= o[0] or x0 >= o[1] for o in found):
                found.append((x0, x1, sill, top, hole))
        return found

    def _mount(self, into: Pieces, name: str, start, along, span, base: float, height: float) -> None:
        x0, x1 = span[0] + 0.1, span[1] - 0.1
        if not self.mounts or x1 - x0 < LEAST_MOUNT_M or height < 1.5:
            return
        # seen from the front, which is on the left hand, the wall's end is on the left
        a, b = start + along * x1, start + along * x0
        facing = math.degrees(math.atan2(along[0], -along[1])) % 360.0
        left, right = _round2([a, b])
        into.mounts.append(MirrorMount(name=name, start_xy_m=left, end_xy_m=right, facing_deg=facing, base_z_m=base,
                                       clear_height_m=height - 0.05))  # fmt: skip

    def _fill(self, block, into: Pieces, draw: _Draw, hole: Opening, span, wall) -> None:
        """Frame and pane, glass or leaf of an opening."""
        x0, x1, z0, z1 = span
        start, along, base, thick = wall
        if hole.fill == "none":
            return
        paint = draw.streams.rng(f"frame/{x0:.2f}")
        rgb = linear(hole.colour[int(paint.integers(len(hole.colour)))])
        frame = {"material": "paint", "rgb": rgb, "deep": (0.3 * thick, 0.3 * thick + 0.07)}
        f = _FRAME_M
        block(x0, x0 + f, z0, z1, **frame)
        block(x1 - f, x1, z0, z1, **frame)
        block(x0 + f, x1 - f, z1 - f, z1, **frame)
        if z0 > 0.05:
            block(x0 + f, x1 - f, z0, z0 + f, **frame)
            z0 += f
        x0, x1, z1 = x0 + f, x1 - f, z1 - f
        deep = 0.3 * thick + 0.035
        if hole.fill == "glass":
            out = np.array([-along[1], along[0]])
            corners = [start + along * x - out * deep for x in (x1, x0)]
            (ax, ay), (bx, by) = corners
            face = ((ax, ay, base + z0), (bx, by, base + z0), (bx, by, base + z1), (ax, ay, base + z1))
            face = tuple(tuple(round(float(v), 5) for v in p) for p in face)
            name = f"{draw.name}|glass|{len(into.built_in_mirrors)}"
            into.built_in_mirrors.append(
                BuiltInMirror(
                    part=name,
                    faces_m=(face,),
                    surface="glass",
                    tint=(0.9, 0.93, 0.915),
                    host=self.category or "building",
                )
            )
            sheet = Piece(thing="", shape="box", size_m=(x1 - x0, _PANE_M, z1 - z0),
                          position_m=(float((ax + bx) / 2), float((ay + by) / 2), base + z0),
                          turn_deg=math.degrees(math.atan2(along[1], along[0])))  # fmt: skip
            if z0 < HEAD_M and z1 > STEP_M:
                outline = footprint(sheet)
                into.obstacles.append(Obstacle(name=name, polygon_xy_m=outline, height_m=z1 - z0, base_z_m=base + z0))
        elif hole.fill == "window":
            block(x0, x1, z0, z1, shape="window", material="window", deep=(deep, deep + 0.02))
        else:
            wood = linear(("#6b4a33", "#2c4a3c", "#26364e", "#5a2a24")[int(paint.integers(4))])
            block(x0, x1, z0, z1, material="wood", rgb=wood, deep=(deep, deep + 0.04))
            knob = x1 - 0.09
            block(knob - 0.06, knob + 0.06, z0 + 1.0, z0 + 1.03, material="metal", rgb=linear("#b9bcbe"),
                  deep=(deep - 0.05, deep - 0.03))  # fmt: skip


def _between(gaps: Sequence[tuple[float, float]], length: float) -> list[tuple[float, float]]:
    edges = [0.0, *(v for gap in gaps for v in gap), length]
    return list(zip(edges[::2], edges[1::2], strict=True))


@plain
class Box(_Part):
    """A box that stands on at_m: counters, plinths, steps, cupboards."""

    part: Literal["box"]
    size_m: tuple[Length, Length, Length]
    at_m: Place
    turn_deg: Range = (0.0, 0.0)
    bevel_m: float = Field(default=0.0, ge=0)
    material: Material = "wood"
    obstacle: bool = True

    def _one(self, draw: _Draw, into: Pieces) -> None:
        size = tuple(draw.value(axis, self.size_m[k]) for k, axis in enumerate("xyz"))
        piece = Piece(thing=draw.name, shape="box", size_m=size, position_m=draw.at(self.at_m),
                      turn_deg=draw.value("turn", self.turn_deg) + draw.turn_deg, material=self.material, rgb=draw.rgb,
                      wear=draw.wear, bevel_m=min(self.bevel_m, 0.45 * min(size)))  # fmt: skip
        into.add(self.category or "furniture", piece, solid=self.obstacle)


@plain
class Cylinder(_Part):
    """An upright cylinder that stands on at_m: columns, posts, tubs."""

    part: Literal["cylinder"]
    diameter_m: Length
    height_m: Length
    at_m: Place
    material: Material = "stone"
    obstacle: bool = True

    def _one(self, draw: _Draw, into: Pieces) -> None:
        wide = draw.value("diameter", self.diameter_m)
        piece = Piece(thing=draw.name, shape="cylinder", size_m=(wide, wide, draw.value("height", self.height_m)),
                      position_m=draw.at(self.at_m), material=self.material, rgb=draw.rgb, wear=draw.wear)  # fmt: skip
        into.add(self.category or "building", piece, solid=self.obstacle)


@plain
class Furnishing(_Part):
    """A piece of the program's own street furniture, or a tree. heading_deg: azimuth that its front looks to."""

    part: Literal["furniture"]
    what: Literal[tuple(FURNITURE_SIZE_M)]
    at_m: Place
    heading_deg: Range = (0.0, 0.0)
    variant: Annotated[Range, AfterValidator(lambda r: _whole(r))] = (0.0, 1.0)
    scale: Length = (0.97, 1.03)
    colour: Colours = ("#1f2a26", "#22262c", "#3a3f3c", "#4a3226")

    def _one(self, draw: _Draw, into: Pieces) -> None:
        position, scale = draw.at(self.at_m), draw.value("scale", self.scale)
        variant = round(draw.value("variant", (self.variant[0] - 0.49, self.variant[1] + 0.49)))
        heading = draw.value("heading", self.heading_deg) + draw.turn_deg
        front = 0.0 if self.what in ("lamp", "sign", "tree") else 90.0  # which way a piece looks in its own frame
        turn = heading + front
        w, d, h = FURNITURE_SIZE_M[self.what]
        rgb = draw.rgb if self.what != "tree" else (0.055, 0.11, 0.03)
        if self.what == "tree":
            w, d = 0.4, 0.4
        piece = Piece(thing=draw.name, shape="tree" if self.what == "tree" else "furniture", what=self.what,
                      size_m=(w * scale, d * scale, h * scale), position_m=position, turn_deg=turn, rgb=rgb,
                      wear=scale, variant=variant)  # fmt: skip
        into.add(self.category or ("vegetation" if self.what == "tree" else "street_furniture"), piece)
        made = Furniture(instance_id=1, name=draw.name, kind=self.what, position_m=position, heading_deg=turn,
                         scale=scale, rgb=rgb, variant=variant)  # fmt: skip
        into.seats.extend(made.seats())
        if self.what == "lamp":
            aside, up = ((1.4, 6.36), (0.0, 4.3))[variant % 2]
            ahead = geometry.direction(turn)[:2] * aside * scale
            x, y, z = position
            into.lamps.append(Lamp(position_m=(x + float(ahead[0]), y + float(ahead[1]), z + up * scale),
                                   heading_deg=turn, variant=variant % 2))  # fmt: skip


@plain
class Mirror(_Part):
    """A flat mirror, pane, or sheet of polished steel that is part of the scene; its front is on the left hand."""

    part: Literal["mirror"]
    from_m: tuple[Range, Range]
    to_m: tuple[Range, Range]
    base_m: Range = (0.0, 0.0)
    height_m: Length = (2.0, 2.0)
    surface: Literal["mirror", "glass", "polished"] = "mirror"
    roughness: float = Field(default=0.0, ge=0, le=0.1)

    def _one(self, draw: _Draw, into: Pieces) -> None:
        shift = draw.shift
        (ax, ay), (bx, by) = (
            [draw.value(f"{end}{k}", axis) + float(shift[k]) for k, axis in enumerate(xy)]
            for end, xy in (("to", self.to_m), ("from", self.from_m))
        )
        low = draw.value("base", self.base_m) + float(shift[2])
        high = low + draw.value("height", self.height_m)
        if math.dist((ax, ay), (bx, by)) < 0.05:
            return
        face = ((ax, ay, low), (bx, by, low), (bx, by, high), (ax, ay, high))
        name = f"{draw.name}|{self.surface}|0"
        into.built_in_mirrors.append(
            BuiltInMirror(
                part=name,
                faces_m=(tuple(tuple(round(v, 5) for v in p) for p in face),),
                surface=self.surface,
                roughness=self.roughness,
                host=self.category or "building",
            )
        )
        along = np.array([bx - ax, by - ay]) / math.dist((ax, ay), (bx, by))
        out = np.array([-along[1], along[0]]) * 0.02
        ends = np.array([(ax, ay), (bx, by)])
        outline = hull(np.concatenate([ends - out, ends + out]))
        into.obstacles.append(Obstacle(name=name, polygon_xy_m=_round2(outline), height_m=high - low, base_z_m=low))


@plain
class Light(_Part):
    """A light that burns by day and night: a shining panel that looks down, a bulb, or a spot that looks down."""

    part: Literal["light"]
    kind: Literal["panel", "point", "spot"] = "panel"
    at_m: Place
    size_m: tuple[Length, Length] = ((0.6, 0.6), (0.6, 0.6))
    turn_deg: Range = (0.0, 0.0)
    lumen: Length = (3000.0, 4500.0)
    kelvin: Length = (3500.0, 4500.0)
    angle_deg: float = Field(default=70.0, gt=1, lt=179)

    def _one(self, draw: _Draw, into: Pieces) -> None:
        size = (draw.value("x", self.size_m[0]), draw.value("y", self.size_m[1]))
        position, turn = draw.at(self.at_m), draw.value("turn", self.turn_deg) + draw.turn_deg
        light = LightPiece(kind=self.kind, position_m=position, turn_deg=turn, lumen=draw.value("lumen", self.lumen),
                           kelvin=draw.streams.rng("kelvin").uniform(*self.kelvin), size_m=size,
                           angle_deg=self.angle_deg)  # fmt: skip
        into.lights.append(light)
        if self.kind == "panel":
            piece = Piece(thing=draw.name, shape="glow", size_m=(*size, 0.03), position_m=position, turn_deg=turn,
                          material="lamp", what=str(len(into.lights) - 1))  # fmt: skip
            into.add(self.category or "building", piece)


@plain
class Prop(_Part):
    """A thing from an asset pack. item: `pack/item`, or a category or tag of which one item is drawn."""

    part: Literal["prop"]
    item: str = Field(min_length=1)
    at_m: Place
    heading_deg: Range = (0.0, 0.0)

    def _one(self, draw: _Draw, into: Pieces) -> None:
        heading = draw.value("heading", self.heading_deg) + draw.turn_deg
        into.placed.append(
            PlacedProp(name=draw.name, wants=self.item, position_m=draw.at(self.at_m), heading_deg=heading)
        )


Part = Annotated[
    Floor | Ceiling | Wall | Box | Cylinder | Furnishing | Mirror | Light | Prop, Field(discriminator="part")
]


def draw_parts(parts: Sequence[Any], streams: Streams) -> Pieces:
    """All parts of one scene; each draws from streams of its own name."""
    into = Pieces()
    for number, part in enumerate(parts):
        name = part.name or f"{part.part}_{number + 1}"
        part.draw(streams.child(name), name, into, streams.child("palette"))
    return into
