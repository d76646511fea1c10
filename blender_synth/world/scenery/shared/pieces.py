"""Geometry of the procedural parts of a scene.yaml, and the places of the layout that come with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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
        thing: name of the labelled object that it is part of.
        shape: `box` (size_m along its local axes, its base at position_m), `cylinder` (diameter size_m[0]), `window`
            (an opaque pane at the front of a box), `glow` (a panel that emits downwards; `what` is the index of its
            light), `tree`, or street `furniture` of the kind `what`.
        wear: 0 new to 1 worn; gloss of indoor floors; scale of trees and furniture.
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
    """A light that is on by day and night.

    Attributes:
        lumen: luminous flux.
        size_m: size of a panel along its local x and y axes.
        angle_deg: full angle of a spot.
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
    """Everything that the parts of one scene add.

    Attributes:
        things: categories of the labelled objects, by name.
        areas: areas with the names of the objects that are their ground.
    """

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
        """Add a piece, and an obstacle if people can neither step over it nor walk under it."""
        self.things.setdefault(piece.thing, category)
        self.pieces.append(piece)
        z, high = piece.position_m[2], piece.size_m[2]
        if solid and z + high > ground_z_m + STEP_M and z < ground_z_m + HEAD_M:
            name = f"{piece.thing}#{len(self.obstacles)}"
            outline = footprint(piece)
            self.obstacles.append(Obstacle(name=name, polygon_xy_m=outline, height_m=high, base_z_m=z))


def footprint(piece: Piece) -> tuple[Vec2, ...]:
    """Outline of a piece seen from above, counter-clockwise."""
    if piece.shape == "cylinder":
        a = np.arange(8) * math.pi / 4
        corners = piece.size_m[0] / 2 * np.stack([np.cos(a), np.sin(a)], axis=1)
    else:
        w, d = piece.size_m[0] / 2, piece.size_m[1] / 2
        corners = np.array([(-w, -d), (w, -d), (w, d), (-w, d)])
    return rounded(_rotated(corners, piece.turn_deg) + np.array(piece.position_m[:2]))


def _rotated(points_xy: np.ndarray, degrees: float) -> np.ndarray:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.asarray(points_xy, float) @ np.array([[c, s], [-s, c]])


def rounded(points: Iterable[Sequence[float] | np.ndarray]) -> tuple[Vec2, ...]:
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in points)
