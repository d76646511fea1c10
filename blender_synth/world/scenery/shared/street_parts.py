"""Components of streets and squares as plain values: houses, furniture, cars, road surfaces; and their plane geometry.

Metres, +Z up; angles in degrees counter-clockwise from +X. Colours are linear Rec. 709.
"""

from __future__ import annotations

import math
from typing import Literal

from blender_synth.values import Rgb, Vec2, Vec3, plain
from blender_synth.world.layout import Seat

GroundKind = Literal["window", "door", "shop", "gate", "blank"]
WallMaterial = Literal["brick", "plaster", "stone"]
RoofShape = Literal["pitched", "mansard", "flat"]
WindowStyle = Literal["casement", "cross", "sash", "modern"]
Surround = Literal["plain", "lintel", "frame"]
Balcony = Literal["none", "railing", "slab"]
CarBody = Literal["hatchback", "saloon", "estate", "suv", "van"]
PavingPattern = Literal["slabs", "bond", "pavers", "setts"]
FurnitureKind = Literal[
    "lamp", "tree", "bollard", "bench", "bin", "planter", "sign", "cabinet", "bicycle_stand", "parking_meter",
    "table", "chair", "parasol", "stall",
]  # fmt: skip

FURNITURE_SIZE_M: dict[FurnitureKind, Vec3] = {
    "lamp": (0.22, 0.22, 6.5),
    "tree": (0.42, 0.42, 7.5),
    "bollard": (0.16, 0.16, 0.95),
    "bench": (1.75, 0.62, 0.85),
    "bin": (0.46, 0.46, 0.98),
    "planter": (1.20, 0.50, 0.90),
    "sign": (0.10, 0.10, 2.9),
    "cabinet": (0.80, 0.34, 1.25),
    "bicycle_stand": (0.80, 0.10, 0.80),
    "parking_meter": (0.30, 0.24, 1.65),
    "table": (0.70, 0.70, 0.74),
    "chair": (0.46, 0.50, 0.84),
    "parasol": (0.50, 0.50, 2.75),
    "stall": (3.00, 2.10, 2.75),
}
"""Size along the local x, y and z axes of each kind at scale 1."""

BENCH_SEAT_M = 0.44
"""Height of a bench's seat."""
BENCH_PELVIS_M = 0.05
"""Local y of the pelvis of somebody who sits on a bench."""
CHAIR_SEAT_M, CHAIR_PELVIS_M = 0.45, 0.02
"""Height of a chair's seat, and local y of the pelvis of somebody who sits on it."""

CAR_SIZE_M: dict[CarBody, Vec3] = {
    "hatchback": (4.05, 1.75, 1.47),
    "saloon": (4.62, 1.81, 1.45),
    "estate": (4.60, 1.81, 1.49),
    "suv": (4.40, 1.84, 1.66),
    "van": (4.95, 1.95, 1.97),
}
"""Length, width (mirrors folded) and height of each body."""

CAR_MIRROR_M: dict[CarBody, Vec3] = {
    "hatchback": (0.555, 0.94, 0.987),
    "saloon": (0.59, 0.97, 0.977),
    "estate": (0.63, 0.97, 0.976),
    "suv": (0.58, 0.985, 1.118),
    "van": (1.205, 1.04, 1.205),
}
"""Centre of the left side mirror's glass in local coordinates: x forwards, origin on the ground below the car."""

SHOP_PIER_M = 0.28
"""Width of the wall left and right of a shopfront."""
SHOP_RECESS_M = 0.16
"""Distance of the panes behind the face of the wall."""
SHOP_RISER_M = 0.42
"""Height of the sill below the panes; a bar of 0.05 m lies on it."""
SHOP_PLATFORM_M = 0.5
"""Height of the platform for goods behind the panes."""


@plain
class GroundBay:
    """A section of a ground floor: `count` bays from bay `first` on, counted from the left."""

    kind: GroundKind
    first: int
    count: int


@plain
class Shop:
    """A shopfront: its sign, its colours, and the awning if it is extended."""

    words: str
    fascia_rgb: Rgb
    letters_rgb: Rgb
    awning_rgb: Rgb | None = None


