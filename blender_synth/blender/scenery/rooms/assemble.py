"""Adds the parts of rooms to the scene."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, join, to_object
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.shared.rooms import CEILING_ID, FLOOR_ID, LAMPS_ID


def prepare(stage: Stage) -> None:
    """Set Cycles up for rooms: no light is too weak to be sampled, and bright reflections are not clamped away."""
    stage.scene.cycles.light_sampling_threshold = 0.0
    stage.scene.cycles.sample_clamp_indirect = 60.0


def add(stage: Stage, materials: Materials, instance_id: int, name: str, parts: Iterable[Part]) -> None:
    """Add one object made of parts, with one instance id."""
    shape = join([p for p in parts if len(p.faces)])
    stage.add(to_object(name, shape, materials), instance_id)


def add_room(stage: Stage, materials: Materials, floor_part: Part, ceiling_parts: Sequence[Part],
             lamps: Part | None) -> None:  # fmt: skip
    """Add floor, ceiling and lamps, each with its instance id."""
    add(stage, materials, FLOOR_ID, "floor", [floor_part])
    if ceiling_parts:
        add(stage, materials, CEILING_ID, "ceiling", ceiling_parts)
    if lamps is not None:
        add(stage, materials, LAMPS_ID, "lamps", [lamps])
