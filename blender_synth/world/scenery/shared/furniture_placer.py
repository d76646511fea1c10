"""Street furniture placed one piece after another; a piece that would collide with anything is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from blender_synth.values import Range, Rgb, Vec2, uniform
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.street_parts import (
    FURNITURE_SIZE_M,
    Furniture,
    FurnitureKind,
    overlap,
)

IRON_RGB: Rgb = (0.05, 0.05, 0.055)
PAVEMENT_KINDS: tuple[FurnitureKind, ...] = (
    "bollard", "bench", "bin", "planter", "sign", "cabinet", "bicycle_stand", "parking_meter",
)  # fmt: skip
"""Furniture that stands along a kerb."""
PAINTED_KINDS = ("bench", "planter", "bin")
"""Furniture in the town's paint; the rest is ironwork."""


class FurniturePlacer:
    """Places pieces of furniture and trees.

    Attributes:
        pieces: placed so far.
        occupied: outlines that nothing may collide with.
    """

    def __init__(
        self,
        first_id: int = 0,
        occupied: Sequence[tuple[Vec2, ...]] = (),
        z_m: float = 0.0,
        is_forbidden: Callable[[Furniture], bool] = lambda piece: False,
    ) -> None:
        """
        Start with no pieces.

        Args:
            first_id: instance id of the first piece; the others follow.
            occupied: outlines that nothing may collide with.
            z_m: height of the ground.
            is_forbidden: rejects pieces in addition to the outlines.
        """
        self.pieces: list[Furniture] = []
        self.occupied = list(occupied)
        self._first_id, self._z_m, self._is_forbidden = first_id, z_m, is_forbidden

    def add(
        self, kind: FurnitureKind, xy: Sequence[float], heading_deg: float, *, scale: float = 1.0, rgb: Rgb = IRON_RGB,
        variant: int = 0, crown_m: float = 0.0, gap_m: float = 0.35,
    ) -> bool:  # fmt: skip
        """Place a piece `gap_m` away from everything else; returns whether there was room."""
        number = len(self.pieces)
        piece = Furniture(
            instance_id=self._first_id + number,
            name=f"{kind}_{number}",
            kind=kind,
            position_m=(float(xy[0]), float(xy[1]), self._z_m),
            heading_deg=float(heading_deg) % 360.0,
            scale=float(scale),
            rgb=rgb,
            variant=int(variant),
            crown_m=float(crown_m),
        )
        if self._is_forbidden(piece) or self.collides(piece.footprint(), gap_m):
            return False
        self.occupied.append(piece.footprint())
        self.pieces.append(piece)
        return True

    def add_tree(self, xy: Sequence[float], turn_deg: float, height_m: float, variant: int) -> bool:
        """Place a tree of some height; its trunk keeps 0.6 m free, its crown may overlap anything."""
        scale = height_m / FURNITURE_SIZE_M["tree"][2]
        return self.add("tree", xy, turn_deg, scale=scale, variant=variant, crown_m=2.6 * scale, gap_m=0.6)

    def collides(self, outline: tuple[Vec2, ...], gap_m: float) -> bool:
        """Whether an outline comes nearer to anything than `gap_m`."""
        return any(overlap(outline, other, gap_m) for other in self.occupied)


@dataclass(frozen=True)
class LampStyle:
    """The lamp posts of a town, all of one kind."""

    spacing_m: float
    variant: int
    rgb: Rgb
    scale: float

    @staticmethod
    def sample(rng: np.random.Generator, spacing_m: Range) -> LampStyle:
        """One style; `spacing_m` is the range of the distance between posts."""
        spacing, variant = uniform(rng, spacing_m), int(rng.integers(0, 2))
        return LampStyle(spacing, variant, palette.ironwork(rng), float(rng.uniform(0.85, 1.1)))


@dataclass(frozen=True)
class FurnitureColours:
    """Colours of a town's ironwork and of its painted furniture."""

    iron: Rgb
    paint: Rgb

    @staticmethod
    def sample(rng: np.random.Generator) -> FurnitureColours:
        """One pair of colours."""
        return FurnitureColours(palette.ironwork(rng), palette.furniture_paint(rng))

    def of(self, kind: FurnitureKind) -> Rgb:
        """The colour of one kind of furniture."""
        return self.paint if kind in PAINTED_KINDS else self.iron


def kerb_distance_m(kind: FurnitureKind, strip_m: float) -> float:
    """Distance of a piece's middle from the kerb so that it stays within the furniture strip of a pavement."""
    return max(0.36, min(strip_m - FURNITURE_SIZE_M[kind][1] / 2 - 0.02, 0.6))