@plain
class Building:
    """One house of a row.

    Attributes:
        start_xy_m: left end of the front at ground level, as seen from the street.
        facing_deg: azimuth of the outward normal of the front.
        bay_widths_m: widths of the bays from left to right; their sum is the front's width.
        storeys: number, ground floor included.
        soot: 0 clean to 1 dirty.
        detail_seed: seed of all fine variations that the builder makes.
    """

    instance_id: int
    name: str
    start_xy_m: Vec2
    facing_deg: float
    bay_widths_m: tuple[float, ...]
    depth_m: float
    storeys: int
    ground_m: float
    storey_m: float
    plinth_m: float
    wall: WallMaterial
    wall_rgb: Rgb
    trim_rgb: Rgb
    frame_rgb: Rgb
    door_rgb: Rgb
    roof: RoofShape
    roof_rgb: Rgb
    window_w_m: float
    window_h_m: float
    window_style: WindowStyle
    surround: Surround
    balcony: Balcony
    shutters_rgb: Rgb | None
    cornice_m: float
    quoins: bool
    ground: tuple[GroundBay, ...]
    shops: tuple[Shop, ...] = ()
    soot: float = 0.4
    detail_seed: int = 0

    @property
    def width_m(self) -> float:
        return sum(self.bay_widths_m)

    @property
    def eaves_m(self) -> float:
        return self.ground_m + self.storey_m * (self.storeys - 1)

    @property
    def shop_top_m(self) -> float:
        """Height of the upper edge of shopfronts above the ground."""
        return min(self.ground_m - 0.85, 2.85)

    @property
    def outward(self) -> Vec2:
        a = math.radians(self.facing_deg)
        return (math.cos(a), math.sin(a))

    @property
    def rightward(self) -> Vec2:
        """Unit vector along the front, to the right as seen from the street."""
        nx, ny = self.outward
        return (-ny, nx)

    def point(self, along_m: float, out_m: float = 0.0) -> Vec2:
        """The point `along_m` to the right of the front's left end and `out_m` in front of the wall."""
        (x, y), (rx, ry), (nx, ny) = self.start_xy_m, self.rightward, self.outward
        return (x + rx * along_m + nx * out_m, y + ry * along_m + ny * out_m)

    def bay_span(self, bay: GroundBay) -> tuple[float, float]:
        """Start and end of a ground-floor section, in metres from the left."""
        return sum(self.bay_widths_m[: bay.first]), sum(self.bay_widths_m[: bay.first + bay.count])

    def footprint(self) -> tuple[Vec2, ...]:
        """Counter-clockwise corners of the house's ground plan."""
        return (self.point(0), self.point(0, -self.depth_m), self.point(self.width_m, -self.depth_m),
                self.point(self.width_m))[::-1]  # fmt: skip


@plain
class Furniture:
    """One piece of street furniture or one tree, standing on the pavement."""

    instance_id: int
    name: str
    kind: FurnitureKind
    position_m: Vec3
    heading_deg: float
    scale: float = 1.0
    rgb: Rgb = (0.05, 0.05, 0.055)
    variant: int = 0
    crown_m: float = 0.0

    @property
    def category(self) -> str:
        return "vegetation" if self.kind == "tree" else "street_furniture"

    def footprint(self) -> tuple[Vec2, ...]:
        w, d, _ = FURNITURE_SIZE_M[self.kind]
        return rectangle(self.position_m[:2], w * self.scale, d * self.scale, self.heading_deg)

    def seats(self) -> tuple[Seat, ...]:
        """Two seats on a bench, one on a chair, facing away from the backrest; none on other furniture."""
        a = math.radians(self.heading_deg)
        x, y, z = self.position_m
        if self.kind == "chair":
            return (
                Seat(
                    bench=self.name,
                    position_m=(x - CHAIR_PELVIS_M * math.sin(a), y + CHAIR_PELVIS_M * math.cos(a), z),
                    heading_deg=(self.heading_deg - 90.0) % 360.0,
                    height_m=CHAIR_SEAT_M,
                    front_m=0.22 + CHAIR_PELVIS_M,
                ),
            )
        if self.kind != "bench":
            return ()
        return tuple(
            Seat(
                bench=self.name,
                position_m=(
                    x + along * math.cos(a) - back * math.sin(a),
                    y + along * math.sin(a) + back * math.cos(a),
                    z,
                ),
                heading_deg=(self.heading_deg - 90.0) % 360.0,
                height_m=BENCH_SEAT_M,
                front_m=0.25 + BENCH_PELVIS_M,
            )
            for along, back in ((-0.42, BENCH_PELVIS_M), (0.42, BENCH_PELVIS_M))
        )

    @property
    def height_m(self) -> float:
        return FURNITURE_SIZE_M[self.kind][2] * self.scale


