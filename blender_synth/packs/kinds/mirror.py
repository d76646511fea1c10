"""Mirrors and panes of glass. They take the keys of a prop, but hang on walls or stand in front of them.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `surface` | {material: Mirror} | | the reflecting surface; a string is short for its `material` |
| `surface.material` | required | | material on the faces that reflect and on no others; they lie in one plane |
| `surface.kind` | mirror | | `mirror` reflects, `glass` reflects and transmits |
| `surface.reflectance` | 0.94 | fraction | of the light that a `mirror` reflects |
| `surface.tint_rgb` | [1.0, 1.0, 1.0] | linear | factor on the light that a mirror reflects or glass transmits |
| `surface.roughness` | 0.0 | | 0 is sharp; at most 0.12, above which reflections are too blurred for labels |
| `stands` | [wall] | | `wall` with its back to it, `leaning` on one, on the `ground` before one on a stand of its own |

`category` is the label of what holds the mirror; the reflecting surface itself is labelled mirror. The program renders
the surface with a shader of its own, so its appearance in the file does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from blender_synth.packs.kinds.base import Fraction, one_or_several
from blender_synth.packs.kinds.prop import ShapeTerms


class Reflecting(BaseModel):
    """Keys of the reflecting surface; see the table above."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    material: Annotated[str, Field(min_length=1)]
    kind: Literal["mirror", "glass"] = "mirror"
    reflectance: float = Field(default=0.94, gt=0, le=1)
    tint_rgb: tuple[Fraction, Fraction, Fraction] = (1.0, 1.0, 1.0)
    roughness: float = Field(default=0.0, ge=0, le=0.12)


def _surface(value: object) -> object:
    return {"material": value} if isinstance(value, str) else value


class MirrorTerms(ShapeTerms):
    """Keys of a mirror; see the table above."""

    surface: Annotated[Reflecting, BeforeValidator(_surface)] = Reflecting(material="Mirror")
    stands: Annotated[
        tuple[Literal["wall", "leaning", "ground"], ...], BeforeValidator(one_or_several), Field(min_length=1)
    ] = ("wall",)

    @model_validator(mode="before")
    @classmethod
    def _frame(cls, data: Any) -> Any:
        reserved = isinstance(data, Mapping) and data.get("category") == "mirror"
        return {**data, "category": "mirror_frame"} if reserved else data

    @property
    def reflecting_material(self) -> str:
        """Name of the material on the reflecting surface."""
        return self.surface.material


TERMS = MirrorTerms
