"""The ideal surfaces of mirrors, as plain data: a plane, or convex parts of spheres and cylinders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as validated

Vector = tuple[float, float, float]
_CONFIG = ConfigDict(extra="ignore")


@validated(frozen=True, config=_CONFIG)
class MirrorPlane:
    """Attributes:
    point_m: a point of the plane, world. normal: its outward unit normal.
    """

    point_m: Vector
    normal: Vector


@validated(frozen=True, kw_only=True, config=_CONFIG)
class SpherePart:
    """The part of a sphere whose outward normal n satisfies n . axis >= cap_cos. Lengths in metres, world axes."""

    shape: Literal["sphere"] = "sphere"
    centre_m: Vector
    radius_m: float = Field(gt=0)
    axis: Vector
    cap_cos: float = Field(ge=-1, le=1)


@validated(frozen=True, kw_only=True, config=_CONFIG)
class CylinderPart:
    """The side of a cylinder that starts at `base_m` and extends `height_m` along `axis`. Metres, world axes."""

    shape: Literal["cylinder"] = "cylinder"
    base_m: Vector
    axis: Vector
    radius_m: float = Field(gt=0)
    height_m: float = Field(gt=0)


CurvedPart = Annotated[SpherePart | CylinderPart, Field(discriminator="shape")]


@dataclass(frozen=True)
class MirrorShape:
    """The surface of one mirror: a plane, or one or more convex parts. Neither where the shape is not known."""

    plane: MirrorPlane | None = None
    curved: tuple[CurvedPart, ...] = ()
