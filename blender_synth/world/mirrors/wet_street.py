"""A carriageway under a film of rain water: the whole width of the lanes reflects, more or less sharply.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `roughness` | [0.04, 0.11] | 0 to 1 | roughness of the film |
| `label_roughness` | 0.12 | 0 to 1 | above this roughness the labels treat the film as opaque |
| `darkening` | [0.45, 0.65] | 0 to 1 | albedo of the wet ground below over that of the same ground dry |
| `relief` | [0.1, 0.6] | 0 to 1 | how far stones stick out of the film, in the picture only |
| `reach_m` | [40.0, 60.0] | m | extent of the film along x, to each side of the camera |
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, plain, uniform, vec2
from blender_synth.world.contracts import MirrorRandomizerDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import LABEL_ROUGHNESS, Flat


@plain
class Spec(Flat):
    """One wet carriageway.

    Attributes:
        darkening: as of puddles. relief: 0 a closed film to 1 stones that stick out; in the picture only.
    """

    kind: Literal["wet_street"] = "wet_street"
    surface: Literal["water", "opaque"]
    darkening: float = Field(gt=0, le=1)
    relief: float = Field(ge=0, le=1)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The film; one too rough to be a mirror is a part of the road."""
        category = "mirror" if self.surface == "water" else "road"
        return (
            LabelledInstance(instance_id=self.instance_id, category=category, name=f"wet_street_{self.instance_id}"),
        )


@plain
class Randomizer(MirrorRandomizerDefaults):
    """How wet streets vary."""

    kind: Literal["wet_street"] = "wet_street"
    roughness: Range = (0.04, 0.11)
    label_roughness: float = Field(default=LABEL_ROUGHNESS, ge=0, le=1)
    darkening: Range = (0.45, 0.65)
    relief: Range = (0.1, 0.6)
    reach_m: Range = (40.0, 60.0)

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """The film on the scene's lanes, or on its floor; None where there are neither or they are wet already."""
        if any(isinstance(spec, Spec) for spec in context.taken):
            return None
        rng = streams.rng("film")
        areas = [a for a in context.layout.areas if a.use == "road"] or [
            a for a in context.layout.areas if a.use == "indoors"
        ]
        if not areas:
            return None
        area, reach = areas[0], uniform(rng, self.reach_m)
        corners = np.array(area.polygon_xy_m)
        corners[:, 0] = np.clip(corners[:, 0], context.camera_m[0] - reach, context.camera_m[0] + reach)
        rough = uniform(rng, self.roughness)
        middle = corners.mean(axis=0)
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            position_m=(*vec2(middle), area.z_m),
            outline_xy_m=tuple(vec2(corner) for corner in corners),
            rise_m=0.003,
            ground_id=area.ground_id,
            roughness=rough,
            surface="water" if rough <= self.label_roughness else "opaque",
            darkening=uniform(rng, self.darkening),
            relief=uniform(rng, self.relief),
        )
