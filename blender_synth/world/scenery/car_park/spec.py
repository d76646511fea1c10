"""The resolved values of one scene of this kind."""

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
    Core,
    Row,
)
from blender_synth.world.scenery.car_park.layout import layout_of
from blender_synth.world.scenery.shared.street_parts import Car, rectangle


@plain
class Spec(SceneryDefaults):
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
        return layout_of(self)
