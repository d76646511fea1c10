"""One authored scene as plain values."""

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
    """One sample of an authored scene.

    Attributes:
        scene: name of the scene.
        file: its `.blend`, relative to its folder; empty for a scene made of parts only.
        digest: digest of the folder's content.
        licence, author, source: recorded in every frame.
        absent: lower-case names of the absent collections and objects.
        colours: of materials, by name.
        moves: of objects, by name: metres along x and y, degrees about the vertical.
        light_scale: factor on the brightness of the file's own lights.
        labelled: all visible labelled objects.
        pieces, lights: geometry and lights of the procedural parts.
        lamps: street lamps.
        plan: the layout.
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
        """All visible objects; built-in mirrors are listed with the scene's mirrors instead."""
        return self.labelled

    def layout(self) -> Layout:
        """Where people walk and sit, mirrors hang, cameras stand and props may be placed."""
        return self.plan

    def attribution(self) -> Attribution:
        """Who is credited for the scene's own files."""
        return Attribution(f"scene {self.scene}", self.licence, self.author, self.source)
