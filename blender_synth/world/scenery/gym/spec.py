"""One gym as plain values."""

from __future__ import annotations

from typing import Literal

from blender_synth.values import Rgb, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout, PropSpot
from blender_synth.world.scenery.gym.layout import layout_of
from blender_synth.world.scenery.shared.outside import Outside
from blender_synth.world.scenery.shared.rooms import Floor, Light, Piece, RectangularRoom, Wall, room_instances


@plain
class Spec(RectangularRoom, SceneryDefaults):
    """One gym.

    Attributes:
        walls: south (windows), north (mirrors), west and east.
        accent_rgb: colour of the stripe, the slogan and the equipment.
        stripe: shape of the stripe on the walls.
        words, words_wall: slogan and the wall it is painted on.
        turf_m: lower and upper y of a strip of turf along the room; None without one.
        outside: the street in front of the windows.
    """

    kind: Literal["gym"] = "gym"
    width_m: float
    depth_m: float
    height_m: float
    floor: Floor
    walls: tuple[Wall, ...]
    accent_rgb: Rgb
    stripe: Literal["none", "band", "wedge", "lower"]
    words: str
    words_wall: str
    ceiling: Literal["tiles", "raw", "plain"]
    ceiling_rgb: Rgb
    frame_rgb: Rgb
    door_rgb: Rgb
    turf_m: tuple[float, float] | None
    turf_rgb: Rgb
    light: Light
    pieces: tuple[Piece, ...]
    spots: tuple[PropSpot, ...]
    outside: Outside
    indoor_c: float

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything visible that is labelled."""
        return (
            *room_instances(),
            *(wall.labelled_instance() for wall in self.walls),
            *(piece.labelled_instance() for piece in self.pieces),
            *self.outside.labelled_instances(),
        )

    def make_layout(self) -> Layout:
        """Where people are, mirrors hang, cameras stand and props may be placed."""
        return layout_of(self)
