"""Folds from the pose: cloth keeps its lengths where skinning squeezes or stretches it, so it buckles.

Position-based dynamics (M. Mueller et al., J. Vis. Commun. Image R. 18, 2007) with averaged (Jacobi) corrections: edges
and diagonals of the quads want the lengths they have in the rest pose, the body underneath keeps the cloth out,
gravity pulls. A few dozen rounds in numpy; nothing is drawn at random.
"""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.mesh import Surface, edges_of, smoothed, vertex_normals


def _links(faces: np.ndarray) -> np.ndarray:
    """Edges and one diagonal of every quad (E, 2)."""
    edges, _ = edges_of(faces)
    quads = faces[faces[:, 2] != faces[:, 3]]
    return np.concatenate([edges, quads[::2, [0, 2]], quads[1::2, [1, 3]]])


def drape(
    surface: Surface,
    posed: np.ndarray,
    ease_m: np.ndarray,
    free: np.ndarray,
    stiffness: float,
    slack: float,
    rounds: int = 26,
) -> np.ndarray:
    """Let a skinned garment settle.

    Args:
        surface: the garment in the rest pose: its lengths are the cloth's.
        posed: (N, 3) the same after skinning; +z up.
        ease_m: (N,) how far the cloth may sink towards the body.
        free: (N,) 1 where the cloth may billow, 0 where another garment lies over it.
        slack: how much longer the cloth is than the garment's outline, e.g. 0.05; the surplus gathers in folds.
        stiffness: 0 thin jersey, 1 leather: how large the folds are.
        rounds: iterations.

    Returns:
        (N, 3) settled positions, metres.
    """
    links = _links(surface.faces)
    i, j = links[:, 0], links[:, 1]
    count = len(posed)
    length = np.linalg.norm(surface.vertices[i] - surface.vertices[j], axis=1)
    hem = np.zeros(len(posed), bool)  # hems are sewn flat
    hem[surface.faces[surface.face_fields["lining"] > 0]] = True
    length = length * np.where(hem[i] | hem[j], 1.0, 1 + slack)
    both = np.concatenate([i, j])
    degree = np.maximum(np.bincount(both, minlength=count), 1)
    normals = vertex_normals(posed, surface.faces)
    inward = np.minimum(ease_m, 0.03) * 0.75
    outward = (0.014 + 0.5 * np.minimum(ease_m, 0.04)) * free
    sideways = (0.010 + 0.5 * np.minimum(ease_m, 0.04)) * (0.2 + 0.8 * free)
    edges, _ = edges_of(surface.faces)
    pairs = np.concatenate([edges, edges[:, ::-1]])
    edge_degree = np.maximum(np.bincount(pairs[:, 0], minlength=count), 1)
    x = posed.copy()
    gravity = np.array([0.0, 0.0, -0.0006])
    for k in range(rounds):
        x += gravity * np.minimum(1.0, ease_m / 0.02)[:, None]
        d = x[j] - x[i]
        now = np.maximum(np.linalg.norm(d, axis=1), 1e-9)
        push = d * (0.5 * (now - length) / now)[:, None]
        total = np.stack([np.bincount(both, np.concatenate([push[:, a], -push[:, a]]), count) for a in range(3)], 1)
        x += total * (1.6 / degree)[:, None]
        if k % 3 == 2:  # bending: displacements of neighbours agree, the more the stiffer the cloth is
            move = x - posed
            mean = np.stack([np.bincount(pairs[:, 0], move[pairs[:, 1], a], count) for a in range(3)], 1)
            x = posed + move + (mean / edge_degree[:, None] - move) * (0.05 + 0.3 * stiffness)
        move = x - posed
        height = (move * normals).sum(1)
        flat = move - height[:, None] * normals
        reach = np.linalg.norm(flat, axis=1)
        flat *= np.minimum(1.0, sideways / np.maximum(reach, 1e-9))[:, None]
        x = posed + flat + np.clip(height, -inward, outward)[:, None] * normals
    return x


def pushed_out(
    outer: np.ndarray, inner: np.ndarray, inner_normals: np.ndarray, faces: np.ndarray, gap_m: float
) -> np.ndarray:
    """Move cloth vertices that lie inside what is worn under them to the outside of it.

    Args:
        outer: (N, 3) posed vertices of the outer cloth, with its `faces` (F, 4).
        inner, inner_normals: (M, 3) posed vertices and unit normals of the inner cloth.
        gap_m: distance to keep.
    """
    low, high = inner.min(0) - 0.03, inner.max(0) + 0.03
    near = np.flatnonzero(((outer > low) & (outer < high)).all(1))
    move = np.zeros_like(outer)
    for start in range(0, len(near), 400):
        rows = near[start : start + 400]
        d = outer[rows, None] - inner[None]
        distance = np.einsum("nmk,nmk->nm", d, d)
        k = distance.argmin(1)
        height = np.einsum("nk,nk->n", d[np.arange(len(rows)), k], inner_normals[k])
        inside = (distance[np.arange(len(rows)), k] < 0.05**2) & (height < gap_m)
        move[rows] = np.where(inside[:, None], inner_normals[k] * (gap_m - height)[:, None], 0)
    spread = smoothed(move, faces, 3, 0.5)
    size, wide = np.linalg.norm(move, axis=1), np.linalg.norm(spread, axis=1)
    return outer + np.where((size > wide)[:, None], move, spread)
