"""Components of rooms as plain values: walls with openings, floors, lamps, furniture.

Metres, +Z up; angles in degrees counter-clockwise from +X; colours are linear Rec. 709.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from blender_synth.values import Rgb, Vec2, Vec3, plain
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import MirrorMount, Obstacle, Seat
from blender_synth.world.scenery.shared.street_parts import rectangle

FLOOR_ID, CEILING_ID, LAMPS_ID = 3001, 3002, 3003
WALL_FIRST_ID, COLUMN_FIRST_ID, PIECE_FIRST_ID = 3011, 3051, 3101
DARK_RGB: Rgb = (0.05, 0.05, 0.05)
WALL_M = 0.3
"""Thickness of walls."""
OpeningKind = Literal["door", "lift", "window", "glazing", "passage"]
LampStyle = Literal["panels", "downlights", "lines", "pendants", "cove"]
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
"""Pieces that people walk over."""
ON_WALL = ("picture", "wall_clock", "screen", "hang_sign", "hang_clock", "wall_bars")
"""Pieces on walls, which are no obstacles."""
_SEATS: dict[str, tuple[float, float]] = {
    "sofa": (0.68, 0.43),
    "armchair": (2.0, 0.43),
    "gym_bench": (2.0, 0.45),
    "bench_seat": (0.62, 0.45),
    "stool": (2.0, 0.47),
}
"""Width and height of a seat."""


@plain
class Opening:
    """An opening in a wall.

    Attributes:
        start_m, end_m: along the wall.
        foot_m, top_m: lower and upper edge above the base of the wall.
        seed: seed of its details.
    """

    kind: OpeningKind
    start_m: float
    end_m: float
    foot_m: float = 0.0
    top_m: float
    seed: int = 0


@plain
class Wall:
    """One straight wall.

    Attributes:
        start_xy_m, end_xy_m: left and right end, as seen from the room.
        material, rgb: of its face.
        panel_m: width of its panels, 0 without panels.
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
        """Length of the wall."""
        return math.dist(self.start_xy_m, self.end_xy_m)

    @property
    def rightward(self) -> Vec2:
        """Unit vector along the wall, to the right as seen from the room."""
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

    def free(
        self, least_m: float, margin_m: float = 0.3, taken: Sequence[tuple[float, float]] = ()
    ) -> list[tuple[float, float]]:
        """Stretches (from, to) that keep `margin_m` from the ends, the openings and what is `taken`."""
        cuts = sorted((o.start_m, o.end_m) for o in self.openings)
        cuts = sorted([*cuts, *taken])
        stretches, x = [], 0.0
        for low, high in [*cuts, (self.length_m, self.length_m)]:
            if low - x >= least_m + 2 * margin_m:
                stretches.append((x + margin_m, low - margin_m))
            x = max(x, high)
        return stretches

    def mount(
        self, name: str, start_m: float, end_m: float, clear_height_m: float, depth_m: float = 0.7
    ) -> MirrorMount:
        """A mirror mount on a section of it."""
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

    def labelled_instance(self) -> LabelledInstance:
        """Its entry in the scene's instance table."""
        return LabelledInstance(instance_id=self.instance_id, category="wall", name=self.name)


@plain
class Floor:
    """The floor of a room.

    Attributes:
        rgb, rgb2: main colour and second colour of the pattern.
        tile_m: side of a tile, 0 without tiles.
        gloss: 0 matt to 1 polished; never labelled as a mirror.
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
    """A piece of furniture or equipment. Its width is along local x, its front faces local -y.

    Attributes:
        size_m: size along its local axes.
        rgb, rgb2: main and second colour.
        variant: variant of its shape.
        words: text of a sign.
        seed: seed of its details.
    """

    instance_id: int
    name: str
    kind: PieceKind
    position_m: Vec3
    heading_deg: float
    size_m: Vec3
    rgb: Rgb
    rgb2: Rgb = DARK_RGB
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
        """Its obstacle; none for pieces that people can walk over or that hang on a wall."""
        if self.kind not in _FLAT and self.kind not in ON_WALL:
            yield Obstacle(
                name=self.name, polygon_xy_m=self.footprint(), height_m=self.size_m[2], base_z_m=self.position_m[2]
            )

    def _pelvis_m(self) -> float:
        """Local y of a sitter's pelvis."""
        half = self.size_m[1] / 2
        if self.kind == "gym_bench":  # on the pad before its backrest
            return 0.22 - half
        if self.kind in ("sofa", "armchair"):  # before its back, or the pillows that lean on it
            pillows = self.kind == "sofa" and self.variant // 2 % 2
            return half - (0.58 if pillows else 0.46)
        return 0.0

    def seats(self) -> tuple[Seat, ...]:
        """Its seats, all facing its front; none for most kinds."""
        if self.kind not in _SEATS:
            return ()
        wide, high = _SEATS[self.kind]
        back = self._pelvis_m()
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
                front_m=self.size_m[1] / 2 + back,
            )
            for along in places
        )

    def labelled_instance(self) -> LabelledInstance:
        """Its entry in the scene's instance table."""
        return LabelledInstance(instance_id=self.instance_id, category=self.category, name=self.name)


@plain
class Light:
    """The lamps of a room.

    Attributes:
        lux: illuminance of the floor.
        kelvin: colour temperature.
        style: kind of lamps.
        rows, columns: their arrangement under the ceiling.
    """

    lux: float
    kelvin: float
    style: LampStyle
    rows: int
    columns: int


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


class RectangularRoom:
    """What the specs of gyms and lobbies share; no dataclass, so that it adds no JSON field."""

    walls: tuple[Wall, ...]

    def wall(self, name: str) -> Wall:
        """The wall `"south"`, `"north"`, `"west"` or `"east"`."""
        return next(wall for wall in self.walls if wall.name == f"wall_{name}")


def room_instances() -> tuple[LabelledInstance, ...]:
    """Floor, ceiling and lamps, which every room has."""
    return (
        LabelledInstance(instance_id=FLOOR_ID, category="floor", name="floor"),
        LabelledInstance(instance_id=CEILING_ID, category="ceiling", name="ceiling"),
        LabelledInstance(instance_id=LAMPS_ID, category="lamp", name="lamps"),
    )
