"""One lift as plain values."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Rgb, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout, PropSpot
from blender_synth.world.scenery.lift.elements import (
    CABIN_CEILING_ID,
    CABIN_FLOOR_ID,
    CABIN_LAMPS_ID,
    DOORS_ID,
)
from blender_synth.world.scenery.lift.layout import layout_of
from blender_synth.world.scenery.shared.rooms import CEILING_ID, FLOOR_ID, LAMPS_ID, Floor, Light, Piece, Wall


@plain
class Spec(SceneryDefaults):
    """One cabin with its landing.

    Attributes:
        walls: of the cabin: south (front, with the door), north (back), west, east.
        landing: walls of the landing; the same door is in its north wall.
        door_m, door_x_m, door_top_m: width, centre and height of the door.
        closing: position of the door leaves, 0 open to 1 closed.
        panel_side: the side wall with the buttons.
        floors, level: number of floors of the building, and the floor the cabin is at.
        lamp: kind of lamps in the cabin.
    """

    kind: Literal["lift"] = "lift"
    width_m: float
    depth_m: float
    height_m: float
    walls: tuple[Wall, ...]
    landing: tuple[Wall, ...]
    landing_width_m: float
    landing_depth_m: float
    landing_height_m: float
    door_x_m: float
    door_m: float
    door_top_m: float
    closing: float
    door_rgb: Rgb
    metal_rgb: Rgb
    rail_rgb: Rgb
    cabin_floor: Floor
    landing_floor: Floor
    ceiling_rgb: Rgb
    lamp: Literal["panel", "downlights", "lines"]
    light: Light
    landing_light: Light
    panel_side: Literal["west", "east"]
    floors: int
    level: int
    sign_rgb: Rgb
    pieces: tuple[Piece, ...]
    spots: tuple[PropSpot, ...]
    indoor_c: float

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything visible that is labelled."""
        return (
            LabelledInstance(instance_id=FLOOR_ID, category="floor", name="landing_floor"),
            LabelledInstance(instance_id=CEILING_ID, category="ceiling", name="landing_ceiling"),
            LabelledInstance(instance_id=LAMPS_ID, category="lamp", name="landing_lamps"),
            LabelledInstance(instance_id=CABIN_FLOOR_ID, category="floor", name="cabin_floor"),
            LabelledInstance(instance_id=CABIN_CEILING_ID, category="ceiling", name="cabin_ceiling"),
            LabelledInstance(instance_id=CABIN_LAMPS_ID, category="lamp", name="cabin_lamps"),
            LabelledInstance(instance_id=DOORS_ID, category="door", name="lift_doors"),
            *(wall.labelled_instance() for wall in (*self.walls, *self.landing)),
            *(piece.labelled_instance() for piece in self.pieces),
        )

    def wall(self, name: str) -> Wall:
        """The cabin's wall `"south"`, `"north"`, `"west"` or `"east"`."""
        return next(w for w in self.walls if w.name == f"cabin_{name}")

    def make_layout(self) -> Layout:
        """Where people are, mirrors hang, cameras stand and props may be placed."""
        return layout_of(self)
