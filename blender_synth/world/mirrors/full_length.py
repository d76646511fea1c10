"""A tall narrow mirror, as stands in a bedroom or before a second-hand shop: a `wall` mirror of other dimensions.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [0.62, 0.95] | m | width of the glass; at most what the wall offers |
| `height_m` | [1.7, 2.0] | m | height of the glass; at most what the wall offers |
| `standing_share` | 0.8 | 0 to 1 | share of mirrors that stand on the ground and lean |
| `lean_deg` | [2.5, 6.0] | degrees | tilt of leaning mirrors |
| `hang_tilt_deg` | [0.0, 1.0] | degrees | tilt of hanging mirrors |
| `hang_m` | [0.15, 0.45] | m | height of a hanging mirror's lower edge above the ground |
| `reflectance` | [0.92, 0.97] | 0 to 1 | reflectance of the silvering |
| `roughness` | [0.0, 0.003] | 0 to 1 | roughness of the glass |
| `frame` | {wood: 3, steel: 3, metal: 1.5} | weights | wood, steel, metal; none: the glass with its ground edge |
| `dust` | [0.1, 0.7] | 0 to 1 | dust on the glass and blind edges, in the picture only |
| `waviness` | [0.0, 0.35] | 0 to 1 | waviness of the glass, in the picture only |
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from blender_synth.values import Range, plain
from blender_synth.world.mirrors import wall


@plain
class Spec(wall.Spec):
    """One full-length mirror; see `wall.Spec`."""

    kind: Literal["full_length"] = "full_length"  # type: ignore[assignment]  # a kind of its own with wall's fields


@plain
class Randomizer(wall.Randomizer):
    """How full-length mirrors vary; see `wall.Randomizer`."""

    SPEC: ClassVar[type[wall.Spec]] = Spec
    kind: Literal["full_length"] = "full_length"  # type: ignore[assignment]
    width_m: Range = (0.62, 0.95)
    height_m: Range = (1.7, 2.0)
    standing_share: float = Field(default=0.8, ge=0, le=1)
    lean_deg: Range = (2.5, 6.0)
