"""One deck of an underground car park: bays along one or two aisles, columns, beams, tubes of light, a ramp, a lift.

The deck's middle is the origin, aisles run along +X, the floor lies at z = 0. Walls close it all round; the ramp leads
up to a shutter. `Spec` holds resolved values only, `Randomizer` the ranges.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec2, Weights, pick, plain, uniform
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.choices import only
from blender_synth.world.scenery.shared.houses import seed_of, side_mirrors
from blender_synth.world.scenery.shared.street_parts import CAR_SIZE_M, Car, rectangle
from blender_synth.world.scenery.shared.town import (
    Footprints,
    Standing,
    before_mounts,
    line_is_free,
    standing_obstacles,
)

FLOOR_ID, CEILING_ID, LAMPS_ID, PIPES_ID, SIGNS_ID, RAMP_ID = 3001, 3002, 3003, 3004, 3005, 3006
WALL_IDS = {"north": 3011, "east": 3012, "south": 3013, "west": 3014}
CORE_FIRST_ID, COLUMN_FIRST_ID, CAR_FIRST_ID = 3021, 3101, 3401

BAY_LENGTH_M = 5.0
WALL_M = 0.3
BEAM_M = 0.34
"""Depth of the beams under the slab."""
RAMP_WIDTH_M, RAMP_LENGTH_M, RAMP_RISE_M = 5.4, 15.0, 1.9
DOOR_M = 1.7
"""What a core's front keeps for its door, with the wall beside it."""
COLUMN_DEEP_M = 0.62
Rounds = Annotated[Weights, only("square", "round")]
Grounds = Annotated[Weights, only("epoxy", "concrete")]
Bays = Literal["plain", "charging", "wide"]


@plain
class Row:
    """A row of bays: `y_m` is its front line, along an aisle; the bays reach from there in direction `sign`.

    Attributes:
        wall: whether a wall stands behind the bays, not another row.
    """

    y_m: float
    sign: Literal[1, -1]
    wall: bool

    @property
    def middle_m(self) -> float:
        """y of the middle of the bays."""
        return self.y_m + self.sign * BAY_LENGTH_M / 2


@plain
class Core:
    """A block with stairs or a lift in place of some bays, its door and a stretch of blank wall to the aisle.

    Attributes:
        row: number of its row. x0_m, x1_m: its ends. door_left: whether the door is at the lower end of x. lift: or
            stairs.
    """

    instance_id: int
    name: str
    row: int
    x0_m: float
    x1_m: float
    door_left: bool
    lift: bool


@plain
class Column:
    """One column between bays; `mark` is painted on it."""

    instance_id: int
    name: str
    xy_m: Vec2
    mark: str


