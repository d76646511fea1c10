"""Glazed screens between the camera and somebody: people behind clean glass are people.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [1.2, 2.4] | m | width of the glass |
| `height_m` | [1.9, 2.3] | m | height of its upper edge |
| `panes` | [1, 3] | panes | side by side in one frame |
| `clearness` | [0.88, 0.96] | 0 to 1 | share of light that the glass transmits |

The glass is coated against reflections. The label pass looks through it: who is behind it is seen directly.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import PositiveRange, Rgb, ShareRange, Vec3, plain, uniform, vec3
from blender_synth.world.contracts import LookalikeDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Obstacle
from blender_synth.world.lookalikes.placing import WALKED, LookalikeContext
from blender_synth.world.scenery.shared.street_parts import rectangle

DEPTH_M = 0.06
FRAME_M = 0.05
_TRIES = 40


@plain
class Spec(LookalikeDefaults):
    """One glazed screen.

    Attributes:
        position_m: middle of its base. facing_deg: azimuth of its front. panes: side by side.
        clearness: share of light that is transmitted. rgb: colour of the frame.
    """

    kind: Literal["glass_screen"] = "glass_screen"
    instance_id: int
    holder_instance_id: int
    position_m: Vec3
    facing_deg: float
    width_m: float = Field(gt=0)
    height_m: float = Field(gt=0)
    panes: int = Field(ge=1)
    clearness: float = Field(ge=0, le=1)
    rgb: Rgb

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Its frame."""
        number = self.instance_id
        return (LabelledInstance(instance_id=number, category="barrier", name=f"glass_screen_{number}"),)

    def obstacles(self) -> tuple[Obstacle, ...]:
        """A slab."""
        outline = rectangle(self.position_m[:2], self.width_m + 2 * FRAME_M, DEPTH_M, self.facing_deg + 90.0)
        return (
            Obstacle(
                name=f"glass_screen_{self.instance_id}",
                polygon_xy_m=outline,
                height_m=self.height_m,
                base_z_m=self.position_m[2],
            ),
        )


@plain
class Randomizer:
    """How glazed screens vary."""

    kind: Literal["glass_screen"] = "glass_screen"
    width_m: PositiveRange = (1.2, 2.4)
    height_m: PositiveRange = (1.9, 2.3)
    panes: PositiveRange = (1.0, 3.0)
    clearness: ShareRange = (0.88, 0.96)

    def propose(self, streams: Streams, ids: tuple[int, int], context: LookalikeContext) -> Spec | None:
        """A screen through which the camera sees somebody; None where nobody is seen or there is no room."""
        rng, form = streams.rng("place"), streams.rng("form")
        width, height = uniform(form, self.width_m), uniform(form, self.height_m)
        panes, clear = round(uniform(form, self.panes)), uniform(form, self.clearness)
        grey = float(form.choice([0.02, 0.1, 0.5]))
        camera = context.sight.camera_m[:2]
        seen = [np.array(p.position_m[:2]) for p in context.people if context.is_seen(p)]
        for _ in range(_TRIES if seen else 0):
            person = seen[int(rng.integers(len(seen)))]
            at = camera + float(rng.uniform(0.3, 0.85)) * (person - camera)
            facing = float(np.degrees(np.arctan2(*(camera - person)[::-1])) + rng.normal(0, 18)) % 360.0
            area = context.sight.ground(at, WALKED)
            right = np.array([-np.sin(np.radians(facing)), np.cos(np.radians(facing))])
            row = [at + x * (width / 2 + FRAME_M) * right for x in (-1.0, -0.5, 0.0, 0.5, 1.0)]
            if area is None or not all(context.is_free_of_things(point, 0.22) for point in row):
                continue
            return Spec(
                instance_id=ids[0],
                holder_instance_id=ids[1],
                position_m=vec3((at[0], at[1], area.z_m)),
                facing_deg=facing,
                width_m=width,
                height_m=height,
                panes=panes,
                clearness=clear,
                rgb=(grey, grey, grey),
            )
        return None
