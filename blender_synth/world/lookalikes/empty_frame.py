"""Frames like those of mirrors without a mirror: around plain wall, or around a blank board.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `blank_share` | 0.35 | share | frames around a blank board instead of the wall |
| `frame` | … | `Randomizer` | their sizes, frames and how they hang or lean, see the mirror `wall` |
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Rgb, Vec3, plain, vec3
from blender_synth.world.contracts import LookalikeDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Obstacle
from blender_synth.world.lookalikes.placing import LookalikeContext, rectangle_points
from blender_synth.world.mirrors import wall
from blender_synth.world.scenery.shared.street_parts import rectangle

_NARROWEST_M = 1.0


def _frames() -> wall.Randomizer:
    return wall.Randomizer(width_m=(0.8, 2.6), height_m=(1.4, 2.4))


@plain
class Spec(LookalikeDefaults):
    """One empty frame.

    Attributes:
        frame: the mirror whose frame it is; its glass is not built. blank_rgb: colour of a board in place of the glass;
            None where the wall shows.
    """

    kind: Literal["empty_frame"] = "empty_frame"
    instance_id: int
    holder_instance_id: int
    frame: wall.Spec
    blank_rgb: Rgb | None = None

    @property
    def position_m(self) -> Vec3:
        """Middle of the lower edge."""
        return self.frame.position_m

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The frame with the board in it."""
        return (
            LabelledInstance(
                instance_id=self.instance_id, category="picture_frame", name=f"empty_frame_{self.instance_id}"
            ),
        )

    def obstacles(self) -> tuple[Obstacle, ...]:
        """The space between its front and the wall."""
        frame = self.frame
        width, deep = frame.width_m + 2 * frame.frame_width_m, max(frame.wall_gap_m, 0.04)
        outline = rectangle(frame.position_m[:2], width, 2 * deep, frame.facing_deg + 90.0)
        low = frame.ground_z_m if frame.standing else frame.position_m[2] - frame.frame_width_m
        top = frame.position_m[2] + frame.height_m + frame.frame_width_m
        name = f"empty_frame_{self.instance_id}"
        return (Obstacle(name=name, polygon_xy_m=outline, height_m=top - low, base_z_m=low),)


@plain
class Randomizer:
    """How empty frames vary."""

    kind: Literal["empty_frame"] = "empty_frame"
    blank_share: float = Field(default=0.35, ge=0, le=1)
    frame: wall.Randomizer = Field(default_factory=_frames)

    def propose(self, streams: Streams, ids: tuple[int, int], context: LookalikeContext) -> Spec | None:
        """A frame on a wall; None where no wall has room."""
        rng, form = streams.rng("place"), streams.rng("form")
        blank, grey = form.random() < self.blank_share, float(form.uniform(0.1, 0.7))
        places = context.wall_places(rng, _NARROWEST_M, 2.0, 0.1, 0.1)
        frames = []
        for number, place in enumerate(places):
            along = place.along_m / place.mount.length_m
            frame = self.frame.sample(streams.child(f"try_{number}"), ids, place.mount, along)
            half = frame.width_m / 2 + frame.frame_width_m
            if context.wall_is_free(place.mount, place.mount.middle_m(along, half), half, frame.wall_gap_m + 0.05):
                frames.append(frame)

        def seen(frame: wall.Spec) -> tuple[float, float]:
            points = rectangle_points(np.array(frame.position_m), frame.axes()[0], frame.width_m, frame.height_m)
            return context.shown_px(points, frame.facing_deg)

        chosen = context.best(rng, frames, seen)
        if chosen is None:
            return None
        return Spec(
            instance_id=ids[0],
            holder_instance_id=ids[1],
            frame=chosen,
            blank_rgb=vec3(np.full(3, grey)) if blank else None,
        )