@plain
class Spec:
    """One deck of a car park.

    Attributes:
        half_length_m: from the middle to both end walls. rows_half_m: half the length of the rows of bays.
        aisles_y_m: middles of the aisles. half_depth_m: from the middle to the walls along the rows.
        column_wide_m: of a column along the row. bays_each: bays between two columns.
        lux, kelvin: of the lamps; tubes_gap_m: between them; dark_share: of the tubes, how many do not burn.
        floor_rgb, floor_gloss: epoxy gleams (0 dull to 1). wear: 0 new to 1.
        band_rgb: colour of the deck on walls and columns; level: its name.
        ramp_y_m: middle of the ramp's mouth in the east wall. walkway: whether a way for those on foot is painted.
        special: (row, first bay, bays, kind): bays with a coloured floor.
        detail_seed: feeds stains, cracks and which tubes are dark.
    """

    kind: Literal["car_park"] = "car_park"
    half_length_m: float
    rows_half_m: float
    half_depth_m: float
    height_m: float
    bay_m: float
    bays: int
    bays_each: int
    aisle_m: float
    aisles_y_m: tuple[float, ...]
    rows: tuple[Row, ...]
    cores: tuple[Core, ...]
    columns: tuple[Column, ...]
    column_wide_m: float
    column_style: Literal["square", "round"]
    floor: Literal["epoxy", "concrete"]
    floor_rgb: Rgb
    floor_gloss: float
    wall_rgb: Rgb
    band_rgb: Rgb
    band_m: tuple[float, float]
    level: str
    lux: float
    kelvin: float
    tubes_gap_m: float
    dark_share: float
    ramp_y_m: float
    walkway: bool
    walkway_rgb: Rgb
    special: tuple[tuple[int, int, int, Bays], ...]
    wear: float
    paint_wear: float
    grime: float
    cars: tuple[Car, ...]
    indoor_c: float
    detail_seed: int

    def bay_x_m(self, bay: int) -> float:
        """x of the middle of a bay."""
        return -self.rows_half_m + (bay + 0.5) * self.bay_m

    def bays_of(self, row: int) -> list[int]:
        """Bays of a row that no core takes."""
        taken = [(c.x0_m, c.x1_m) for c in self.cores if c.row == row]
        return [b for b in range(self.bays) if not any(a < self.bay_x_m(b) < c for a, c in taken)]

    def core_outline(self, core: Core) -> tuple[Vec2, ...]:
        """Counter-clockwise corners of a core."""
        row = self.rows[core.row]
        middle = ((core.x0_m + core.x1_m) / 2, row.middle_m)
        return rectangle(middle, core.x1_m - core.x0_m, BAY_LENGTH_M, 0.0)

    def column_outline(self, column: Column) -> tuple[Vec2, ...]:
        """Counter-clockwise corners round a column."""
        deep = COLUMN_DEEP_M if self.column_style == "square" else self.column_wide_m
        return rectangle(column.xy_m, self.column_wide_m, deep, 0.0)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything that gets labels, with its stable instance id."""
        return (
            LabelledInstance(instance_id=FLOOR_ID, category="floor", name="floor"),
            LabelledInstance(instance_id=CEILING_ID, category="ceiling", name="ceiling"),
            LabelledInstance(instance_id=LAMPS_ID, category="lamp", name="lamps"),
            LabelledInstance(instance_id=PIPES_ID, category="fittings", name="pipes"),
            LabelledInstance(instance_id=SIGNS_ID, category="fittings", name="signs"),
            LabelledInstance(instance_id=RAMP_ID, category="road", name="ramp"),
            *(LabelledInstance(instance_id=i, category="wall", name=f"wall_{side}") for side, i in WALL_IDS.items()),
            *(LabelledInstance(instance_id=c.instance_id, category="wall", name=c.name) for c in self.cores),
            *(LabelledInstance(instance_id=c.instance_id, category="column", name=c.name) for c in self.columns),
            *(LabelledInstance(instance_id=c.instance_id, category="vehicle", name=c.name) for c in self.cars),
        )

    def layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be put."""
        areas, obstacles, mounts = self._areas(), self._obstacles(), self._mounts()
        return Layout(
            areas=areas,
            mirror_mounts=mounts,
            hosts=tuple(host for car in self.cars for host in side_mirrors(car)),
            cameras=self._cameras(areas, obstacles, mounts),
            obstacles=obstacles,
            prop_spots=self._prop_spots(obstacles),
            indoor_c=self.indoor_c,
        )

    def _areas(self) -> tuple[Area, ...]:
        areas, margin = [], 0.4
        for number, y in enumerate(self.aisles_y_m):
            shape = rectangle((0.0, y), 2 * self.rows_half_m, self.aisle_m, 0.0)
            areas.append(
                Area(name=f"aisle_{number}", use="indoors", polygon_xy_m=shape, flow_deg=0.0, ground_id=FLOOR_ID)
            )
        for name, sign in (("west", -1), ("east", 1)):
            low, high = self.rows_half_m, self.half_length_m - margin
            shape = rectangle((sign * (low + high) / 2, 0.0), high - low, 2 * (self.half_depth_m - margin), 0.0)
            areas.append(Area(name=f"end_{name}", use="indoors", polygon_xy_m=shape, flow_deg=90.0, ground_id=FLOOR_ID))
        return tuple(areas)

    def _obstacles(self) -> tuple[Obstacle, ...]:
        x, y, high = self.half_length_m, self.half_depth_m, self.height_m
        walls = {
            "wall_north": rectangle((0.0, y + WALL_M / 2), 2 * (x + WALL_M), WALL_M, 0.0),
            "wall_south": rectangle((0.0, -y - WALL_M / 2), 2 * (x + WALL_M), WALL_M, 0.0),
            "wall_west": rectangle((-x - WALL_M / 2, 0.0), WALL_M, 2 * y, 0.0),
        }
        low, top = self.ramp_y_m - RAMP_WIDTH_M / 2, self.ramp_y_m + RAMP_WIDTH_M / 2
        for name, a, b in (("a", -y, low), ("b", top, y)):
            if b - a > 0.05:
                walls[f"wall_east_{name}"] = rectangle((x + WALL_M / 2, (a + b) / 2), WALL_M, b - a, 0.0)
        for name, edge in (("ramp_low", low - WALL_M / 2), ("ramp_top", top + WALL_M / 2)):
            walls[name] = rectangle((x + WALL_M + RAMP_LENGTH_M / 2, edge), RAMP_LENGTH_M, WALL_M, 0.0)
        walls["ramp_end"] = rectangle((x + RAMP_LENGTH_M, self.ramp_y_m), WALL_M, RAMP_WIDTH_M + 1.0, 0.0)
        return (
            *(Obstacle(name=name, polygon_xy_m=shape, height_m=high) for name, shape in walls.items()),
            *(Obstacle(name=c.name, polygon_xy_m=self.core_outline(c), height_m=high) for c in self.cores),
            *(Obstacle(name=c.name, polygon_xy_m=self.column_outline(c), height_m=high) for c in self.columns),
            *standing_obstacles((), (), self.cars),
        )

    def _mounts(self) -> tuple[MirrorMount, ...]:
        """Blank stretches: of the cores' fronts and flanks, and of both end walls."""
        mounts, high = [], min(self.height_m - BEAM_M - 0.1, 2.75)

        def add(name: str, host: int, start: Vec2, end: Vec2, facing: float) -> None:
            if math.dist(start, end) > 1.6:
                mounts.append(
                    MirrorMount(
                        name=name, host_id=host, start_xy_m=start, end_xy_m=end, facing_deg=facing, base_z_m=0.0,
                        clear_height_m=high,
                    )
                )  # fmt: skip

        for core in self.cores:
            row = self.rows[core.row]
            x0, x1 = core.x0_m + 0.25, core.x1_m - 0.25
            x0, x1 = (x0 + DOOR_M, x1) if core.door_left else (x0, x1 - DOOR_M)
            # seen from the aisle, left is the lower x where the row lies towards +y
            ends = ((x0, row.y_m), (x1, row.y_m)) if row.sign > 0 else ((x1, row.y_m), (x0, row.y_m))
            add(f"{core.name}_front", core.instance_id, *ends, 270.0 if row.sign > 0 else 90.0)
        x, gap = self.half_length_m, 0.3
        for number, y in enumerate(self.aisles_y_m):
            reach = self.aisle_m / 2 + 1.5
            add(f"west_{number}", WALL_IDS["west"], (-x, y - reach), (-x, y + reach), 0.0)
            if abs(y - self.ramp_y_m) > RAMP_WIDTH_M / 2 + reach:
                add(f"east_{number}", WALL_IDS["east"], (x, y + reach), (x, y - reach), 180.0)
        low, top = self.ramp_y_m - RAMP_WIDTH_M / 2 - gap, self.ramp_y_m + RAMP_WIDTH_M / 2 + gap
        if not any(m.name.startswith("east") for m in mounts):
            add("east_low", WALL_IDS["east"], (x, min(low, low)), (x, max(low - 5.0, -self.half_depth_m + gap)), 180.0)
            add("east_top", WALL_IDS["east"], (x, min(top + 5.0, self.half_depth_m - gap)), (x, top), 180.0)
        return tuple(mounts)

    def _cameras(self, areas, obstacles, mounts) -> tuple[CameraAnchor, ...]:
        anchors: list[CameraAnchor] = []
        footprints = Footprints(obstacles)
        reach, half = self.rows_half_m, self.aisle_m / 2
        under = self.height_m - 0.5

        def add(name: str, rig: str, start: Vec2, end: Vec2, facing: float, **more) -> None:
            if line_is_free(start, end, footprints, areas if rig == "handheld" else (), 0.3):
                anchors.append(
                    CameraAnchor(name=name, rig=rig, start_xy_m=start, end_xy_m=end, base_z_m=0.0,
                                 facing_deg=facing % 360.0, **more)
                )  # fmt: skip

        for number, y in enumerate(self.aisles_y_m):
            for way, facing in ((1, 0.0), (-1, 180.0)):
                lane = y - way * self.aisle_m / 4
                add(
                    f"drive_{number}_{facing:.0f}",
                    "dashcam",
                    (-way * (reach + 1.0), lane),
                    (way * (reach - 14.0), lane),
                    facing,
                )
                for side in (1, -1):
                    edge = y + side * (half - 0.7)
                    for k, t in enumerate(np.arange(-reach + 1.0, reach - 12.0, 7.0)):
                        turned = facing - way * side * 16.0
                        ends = (way * float(t), edge), (way * float(t + 4.0), edge)
                        add(f"walk_{number}_{facing:.0f}_{side}_{k}", "handheld", *ends, turned)
                    # at the ceiling, where the rows begin and half way along
                    for k, x in enumerate((-reach - 0.6, -0.35 * reach, 0.2 * reach)):
                        ends = (way * x, y + side * (half - 0.25)), (way * (x + 1.0), y + side * (half - 0.25))
                        add(f"ceiling_{number}_{facing:.0f}_{side}_{k}", "cctv", *ends, facing - way * side * 14.0,
                            height_m=(under - 0.35, under), tilt_deg=7.0)  # fmt: skip
                # from the end zones, along the aisle and aslant over the rows
                x = -way * (self.half_length_m - 1.2)
                for turn in (0.0, 24.0, -24.0):
                    ends = (x, y - 1.8), (x, y + 1.8)
                    add(f"end_{number}_{facing:.0f}_{turn:+.0f}", "handheld", *ends, facing + turn)
        for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
            corner = (x * (self.half_length_m - 0.45), y * (self.half_depth_m - 0.5))
            end = (x * (self.half_length_m - 0.45), y * (self.half_depth_m - 1.5))
            towards = math.degrees(math.atan2(-y * 1.0, -x * 1.15))
            add(f"corner_{x}_{y}", "cctv", corner, end, towards, height_m=(under - 0.35, under), tilt_deg=7.0)
        anchors.extend(before_mounts(mounts, areas, footprints, 0.0, 2.2))
        return tuple(anchors)

    def _prop_spots(self, obstacles) -> tuple[PropSpot, ...]:
        """Empty bays for cars; corners of the end zones for other things."""
        spots: list[PropSpot] = []
        free = Standing(0, [o.polygon_xy_m for o in obstacles])
        for number, row in enumerate(self.rows):
            for bay in self.bays_of(number):
                at = (self.bay_x_m(bay), row.middle_m)
                if (bay + number) % 3 or free.touches(rectangle(at, 1.6, 4.4, 0.0), 0.0):
                    continue
                spots.append(
                    PropSpot(
                        name=f"bay_{number}_{bay}",
                        use="road",
                        position_m=(*at, 0.0),
                        heading_deg=90.0 * row.sign + 180.0 * (bay % 2),
                        room_m=2.6,
                        wants=("car", "vehicle"),
                    )
                )
        for x in (-1, 1):
            for t in (-0.92, -0.5, 0.5, 0.92):
                at = (x * (self.half_length_m - 0.65), t * (self.half_depth_m - 0.7))
                mouth = abs(at[1] - self.ramp_y_m) < RAMP_WIDTH_M / 2 + 0.7 and x > 0
                if not mouth and not free.touches(rectangle(at, 1.0, 1.0, 0.0), 0.0):
                    spots.append(
                        PropSpot(
                            name=f"end_{x}_{t}",
                            use="indoors",
                            position_m=(*at, 0.0),
                            heading_deg=0.0 if x < 0 else 180.0,
                            room_m=0.6,
                        )
                    )
        return tuple(spots)


