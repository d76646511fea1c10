"""Puts mirrors where such mirrors are found and, from the camera, somebody can be seen in them. No bpy.

Each kind proposes places; what of whom they would show is reckoned for each, and the first that shows somebody large
enough is taken. So a mirror may show a whole person or one cut by its edge, from before the camera or from behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.world.layout import Layout
from blender_synth.world.mirrors.checks import check_mirrors, check_mount, in_one_place
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.scene_spec import MIRROR_IDS

TRIALS = 48
ENOUGH_PX = 800.0
"""A proposal that is reckoned to show somebody with so many pixels of a 960 x 540 picture is taken at once."""
_FRAME_ID_STEP = 1000


def place_mirrors(
    randomizers: Mapping[str, Any],
    counts: Mapping[str, int],
    layout: Layout,
    camera: Any,
    people: Sequence[Any],
    streams: Streams,
) -> tuple[Any, ...]:
    """Mirrors for a scene; fewer where the scene has no room for more.

    Raises:
        ConfigError: more mirrors than there are ids, or a mount of the scene cannot carry any.
    """
    if sum(counts.values()) > len(MIRROR_IDS):
        name = max(counts, key=lambda n: counts[n])
        raise ConfigError(
            f"one scene can tell {len(MIRROR_IDS)} mirrors apart, and {sum(counts.values())} are asked for",
            key=f"mirrors.{name}.count",
            value=counts[name],
            hint=f"ask for {len(MIRROR_IDS)} in all at most",
        )
    context = PlacementContext(layout, camera, people)
    for mount in (*layout.mirror_mounts, *layout.hosts) if counts else ():
        check_mount(mount, context.obstacles)
    enough = ENOUGH_PX * camera.width_px * camera.height_px / (960 * 540)
    for name, randomizer in randomizers.items():
        for number in range(counts[name]):
            instance_id = MIRROR_IDS[len(context.taken)]
            ids = (instance_id, instance_id + _FRAME_ID_STEP)
            best, most = None, -1.0
            for trial in range(TRIALS):
                spec = randomizer.propose(streams.child(f"{name}/{number}/{trial}"), ids, context)
                if spec is None or any(in_one_place(spec, other) for other in context.taken):
                    continue
                shown = context.predicted_px(spec)
                if shown > most:
                    best, most = spec, shown
                if shown >= enough:
                    break
            if best is not None:
                context.taken.append(best)
    check_mirrors(context.taken)
    return tuple(context.taken)
