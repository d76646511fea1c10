"""Simple shapes that the parts of a scene.yaml are made of, and what they mean for the layout."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.values import Rgb, Vec2, Vec3, plain
from blender_synth.world.layout import Area, BuiltInMirror, MirrorMount, Obstacle, PlacedProp, Seat
from blender_synth.world.scenery.shared.marks import Lamp
from blender_synth.world.scenery.shared.outlines import HEAD_M, STEP_M


@plain
class Piece:
    """One shape to build.

    Attributes:
        thing: name of the thing that it is part of.
        shape: `box` (size_m along its own x, y, z, standing on position_m) or `cylinder` (size_m[0] across), `window`
            (a pane at a box's front that cannot be seen through), `glow` (a panel that shines down; `what` numbers its
            light), `tree`, or a piece of street `furniture` (`what`, of a variant).
        wear: 0 new to 1 worn, of floors of rooms how glossy; of trees and furniture their scale.
    """

    thing: str
    shape: Literal["box", "cylinder", "window", "glow", "furniture", "tree"]
    size_m: Vec3 = (1.0, 1.0, 1.0)
    position_m: Vec3
    turn_deg: float = 0.0
    material: str = "matt"
    rgb: Rgb = (0.5, 0.5, 0.5)
    wear: float = 0.3
    bevel_m: float = 0.0
    what: str = ""
    variant: int = 0


@plain
class LightPiece:
    """A light that burns by day and night.

    Attributes:
        lumen: luminous flux. size_m: of a panel, along its own x and y. rgb: luminance 1.
    """

    kind: Literal["panel", "point", "spot"]
    position_m: Vec3
    turn_deg: float = 0.0
    lumen: float = Field(gt=0)
    kelvin: float = Field(gt=0)
    size_m: Vec2 = (0.6, 0.6)
    angle_deg: float = 70.0


@dataclass
class Pieces:
    """What the parts of one scene came to. `things`: name to category, in order."""

    things: dict[str, str] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    lights: list[LightPiece] = field(default_factory=list)
    lamps: list[Lamp] = field(default_factory=list)
    areas: list[tuple[Area, str]] = field(default_factory=list)
    mounts: list[MirrorMount] = field(default_factory=list)
    built_in_mirrors: list[BuiltInMirror] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    placed: list[PlacedProp] = field(default_factory=list)

    def add(self, category: str, piece: Piece, solid: bool = True, ground_z_m: float = 0.0) -> None:
        """A piece, with its obstacle if one can neither step over it nor walk under it."""
        self.things.setdefault(piece.thing, category)
        self.pieces.append(piece)
        z, high = piece.position_m[2], piece.size_m[2]
        if solid and z + high > ground_z_m + STEP_M and z < ground_z_m + HEAD_M:
            name = f"{piece.thing}#{len(self.obstacles)}"
            outline = footprint(piece)
            self.obstacles.append(Obstacle(name=name, polygon_xy_m=outline, height_m=high, base_z_m=z))


def footprint(piece: Piece) -> tuple[Vec2, ...]:
    """Corners of what a piece covers of the ground, counter-clockwise."""
    if piece.shape == "cylinder":
        a = np.arange(8) * math.pi / 4
        corners = piece.size_m[0] / 2 * np.stack([np.cos(a), np.sin(a)], axis=1)
    else:
        w, d = piece.size_m[0] / 2, piece.size_m[1] / 2
        corners = np.array([(-w, -d), (w, -d), (w, d), (-w, d)])
    return _round2(_turned(corners, piece.turn_deg) + np.array(piece.position_m[:2]))


def _turned(points_xy, degrees: float) -> np.ndarray:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.asarray(points_xy, float) @ np.array([[c, s], [-s, c]])


def _round2(points) -> tuple[Vec2, ...]:
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in points)
