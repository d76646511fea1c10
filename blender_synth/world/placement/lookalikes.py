"""Puts look-alikes (mannequins, posters, empty frames ...) into a scene whose people and mirrors are placed. No bpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from blender_synth.seeds import Streams
from blender_synth.values import Converted, NonNegativeRange, plain
from blender_synth.world.contracts import CameraSpec, LookalikeRandomizer, LookalikeSpec, MirrorSpec, PersonSpec
from blender_synth.world.layout import Layout
from blender_synth.world.lookalikes.placing import LookalikeContext
from blender_synth.world.placement.counts import draw_count
from blender_synth.world.scene_spec import LOOKALIKE_HOLDER_STEP, LOOKALIKE_IDS


@plain
class LookalikeGroup:
    """How many look-alikes of one kind a scene gets, and their randomizer.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `count` | required | look-alikes | number of them in a scene |
    | `randomizer` | required | settings | how they vary; in a config its keys are next to `count` |
    """

    count: NonNegativeRange
    randomizer: Annotated[LookalikeRandomizer, Converted()]


def place_lookalikes(
    groups: Mapping[str, LookalikeGroup],
    layout: Layout,
    camera: CameraSpec,
    people: Sequence[PersonSpec],
    mirrors: Sequence[MirrorSpec],
    streams: Streams,
) -> tuple[LookalikeSpec, ...]:
    """Look-alikes for a scene; fewer where it has no room for more. Nothing else of the scene depends on them."""
    placed: list[LookalikeSpec] = []
    if not groups:
        return ()
    context = LookalikeContext(layout, camera, people, mirrors, placed)
    for name, group in groups.items():
        for number in range(draw_count(streams, f"{name}/count", group.count)):
            if len(placed) >= len(LOOKALIKE_IDS):
                break
            figure_id = LOOKALIKE_IDS[len(placed)]
            ids = (figure_id, figure_id + LOOKALIKE_HOLDER_STEP)
            proposal = group.randomizer.propose(streams.child(f"{name}/{number}"), ids, context)
            if proposal is not None:
                placed.append(proposal)
    return tuple(placed)
