"""The baked people pack, read and validated once per process."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_synth import resources
from blender_synth.errors import AssetError

_HINT = "restore the file from the repository, or bake it again with assets/people/bake.py"


@dataclass(frozen=True)
class BodyData:
    """The data that bodies are made from. Metres; +X forward, +Y left, +Z up.

    P points are V mesh vertices followed by named skeleton points (bone heads first, in bone order).

    Attributes:
        base_m: (P, 3) float32 points of the undeformed mesh.
        vertex_count: V.
        faces: quads (F, 4) int by group: ``body``, ``l_eye``, ``r_eye``, ``tights``, ``skirt``.
        masks: (V,) float32 in 0..1 by name: ``lips``, ``face``, ``ears``, ``eyelids``, ``fingernails``,
            ``inside_mouth``.
        bones: names of the J bones, parents before children.
        parents: (J,) int, -1 for the root.
        point_names: names of the P - V skeleton points.
        weights: (V, J) float32 skin weights, rows sum to 1.
        macro_rows: row of each macro target by name.
        macro_coefficients: (T, K) float32.
        macro_basis_m: (K, P * 3) float32.
        details: sparse displacements (indices (M,), metres (M, 3)) by signed name, e.g. ``"nose-hump+"``.
    """

    base_m: np.ndarray
    vertex_count: int
    faces: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]
    bones: tuple[str, ...]
    parents: np.ndarray
    point_names: tuple[str, ...]
    weights: np.ndarray
    macro_rows: dict[str, int]
    macro_coefficients: np.ndarray
    macro_basis_m: np.ndarray
    details: dict[str, tuple[np.ndarray, np.ndarray]]

    def point(self, name: str) -> int:
        """Index of a skeleton point among the P points."""
        return self.vertex_count + self.point_names.index(name)

    @functools.cached_property
    def skin_vertices(self) -> np.ndarray:
        """Indices of the vertices that the skin uses."""
        return np.unique(self.faces["body"])

    def bone(self, name: str) -> int:
        """Index of a bone."""
        return self.bones.index(name)


def _read(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise AssetError("a data file of the people pack is missing", file=path, hint=_HINT)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except Exception as error:
        raise AssetError(f"a data file of the people pack is damaged ({error})", file=path, hint=_HINT) from error


def read_body_data(folder: Path) -> BodyData:
    """Read and check `body.npz` and `shapes.npz` in `folder`.

    Raises:
        AssetError: a file is missing, damaged, or the two do not match.
    """
    body, shapes = _read(folder / "body.npz"), _read(folder / "shapes.npz")
    try:
        return _assemble(body, shapes)
    except (KeyError, ValueError, IndexError) as error:
        raise AssetError(
            f"the people pack's data files do not fit together ({error})", file=folder, hint=_HINT
        ) from error


def _assemble(body: dict[str, np.ndarray], shapes: dict[str, np.ndarray]) -> BodyData:
    base = body["vertices"].astype(np.float32)
    count = int(body["vertex_count"])
    bones = tuple(str(n) for n in body["bone_names"])
    names = tuple(str(n) for n in body["point_names"])
    if len(base) != count + len(names):
        raise ValueError(f"{len(base)} points, {count} vertices, {len(names)} skeleton points")
    faces = {k: body[f"{k}_faces"].astype(np.int64) for k in ("body", "l_eye", "r_eye", "tights", "skirt")}
    if max(int(f.max()) for f in faces.values()) >= count or min(int(f.min()) for f in faces.values()) < 0:
        raise ValueError("a face names a vertex that is not there")
    weights = np.zeros((count, len(bones)), np.float32)
    rows = np.arange(count)[:, None]
    np.add.at(
        weights, (np.broadcast_to(rows, body["skin_bones"].shape), body["skin_bones"]), body["skin_weights"] / 255
    )
    weights /= weights.sum(1, keepdims=True)
    basis = shapes["macro_basis"].astype(np.float32).transpose(0, 2, 1)
    if basis.shape[1] != len(base):
        raise ValueError(f"shapes.npz moves {basis.shape[1]} points, body.npz has {len(base)}")
    basis = basis.reshape(len(basis), -1) * shapes["macro_scale_m"][:, None]
    starts, unit = shapes["detail_starts"], float(shapes["detail_unit_m"])
    details = {
        str(name): (
            shapes["detail_index"][a:b].astype(np.int64),
            shapes["detail_delta"][a:b].astype(np.float32) * unit,
        )
        for name, a, b in zip(shapes["detail_names"], starts[:-1], starts[1:], strict=True)
    }
    return BodyData(
        base_m=base,
        vertex_count=count,
        faces=faces,
        masks={k[5:]: body[k].astype(np.float32) / 255 for k in body if k.startswith("mask_")},
        bones=bones,
        parents=body["bone_parents"].astype(int),
        point_names=names,
        weights=weights,
        macro_rows={str(n): i for i, n in enumerate(shapes["macro_labels"])},
        macro_coefficients=shapes["macro_coefficients"],
        macro_basis_m=basis,
        details=details,
    )


@functools.cache
def body_data() -> BodyData:
    """The built-in pack; read once per process."""
    return read_body_data(resources.built_in_packs_dir() / "people")
