"""One lobby as plain values."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Rgb, Vec2, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout, PropSpot
from blender_synth.world.scenery.lobby.layout import layout_of
from blender_synth.world.scenery.shared.outside import Outside
from blender_synth.world.scenery.shared.rooms import (
    COLUMN_FIRST_ID,
    Floor,
    Light,
    Piece,
    RectangularRoom,
    Wall,
    room_instances,
)


@plain
class Spec(RectangularRoom, SceneryDefaults):
    """One lobby.

    Attributes:
        walls: south (the front), north, west and east.
        desk_wall, lift_wall: the walls with the desk and the lifts; the others may carry mirrors.
        accent, accent_rgb: cladding of the lit wall behind the desk.
        columns_m: centres of the columns.
        panes: number of panes of the front.
        door: index of the pane that is the entrance, from the left.
        words: the name above the desk.
    """

    kind: Literal["lobby"] = "lobby"
    style: Literal["hotel", "office"]
    width_m: float
    depth_m: float
    height_m: float
    floor: Floor
    walls: tuple[Wall, ...]
    desk_wall: str
    lift_wall: str
    accent: Literal["veneer", "marble", "slats"]
    accent_rgb: Rgb
    ceiling: Literal["plain", "coffers", "joists", "tiles"]
    ceiling_rgb: Rgb
    columns_m: tuple[Vec2, ...]
    column_m: float
    column_round: bool
    column_material: str
    column_rgb: Rgb
    metal_rgb: Rgb
    panes: int
    door: int
    light: Light
    words: str
    pieces: tuple[Piece, ...]
    spots: tuple[PropSpot, ...]
    outside: Outside
    indoor_c: float

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything visible that is labelled."""
        return (
            *room_instances(),
            *(wall.labelled_instance() for wall in self.walls),
            *(
                LabelledInstance(instance_id=COLUMN_FIRST_ID + k, category="column", name=f"column_{k}")
                for k in range(len(self.columns_m))
            ),
            *(piece.labelled_instance() for piece in self.pieces),
            *self.outside.labelled_instances(),
        )

    def make_layout(self) -> Layout:
        """Where people are, mirrors hang, cameras stand and props may be placed."""
        return layout_of(self)
