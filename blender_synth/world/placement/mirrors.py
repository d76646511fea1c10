"""Puts mirrors where such mirrors occur and, from the camera, somebody can be seen in them. No bpy.

Each kind proposes places. For each proposal it is estimated how large somebody appears in it, and the first that is
large enough is taken. So a mirror may show a whole person or one cut by its edge, in front of the camera or behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.world.contracts import CameraSpec, MirrorProposer, MirrorSpec, PersonSpec
from blender_synth.world.layout import Layout
from blender_synth.world.mirrors.checks import check_mirrors, check_mount, in_one_place
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.scene_spec import MIRROR_IDS

TRIALS = 48
ENOUGH_PX = 800.0
"""A proposal that is estimated to show somebody with this many pixels of a 960 x 540 picture is taken at once."""
_FRAME_ID_STEP = 1000


def place_mirrors(
    proposers: Mapping[str, MirrorProposer],
    counts: Mapping[str, int],
    layout: Layout,
    camera: CameraSpec,
    people: Sequence[PersonSpec],
    streams: Streams,
) -> tuple[MirrorSpec, ...]:
    """Mirrors for a scene; fewer where the scene has no room for more.

    Raises:
        ConfigError: more mirrors than there are ids, or a mount of the scene cannot carry any.
    """
    if sum(counts.values()) > len(MIRROR_IDS):
        name = max(counts, key=lambda n: counts[n])
        raise ConfigError(
            f"a scene can have at most {len(MIRROR_IDS)} mirrors, and {sum(counts.values())} are asked for",
            key=f"mirrors.{name}.count",
            value=counts[name],
            hint=f"ask for {len(MIRROR_IDS)} in all at most",
        )
    context = PlacementContext(layout, camera, people)
    for mount in (*layout.mirror_mounts, *layout.hosts) if counts else ():
        check_mount(mount, context.obstacles)
    enough = ENOUGH_PX * camera.width_px * camera.height_px / (960 * 540)
    for name, proposer in proposers.items():
        for number in range(counts[name]):
            instance_id = MIRROR_IDS[len(context.taken)]
            ids = (instance_id, instance_id + _FRAME_ID_STEP)
            best, largest_px = None, -1.0
            for trial in range(TRIALS):
                spec = proposer.propose(streams.child(f"{name}/{number}/{trial}"), ids, context)
                if spec is None or any(in_one_place(spec, other) for other in context.taken):
                    continue
                shown_px = context.predicted_px(spec)
                if shown_px > largest_px:
                    best, largest_px = spec, shown_px
                if shown_px >= enough:
                    break
            if best is not None:
                context.taken.append(best)
    check_mirrors(context.taken)
    return tuple(context.taken)
