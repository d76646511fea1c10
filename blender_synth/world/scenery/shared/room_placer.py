"""Placement of furniture in a room so that no two pieces touch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.values import Rgb, Vec2, Vec3, vec3
from blender_synth.world.layout import PropSpot
from blender_synth.world.scenery.shared.rooms import (
    DARK_RGB,
    ON_WALL,
    PIECE_FIRST_ID,
    Piece,
    PieceKind,
)
from blender_synth.world.scenery.shared.street_parts import overlap, rectangle


class Placer:
    """Places furniture and prop spots in a room so that nothing overlaps.

    Attributes:
        pieces: placed so far.
        spots: prop spots placed so far.
        occupied: outlines that nothing else may overlap.
        low_xy_m, high_xy_m: corners of the usable floor.
    """

    def __init__(self, low_xy_m: Vec2, high_xy_m: Vec2) -> None:
        self.pieces: list[Piece] = []
        self.spots: list[PropSpot] = []
        self.occupied: list[tuple[Vec2, ...]] = []
        self.low_xy_m, self.high_xy_m = low_xy_m, high_xy_m

    def keep_free(self, polygon_xy_m: Sequence[Vec2]) -> None:
        """Reserve an area."""
        self.occupied.append(tuple(polygon_xy_m))

    def fits(self, outline: Sequence[Vec2], gap_m: float) -> bool:
        """Whether an outline lies in the room, `gap_m` away from everything placed."""
        corners = np.array(outline)
        inside = (corners >= np.array(self.low_xy_m) - 1e-6).all() and (
            corners <= np.array(self.high_xy_m) + 1e-6
        ).all()
        return bool(inside) and not any(overlap(tuple(outline), other, gap_m) for other in self.occupied)

    def add(
        self, kind: PieceKind, x: float, y: float, heading_deg: float, size_m: Vec3, rgb: Rgb, *, gap_m: float = 0.1,
        z_m: float = 0.0, force: bool = False, rgb2: Rgb = DARK_RGB, variant: int = 0, words: str = "", seed: int = 0,
    ) -> bool:  # fmt: skip
        """Add a piece if it fits (with `force` in any case); returns whether it was added."""
        piece = Piece(
            instance_id=PIECE_FIRST_ID + len(self.pieces),
            name=f"{kind}_{len(self.pieces)}",
            kind=kind,
            position_m=(float(x), float(y), float(z_m)),
            heading_deg=float(heading_deg) % 360.0,
            size_m=vec3(size_m),
            rgb=rgb,
            rgb2=rgb2,
            variant=variant,
            words=words,
            seed=seed,
        )
        blocks = kind not in ("rug", *ON_WALL)
        if not force and blocks and not self.fits(piece.footprint(), gap_m):
            return False
        if blocks:
            self.occupied.append(piece.footprint())
        self.pieces.append(piece)
        return True

    def spot(self, x: float, y: float, heading_deg: float, room_m: float, wants: tuple[str, ...] = (),
             use: str = "indoors", deep_m: float | None = None) -> bool:  # fmt: skip
        """Add a prop spot if it is free; returns whether it was added."""
        deep = room_m if deep_m is None else deep_m
        outline = rectangle((x, y), 2 * room_m, 2 * deep, heading_deg + 90.0)
        if not self.fits(outline, 0.05):
            return False
        self.occupied.append(outline)
        self.spots.append(
            PropSpot(
                name=f"{use}_{len(self.spots)}",
                use=use,
                position_m=(float(x), float(y), 0.0),
                heading_deg=float(heading_deg) % 360.0,
                room_m=float(room_m),
                wants=wants,
            )
        )
        return True
