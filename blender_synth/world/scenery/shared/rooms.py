"""What rooms are made of, as plain values: walls with openings, floors, lamps, pieces of furniture, the view outside.

Metres, +Z up; angles in degrees counter-clockwise from +X; colours are linear Rec. 709.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from blender_synth.seeds import Streams
from blender_synth.values import Rgb, Vec2, Vec3, plain
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import CameraAnchor, MirrorMount, Obstacle, PropSpot, Seat
from blender_synth.world.scenery import street
from blender_synth.world.scenery.shared.street_palette import linear
from blender_synth.world.scenery.shared.street_parts import Building, overlap, rectangle

FLOOR_ID, CEILING_ID, LAMPS_ID = 3001, 3002, 3003
WALL_FIRST_ID, COLUMN_FIRST_ID, PIECE_FIRST_ID = 3011, 3051, 3101
OUTSIDE_FIRST_ID = 3901
WALL_M = 0.3
"""How thick walls are."""
BELOW_CEILING_M = 0.2
"""Cameras keep this far under a ceiling."""

OpeningKind = Literal["door", "lift", "window", "glazing", "passage"]
FloorMaterial = Literal["stone_floor", "terrazzo", "planks", "carpet", "rubber_floor"]
PieceKind = Literal[
    "sofa", "armchair", "coffee_table", "rug", "plant", "floor_lamp", "desk", "stool", "dumbbell_rack", "gym_bench",
    "treadmill", "exercise_bike", "ball", "wall_bars", "mat", "squat_rack", "kettlebells", "plate_tree", "punch_bag",
    "water_cooler", "planter_box", "bench_seat", "bin", "hang_sign", "hang_clock", "picture", "wall_clock", "screen",
]  # fmt: skip

_CATEGORY: dict[str, str] = {
    **dict.fromkeys(("dumbbell_rack", "gym_bench", "treadmill", "exercise_bike", "ball", "wall_bars", "mat",
                     "squat_rack", "kettlebells", "plate_tree", "punch_bag"), "gym_equipment"),
    **dict.fromkeys(("plant", "planter_box"), "vegetation"),
    **dict.fromkeys(("hang_sign", "hang_clock", "picture", "wall_clock", "screen"), "sign"),
    "floor_lamp": "lamp",
    "bin": "street_furniture",
}  # fmt: skip
_FLAT = ("rug", "mat")
"""What people walk over."""
_ON_WALL = ("picture", "wall_clock", "screen", "hang_sign", "hang_clock", "wall_bars")
"""What hangs, out of the way of people and cameras; wall bars keep within their wall's margin."""
_SEATS: dict[str, tuple[float, float, float]] = {
    "sofa": (0.68, 0.06, 0.43),
    "armchair": (2.0, 0.06, 0.43),
    "gym_bench": (2.0, 0.0, 0.45),
    "bench_seat": (0.62, 0.0, 0.45),
    "stool": (2.0, 0.0, 0.47),
}
"""Width a sitter takes, how far behind the middle the pelvis is, and the seat's height."""


@plain
class Opening:
    """A hole in a wall, in metres along and up from its foot.

    Attributes:
        seed: of what shows in it.
    """

    kind: OpeningKind
    start_m: float
    end_m: float
    foot_m: float = 0.0
    top_m: float
    seed: int = 0


