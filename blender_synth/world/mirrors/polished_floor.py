"""A floor of polished stone slabs, which shows its own pattern under the reflection.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `stone` | {black: 3, grey: 2, red: 1.5, cream: 0.5} | weights | colour of the stone |
| `roughness` | [0.01, 0.1] | 0 to 1 | roughness of the stone, from freshly polished (0.03) to honed (0.35) |
| `label_roughness` | 0.12 | 0 to 1 | above this roughness the labels treat the floor as opaque |
| `size_m` | [6.0, 12.0] | m | length along x; across it the floor is as wide as the walkable area |
| `slab_m` | [0.4, 0.9] | m | length of a slab's side |
| `joint_m` | [0.002, 0.005] | m | width of the joints |
| `wear` | [0.0, 0.3] | 0 to 1 | how worn the polish is, in the picture only |
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, only, pick, plain, seed_of, uniform, vec2, vec3
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
        stone_rgb: its albedo. slab_m: length of a slab's side. joint_m: width of the joints.
        detail_seed: of the slabs' shades. wear: 0 new to 1 worn dull; in the picture only.
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
    """How polished floors vary."""

    kind: Literal["polished_floor"] = "polished_floor"
    stone: Stones = Field(default_factory=lambda: {"black": 3.0, "grey": 2.0, "red": 1.5, "cream": 0.5})
    roughness: Range = (0.01, 0.10)
    label_roughness: float = Field(default=LABEL_ROUGHNESS, ge=0, le=1)
    size_m: Range = (6.0, 12.0)
    slab_m: Range = (0.4, 0.9)
    joint_m: Range = (0.002, 0.005)
    wear: Range = (0.0, 0.3)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A floor over the whole width of a walkable area, near somebody's feet; None where there is no such area."""
        rng, look = streams.rng("place"), streams.rng("look")
        areas = [a for a in context.layout.areas if a.use in ("indoors", "pavement")]
        if not areas:
            return None
        if len(context.feet_m):
            foot = context.feet_m[int(rng.integers(len(context.feet_m)))][:2]
            middle = context.camera_m[:2] + float(rng.uniform(0.55, 0.95)) * (foot - context.camera_m[:2])
        else:
            middle = context.before_camera(rng, 3.0, 9.0)
        inside = [a for a in areas if geometry.in_convex(middle, a.polygon_xy_m)]
        if not inside or any(isinstance(spec, Spec) and near(spec, middle) for spec in context.taken):
            return None
        half = uniform(look, self.size_m) / 2
        corners = np.array(inside[0].polygon_xy_m)
        corners[:, 0] = np.clip(corners[:, 0], middle[0] - half, middle[0] + half)
        rough = uniform(look, self.roughness)
        stone = np.array(STONES[pick(look, self.stone)]) * look.uniform(0.8, 1.2)
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            position_m=(*vec2(middle), inside[0].z_m),
            outline_xy_m=tuple(vec2(corner) for corner in corners),
            ground_id=inside[0].ground_id,
            roughness=rough,
            surface="polished" if rough <= self.label_roughness else "opaque",
            stone_rgb=vec3(stone),
            slab_m=uniform(look, self.slab_m),
            joint_m=uniform(look, self.joint_m),
            wear=uniform(look, self.wear),
            detail_seed=seed_of(look),
        )


def near(spec: Spec, middle: np.ndarray) -> bool:
    """Whether a floor around (2,) might overlap another one: their middles are less than 15 m apart."""
    return float(np.hypot(*(np.array(spec.position_m[:2]) - middle))) < 15.0
