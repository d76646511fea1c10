"""A floor of polished stone slabs: its own pattern under the reflection of what stands on it."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, only, pick, plain, seed_of, uniform
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import LABEL_ROUGHNESS, Flat

STONES = {"black": (0.018, 0.018, 0.02), "grey": (0.13, 0.13, 0.13), "red": (0.10, 0.045, 0.035),
          "cream": (0.42, 0.38, 0.31)}  # fmt: skip
"""Albedo of polished granite and limestone."""
Stones = Annotated[Weights, only(*STONES)]


@plain
class Spec(Flat):
    """One polished floor.

    Attributes:
        stone_rgb: its albedo. slab_m: length of a slab's side. joint_m: width of the joints. detail_seed: feeds the
            slabs' shades. wear: 0 new to 1 walked dull along the middle; in the picture only.
    """

    kind: Literal["polished_floor"] = "polished_floor"
    surface: Literal["polished", "opaque"]
    stone_rgb: Rgb
    slab_m: float = Field(gt=0)
    joint_m: float = Field(gt=0)
    wear: float = Field(ge=0, le=1)
    detail_seed: int

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The floor; one too rough to be a mirror is a pavement."""
        category = "mirror" if self.surface == "polished" else "pavement"
        return (LabelledInstance(instance_id=self.instance_id, category=category, name=f"floor_{self.instance_id}"),)


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How polished floors vary.

    Attributes:
        roughness: from freshly polished (0.03) to honed (0.35); above `label_roughness` it is no mirror to the labels.
        size_m: longest side.
    """

    kind: Literal["polished_floor"] = "polished_floor"
    stone: Stones = Field(default_factory=lambda: {"black": 3.0, "grey": 2.0, "red": 1.5, "cream": 0.5})
    roughness: Range = (0.01, 0.10)
    label_roughness: float = Field(default=LABEL_ROUGHNESS, ge=0, le=1)
    size_m: Range = (6.0, 12.0)
    slab_m: Range = (0.4, 0.9)
    joint_m: Range = (0.002, 0.005)
    wear: Range = (0.0, 0.3)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A floor over the whole width of where people walk, by somebody's feet; None where nobody walks."""
        rng, look = streams.rng("place"), streams.rng("look")
        areas = [a for a in context.layout.areas if a.use in ("indoors", "pavement")]
        if not areas:
            return None
        if len(context.feet_m):
            foot = context.feet_m[int(rng.integers(len(context.feet_m)))][:2]
            at = context.camera_m[:2] + float(rng.uniform(0.55, 0.95)) * (foot - context.camera_m[:2])
        else:
            at = context.before_camera(rng, 3.0, 9.0)
        inside = [a for a in areas if geometry.in_convex(at, a.polygon_xy_m)]
        if not inside or any(isinstance(spec, Spec) and near(spec, at) for spec in context.taken):
            return None
        half = uniform(look, self.size_m) / 2
        corners = np.array(inside[0].polygon_xy_m)
        corners[:, 0] = np.clip(corners[:, 0], at[0] - half, at[0] + half)
        rough = uniform(look, self.roughness)
        stone = np.array(STONES[pick(look, self.stone)]) * look.uniform(0.8, 1.2)
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            position_m=(float(at[0]), float(at[1]), inside[0].z_m),
            outline_xy_m=tuple((float(x), float(y)) for x, y in corners),
            ground_id=inside[0].ground_id,
            roughness=rough,
            surface="polished" if rough <= self.label_roughness else "opaque",
            stone_rgb=tuple(float(c) for c in stone),
            slab_m=uniform(look, self.slab_m),
            joint_m=uniform(look, self.joint_m),
            wear=uniform(look, self.wear),
            detail_seed=seed_of(look),
        )


def near(spec: Spec, at: np.ndarray) -> bool:
    """Whether a place lies within 15 m of another floor's middle, which it might then overlap."""
    return float(np.hypot(*(np.array(spec.position_m[:2]) - at))) < 15.0