@plain
class Wall:
    """One straight wall seen from the room: `start_xy_m` is its left end.

    Attributes:
        material, rgb: of its face. panel_m: width of the panels it is clad with; 0 for none.
    """

    instance_id: int
    name: str
    start_xy_m: Vec2
    end_xy_m: Vec2
    base_z_m: float = 0.0
    height_m: float
    openings: tuple[Opening, ...] = ()
    material: str = "painted_wall"
    rgb: Rgb = (0.6, 0.6, 0.58)
    panel_m: float = 0.0

    @property
    def length_m(self) -> float:
        return math.dist(self.start_xy_m, self.end_xy_m)

    @property
    def rightward(self) -> Vec2:
        """Unit vector along the foot, to the right as seen from the room."""
        (x0, y0), (x1, y1) = self.start_xy_m, self.end_xy_m
        return ((x1 - x0) / self.length_m, (y1 - y0) / self.length_m)

    @property
    def facing_deg(self) -> float:
        """Azimuth of the normal into the room."""
        x, y = self.rightward
        return math.degrees(math.atan2(-x, y)) % 360.0

    def point(self, along_m: float, out_m: float = 0.0) -> Vec2:
        """A point `along_m` to the right of the left end and `out_m` before the wall."""
        (x, y), (rx, ry) = self.start_xy_m, self.rightward
        return (x + rx * along_m + ry * out_m, y + ry * along_m - rx * out_m)

    def strip(self, start_m: float, end_m: float, near_m: float, far_m: float) -> tuple[Vec2, ...]:
        """Counter-clockwise rectangle along the wall, from `near_m` to `far_m` before it."""
        return (self.point(start_m, near_m), self.point(start_m, far_m), self.point(end_m, far_m),
                self.point(end_m, near_m))  # fmt: skip

    def obstacles(self) -> Iterator[Obstacle]:
        """Slabs behind the face, with gaps where one can walk through."""
        cuts = sorted((o.start_m, o.end_m) for o in self.openings if o.kind == "passage")
        x = 0.0
        for number, (low, high) in enumerate([*cuts, (self.length_m, self.length_m)]):
            if low - x > 0.02:
                yield Obstacle(
                    name=f"{self.name}_{number}",
                    polygon_xy_m=self.strip(x, low, -WALL_M, 0.0),
                    height_m=self.height_m,
                    base_z_m=self.base_z_m,
                )
            x = high

    def free(self, least_m: float, margin_m: float = 0.3, taken: Sequence[tuple[float, float]] = ()) -> list:
        """Stretches (from, to) that keep `margin_m` from the ends, the openings and what is `taken`."""
        cuts = sorted((o.start_m, o.end_m) for o in self.openings)
        cuts = sorted([*cuts, *taken])
        stretches, x = [], 0.0
        for low, high in [*cuts, (self.length_m, self.length_m)]:
            if low - x >= least_m + 2 * margin_m:
                stretches.append((x + margin_m, low - margin_m))
            x = max(x, high)
        return stretches

    def mount(self, name: str, start_m: float, end_m: float, clear_height_m: float, depth_m: float = 0.7):
        """A mirror mount on it."""
        return MirrorMount(
            name=name,
            host_id=self.instance_id,
            start_xy_m=self.point(start_m),
            end_xy_m=self.point(end_m),
            facing_deg=self.facing_deg,
            base_z_m=self.base_z_m,
            clear_height_m=clear_height_m,
            depth_m=depth_m,
        )

    def thing(self) -> LabelledInstance:
        return LabelledInstance(instance_id=self.instance_id, category="wall", name=self.name)


@plain
class Floor:
    """What is underfoot.

    Attributes:
        rgb, rgb2: of the field and of what is laid into it. tile_m: side of a tile, 0 where there are none.
        pattern: how the two colours are laid. gloss: 0 matt to 1 polished, but never a mirror to the labels.
    """

    material: FloorMaterial
    rgb: Rgb
    rgb2: Rgb
    tile_m: float = 0.6
    pattern: Literal["plain", "checker", "diamonds", "border", "bands", "stars"] = "plain"
    gloss: float = 0.5
    seed: int = 0


@plain
class Piece:
    """A thing in a room. Its own x runs along its width, its front looks to its own -y.

    Attributes:
        size_m: along its own x and y, and its height. rgb, rgb2: its main colour and a second one.
        words: on signs. variant: shape. seed: feeds its details.
    """

    instance_id: int
    name: str
    kind: PieceKind
    position_m: Vec3
    heading_deg: float
    size_m: Vec3
    rgb: Rgb
    rgb2: Rgb = (0.05, 0.05, 0.05)
    variant: int = 0
    words: str = ""
    seed: int = 0

    @property
    def category(self) -> str:
        return _CATEGORY.get(self.kind, "furniture")

    def footprint(self, margin_m: float = 0.0) -> tuple[Vec2, ...]:
        """Counter-clockwise corners."""
        w, d, _ = self.size_m
        return rectangle(self.position_m[:2], w + 2 * margin_m, d + 2 * margin_m, self.heading_deg)

    def obstacles(self) -> Iterator[Obstacle]:
        """What of it people keep out of."""
        if self.kind not in _FLAT and self.kind not in _ON_WALL:
            yield Obstacle(
                name=self.name, polygon_xy_m=self.footprint(), height_m=self.size_m[2], base_z_m=self.position_m[2]
            )

    def seats(self) -> tuple[Seat, ...]:
        """Where people can sit on it, looking to its front."""
        if self.kind not in _SEATS:
            return ()
        wide, back, high = _SEATS[self.kind]
        inner = self.size_m[0] - (0.4 if self.kind in ("sofa", "armchair") else 0.0)
        count = max(1, int(inner / wide + 1e-6))
        a = math.radians(self.heading_deg)
        x, y, z = self.position_m
        places = (np.arange(count) - (count - 1) / 2) * inner / count
        return tuple(
            Seat(
                bench=self.name,
                position_m=(
                    float(x + along * math.cos(a) - back * math.sin(a)),
                    float(y + along * math.sin(a) + back * math.cos(a)),
                    z,
                ),
                heading_deg=(self.heading_deg - 90.0) % 360.0,
                height_m=high,
            )
            for along in places
        )

    def thing(self) -> LabelledInstance:
        return LabelledInstance(instance_id=self.instance_id, category=self.category, name=self.name)


