"""What a person is made of: parts, each a mesh with shading parameters."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class ShadingParams:
    """How a part is shaded: a kind of material and its plain values. Equal parameters are one material."""

    kind: str
    values: tuple[tuple[str, Any], ...]

    @staticmethod
    def of(kind: str, **values: Any) -> ShadingParams:
        """Parameters with sorted values, so that equal ones compare equal."""
        return ShadingParams(kind, tuple(sorted(values.items())))

    def __getitem__(self, key: str) -> Any:
        return dict(self.values)[key]

    @property
    def name(self) -> str:
        """A name that depends on all values."""
        return f"person_{self.kind}_{hashlib.sha256(repr(self.values).encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Part:
    """One piece of a person in the person's own frame.

    Attributes:
        vertices: (N, 3) float32, metres.
        faces: (F, 4) int; triangles repeat their last corner.
        uv: (F, 4, 2) float32, metres of cloth or hair; None where the material needs none.
        attributes: per-vertex (N,) or (N, 3) float32 that the material reads.
        instance_id: of an item with an instance of its own in the labels; None: part of the person's instance.
    """

    name: str
    vertices: np.ndarray
    faces: np.ndarray
    shading: ShadingParams
    uv: np.ndarray | None = None
    attributes: dict[str, np.ndarray] = field(default_factory=dict)
    instance_id: int | None = None
