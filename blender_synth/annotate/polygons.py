"""Masks as polygons along the edges of pixels, so that pycocotools decodes them to the very same mask."""

from __future__ import annotations

from collections import defaultdict

import cv2
import numpy as np

Ring = list[tuple[int, int]]
"""Corners x, y of a closed chain of edges."""
_DIRECTIONS = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""Right, down, left, up, with the mask to the right hand (y points down)."""


def polygons(mask: np.ndarray) -> list[list[float]]:
    """One polygon x, y, x, y ... for each connected part of an (H, W) bool mask, as COCO's `segmentation` has them.

    Coordinates are of corners: a single pixel at 0, 0 is a square from 0, 0 to 1, 1. COCO has no holes: a hole is
    joined to its outline by a bridge of no width, which goes there and back. Parts that touch at a corner only are
    parts of their own.
    """
    found = []
    count, parts, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    for part in range(1, count):
        x, y, width, height = (int(v) for v in boxes[part][:4])
        outline, *holes = _rings(parts[y : y + height, x : x + width] == part)
        for hole in holes:
            outline = _bridged(outline, hole)
        found.append([float(v) for corner in outline for v in (corner[0] + x, corner[1] + y)])
    return found


def _rings(mask: np.ndarray) -> list[Ring]:
    """The outline of a connected mask (clockwise as seen), then its holes (the other way round)."""
    inside = np.pad(mask, 1)
    mask, above, below = inside[1:-1, 1:-1], inside[:-2, 1:-1], inside[2:, 1:-1]
    left, right = inside[1:-1, :-2], inside[1:-1, 2:]
    edges: dict[tuple[int, int], list[int]] = defaultdict(list)
    """Directions of the edges that start at each corner."""
    for direction, (where, dx, dy) in enumerate(
        ((mask & ~above, 0, 0), (mask & ~right, 1, 0), (mask & ~below, 1, 1), (mask & ~left, 0, 1))
    ):
        rows, columns = np.nonzero(where)
        for x, y in zip((columns + dx).tolist(), (rows + dy).tolist(), strict=True):
            edges[x, y].append(direction)
    rings = []
    for start in sorted(edges, key=lambda corner: (corner[1], corner[0])):
        while edges[start]:  # the uppermost corner of a ring, which is passed once
            ring, corner, direction = [start], start, edges[start].pop()
            while (corner := _next(corner, direction)) != start:
                onward = edges[corner]
                # where the part touches itself at a corner, the edge of the same pixel: a right turn
                turned = onward[0] if len(onward) == 1 else (direction + 1) % 4
                onward.remove(turned)
                if turned != direction:
                    ring.append(corner)
                direction = turned
            rings.append(ring)
    return rings


def _next(corner: tuple[int, int], direction: int) -> tuple[int, int]:
    dx, dy = _DIRECTIONS[direction]
    return corner[0] + dx, corner[1] + dy


def _bridged(outline: Ring, hole: Ring) -> Ring:
    """One ring of an outline and a hole in it, joined at the corners that are nearest to each other."""
    across = np.array(outline)[:, None, :] - np.array(hole)[None, :, :]
    at, there = np.unravel_index(int(np.square(across).sum(axis=2).argmin()), across.shape[:2])
    return [*outline[: at + 1], *hole[there:], *hole[: there + 1], *outline[at:]]