@plain
class Light:
    """The lamps of a room.

    Attributes:
        lux: what they give the floor. kelvin: colour temperature.
        style: what they look like. rows, columns: how they are arranged under the ceiling.
    """

    lux: float
    kelvin: float
    style: Literal["panels", "downlights", "lines", "pendants", "cove"]
    rows: int
    columns: int


@plain
class Outside:
    """What is seen through a room's windows: a street before them, from `near_m` on along -y, and the houses opposite.

    Attributes:
        first_id: of its things, 48 of which follow each other. name: what their names begin with.
        turn_deg: by which all of it is turned about the origin, counter-clockwise.
        drop_m: how far the street lies below the room's floor.
        trees_m: places of trees (x, y). houses: of a street, facing the room.
    """

    first_id: int = OUTSIDE_FIRST_ID
    name: str = "outside"
    turn_deg: float = 0.0
    near_m: float
    drop_m: float
    half_length_m: float
    pavement_m: float
    road_m: float
    pavement_rgb: Rgb
    pattern: str
    houses: tuple[Building, ...]
    trees_m: tuple[Vec2, ...]
    leaf_rgb: Rgb

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Road, pavements, houses and trees."""
        return (
            LabelledInstance(instance_id=self.first_id, category="road", name=f"{self.name}_road"),
            LabelledInstance(instance_id=self.first_id + 1, category="pavement", name=f"{self.name}_pavement"),
            *(LabelledInstance(instance_id=h.instance_id, category="building", name=h.name) for h in self.houses),
            *(
                LabelledInstance(
                    instance_id=self.first_id + 30 + k, category="vegetation", name=f"{self.name}_tree_{k}"
                )
                for k in range(len(self.trees_m))
            ),
        )


def draw_outside(streams: Streams, near_m: float, half_length_m: float, drop_m: float = 0.0,
                 first_id: int = OUTSIDE_FIRST_ID, name: str = "outside",
                 turn_deg: float = 0.0) -> Outside:  # fmt: skip
    """The street before a front at y = `near_m` that looks along -y: houses are those of a drawn `street`."""
    there = street.Randomizer(
        length_m=(64.0, 64.0), trees={"none": 1.0}, furniture_per_10_m=(0.0, 0.0), car_share=(0.0, 0.0)
    ).sample(streams.child("street"))
    rng = streams.rng("outside")
    pavement, road = float(rng.uniform(3.0, 5.0)), float(rng.uniform(6.5, 9.0))
    row = [b for b in there.buildings if b.name.startswith("building_left")]
    first = int(rng.integers(0, max(1, len(row) - 3)))
    houses, x, y = [], half_length_m, near_m - 2 * pavement - road
    for number, house in enumerate((row + row)[first : first + 12]):
        if x < -half_length_m:
            break
        houses.append(
            dataclasses.replace(
                house,
                instance_id=first_id + 8 + number,
                name=f"{name}_house_{number}",
                start_xy_m=(x, y),
                facing_deg=90.0,
            )
        )
        x -= house.width_m
    trees = [
        (float(t + rng.uniform(-1, 1)), near_m - pavement - road - 0.9)
        for t in np.arange(-half_length_m + 3, half_length_m, float(rng.uniform(8, 14)))
        if rng.random() < 0.6
    ]
    paved = there.pavements[0]
    return Outside(
        first_id=first_id,
        name=name,
        turn_deg=turn_deg,
        near_m=near_m,
        drop_m=drop_m,
        half_length_m=half_length_m + 6.0,
        pavement_m=pavement,
        road_m=road,
        pavement_rgb=paved.rgb,
        pattern=paved.pattern,
        houses=tuple(houses),
        trees_m=tuple(trees[:12]),
        leaf_rgb=there.leaf_rgb,
    )


def room_walls(x0: float, x1: float, y0: float, y1: float, height_m: float) -> dict[str, Wall]:
    """The four walls of a rectangular room by name: south (y0), north (y1), west (x0), east (x1)."""
    ends = {
        "south": ((x1, y0), (x0, y0)),
        "north": ((x0, y1), (x1, y1)),
        "west": ((x0, y0), (x0, y1)),
        "east": ((x1, y1), (x1, y0)),
    }
    return {
        name: Wall(
            instance_id=WALL_FIRST_ID + number,
            name=f"wall_{name}",
            start_xy_m=start,
            end_xy_m=end,
            height_m=height_m,
        )
        for number, (name, (start, end)) in enumerate(ends.items())
    }


class Placer:
    """Puts pieces into a room without letting them touch what is there already.

    Attributes:
        pieces: placed so far. spots: for props. taken: outlines that nothing else may enter.
    """

    def __init__(self, low_xy_m: Vec2, high_xy_m: Vec2):
        self.pieces: list[Piece] = []
        self.spots: list[PropSpot] = []
        self.taken: list[tuple[Vec2, ...]] = []
        self._low, self._high = np.array(low_xy_m), np.array(high_xy_m)

    def keep_free(self, polygon_xy_m: Sequence[Vec2]) -> None:
        """Nothing is put here any more."""
        self.taken.append(tuple(polygon_xy_m))

    def fits(self, outline: Sequence[Vec2], gap_m: float) -> bool:
        """Whether an outline lies in the room and touches nothing."""
        corners = np.array(outline)
        inside = (corners >= self._low - 1e-6).all() and (corners <= self._high + 1e-6).all()
        return bool(inside) and not any(overlap(tuple(outline), other, gap_m) for other in self.taken)

    def add(
        self, kind: PieceKind, x: float, y: float, heading_deg: float, size_m: Vec3, rgb: Rgb, *, gap_m: float = 0.1,
        z_m: float = 0.0, force: bool = False, **more,
    ) -> bool:  # fmt: skip
        """Add a piece where it fits (`force`: in any case); whether it was added."""
        piece = Piece(
            instance_id=PIECE_FIRST_ID + len(self.pieces),
            name=f"{kind}_{len(self.pieces)}",
            kind=kind,
            position_m=(float(x), float(y), float(z_m)),
            heading_deg=float(heading_deg) % 360.0,
            size_m=tuple(float(v) for v in size_m),
            rgb=rgb,
            **more,
        )
        blocks = kind not in ("rug", *_ON_WALL)
        if not force and blocks and not self.fits(piece.footprint(), gap_m):
            return False
        if blocks:
            self.taken.append(piece.footprint())
        self.pieces.append(piece)
        return True

    def spot(self, x: float, y: float, heading_deg: float, room_m: float, wants: tuple[str, ...] = (),
             use: str = "indoors", deep_m: float | None = None) -> bool:  # fmt: skip
        """Reserve a place for a prop where it is free."""
        deep = room_m if deep_m is None else deep_m
        outline = rectangle((x, y), 2 * room_m, 2 * deep, heading_deg + 90.0)
        if not self.fits(outline, 0.05):
            return False
        self.taken.append(outline)
        self.spots.append(
            PropSpot(
                name=f"{use}_{len(self.spots)}",
                use=use,
                position_m=(float(x), float(y), 0.0),
                heading_deg=float(heading_deg) % 360.0,
                room_m=float(room_m),
                wants=wants,
            )
        )
        return True


def anchors_at(
    mount: MirrorMount, low_xy_m: Vec2, high_xy_m: Vec2, obstacles: Sequence[Obstacle], base_z_m: float = 0.0
) -> list[CameraAnchor]:
    """Where somebody would stand to photograph a mirror on this mount: askew before it, 2 to 4 m away, in the room and
    clear of obstacles; so that picture and mirror show much of the room."""
    found = []
    low, high = np.array(low_xy_m) + 0.4, np.array(high_xy_m) - 0.4
    middle = mount.length_m / 2
    for name, side in (("left", -1.0), ("right", 1.0)):
        near, far = (
            np.clip(mount.point_xy_m(middle + side * s, out), low, high) for s, out in ((2.0, 1.7), (3.2, 2.9))
        )
        if line_blocked(near, far, obstacles, 0.3):
            continue
        look = mount.point_xy_m(middle - side * 0.25 * min(mount.length_m, 4.0)) - (near + far) / 2
        if np.linalg.norm(look) < 1.2:
            continue
        found.append(
            CameraAnchor(
                name=f"mirror_{name}_{mount.name}",
                rig="handheld",
                start_xy_m=(float(near[0]), float(near[1])),
                end_xy_m=(float(far[0]), float(far[1])),
                base_z_m=base_z_m,
                facing_deg=math.degrees(math.atan2(look[1], look[0])) % 360.0,
            )
        )
    return found


def line_blocked(start_xy, end_xy, obstacles: Sequence[Obstacle], margin_m: float) -> bool:
    """Whether a line comes nearer to an obstacle at a hand-held camera's height than `margin_m`."""
    start, end = np.asarray(start_xy, float), np.asarray(end_xy, float)
    along = end - start
    length = max(float(np.linalg.norm(along)), 1e-3)
    middle, heading = tuple((start + end) / 2), math.degrees(math.atan2(along[1], along[0]))
    line = rectangle(middle, length, 0.02, heading)
    return any(
        overlap(line, o.polygon_xy_m, margin_m) for o in obstacles if o.base_z_m < 1.9 < o.base_z_m + o.height_m + 0.8
    )


