"""Walls with rectangular holes and the faces inside the holes; rooms use them too."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from blender_synth.blender.scenery.meshes import Part, Tint, join, part, quad
from blender_synth.world.scenery.shared.street_parts import Building

REVEAL_M = 0.17
"""Depth of windows behind the face of the wall."""
IRON = (0.035, 0.037, 0.04)
Opening = tuple[float, float, float, float]
"""x from, x to, z from, z to."""


def with_soot(b: Building, rgb: Tint) -> tuple:
    return (*rgb, b.soot)


def pierced_wall(
    x0: float, x1: float, z0: float, z1: float, openings: list[Opening], material: str, tint: Tint, shift_m: float = 0.0
) -> Part:
    """A wall in the plane y = 0, facing -y, with rectangular holes; `shift_m` moves its map sideways."""
    xs = sorted({x0, x1, *(x for o in openings for x in o[:2])})
    zs = sorted({z0, z1, *(z for o in openings for z in o[2:])})
    cells = []
    for a, b in pairwise(zs):
        run = None
        for left, right in pairwise(xs):
            x, z = (left + right) / 2, (a + b) / 2
            solid = not any(o[0] < x < o[1] and o[2] < z < o[3] for o in openings)
            if solid and run is not None:
                run[1] = right
            elif solid:
                run = [left, right, a, b]
                cells.append(run)
            else:
                run = None
    corners = np.array([[(c[0], 0, c[2]), (c[1], 0, c[2]), (c[1], 0, c[3]), (c[0], 0, c[3])] for c in cells], float)
    faces = np.arange(len(cells) * 4).reshape(-1, 4)
    return part(corners.reshape(-1, 3), faces, material, tint, corners[..., [0, 2]] + (shift_m, 0.0))


def reveal(o: Opening, depth_m: float, material: str, tint: Tint, *, on_ground: bool = False) -> Part:
    """The faces inside a hole, `depth_m` deep; holes that reach the ground have no sill."""
    x0, x1, z0, z1 = o
    d = depth_m
    faces = [
        quad((x0, 0, z0), (x0, d, z0), (x0, d, z1), (x0, 0, z1), material, tint),
        quad((x1, d, z0), (x1, 0, z0), (x1, 0, z1), (x1, d, z1), material, tint),
        quad((x0, 0, z1), (x0, d, z1), (x1, d, z1), (x1, 0, z1), material, tint),
    ]
    if not on_ground:
        faces.append(quad((x0, d, z0), (x0, 0, z0), (x1, 0, z0), (x1, d, z0), material, tint))
    return join(faces)
