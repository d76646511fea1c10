"""Instance ids, sizes and components of squares."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from blender_synth.values import Rgb, Vec2, plain
from blender_synth.world.scenery.shared.street_parts import PavingPattern

Side = Literal["north", "east", "south", "west"]
FloorStyle = Literal["bands", "rings", "checker", "plain"]
CentreKind = Literal["fountain", "obelisk", "statue", "column", "none"]

PAVING_ID, CENTRE_ID, BUILDING_FIRST_ID, FURNITURE_FIRST_ID = 3001, 3002, 3011, 3101
SIDES: tuple[Side, ...] = ("north", "east", "south", "west")
INWARD = ((0, -1), (-1, 0), (0, 1), (1, 0))
"""Unit vector from each side of the square to its centre."""
WALL_MARGIN_M = 0.40
PARASOL_M = 1.7
"""Radius of a parasol."""
TERRACE_M = 1.6
"""Width of the free passage between the houses and the tables of a café."""


@plain
class Alley:
    """A lane that leaves the square between two houses.

    Attributes:
        start_xy_m: left end of its mouth, as seen from the square.
        facing_deg: azimuth from its end towards the square.
    """

    side: Side
    start_xy_m: Vec2
    facing_deg: float
    width_m: float
    depth_m: float

    def box(self, margin_m: float) -> tuple[Vec2, ...]:
        """Outline of its ground, counter-clockwise, with a margin to its walls and its end."""
        a = math.radians(self.facing_deg)
        nx, ny = math.cos(a), math.sin(a)
        rx, ry = -ny, nx
        x, y = self.start_xy_m

        def point(along: float, out: float) -> Vec2:
            return (x + rx * along + nx * out, y + ry * along + ny * out)

        m, w, d = margin_m, self.width_m, self.depth_m
        return (point(w - m, 1.0), point(w - m, m - d), point(m, m - d), point(m, 1.0))


@plain
class Paved:
    """Paving of the square.

    Attributes:
        floor: arrangement of the two kinds of paving; `plain` is one kind only.
        pattern, rgb: paving of the fields.
        band_pattern, band_rgb: paving of bands, rings and every other field.
        field_m, band_m: widths of fields and bands.
        dirt: 0 clean to 1 filthy.
    """

    floor: FloorStyle
    pattern: PavingPattern
    rgb: Rgb
    band_pattern: PavingPattern
    band_rgb: Rgb
    field_m: float
    band_m: float
    dirt: float


@plain
class Centre:
    """The fountain or monument in the centre.

    Attributes:
        radius_m: radius of its lowest step or basin.
        height_m: total height.
        steps: number of steps around it.
        corners: number of corners of its plan.
    """

    kind: CentreKind
    xy_m: Vec2
    radius_m: float
    height_m: float
    steps: int
    corners: int
    rgb: Rgb
    metal_rgb: Rgb
    detail_seed: int

    def outline(self) -> tuple[Vec2, ...]:
        """Outline, an octagon, counter-clockwise."""
        reach = self.radius_m / math.cos(math.pi / 8)
        turns = (np.arange(8) + 0.5) * math.pi / 4
        return tuple(
            (self.xy_m[0] + float(reach * math.cos(t)), self.xy_m[1] + float(reach * math.sin(t))) for t in turns
        )