@plain
class Car:
    """One car: `position_m` is the centre of its footprint, `heading_deg` the azimuth of its front."""

    instance_id: int
    name: str
    body: CarBody
    position_m: Vec3
    heading_deg: float
    rgb: Rgb
    metallic: bool
    dirt: float
    detail_seed: int = 0

    @property
    def height_m(self) -> float:
        return CAR_SIZE_M[self.body][2]

    def footprint(self) -> tuple[Vec2, ...]:
        length, width, _ = CAR_SIZE_M[self.body]
        return rectangle(self.position_m[:2], length, width, self.heading_deg)


@plain
class Crossing:
    """A zebra crossing over the whole carriageway, centred at `x_m` along the road."""

    x_m: float
    width_m: float
    bar_m: float
    gap_m: float

    def reaches(self, x_m: float, margin_m: float) -> bool:
        """Whether a position along the road is on the crossing or nearer to it than a margin."""
        return abs(x_m - self.x_m) < self.width_m / 2 + margin_m


@plain
class Lid:
    """A manhole cover or drain grating in the carriageway."""

    kind: Literal["manhole", "drain"]
    xy_m: Vec2
    turn_deg: float = 0.0


@plain
class Roadway:
    """The surface of a carriageway and its markings.

    Attributes:
        paint_wear: 0 fresh to 1 nearly gone.
        wear: 0 new to 1 patched and cracked all over.
        tone: multiplies the albedo of the asphalt (about 0.1).
        detail_seed: seed of cracks, patches and stains.
    """

    paint_wear: float
    wear: float
    tone: float
    dash_m: float
    gap_m: float
    edge_lines: bool
    crossing: Crossing | None
    lids: tuple[Lid, ...]
    detail_seed: int


@plain
class Pavement:
    """One pavement, from the kerb to the houses.

    Attributes:
        pattern: kind of paving.
        strip_m: width of the strip along the kerb where furniture stands.
        dirt: 0 clean to 1 filthy.
    """

    instance_id: int
    name: str
    width_m: float
    strip_m: float
    pattern: PavingPattern
    rgb: Rgb
    kerb_rgb: Rgb
    dirt: float
    detail_seed: int


def rectangle(middle_xy_m: Vec2, along_m: float, across_m: float, heading_deg: float) -> tuple[Vec2, ...]:
    """Counter-clockwise corners of a rectangle about a point, its `along_m` side at azimuth `heading_deg`."""
    a = math.radians(heading_deg)
    c, s = math.cos(a), math.sin(a)
    corners = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
    return tuple(
        (middle_xy_m[0] + c * u * along_m - s * v * across_m, middle_xy_m[1] + s * u * along_m + c * v * across_m)
        for u, v in corners
    )


def overlap(a: tuple[Vec2, ...], b: tuple[Vec2, ...], margin_m: float = 0.0) -> bool:
    """Whether two convex counter-clockwise polygons come nearer than `margin_m`, by separating axes."""
    for p, q in ((a, b), (b, a)):
        for i, (x0, y0) in enumerate(p):
            x1, y1 = p[(i + 1) % len(p)]
            length = math.hypot(x1 - x0, y1 - y0)
            nx, ny = (y1 - y0) / length, -(x1 - x0) / length
            if min(nx * (x - x0) + ny * (y - y0) for x, y in q) > margin_m:
                return False
    return True
