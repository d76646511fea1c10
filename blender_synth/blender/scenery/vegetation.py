"""Street trees as full geometry: a branching skeleton of tubes, and leaves as small folded quads.

No alpha cut-outs, so that the label pass needs no special materials.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from blender_synth.blender.scenery.furniture import leaves
from blender_synth.blender.scenery.meshes import Part, Tint, box, join, quad, tube

LEAVES = 10000


def tree(variant: int, leaf_rgb: tuple[float, float, float]) -> Part:
    """One of a few trees, 7.5 m high, trunk at the origin, no leaves below 2.5 m."""
    shape = _tree(variant)
    is_leaf = shape.materials == shape.names.index("leaf")
    return replace(shape, tints=np.where(is_leaf[:, None], shape.tints * (*leaf_rgb, 1.0), shape.tints))


@lru_cache(maxsize=8)
def _tree(variant: int) -> Part:
    """A tree whose leaves are tinted relative to white."""
    rng = np.random.default_rng(1000 + variant)
    bark = (0.16, 0.135, 0.105) if variant != 1 else (0.24, 0.22, 0.18)
    fork = 2.35 + 0.3 * variant / 2
    trunk = np.column_stack(
        [0.05 * np.sin(np.linspace(0, 3, 6)), 0.04 * np.sin(np.linspace(1, 3, 6)), np.linspace(-0.03, fork, 6)]
    )
    parts = [tube(trunk, np.array([0.17, 0.135, 0.12, 0.115, 0.11, 0.12]), 10, "bark", bark)]
    tips: list[tuple[np.ndarray, float]] = []
    _grow(rng, trunk[-1], np.array([0.0, 0.0, 1.0]), 1.75, 0.105, 0, parts, tips, bark)
    clusters = np.array([t for t, _ in tips])
    centre = np.array([0, 0, 5.1])
    radii = np.array([2.5, 2.5, 2.5])
    inside = (((clusters - centre) / radii) ** 2).sum(1) < 1.35
    clusters = clusters[inside & (clusters[:, 2] > 2.9)]
    index = rng.integers(0, len(clusters), LEAVES)
    spread = rng.normal(0, 1, (LEAVES, 3)) * (0.30, 0.30, 0.22)
    at = clusters[index] + spread
    at = at[at[:, 2] > 2.5]
    parts.append(leaves(rng, at, 0.155, (1.0, 1.0, 1.0), droop=0.5))
    return join(parts)


def _grow(
    rng: np.random.Generator,
    start: np.ndarray,
    direction: np.ndarray,
    length: float,
    radius: float,
    level: int,
    parts: list[Part],
    tips: list[tuple[np.ndarray, float]],
    bark: Tint,
) -> None:
    """Grow one branch and its children; leaf positions are added to `tips`, tubes to `parts`."""
    n = 4
    path = [start]
    d = direction
    for _ in range(n):
        d = d + rng.normal(0, 0.16, 3) + (0, 0, 0.06)
        d = d / np.linalg.norm(d)
        path.append(path[-1] + d * length / n)
    points = np.array(path)
    taper = np.linspace(1.0, 0.55, n + 1) * radius
    parts.append(tube(points, taper, max(4, 9 - 2 * level), "bark", bark, caps=level < 2))
    if level >= 2:
        tips.extend((p, radius) for p in points[1:])
    if level >= 3:
        return
    children = (5, 4, 4)[level]
    turn = rng.uniform(0, 2 * np.pi)
    for k in range(children):
        t = 1.0 if k == 0 else float(rng.uniform(0.35, 1.0))
        i = min(int(t * n), n - 1)
        at = points[i] + (points[i + 1] - points[i]) * (t * n - i)
        angle = turn + k * 2.4
        side = np.array([np.cos(angle), np.sin(angle), 0.0])
        lean = float(rng.uniform(0.55, 0.95)) if k else 0.25
        heading = d * np.cos(lean) + side * np.sin(lean)
        _grow(
            rng,
            at,
            heading / np.linalg.norm(heading),
            length * float(rng.uniform(0.62, 0.82)),
            taper[i] * 0.66,
            level + 1,
            parts,
            tips,
            bark,
        )


@lru_cache(maxsize=1)
def pit() -> Part:
    """Bare earth in a steel frame round the trunk, flush with the paving."""
    half, parts = 0.45, []
    parts.append(
        quad(
            (-half, -half, 0.004),
            (half, -half, 0.004),
            (half, half, 0.004),
            (-half, half, 0.004),
            "matt",
            (0.055, 0.042, 0.031),
        )
    )
    for a, b in (
        ((-half, -half), (half, -half + 0.04)),
        ((-half, half - 0.04), (half, half)),
        ((-half, -half + 0.04), (-half + 0.04, half - 0.04)),
        ((half - 0.04, -half + 0.04), (half, half - 0.04)),
    ):
        parts.append(box((*a, 0), (*b, 0.012), "iron", (0.09, 0.08, 0.075), without=("-z",)))
    return join(parts)
