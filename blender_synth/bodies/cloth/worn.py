"""A garment as it is worn."""

from __future__ import annotations

from dataclasses import dataclass

from blender_synth.bodies.mesh import Surface
from blender_synth.world.people.clothes import GarmentSpec


@dataclass(frozen=True)
class Worn:
    """A garment on the body.

    Attributes:
        surface: in the rest pose.
        legs: for skirts and shorts, the legs that must stay in them.
    """

    name: str
    spec: GarmentSpec
    surface: Surface
    legs: Surface | None = None
