"""The resolved values of one authored scene."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from blender_synth.values import Rgb, Vec3, plain
from blender_synth.world.contracts import SceneryDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Layout
from blender_synth.world.pack_items import Attribution
from blender_synth.world.scenery.shared.marks import Lamp
from blender_synth.world.scenery.shared.pieces import LightPiece, Piece


@plain
class Spec(SceneryDefaults):
    """One scene, drawn.

    Attributes:
        scene: name it is found by. file: its `.blend`, relative to its folder; empty where it is all parts.
        digest: of the folder's content. licence, author, source: carried into every frame.
        absent: lower-case names of collections and objects that are left out.
        colours: of materials by name. moves: of things by name: metres along x and y, degrees.
        light_scale: on the file's own lights. labelled: everything visible with its instance id.
        pieces, lights: of its parts. lamps: street lamps. plan: the layout.
    """

    kind: Literal["authored"] = "authored"
    scene: str
    file: str = ""
    digest: str = ""
    licence: str
    author: str = ""
    source: str = ""
    absent: tuple[str, ...] = ()
    colours: dict[str, Rgb] = Field(default_factory=dict)
    moves: dict[str, Vec3] = Field(default_factory=dict)
    light_scale: float = 1.0
    labelled: tuple[LabelledInstance, ...]
    pieces: tuple[Piece, ...] = ()
    lights: tuple[LightPiece, ...] = ()
    lamps: tuple[Lamp, ...] = ()
    plan: Layout

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything visible; its own mirrors are among the scene's mirrors."""
        return self.labelled

    def layout(self) -> Layout:
        """Where people walk and sit, mirrors hang and cameras stand."""
        return self.plan

    def attribution(self) -> Attribution:
        """Who is credited for the scene's own files."""
        return Attribution(f"scene {self.scene}", self.licence, self.author, self.source)