def corner_cameras(
    x0: float, x1: float, y0: float, y1: float, ceiling_m: float, corners: Sequence[str] = ("sw", "se", "nw", "ne")
) -> list[CameraAnchor]:
    """Surveillance cameras in the upper corners, looking across; they hang 2.4 to 3.2 m high, under the ceiling."""
    found = []
    inset = 0.45
    for name in corners:
        x, y = (x0 + inset if "w" in name else x1 - inset), (y0 + inset if "s" in name else y1 - inset)
        facing = math.degrees(math.atan2((y0 + y1) / 2 - y, (x0 + x1) / 2 - x))
        found.append(
            CameraAnchor(
                name=f"corner_{name}",
                rig="cctv",
                start_xy_m=(x, y),
                end_xy_m=(x, y),
                base_z_m=0.0,
                facing_deg=facing % 360.0,
                height_m=(min(2.4, ceiling_m - 0.3), min(3.2, ceiling_m - BELOW_CEILING_M)),
            )
        )
    return found


def colour(rng: np.random.Generator, codes: Sequence[str], value: float = 0.08, tint: float = 0.02) -> Rgb:
    """One of some sRGB colours, a little varied, linear."""
    rgb = np.array(linear(codes[int(rng.integers(0, len(codes)))])) * np.exp(rng.normal(0, value))
    return tuple(float(c) for c in np.clip(rgb * np.exp(rng.normal(0, tint, 3)), 0.012, 0.8))


def seed_of(rng: np.random.Generator) -> int:
    """A seed for a builder's details."""
    return int(rng.integers(0, 2**31))


WALL_PAINT = ("#ece7dc", "#e4e1da", "#d9d4c8", "#e9e2d2", "#cfd4d3", "#d8cdbb", "#c4cac4", "#e7ded8", "#bfc6cc")
STONE_TILES = ("#cfc6b4", "#b9b2a6", "#8d8a85", "#e2dccf", "#5c5a58", "#a69a88", "#7a726a", "#d9d2c4", "#3f3d3c")
VENEERS = ("#8a6242", "#6b4a30", "#b08a60", "#4a3426", "#c8a678", "#7a5a44")
FABRICS = ("#4a5a66", "#7d7466", "#2f3a44", "#8a5a40", "#5c6650", "#b7a78e", "#6a2f34", "#2c4a4a", "#9a9a96",
           "#3a3a3c", "#c9b18a", "#44506b")  # fmt: skip
ACCENTS = ("#c8102e", "#e87722", "#f2c230", "#3aa935", "#0091a8", "#1f5aa8", "#7d3f98", "#d6e021", "#e0457b")
METALS = ("#b9b9b6", "#8e8c88", "#b08d57", "#57585a", "#2c2c2e")
