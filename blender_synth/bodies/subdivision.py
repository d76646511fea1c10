"""Finer and coarser meshes: Catmull-Clark subdivision and vertex clustering."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_synth.bodies.mesh import edges_of
from blender_synth.cache import cache_folder, write_atomically


@dataclass(frozen=True)
class LinearMap:
    """Each output vertex as a weighted mean of input vertices: (M, K) indices and weights."""

    index: np.ndarray
    weight: np.ndarray

    def __call__(self, values: np.ndarray) -> np.ndarray:
        flat = values.reshape(len(values), -1)
        out = np.einsum("mk,mkc->mc", self.weight, flat[self.index])
        return out.reshape(len(self.index), *values.shape[1:])


def kept_catmull_clark(faces: np.ndarray, count: int) -> tuple[np.ndarray, LinearMap]:
    """`catmull_clark` of a mesh that is the same in every process: its result is kept in the cache folder."""
    code = Path(__file__).read_bytes()
    key = hashlib.sha256(code + np.ascontiguousarray(faces, np.int64).tobytes() + str(count).encode()).hexdigest()[:40]
    file = cache_folder("meshes") / f"{key}.npz"
    try:
        with np.load(file, allow_pickle=False) as kept:
            return kept["faces"], LinearMap(kept["index"], kept["weight"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        finer, mapping = catmull_clark(faces, count)
    content = io.BytesIO()
    np.savez(content, faces=finer, index=mapping.index, weight=mapping.weight)
    with contextlib.suppress(OSError):
        write_atomically(file, content.getvalue())
    return finer, mapping


def catmull_clark(faces: np.ndarray, count: int) -> tuple[np.ndarray, LinearMap]:
    """One step of Catmull-Clark subdivision (Catmull and Clark 1978) of a quad mesh, as a linear map.

    Boundaries keep their curve (cubic B-spline boundary rule).

    Args:
        faces: (F, 4) quads over `count` vertices (all used).

    Returns:
        Faces (4 F, 4) and the map from old vertices to new ones (old vertices first, then edges, then faces).
    """
    edges, uses = edges_of(faces)
    lookup = {(int(a), int(b)): i for i, (a, b) in enumerate(edges)}

    def edge_between(a: int, b: int) -> int:
        return lookup[(min(a, b), max(a, b))]

    face_edges = np.array([[edge_between(int(f[k]), int(f[(k + 1) % 4])) for k in range(4)] for f in faces])
    terms: list[dict[int, float]] = []

    def add(into: dict[int, float], index: int, weight: float) -> None:
        into[index] = into.get(index, 0.0) + weight

    faces_at: list[list[int]] = [[] for _ in range(count)]
    edges_at: list[list[int]] = [[] for _ in range(count)]
    for i, f in enumerate(faces):
        for v in f:
            faces_at[v].append(i)
    for i, (a, b) in enumerate(edges):
        edges_at[a].append(i)
        edges_at[b].append(i)
    for v in range(count):
        term: dict[int, float] = {}
        rim = [e for e in edges_at[v] if uses[e] == 1]
        if rim:
            add(term, v, 0.75 if len(rim) == 2 else 1.0)
            if len(rim) == 2:
                for e in rim:
                    add(term, int(edges[e].sum()) - v, 0.125)
        else:
            n = max(len(faces_at[v]), 1)
            add(term, v, (n - 3) / n + 1 / n)  # the edge mid-points give the vertex half of 2/n back
            for e in edges_at[v]:
                add(term, int(edges[e].sum()) - v, 1 / n / n)
            for f in faces_at[v]:
                for w in faces[f]:
                    add(term, int(w), 0.25 / n / n)
        terms.append(term)
    edge_faces: list[list[int]] = [[] for _ in edges]
    for i, row in enumerate(face_edges):
        for e in row:
            edge_faces[e].append(i)
    for e, (a, b) in enumerate(edges):
        term = {}
        share = 0.5 if uses[e] == 1 else 0.25
        add(term, int(a), share)
        add(term, int(b), share)
        if uses[e] != 1:
            for f in edge_faces[e]:
                for w in faces[f]:
                    add(term, int(w), 0.0625 * 2 / len(edge_faces[e]))
        terms.append(term)
    for f in faces:
        terms.append({int(w): 0.25 for w in f})
    width = max(len(t) for t in terms)
    index = np.zeros((len(terms), width), np.int64)
    weight = np.zeros((len(terms), width))
    for i, t in enumerate(terms):
        index[i, : len(t)] = list(t)
        weight[i, : len(t)] = list(t.values())
    weight /= weight.sum(1, keepdims=True)
    e0, f0 = count, count + len(edges)
    middle = f0 + np.arange(len(faces))
    quads = [np.stack([faces[:, k], e0 + face_edges[:, k], middle, e0 + face_edges[:, k - 1]], 1) for k in range(4)]
    return np.stack(quads, 1).reshape(-1, 4), LinearMap(index, weight)


def cluster(vertices: np.ndarray, faces: np.ndarray, size: np.ndarray) -> np.ndarray:
    """A coarser mesh over some of the vertices: of those in one cell of a grid, the one closest to their mean stays
    (vertex clustering, J. Rossignac and P. Borrel, Modeling in Computer Graphics, 1993).

    Args:
        vertices: (N, 3). size: (N,) edge of the cell that each vertex goes into, metres.

    Returns:
        (G, 4) faces without those whose corners were merged.
    """
    used = np.unique(faces)
    v = vertices[used]
    cells = np.column_stack([np.floor(v / size[used, None]), size[used] * 1e4]).astype(np.int64)
    _, group = np.unique(cells, axis=0, return_inverse=True)
    group = group.reshape(-1)
    count = np.bincount(group)
    mean = np.stack([np.bincount(group, v[:, k]) for k in range(3)], 1) / count[:, None]
    off = ((v - mean[group]) ** 2).sum(1)
    order = np.lexsort((off, group))
    chosen = order[np.searchsorted(group[order], np.arange(len(count)))]
    to = np.arange(len(vertices))
    to[used] = used[chosen[group]]
    new = to[faces]
    # Merged corners are dropped; a triangle repeats its last corner.
    again = new == np.roll(new, 1, axis=1)
    tangled = (new[:, 0] == new[:, 2]) | (new[:, 1] == new[:, 3])
    left = 4 - again.sum(1)
    quads, triangles = new[(left == 4) & ~tangled], new[(left == 3) & ~(tangled & (left < 3))]
    drop = again[(left == 3) & ~(tangled & (left < 3))]
    order = np.argsort(drop, axis=1, kind="stable")
    triangles = np.take_along_axis(triangles, np.sort(order[:, :3], axis=1), 1)
    triangles = triangles[[len(set(t)) == 3 for t in triangles.tolist()]] if len(triangles) else triangles
    out = np.concatenate([quads, np.column_stack([triangles, triangles[:, 2]])])
    key = np.sort(out, axis=1)
    _, first = np.unique(key, axis=0, return_index=True)
    return out[np.sort(first)]
