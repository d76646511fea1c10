"""Sizes, instance ids and components of this scene."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from blender_synth.values import Rgb, Vec2, plain

PAVING_ID, CENTRE_ID, BUILDING_FIRST_ID, FURNITURE_FIRST_ID = 3001, 3002, 3011, 3101
SIDES = ("north", "east", "south", "west")
WALL_MARGIN_M = 0.40
PARASOL_M = 1.7
"""From a parasol's pole to the edge of its cloth."""
TERRACE_M = 1.6
"""Between the wall and the first tables of a café, where people pass."""


@plain
class Alley:
    """A way out between two houses: `along_m` counts on its side from the left as seen from the middle."""

    side: Literal["north", "east", "south", "west"]
    start_xy_m: Vec2
    facing_deg: float
    width_m: float
    depth_m: float

    def box(self, margin_m: float) -> tuple[Vec2, ...]:
        """Its ground, counter-clockwise, less a margin at its walls and its end."""
        a = math.radians(self.facing_deg)
        nx, ny = math.cos(a), math.sin(a)
        rx, ry = -ny, nx
        x, y = self.start_xy_m

        def at(along: float, out: float) -> Vec2:
            return (x + rx * along + nx * out, y + ry * along + ny * out)

        m, w, d = margin_m, self.width_m, self.depth_m
        return (at(w - m, 1.0), at(w - m, m - d), at(m, m - d), at(m, 1.0))


@plain
class Paved:
    """What the square is paved with.

    Attributes:
        floor: how two kinds of paving are laid: bands across fields, rings round the middle, a checker, or one alone.
        pattern, rgb: of the fields. band_pattern, band_rgb: of bands, rings and every other field.
        field_m, band_m: their widths. dirt: 0 clean to 1 filthy.
    """

    floor: Literal["bands", "rings", "checker", "plain"]
    pattern: Literal["slabs", "bond", "pavers", "setts"]
    rgb: Rgb
    band_pattern: Literal["slabs", "bond", "pavers", "setts"]
    band_rgb: Rgb
    field_m: float
    band_m: float
    dirt: float


@plain
class Centre:
    """What stands in the middle.

    Attributes:
        radius_m: of its lowest step or basin. height_m: up to its top. steps: round it. corners: of its plan.
    """

    kind: Literal["fountain", "obelisk", "statue", "column", "none"]
    xy_m: Vec2
    radius_m: float
    height_m: float
    steps: int
    corners: int
    rgb: Rgb
    metal_rgb: Rgb
    detail_seed: int

    def outline(self) -> tuple[Vec2, ...]:
        """Counter-clockwise corners round all of it."""
        reach = self.radius_m / math.cos(math.pi / 8)
        turns = (np.arange(8) + 0.5) * math.pi / 4
        return tuple(
            (self.xy_m[0] + float(reach * math.cos(t)), self.xy_m[1] + float(reach * math.sin(t))) for t in turns
        )