@plain
class Randomizer:
    """How car parks vary. Ranges are `[low, high]` or one number; weights a mapping, a list or one name.

    Attributes:
        aisles: one or two. bays: of a row. bay_m: width of a bay. aisle_m: width of an aisle. end_m: of the zones at
            both ends of the rows.
        height_m: floor to slab; beams hang 0.34 m lower. bays_each: bays from column to column.
        column: shape; column_wide_m: along the row.
        floor: epoxy or bare concrete; gloss: how much epoxy gleams.
        car_share: share of the bays that are taken. nose_out_share: cars that were backed in.
        cores: blocks with stairs or a lift in place of bays.
        lux, kelvin: of the lamps. dark_share: tubes that do not burn.
        walkway_share: how often a way for those on foot is painted. special_share: how often there are charging bays.
        wear, paint_wear, grime: 0 new or clean to 1. indoor_c: air temperature; car parks are not heated.
    """

    kind: Literal["car_park"] = "car_park"
    aisles: Range = (1, 2)
    bays: Range = (12, 18)
    bay_m: Range = (2.4, 2.65)
    aisle_m: Range = (6.0, 6.8)
    end_m: Range = (6.0, 7.5)
    height_m: Range = (3.05, 3.4)
    bays_each: Range = (2, 3)
    column: Rounds = Field(default_factory=lambda: {"square": 3.0, "round": 1.0})
    column_wide_m: Range = (0.32, 0.45)
    floor: Grounds = Field(default_factory=lambda: {"epoxy": 3.0, "concrete": 2.0})
    gloss: Range = (0.4, 1.0)
    car_share: Range = (0.45, 0.85)
    nose_out_share: Range = (0.1, 0.5)
    cores: Range = (1, 2)
    lux: Range = (80.0, 220.0)
    kelvin: Range = (3600.0, 6000.0)
    dark_share: Range = (0.0, 0.12)
    walkway_share: float = Field(default=0.6, ge=0, le=1)
    special_share: float = Field(default=0.6, ge=0, le=1)
    wear: Range = (0.2, 0.9)
    paint_wear: Range = (0.2, 0.9)
    grime: Range = (0.1, 0.6)
    indoor_c: Range = (8.0, 18.0)

    def sample(self, streams: Streams) -> Spec:
        """One deck; every draw comes from a stream named after its part."""
        rng = streams.rng("layout")
        aisles, bays = round(uniform(rng, self.aisles)), round(uniform(rng, self.bays))
        each = round(uniform(rng, self.bays_each))
        bays -= bays % each
        bay, aisle = uniform(rng, self.bay_m), uniform(rng, self.aisle_m)
        rows_half = bays * bay / 2
        half_depth = aisles * (2 * BAY_LENGTH_M + aisle) / 2
        half_length = rows_half + uniform(rng, self.end_m)
        middles = tuple(-half_depth + (k + 0.5) * (2 * BAY_LENGTH_M + aisle) for k in range(aisles))
        rows = []
        for y in middles:
            for sign in (-1, 1):
                wall = abs(y + sign * (aisle / 2 + BAY_LENGTH_M)) > half_depth - 0.1
                rows.append(Row(y_m=y + sign * aisle / 2, sign=sign, wall=wall))
        look = streams.rng("look")
        column_wide, style = uniform(rng, self.column_wide_m), pick(rng, self.column)
        if style == "round":
            column_wide = max(column_wide, 0.42)
        level, hue = str(look.choice(["P1", "P2", "P3", "U1", "U2", "-1", "-2", "-3"])), int(look.integers(len(_BANDS)))
        cores = self._cores(streams.rng("cores"), rows, rows_half, bay, each)
        columns = _columns(rows, cores, rows_half, bay, bays, each)
        grey, tone = float(look.uniform(0.42, 0.62)), float(look.uniform(0.14, 0.3))
        epoxy = _EPOXY[int(look.integers(len(_EPOXY)))]
        floor = pick(look, self.floor)
        low = float(look.uniform(0.0, 1.2))
        special_rng = streams.rng("special")
        spec = {
            "half_length_m": half_length,
            "rows_half_m": rows_half,
            "half_depth_m": half_depth,
            "height_m": uniform(rng, self.height_m),
            "bay_m": bay,
            "bays": bays,
            "bays_each": each,
            "aisle_m": aisle,
            "aisles_y_m": middles,
            "rows": tuple(rows),
            "cores": cores,
            "columns": columns,
            "column_wide_m": column_wide,
            "column_style": style,
            "floor": floor,
            "floor_rgb": palette.linear(epoxy) if floor == "epoxy" else (tone, 0.99 * tone, 0.96 * tone),
            "floor_gloss": uniform(look, self.gloss) if floor == "epoxy" else float(look.uniform(0.0, 0.35)),
            "wall_rgb": (grey, grey, 0.97 * grey),
            "band_rgb": palette.linear(_BANDS[hue]),
            "band_m": (low, low + float(look.uniform(0.25, 1.0))),
            "level": level,
            "lux": uniform(look, self.lux),
            "kelvin": uniform(look, self.kelvin),
            "tubes_gap_m": float(look.uniform(2.6, 5.0)),
            "dark_share": uniform(look, self.dark_share),
            "ramp_y_m": middles[int(rng.integers(aisles))],
            "walkway": bool(look.random() < self.walkway_share),
            "walkway_rgb": palette.linear(_WALKWAYS[int(look.integers(len(_WALKWAYS)))]),
            "special": self._special(special_rng, len(rows), bays),
            "wear": uniform(look, self.wear),
            "paint_wear": uniform(look, self.paint_wear),
            "grime": uniform(look, self.grime),
            "indoor_c": uniform(streams.rng("warmth"), self.indoor_c),
            "detail_seed": seed_of(look),
        }
        empty = Spec(**spec, cars=())
        return Spec(**spec, cars=self._cars(streams.rng("vehicles"), empty))

    def _cores(self, rng: np.random.Generator, rows, rows_half: float, bay: float, each: int) -> tuple[Core, ...]:
        """Blocks in rows by a wall, three or four bays wide, from column to column."""
        cores: list[Core] = []
        spans = round(2 * rows_half / (bay * each))
        walls = [number for number, row in enumerate(rows) if row.wall]
        for number in range(round(uniform(rng, self.cores))):
            row = walls[int(rng.integers(len(walls)))] if number == 0 else next(w for w in walls if w != cores[0].row)
            wide = 2 if each == 2 else int(rng.integers(1, 3))
            first = int(rng.integers(1, spans - wide))
            x0 = -rows_half + first * each * bay
            cores.append(
                Core(
                    instance_id=CORE_FIRST_ID + number,
                    name=f"core_{number}",
                    row=row,
                    x0_m=x0,
                    x1_m=x0 + wide * each * bay,
                    door_left=bool(rng.random() < 0.5),
                    lift=number == 0,
                )
            )
        return tuple(cores)

    def _special(self, rng: np.random.Generator, rows: int, bays: int) -> tuple[tuple[int, int, int, Bays], ...]:
        if rng.random() >= self.special_share:
            return ()
        found = [(int(rng.integers(rows)), int(rng.integers(0, bays - 3)), int(rng.integers(2, 5)), "charging")]
        if rng.random() < 0.6:
            other = (found[0][0] + 1) % rows
            found.append((other, int(rng.integers(0, bays - 3)), 2, "wide"))
        return tuple(found)

    def _cars(self, rng: np.random.Generator, spec: Spec) -> tuple[Car, ...]:
        cars: list[Car] = []
        share, nose_out = uniform(rng, self.car_share), uniform(rng, self.nose_out_share)
        bodies = list(CAR_SIZE_M)
        outlines = [spec.column_outline(c) for c in spec.columns]
        for number, row in enumerate(spec.rows):
            for bay in spec.bays_of(number):
                body = str(rng.choice(bodies, p=[0.38, 0.18, 0.16, 0.24, 0.04]))
                taken, out = rng.random() < share, rng.random() < nose_out
                rgb, metallic = palette.car(rng)
                aside, turn, dirt = float(rng.normal(0, 0.05)), float(rng.normal(0, 0.8)), float(rng.uniform(0.05, 0.5))
                slack = (BAY_LENGTH_M - CAR_SIZE_M[body][0]) / 2
                deep, seed = float(rng.uniform(-0.1, 0.8)) * slack, seed_of(rng)
                if not taken:
                    continue
                y = row.middle_m + row.sign * max(min(deep, slack - 0.12), -slack + 0.05)
                car = Car(
                    instance_id=CAR_FIRST_ID + len(cars),
                    name=f"car_{len(cars)}",
                    body=body,
                    position_m=(spec.bay_x_m(bay) + aside, y, 0.0),
                    heading_deg=(90.0 * row.sign + (180.0 if out else 0.0) + turn) % 360.0,
                    rgb=rgb,
                    metallic=metallic,
                    dirt=dirt,
                    detail_seed=seed,
                )
                if not Standing(0, outlines).touches(car.footprint(), 0.05):
                    cars.append(car)
        return tuple(cars)


_BANDS = ("#c9a227", "#2f6db0", "#3f8a4c", "#c4502a", "#8a3b6b", "#2c8c8a", "#b3282d")
_EPOXY = ("#8f9290", "#7f8a86", "#9a9288", "#6f8a78", "#8c7f78", "#6d7f8f", "#a3a09a")
_WALKWAYS = ("#3f8a4c", "#2f6db0", "#c9a227", "#8f2f2a")


def _columns(rows, cores, rows_half: float, bay: float, bays: int, each: int) -> tuple[Column, ...]:
    """Columns between bays, a little behind the front lines; two rows back to back share those between them."""
    found: list[Column] = []
    for number, row in enumerate(rows):
        blocked = [(c.x0_m, c.x1_m) for c in cores if c.row == number]
        for k in range(bays // each + 1):
            x = -rows_half + k * each * bay
            if any(a - 0.3 < x < b + 0.3 for a, b in blocked):
                continue
            place = len(found)
            found.append(
                Column(
                    instance_id=COLUMN_FIRST_ID + place,
                    name=f"column_{place}",
                    xy_m=(x, row.y_m + row.sign * 0.75),
                    mark=f"{'ABCDEFGH'[number]}{k + 1}",
                )
            )
    return tuple(found)
