"""Procedural parts of a scene.yaml: floors, walls, boxes, furniture, mirrors, lights and props. No bpy.

Every value is a range that is sampled once for each copy. Positions are in metres. Walls and mirrors run from one point
to another; their front is on the left (inside, if a room is listed counter-clockwise).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.values import PositiveRange, Range, plain, vec3
from blender_synth.world.layout import Area, BuiltInMirror, Obstacle, PlacedProp
from blender_synth.world.scenery.shared.choices import count_in
from blender_synth.world.scenery.shared.marks import Lamp
from blender_synth.world.scenery.shared.outlines import hull
from blender_synth.world.scenery.shared.part_base import (
    COLOURS,
    Colours,
    Material,
    PartBase,
    PartSample,
    Place,
    whole_numbers,
)
from blender_synth.world.scenery.shared.pieces import LightPiece, Piece, Pieces, footprint, rounded
from blender_synth.world.scenery.shared.street_parts import FURNITURE_SIZE_M, Furniture, FurnitureKind
from blender_synth.world.scenery.shared.wall_part import Wall


@plain
class Floor(PartBase):
    """A level slab whose upper side is at `at_m`.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `floor` |
    | `size_m` | required | m | size along x and y |
    | `at_m` | [0, 0, 0] | m | centre of its upper side |
    | `turn_deg` | [0, 0] | deg | rotation about the vertical |
    | `thickness_m` | [0.1, 0.1] | m | thickness |
    | `material` | paving_slabs | choice | material |
    | `walk` | pavement | choice | use of the area; null if people do not walk here |
    | `flow_deg` | null | deg | azimuth in which people walk; null if they wander |
    """

    part: Literal["floor"]
    size_m: tuple[PositiveRange, PositiveRange]
    at_m: Place = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    turn_deg: Range = (0.0, 0.0)
    thickness_m: PositiveRange = (0.1, 0.1)
    material: Material = "paving_slabs"
    walk: Literal["pavement", "indoors", "crossing", "road"] | None = "pavement"
    flow_deg: float | None = None

    def default_colour(self) -> str:
        """The usual colour of the material."""
        return COLOURS[self.material]

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        x, y, z = sample.at(self.at_m)
        w, d = sample.value("width", self.size_m[0]), sample.value("depth", self.size_m[1])
        thick = sample.value("thickness", self.thickness_m)
        turn = sample.value("turn", self.turn_deg) + sample.turn_deg
        piece = Piece(thing=sample.name, shape="box", size_m=(w, d, thick), position_m=(x, y, z - thick), turn_deg=turn,
                      material=self.material, rgb=sample.rgb, wear=sample.wear)  # fmt: skip
        into.add(self.category or ("floor" if self.walk == "indoors" else self.walk or "ground"), piece, solid=False)
        if self.walk:
            area = Area(name=sample.name, use=self.walk, polygon_xy_m=footprint(piece), z_m=z, flow_deg=self.flow_deg)
            into.areas.append((area, sample.name))


@plain
class Ceiling(PartBase):
    """A level slab whose lower side is at `at_m`.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `ceiling` |
    | `size_m` | required | m | size along x and y |
    | `at_m` | required | m | centre of its lower side |
    | `turn_deg` | [0, 0] | deg | rotation about the vertical |
    | `thickness_m` | [0.15, 0.15] | m | thickness |
    | `material` | ceiling_tiles | choice | material |
    """

    part: Literal["ceiling"]
    size_m: tuple[PositiveRange, PositiveRange]
    at_m: Place
    turn_deg: Range = (0.0, 0.0)
    thickness_m: PositiveRange = (0.15, 0.15)
    material: Material = "ceiling_tiles"

    def default_colour(self) -> str:
        """The usual colour of the material."""
        return COLOURS[self.material]

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        w, d = sample.value("width", self.size_m[0]), sample.value("depth", self.size_m[1])
        piece = Piece(thing=sample.name, shape="box", size_m=(w, d, sample.value("thickness", self.thickness_m)),
                      position_m=sample.at(self.at_m), turn_deg=sample.value("turn", self.turn_deg) + sample.turn_deg,
                      material=self.material, rgb=sample.rgb, wear=sample.wear)  # fmt: skip
        into.add(self.category or "building", piece)


@plain
class Box(PartBase):
    """A box: a counter, plinth, step or cupboard.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `box` |
    | `size_m` | required | m | size along x, y and z |
    | `at_m` | required | m | centre of its base |
    | `turn_deg` | [0, 0] | deg | rotation about the vertical |
    | `bevel_m` | 0 | m | width of the bevel of its edges |
    | `material` | wood | choice | material |
    | `obstacle` | true | flag | whether people keep out of it |
    """

    part: Literal["box"]
    size_m: tuple[PositiveRange, PositiveRange, PositiveRange]
    at_m: Place
    turn_deg: Range = (0.0, 0.0)
    bevel_m: float = Field(default=0.0, ge=0)
    material: Material = "wood"
    obstacle: bool = True

    def default_colour(self) -> str:
        """The usual colour of the material."""
        return COLOURS[self.material]

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        size = vec3(sample.value(axis, self.size_m[k]) for k, axis in enumerate("xyz"))
        piece = Piece(
            thing=sample.name,
            shape="box",
            size_m=size,
            position_m=sample.at(self.at_m),
            turn_deg=sample.value("turn", self.turn_deg) + sample.turn_deg,
            material=self.material,
            rgb=sample.rgb,
            wear=sample.wear,
            bevel_m=min(self.bevel_m, 0.45 * min(size)),
        )
        into.add(self.category or "furniture", piece, solid=self.obstacle)


@plain
class Cylinder(PartBase):
    """An upright cylinder: a column, post or tub.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `cylinder` |
    | `diameter_m` | required | m | diameter |
    | `height_m` | required | m | height |
    | `at_m` | required | m | centre of its base |
    | `material` | stone | choice | material |
    | `obstacle` | true | flag | whether people keep out of it |
    """

    part: Literal["cylinder"]
    diameter_m: PositiveRange
    height_m: PositiveRange
    at_m: Place
    material: Material = "stone"
    obstacle: bool = True

    def default_colour(self) -> str:
        """The usual colour of the material."""
        return COLOURS[self.material]

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        wide = sample.value("diameter", self.diameter_m)
        piece = Piece(
            thing=sample.name,
            shape="cylinder",
            size_m=(wide, wide, sample.value("height", self.height_m)),
            position_m=sample.at(self.at_m),
            material=self.material,
            rgb=sample.rgb,
            wear=sample.wear,
        )
        into.add(self.category or "building", piece, solid=self.obstacle)


@plain
class Furnishing(PartBase):
    """A built-in piece of street furniture, or a tree.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `furniture` |
    | `what` | required | choice | kind of furniture |
    | `at_m` | required | m | centre of its base |
    | `heading_deg` | [0, 0] | deg | azimuth that its front faces |
    | `variant` | [0, 1] | count | variant of its shape |
    | `scale` | [0.97, 1.03] | factor | scale |
    | `colour` | … | #rrggbb | colours of which one is sampled |
    """

    part: Literal["furniture"]
    what: FurnitureKind
    at_m: Place
    heading_deg: Range = (0.0, 0.0)
    variant: Annotated[Range, AfterValidator(whole_numbers)] = (0.0, 1.0)
    scale: PositiveRange = (0.97, 1.03)
    colour: Colours = ("#1f2a26", "#22262c", "#3a3f3c", "#4a3226")

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        position, scale = sample.at(self.at_m), sample.value("scale", self.scale)
        variant = count_in(sample.streams.rng("variant"), self.variant)
        heading = sample.value("heading", self.heading_deg) + sample.turn_deg
        front = 0.0 if self.what in ("lamp", "sign", "tree") else 90.0  # local azimuth of the front
        turn = heading + front
        w, d, h = FURNITURE_SIZE_M[self.what]
        rgb = sample.rgb if self.what != "tree" else (0.055, 0.11, 0.03)
        if self.what == "tree":
            w, d = 0.4, 0.4
        piece = Piece(thing=sample.name, shape="tree" if self.what == "tree" else "furniture", what=self.what,
                      size_m=(w * scale, d * scale, h * scale), position_m=position, turn_deg=turn, rgb=rgb,
                      wear=scale, variant=variant)  # fmt: skip
        into.add(self.category or ("vegetation" if self.what == "tree" else "street_furniture"), piece)
        made = Furniture(instance_id=1, name=sample.name, kind=self.what, position_m=position, heading_deg=turn,
                         scale=scale, rgb=rgb, variant=variant)  # fmt: skip
        into.seats.extend(made.seats())
        if self.what == "lamp":
            aside, up = ((1.4, 6.36), (0.0, 4.3))[variant % 2]
            ahead = geometry.direction(turn)[:2] * aside * scale
            x, y, z = position
            into.lamps.append(Lamp(position_m=(x + float(ahead[0]), y + float(ahead[1]), z + up * scale),
                                   heading_deg=turn, variant=1 if variant % 2 else 0))  # fmt: skip


@plain
class Mirror(PartBase):
    """A flat built-in mirror, pane or sheet of polished steel; its front is on the left.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `mirror` |
    | `from_m` | required | m | start (x, y) |
    | `to_m` | required | m | end (x, y) |
    | `base_m` | [0, 0] | m | lower edge |
    | `height_m` | [2, 2] | m | height |
    | `surface` | mirror | choice | `mirror`, `glass` or `polished` |
    | `roughness` | 0 | 0 to 0.1 | roughness of its reflection |
    """

    part: Literal["mirror"]
    from_m: tuple[Range, Range]
    to_m: tuple[Range, Range]
    base_m: Range = (0.0, 0.0)
    height_m: PositiveRange = (2.0, 2.0)
    surface: Literal["mirror", "glass", "polished"] = "mirror"
    roughness: float = Field(default=0.0, ge=0, le=0.1)

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        shift = sample.shift
        (ax, ay), (bx, by) = (
            [sample.value(f"{end}{k}", axis) + float(shift[k]) for k, axis in enumerate(xy)]
            for end, xy in (("to", self.to_m), ("from", self.from_m))
        )
        low = sample.value("base", self.base_m) + float(shift[2])
        high = low + sample.value("height", self.height_m)
        if math.dist((ax, ay), (bx, by)) < 0.05:
            return
        face = ((ax, ay, low), (bx, by, low), (bx, by, high), (ax, ay, high))
        name = f"{sample.name}|{self.surface}|0"
        into.built_in_mirrors.append(
            BuiltInMirror(
                part=name,
                faces_m=(tuple(vec3(round(v, 5) for v in p) for p in face),),
                surface=self.surface,
                roughness=self.roughness,
                host=self.category or "building",
            )
        )
        along = np.array([bx - ax, by - ay]) / math.dist((ax, ay), (bx, by))
        out = np.array([-along[1], along[0]]) * 0.02
        ends = np.array([(ax, ay), (bx, by)])
        outline = hull(np.concatenate([ends - out, ends + out]))
        into.obstacles.append(Obstacle(name=name, polygon_xy_m=rounded(outline), height_m=high - low, base_z_m=low))


@plain
class Light(PartBase):
    """A light that is on by day and night.

    Its `kind` is `panel` (facing down, the default), `point`, or `spot` (facing down).

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `light` |
    | `at_m` | required | m | position |
    | `size_m` | [0.6, 0.6] | m | size of a panel along x and y |
    | `turn_deg` | [0, 0] | deg | rotation about the vertical |
    | `lumen` | [3000, 4500] | lm | luminous flux |
    | `kelvin` | [3500, 4500] | K | colour temperature |
    | `angle_deg` | 70 | deg | full angle of a spot |
    """

    part: Literal["light"]
    kind: Literal["panel", "point", "spot"] = "panel"
    at_m: Place
    size_m: tuple[PositiveRange, PositiveRange] = ((0.6, 0.6), (0.6, 0.6))
    turn_deg: Range = (0.0, 0.0)
    lumen: PositiveRange = (3000.0, 4500.0)
    kelvin: PositiveRange = (3500.0, 4500.0)
    angle_deg: float = Field(default=70.0, gt=1, lt=179)

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        size = (sample.value("x", self.size_m[0]), sample.value("y", self.size_m[1]))
        position, turn = sample.at(self.at_m), sample.value("turn", self.turn_deg) + sample.turn_deg
        light = LightPiece(kind=self.kind, position_m=position, turn_deg=turn, lumen=sample.value("lumen", self.lumen),
                           kelvin=sample.streams.rng("kelvin").uniform(*self.kelvin), size_m=size,
                           angle_deg=self.angle_deg)  # fmt: skip
        into.lights.append(light)
        if self.kind == "panel":
            piece = Piece(thing=sample.name, shape="glow", size_m=(*size, 0.03), position_m=position, turn_deg=turn,
                          material="lamp", what=str(len(into.lights) - 1))  # fmt: skip
            into.add(self.category or "building", piece)


@plain
class Prop(PartBase):
    """A prop from an asset pack.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `prop` |
    | `item` | required | name | `pack/item`, or a category or tag of which one item is sampled |
    | `at_m` | required | m | position |
    | `heading_deg` | [0, 0] | deg | azimuth that its front faces |
    """

    part: Literal["prop"]
    item: str = Field(min_length=1)
    at_m: Place
    heading_deg: Range = (0.0, 0.0)

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        heading = sample.value("heading", self.heading_deg) + sample.turn_deg
        into.placed.append(
            PlacedProp(name=sample.name, wants=self.item, position_m=sample.at(self.at_m), heading_deg=heading)
        )


Part = Annotated[
    Floor | Ceiling | Wall | Box | Cylinder | Furnishing | Mirror | Light | Prop, Field(discriminator="part")
]


def sample_parts(parts: Sequence[Part], streams: Streams) -> Pieces:
    """Everything that the parts of one scene add; each part uses streams of its own name."""
    into = Pieces()
    for number, part in enumerate(parts):
        name = part.name or f"{part.part}_{number + 1}"
        part.sample(streams.child(name), name, into, streams.child("palette"))
    return into
