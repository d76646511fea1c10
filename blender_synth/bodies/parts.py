"""What a person is made of: parts, each a mesh with shading parameters."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from blender_synth.values import Rgb
from blender_synth.world.materials import MaterialSpec


@dataclass(frozen=True)
class ShadingParams:
    """How a part is shaded. Each kind of material has a class of its own; equal parameters are one material."""

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """A name that depends on all values."""
        return f"person_{self.kind}_{hashlib.sha256(repr(self).encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class SkinShading(ShadingParams):
    """Skin, with what is painted on it: legwear and gloves. Colours are linear, as in all these classes.

    Attributes:
        ruddiness, tone: as in `SkinSpec`. age_years: rounded, since it only sets the depth of wrinkles.
    """

    kind: ClassVar[str] = "skin"
    rgb: Rgb
    lip_rgb: Rgb
    ruddiness: float
    tone: float
    hair_rgb: Rgb
    legwear_rgb: Rgb
    glove_rgb: Rgb
    age_years: float


@dataclass(frozen=True)
class EyeShading(ShadingParams):
    """An eyeball."""

    kind: ClassVar[str] = "eye"
    iris_rgb: Rgb


@dataclass(frozen=True)
class HairShading(ShadingParams):
    """Hair on the head and in the face."""

    kind: ClassVar[str] = "hair"
    rgb: Rgb
    curly: bool = False


@dataclass(frozen=True)
class ClothShading(ShadingParams):
    """A garment.

    Attributes:
        fabric: one of `clothes.FABRICS`. pattern, second_rgb, scale_m, seed, texture: as in `FabricSpec`.
        closure, seams: as in `cuts`. tight: it lies on the skin. quilted: it is sewn in tubes.
    """

    kind: ClassVar[str] = "cloth"
    fabric: str
    rgb: Rgb
    pattern: str
    second_rgb: Rgb
    scale_m: float
    seed: int
    texture: MaterialSpec | None
    closure: str
    seams: str
    tight: bool
    quilted: bool


@dataclass(frozen=True)
class ShoeShading(ShadingParams):
    """The upper of a shoe; `gloss` is 0 for cloth to 1 for patent leather."""

    kind: ClassVar[str] = "shoe"
    rgb: Rgb
    gloss: float


@dataclass(frozen=True)
class RubberShading(ShadingParams):
    """Soles and laces."""

    kind: ClassVar[str] = "rubber"
    rgb: Rgb


@dataclass(frozen=True)
class GlossyShading(ShadingParams):
    """Rims and lenses of glasses."""

    kind: ClassVar[str] = "phone"
    rgb: Rgb


@dataclass(frozen=True)
class FeltShading(ShadingParams):
    """Hats."""

    kind: ClassVar[str] = "felt"
    rgb: Rgb
    knit: bool


@dataclass(frozen=True)
class CarriedShading(ShadingParams):
    """Carried items; `surface` is one of those in `blender/people/carried.py`."""

    kind: ClassVar[str] = "carried"
    surface: str
    rgb: Rgb


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
