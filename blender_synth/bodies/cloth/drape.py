"""Folds from the pose: cloth keeps its edge lengths where skinning squeezes or stretches it, so it buckles.

Position-based dynamics (M. Mueller et al., J. Vis. Commun. Image R. 18, 2007) with averaged (Jacobi) corrections: edges
and diagonals of the quads are pulled to the lengths that they have in the rest pose, the body underneath keeps the
cloth out, gravity pulls down. A few dozen iterations in numpy; nothing is random.
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
    rounds: int = 15,
) -> np.ndarray:
    """Let a skinned garment settle.

    Args:
        surface: the garment in the rest pose, which has the edge lengths of the cloth.
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
    start_ids, end_ids, starts = _directed(links, len(posed))
    rest = surface.vertices.astype(np.float32)
    length = np.linalg.norm(rest[end_ids] - rest[start_ids], axis=1)
    hem = np.zeros(len(posed), bool)  # hems are sewn flat
    hem[surface.faces[surface.face_fields["lining"] > 0]] = True
    length *= np.where(hem[start_ids] | hem[end_ids], 1.0, 1 + slack).astype(np.float32)
    degree = np.diff(np.append(starts, len(start_ids)))
    gain = (0.85 / np.maximum(degree, 1)).astype(np.float32)[:, None]
    normals = vertex_normals(posed, surface.faces).astype(np.float32)
    ease_m, free = ease_m.astype(np.float32), free.astype(np.float32)
    inward = np.minimum(ease_m, 0.03) * 0.75
    outward = (0.014 + 0.5 * np.minimum(ease_m, 0.04)) * free
    sideways = (0.006 + 0.6 * np.minimum(ease_m, 0.04)) * (0.2 + 0.8 * free)
    start = posed.astype(np.float32)
    move = np.zeros_like(start)
    gravity = np.minimum(1.0, ease_m / 0.02)[:, None] * np.array([0.0, 0.0, -0.0006], np.float32)
    agree = np.float32(0.05 + 0.3 * stiffness)
    for k in range(rounds):
        move += gravity
        x = start + move
        d = x[end_ids] - x[start_ids]
        now = np.maximum(np.sqrt(np.einsum("ek,ek->e", d, d)), 1e-9)
        d *= ((now - length) / now)[:, None]
        move += np.add.reduceat(d, starts, axis=0) * gain
        if k % 3 == 2:  # bending: neighbours move alike, the more so the stiffer the cloth
            mean = np.add.reduceat(move[end_ids], starts, axis=0) / np.maximum(degree, 1)[:, None]
            move += (mean - move) * agree
        height = np.einsum("nk,nk->n", move, normals)
        flat = move - height[:, None] * normals
        reach = np.sqrt(np.einsum("nk,nk->n", flat, flat))
        flat *= np.minimum(1.0, sideways / np.maximum(reach, 1e-9))[:, None]
        move = flat + np.clip(height, -inward, outward)[:, None] * normals
    return posed + move


def _directed(links: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Links (E, 2) both ways, sorted by their first end, and where each of `count` vertices' links start.

    A vertex without links gets one to itself.
    """
    lonely = np.setdiff1d(np.arange(count), links)
    start_ids = np.concatenate([links[:, 0], links[:, 1], lonely])
    end_ids = np.concatenate([links[:, 1], links[:, 0], lonely])
    order = np.argsort(start_ids, kind="stable")
    start_ids, end_ids = start_ids[order], end_ids[order]
    return start_ids, end_ids, np.searchsorted(start_ids, np.arange(count))


def pushed_out(
    outer: np.ndarray,
    inner: np.ndarray,
    inner_normals: np.ndarray,
    faces: np.ndarray,
    gap_m: float,
    reach_m: float = 0.05,
) -> np.ndarray:
    """Move cloth vertices that lie inside an inner garment to its outside.

    Args:
        outer: (N, 3) posed vertices of the outer cloth, with its `faces` (F, 4).
        inner, inner_normals: (M, 3) posed vertices and unit normals of the inner cloth.
        gap_m: distance to keep. reach_m: greatest depth at which a vertex is still moved.
    """
    low, high = inner.min(0) - 0.03, inner.max(0) + 0.03
    near = np.flatnonzero(((outer > low) & (outer < high)).all(1))
    move = np.zeros_like(outer)
    if not len(near):
        return outer
    # Squared distances as one matrix product, single precision, from a common middle.
    middle = 0.5 * (low + high)
    a, b = (outer[near] - middle).astype(np.float32), (inner - middle).astype(np.float32)
    half = 0.5 * np.einsum("mk,mk->m", b, b)
    k = np.concatenate([(half - a[i : i + 512] @ b.T).argmin(1) for i in range(0, len(near), 512)])
    d = outer[near] - inner[k]
    height = np.einsum("nk,nk->n", d, inner_normals[k])
    inside = (np.einsum("nk,nk->n", d, d) < reach_m**2) & (height < gap_m)
    move[near] = np.where(inside[:, None], inner_normals[k] * (gap_m - height)[:, None], 0)
    if not inside.any():
        return outer
    spread = smoothed(move, faces, 3, 0.5)
    size, wide = np.linalg.norm(move, axis=1), np.linalg.norm(spread, axis=1)
    return outer + np.where((size > wide)[:, None], move, spread)
