"""Floors, ceilings, beams and columns of rooms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.blender.scenery.meshes import Part, Tint, box, join, lathe, part, quad, quad_of
from blender_synth.blender.scenery.rooms.walls import STEEL, empty_part, shade
from blender_synth.world.scenery.shared.rooms import WALL_M, Floor


def floor(plan: Floor, x0: float, x1: float, y0: float, y1: float, z: float = 0.0) -> Part:
    """A rectangular floor with the tiles and pattern of its plan; joints are dark gaps of 3 mm."""
    material, gloss = plan.material, plan.gloss
    field, other = (*plan.rgb, gloss), (*plan.rgb2, gloss)
    if plan.tile_m <= 0:
        return quad((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z), material, field)
    columns, rows = max(1, round((x1 - x0) / plan.tile_m)), max(1, round((y1 - y0) / plan.tile_m))
    rng = np.random.default_rng(plan.seed)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"))
    wide, deep, gap = (x1 - x0) / columns, (y1 - y0) / rows, 0.0015
    low = np.stack([x0 + i * wide + gap, y0 + j * deep + gap], 1)
    high = np.stack([x0 + (i + 1) * wide - gap, y0 + (j + 1) * deep - gap], 1)
    corners = np.stack([low, np.stack([high[:, 0], low[:, 1]], 1), high, np.stack([low[:, 0], high[:, 1]], 1)], 1)
    rim = np.minimum(np.minimum(i, columns - 1 - i), np.minimum(j, rows - 1 - j))
    dark = {
        "checker": (i + j) % 2 == 1,
        "diamonds": (np.abs((i % 6) - 3) + np.abs((j % 6) - 3)) % 3 == 0,
        "border": (rim == 1) | ((rim > 3) & (i % 4 == 0) & (j % 4 == 0)),
        "bands": (i % 8 == 0) | (rim == 0),
        "stars": ((i + j) % 4 == 0) & ((i - j) % 4 == 0) | (rim == 0),
    }.get(plan.pattern, np.zeros(len(i), bool))
    tints = np.where(dark[:, None], np.array(other), np.array(field))
    tints[:, :3] *= np.exp(rng.normal(0, 0.045, len(i)))[:, None]
    points = np.concatenate([corners, np.full((len(i), 4, 1), z)], axis=2).reshape(-1, 3)
    uvs = corners + rng.uniform(0, 9, (len(i), 1, 2))
    tiles = part(points, np.arange(len(i) * 4).reshape(-1, 4), material, tints, uvs)
    # slightly larger than the field, so that no gap is visible at its edges
    e, below = 0.03, z - 0.002
    corners = [(x0 - e, y0 - e, below), (x1 + e, y0 - e, below), (x1 + e, y1 + e, below), (x0 - e, y1 + e, below)]
    joints = quad_of(corners, "matt", shade(plan.rgb, 0.35))
    return join([tiles, joints])


def ceiling(x0: float, x1: float, y0: float, y1: float, z: float, material: str, rgb: Tint) -> Part:
    """A flat ceiling, facing down."""
    return quad((x0, y1, z), (x1, y1, z), (x1, y0, z), (x0, y0, z), material, (*rgb, 0.02))


def beams(
    x0: float,
    x1: float,
    y0: float,
    y1: float,
    z: float,
    rows: int,
    columns: int,
    size_m: tuple[float, float],
    material: str,
    rgb: Tint,
) -> Part:
    """Beams under a ceiling, both ways: a coffered ceiling, or joists where there is only one column."""
    wide, deep = size_m
    parts = []
    for y in np.linspace(y0, y1, rows + 1)[1:-1] if rows > 1 else ():
        parts.append(box((x0, y - wide / 2, z - deep), (x1, y + wide / 2, z), material, rgb, without=("+z",)))
    for x in np.linspace(x0, x1, columns + 1)[1:-1] if columns > 1 else ():
        parts.append(box((x - wide / 2, y0, z - deep + 0.002), (x + wide / 2, y1, z), material, rgb, without=("+z",)))
    return join(parts) if parts else empty_part()


def shell(x0: float, x1: float, y0: float, y1: float, z0: float, z1: float, without: Sequence[str] = ()) -> Part:
    """An outer box 0.3 m larger than the room, so that no light leaks in at its corners."""
    e = WALL_M + 0.02
    return box((x0 - e, y0 - e, z0 - 0.2), (x1 + e, y1 + e, z1 + e), "plaster", (0.4, 0.38, 0.35, 0.3),
               without=without)  # fmt: skip


def column(x: float, y: float, z1: float, size_m: float, round_: bool, material: str, rgb: Tint) -> Part:
    """A column with a base and a capital."""
    r = size_m / 2
    tint = (*rgb, 0.5)
    if round_:
        shaft = lathe([(1.15 * r, 0), (1.15 * r, 0.1), (r, 0.16), (r, z1 - 0.2), (1.12 * r, z1 - 0.12),
                       (1.12 * r, z1)], 28, material, tint)  # fmt: skip
        return shaft.moved((x, y, 0))
    return join(
        [
            box((x - r, y - r, 0), (x + r, y + r, z1), material, tint, without=("-z", "+z")),
            box((x - r - 0.015, y - r - 0.015, 0), (x + r + 0.015, y + r + 0.015, 0.12), "steel", shade(STEEL, 0.7)),
        ]
    )
