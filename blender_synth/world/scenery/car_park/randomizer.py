"""Parameters of car parks.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `aisles` | [1, 2] | count | number of aisles, one or two |
| `bays` | [12, 18] | count | number of bays in a row |
| `bay_m` | [2.4, 2.65] | m | width of a bay |
| `aisle_m` | [6, 6.8] | m | width of an aisle |
| `end_m` | [6, 7.5] | m | length of the free zones at both ends of the rows |
| `height_m` | [3.05, 3.4] | m | height of the ceiling; beams are 0.34 m lower |
| `bays_each` | [2, 3] | count | number of bays between two columns |
| `column` | {square: 3, round: 1} | weights | shape of the columns: square, round |
| `column_wide_m` | [0.32, 0.45] | m | size of a column along the row |
| `floor` | {epoxy: 3, concrete: 2} | weights | floor: epoxy, concrete |
| `gloss` | [0.4, 1] | 0 to 1 | gloss of epoxy, 0 to 1 |
| `car_share` | [0.45, 0.85] | share | share of the bays that are occupied |
| `nose_out_share` | [0.1, 0.5] | share | share of the cars that were backed in |
| `cores` | [1, 2] | count | number of blocks with stairs or a lift |
| `lux` | [80, 220] | lx | illuminance of the floor |
| `kelvin` | [3600, 6000] | K | colour temperature of the lamps |
| `dark_share` | [0, 0.12] | share | share of the lamps that are broken |
| `walkway_share` | 0.6 | share | probability of a painted walkway |
| `special_share` | 0.6 | share | probability of charging bays |
| `wear` | [0.2, 0.9] | 0 to 1 | floor, 0 new to 1 worn |
| `paint_wear` | [0.2, 0.9] | 0 to 1 | markings, 0 new to 1 worn |
| `grime` | [0.1, 0.6] | 0 to 1 | walls, 0 clean to 1 dirty |
| `indoor_c` | [8, 18] | °C | air temperature; car parks are not heated |
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Weights, only, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.car_park.elements import (
    BAY_LENGTH_M,
    COLUMN_FIRST_ID,
    CORE_FIRST_ID,
    Bays,
    Column,
    ColumnStyle,
    Core,
    FloorKind,
    Row,
)
from blender_synth.world.scenery.car_park.spec import Spec
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.choices import choose, choose_weighted
from blender_synth.world.scenery.shared.furniture_placer import (
    FurniturePlacer,
)
from blender_synth.world.scenery.shared.street_parts import CAR_SIZE_M, Car
from blender_synth.world.scenery.shared.town import CAR_BODIES, make_car

COLUMNS: tuple[ColumnStyle, ...] = ("square", "round")
FLOORS: tuple[FloorKind, ...] = ("epoxy", "concrete")
Rounds = Annotated[Weights, only(*COLUMNS)]
Grounds = Annotated[Weights, only(*FLOORS)]
_BANDS = ("#c9a227", "#2f6db0", "#3f8a4c", "#c4502a", "#8a3b6b", "#2c8c8a", "#b3282d")
_EPOXY = ("#8f9290", "#7f8a86", "#9a9288", "#6f8a78", "#8c7f78", "#6d7f8f", "#a3a09a")
_WALKWAYS = ("#3f8a4c", "#2f6db0", "#c9a227", "#8f2f2a")


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How car parks vary; every parameter is described in the docstring of this file."""

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
        """One deck; each part uses a random stream of its own name."""
        rng = streams.rng("layout")
        aisles, bays = round(uniform(rng, self.aisles)), round(uniform(rng, self.bays))
        each = round(uniform(rng, self.bays_each))
        bays -= bays % each
        bay, aisle = uniform(rng, self.bay_m), uniform(rng, self.aisle_m)
        rows_half = bays * bay / 2
        half_depth = aisles * (2 * BAY_LENGTH_M + aisle) / 2
        half_length = rows_half + uniform(rng, self.end_m)
        middles = tuple(-half_depth + (k + 0.5) * (2 * BAY_LENGTH_M + aisle) for k in range(aisles))
        rows: list[Row] = []
        signs: tuple[Literal[1, -1], ...] = (-1, 1)
        for y in middles:
            for sign in signs:
                wall = abs(y + sign * (aisle / 2 + BAY_LENGTH_M)) > half_depth - 0.1
                rows.append(Row(y_m=y + sign * aisle / 2, sign=sign, wall=wall))
        paint = streams.rng("look")
        column_wide, style = uniform(rng, self.column_wide_m), choose_weighted(rng, self.column, COLUMNS)
        if style == "round":
            column_wide = max(column_wide, 0.42)
        level, hue = choose(paint, ("P1", "P2", "P3", "U1", "U2", "-1", "-2", "-3")), int(paint.integers(len(_BANDS)))
        cores = self._cores(streams.rng("cores"), rows, rows_half, bay, each)
        columns = _columns(rows, cores, rows_half, bay, bays, each)
        grey, tone = float(paint.uniform(0.42, 0.62)), float(paint.uniform(0.14, 0.3))
        epoxy = _EPOXY[int(paint.integers(len(_EPOXY)))]
        floor = choose_weighted(paint, self.floor, FLOORS)
        low = float(paint.uniform(0.0, 1.2))
        special_rng = streams.rng("special")
        empty = Spec(
            half_length_m=half_length,
            rows_half_m=rows_half,
            half_depth_m=half_depth,
            height_m=uniform(rng, self.height_m),
            bay_m=bay,
            bays=bays,
            bays_each=each,
            aisle_m=aisle,
            aisles_y_m=middles,
            rows=tuple(rows),
            cores=cores,
            columns=columns,
            column_wide_m=column_wide,
            column_style=style,
            floor=floor,
            floor_rgb=palette.linear(epoxy) if floor == "epoxy" else (tone, 0.99 * tone, 0.96 * tone),
            floor_gloss=uniform(paint, self.gloss) if floor == "epoxy" else float(paint.uniform(0.0, 0.35)),
            wall_rgb=(grey, grey, 0.97 * grey),
            band_rgb=palette.linear(_BANDS[hue]),
            band_m=(low, low + float(paint.uniform(0.25, 1.0))),
            level=level,
            lux=uniform(paint, self.lux),
            kelvin=uniform(paint, self.kelvin),
            tubes_gap_m=float(paint.uniform(2.6, 5.0)),
            dark_share=uniform(paint, self.dark_share),
            ramp_y_m=middles[int(rng.integers(aisles))],
            walkway=bool(paint.random() < self.walkway_share),
            walkway_rgb=palette.linear(_WALKWAYS[int(paint.integers(len(_WALKWAYS)))]),
            special=self._special(special_rng, len(rows), bays),
            wear=uniform(paint, self.wear),
            paint_wear=uniform(paint, self.paint_wear),
            grime=uniform(paint, self.grime),
            indoor_c=uniform(streams.rng("warmth"), self.indoor_c),
            detail_seed=seed_of(paint),
            cars=(),
        )
        return replace(empty, cars=self._cars(streams.rng("vehicles"), empty))

    def _cores(
        self, rng: np.random.Generator, rows: list[Row], rows_half: float, bay: float, each: int
    ) -> tuple[Core, ...]:
        """Cores in rows along a wall, two to six bays wide, from column to column."""
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
        row, first, count = int(rng.integers(rows)), int(rng.integers(0, bays - 3)), int(rng.integers(2, 5))
        if rng.random() < 0.6:
            return (row, first, count, "charging"), ((row + 1) % rows, int(rng.integers(0, bays - 3)), 2, "wide")
        return ((row, first, count, "charging"),)

    def _cars(self, rng: np.random.Generator, spec: Spec) -> tuple[Car, ...]:
        cars: list[Car] = []
        share, nose_out = uniform(rng, self.car_share), uniform(rng, self.nose_out_share)
        columns = FurniturePlacer(occupied=[spec.column_outline(c) for c in spec.columns])
        for number, row in enumerate(spec.rows):
            for bay in spec.bays_of(number):
                body = choose(rng, CAR_BODIES, (0.38, 0.18, 0.16, 0.24, 0.04))
                taken, out = rng.random() < share, rng.random() < nose_out
                paint = palette.car(rng)
                aside, turn, dirt = float(rng.normal(0, 0.05)), float(rng.normal(0, 0.8)), float(rng.uniform(0.05, 0.5))
                slack = (BAY_LENGTH_M - CAR_SIZE_M[body][0]) / 2
                deep, seed = float(rng.uniform(-0.1, 0.8)) * slack, seed_of(rng)
                if not taken:
                    continue
                y = row.middle_m + row.sign * max(min(deep, slack - 0.12), -slack + 0.05)
                heading = 90.0 * row.sign + (180.0 if out else 0.0) + turn
                car = make_car(len(cars), body, (spec.bay_x_m(bay) + aside, y), heading, paint, dirt, seed)
                if not columns.collides(car.footprint(), 0.05):
                    cars.append(car)
        return tuple(cars)


def _columns(
    rows: list[Row], cores: tuple[Core, ...], rows_half: float, bay: float, bays: int, each: int
) -> tuple[Column, ...]:
    """Columns between the bays, a little behind the front line of each row."""
    columns: list[Column] = []
    for number, row in enumerate(rows):
        blocked = [(c.x0_m, c.x1_m) for c in cores if c.row == number]
        for k in range(bays // each + 1):
            x = -rows_half + k * each * bay
            if any(a - 0.3 < x < b + 0.3 for a, b in blocked):
                continue
            index = len(columns)
            columns.append(
                Column(
                    instance_id=COLUMN_FIRST_ID + index,
                    name=f"column_{index}",
                    xy_m=(x, row.y_m + row.sign * 0.75),
                    mark=f"{'ABCDEFGH'[number]}{k + 1}",
                )
            )
    return tuple(columns)
