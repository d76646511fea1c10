"""A puddle: a flat sheet of still water with an irregular outline, flush with the ground around it.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `size_m` | [0.55, 1.5] | m | mean radius |
| `stretch` | [1.0, 2.2] | ratio | length over width |
| `ragged` | [0.3, 1.0] | 0 to 1 | irregularity of the outline, 0 for an ellipse |
| `darkening` | [0.45, 0.65] | 0 to 1 | albedo of the wet ground below over that of the same ground dry |
| `ripple` | [0.0, 0.35] | 0 to 1 | ripples from wind, in the picture only |
| `roughness` | [0.0, 0.01] | 0 to 1 | roughness of the water |
| `rain` | false | boolean | whether the weather left it; such puddles do not count for acceptance |
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.values import Range, plain, seed_of, uniform, vec2
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import Flat

_CORNERS = 96


@plain
class Spec(Flat):
    """One puddle.

    Attributes:
        darkening: albedo of the wet ground below over that of the same ground dry; about one half for asphalt and
            concrete (Lekner and Dorf 1988, Applied Optics 27).
        ripple: 0 calm to 1 windy; in the picture only, the labels use the calm surface.
        detail_seed: of the wet rim. rain: whether the weather left it.
    """

    kind: Literal["puddles"] = "puddles"
    surface: Literal["water"] = "water"
    darkening: float = Field(gt=0, le=1)
    ripple: float = Field(ge=0, le=1)
    detail_seed: int
    rain: bool = False

    @property
    def from_rain(self) -> bool:
        """Whether the weather left it."""
        return self.rain

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The water."""
        return (LabelledInstance(instance_id=self.instance_id, category="mirror", name=f"puddle_{self.instance_id}"),)


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How puddles vary."""

    kind: Literal["puddles"] = "puddles"
    size_m: Range = (0.55, 1.5)
    stretch: Range = (1.0, 2.2)
    ragged: Range = (0.3, 1.0)
    darkening: Range = (0.45, 0.65)
    ripple: Range = (0.0, 0.35)
    roughness: Range = (0.0, 0.01)
    rain: bool = False

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A puddle that reflects somebody in view, or at somebody's feet; None where it does not fit the ground."""
        rng, shape = streams.rng("place"), streams.rng("shape")
        if len(context.feet_m):
            foot = context.feet_m[int(rng.integers(len(context.feet_m)))]
            height = float(rng.uniform(0.0, 1.7))
            # a level mirror shows a point where the ray to its mirror image below the ground meets the ground
            share = (context.camera_m[2] - foot[2]) / (context.camera_m[2] - foot[2] + height)
            middle = context.camera_m[:2] + share * (foot[:2] - context.camera_m[:2]) + rng.normal(0, 0.15, 2)
        else:
            middle = context.before_camera(rng, 3.0, 9.0)
        area = context.ground(middle)
        if area is None:
            return None
        size, stretch, ragged = uniform(shape, self.size_m), uniform(shape, self.stretch), uniform(shape, self.ragged)
        turn = float(shape.uniform(0, np.pi))
        outline = puddle_outline(shape, size, stretch, ragged, turn)
        for scale in (1.0, 0.75, 0.55):
            corners = middle + scale * outline
            if geometry.in_convex(corners, area.polygon_xy_m, 0.03).all():
                break
        else:
            return None
        if any(context.obstacles.holding(corner, 0.05).any() for corner in (middle, *corners[::4])):
            return None
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            position_m=(*vec2(middle), area.z_m),
            outline_xy_m=tuple(vec2(corner) for corner in corners),
            ground_id=area.ground_id,
            roughness=uniform(shape, self.roughness),
            darkening=uniform(shape, self.darkening),
            ripple=uniform(shape, self.ripple),
            detail_seed=seed_of(shape),
            rain=self.rain,
        )


def puddle_outline(
    rng: np.random.Generator, size_m: float, stretch: float, ragged: float, turn_rad: float
) -> np.ndarray:
    """Corners (N, 2) round the origin, counter-clockwise: a circle with waves of falling height, stretched."""
    a = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    radius = np.ones(_CORNERS)
    for k in range(2, 12):
        radius += ragged * rng.normal(0, 0.22) / k**0.9 * np.cos(k * a + rng.uniform(0, 2 * np.pi))
    radius = np.maximum(radius, 0.3) * size_m
    wide, long = radius * np.cos(a) * np.sqrt(stretch), radius * np.sin(a) / np.sqrt(stretch)
    c, s = np.cos(turn_rad), np.sin(turn_rad)
    return np.column_stack([c * wide - s * long, s * wide + c * long])
