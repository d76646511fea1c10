"""One deck of an underground car park: bays along one or two aisles, columns, beams, tubes of light, a ramp, a lift.

The deck's middle is the origin, aisles run along +X, the floor lies at z = 0. Walls close it all round; the ramp leads
up to a shutter. `Spec` holds resolved values only, `Randomizer` the ranges.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Weights, only, pick, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.car_park.elements import (
    BAY_LENGTH_M,
    CAR_FIRST_ID,
    COLUMN_FIRST_ID,
    CORE_FIRST_ID,
    Bays,
    Column,
    Core,
    Row,
)
from blender_synth.world.scenery.car_park.spec import Spec
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.street_parts import CAR_SIZE_M, Car
from blender_synth.world.scenery.shared.town import (
    Standing,
)

Rounds = Annotated[Weights, only("square", "round")]
Grounds = Annotated[Weights, only("epoxy", "concrete")]
_BANDS = ("#c9a227", "#2f6db0", "#3f8a4c", "#c4502a", "#8a3b6b", "#2c8c8a", "#b3282d")
_EPOXY = ("#8f9290", "#7f8a86", "#9a9288", "#6f8a78", "#8c7f78", "#6d7f8f", "#a3a09a")
_WALKWAYS = ("#3f8a4c", "#2f6db0", "#c9a227", "#8f2f2a")


@plain
class Randomizer(SceneryRandomizerDefaults):
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
