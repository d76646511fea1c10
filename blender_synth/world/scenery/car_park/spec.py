"""One car park as plain values."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Rgb, Vec2, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout
from blender_synth.world.scenery.car_park.elements import (
    BAY_LENGTH_M,
    CEILING_ID,
    COLUMN_DEEP_M,
    FLOOR_ID,
    LAMPS_ID,
    PIPES_ID,
    RAMP_ID,
    SIGNS_ID,
    WALL_IDS,
    Bays,
    Column,
    ColumnStyle,
    Core,
    FloorKind,
    Row,
)
from blender_synth.world.scenery.car_park.layout import layout_of
from blender_synth.world.scenery.shared.street_parts import Car, rectangle
from blender_synth.world.scenery.shared.town import town_instances


@plain
class Spec(SceneryDefaults):
    """One deck of a car park.

    Attributes:
        half_length_m: distance of both end walls from the centre.
        rows_half_m: half the length of the rows of bays.
        half_depth_m: distance of the walls along the rows from the centre.
        bay_m: width of a bay.
        bays: number of bays in a row.
        bays_each: number of bays between two columns.
        aisles_y_m: centre lines of the aisles.
        column_wide_m: size of a column along the row.
        floor_gloss: 0 dull to 1 glossy.
        band_rgb, band_m: colour of the painted band on walls and columns, and its lower and upper edge.
        level: name of the deck.
        lux, kelvin: illuminance of the floor and colour temperature of the lamps.
        tubes_gap_m: distance between the tubes.
        dark_share: share of the tubes that are broken.
        ramp_y_m: centre of the ramp's mouth in the east wall.
        walkway: whether a walkway is painted on the floor.
        special: (row, first bay, number of bays, kind) of bays with a coloured floor.
        wear, paint_wear, grime: 0 new or clean to 1.
        indoor_c: air temperature.
        detail_seed: seed of stains, cracks and of which tubes are broken.
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
    column_style: ColumnStyle
    floor: FloorKind
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
        """The x of the centre of a bay."""
        return -self.rows_half_m + (bay + 0.5) * self.bay_m

    def bays_of(self, row: int) -> list[int]:
        """Indices of the bays of a row that no core occupies."""
        taken = [(c.x0_m, c.x1_m) for c in self.cores if c.row == row]
        return [b for b in range(self.bays) if not any(a < self.bay_x_m(b) < c for a, c in taken)]

    def core_outline(self, core: Core) -> tuple[Vec2, ...]:
        """Counter-clockwise corners of a core."""
        row = self.rows[core.row]
        middle = ((core.x0_m + core.x1_m) / 2, row.middle_m)
        return rectangle(middle, core.x1_m - core.x0_m, BAY_LENGTH_M, 0.0)

    def column_outline(self, column: Column) -> tuple[Vec2, ...]:
        """Counter-clockwise corners of a column's bounding rectangle."""
        deep = COLUMN_DEEP_M if self.column_style == "square" else self.column_wide_m
        return rectangle(column.xy_m, self.column_wide_m, deep, 0.0)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything on the deck that is labelled."""
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
            *town_instances(cars=self.cars),
        )

    def make_layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be placed."""
        return layout_of(self)
