"""A tall narrow mirror, as stands in a bedroom or before a second-hand shop: a `wall` mirror of other measures."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from blender_synth.values import Range, plain
from blender_synth.world.mirrors import wall


@plain
class Spec(wall.Spec):
    """One full-length mirror; see `wall.Spec`."""

    kind: Literal["full_length"] = "full_length"


@plain
class Randomizer(wall.Randomizer):
    """How full-length mirrors vary; see `wall.Randomizer`."""

    SPEC: ClassVar[type] = Spec
    kind: Literal["full_length"] = "full_length"
    width_m: Range = (0.62, 0.95)
    height_m: Range = (1.7, 2.0)
    standing_share: float = Field(default=0.8, ge=0, le=1)
    lean_deg: Range = (2.5, 6.0)
