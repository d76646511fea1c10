"""Builds the frame of a wall mirror without its glass."""

from __future__ import annotations

from blender_synth.blender.mirrors.sheets import place
from blender_synth.blender.mirrors.wall import STEEL, frame, holders
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, to_object
from blender_synth.blender.stage import Stage
from blender_synth.bodies.detail import Detail
from blender_synth.world.lookalikes.empty_frame import Spec
from blender_synth.world.mirrors.wall import Spec as Mirror

_BACK_M = 0.02
"""Where spacers begin, behind the front of the glass that is not there."""


def build(spec: Spec, stage: Stage, detail: Detail = "full") -> None:
    """Add the frame, with a board where it has one; `detail` is ignored."""
    materials, sheet = Materials(), spec.frame
    parts = [frame(sheet)]
    if spec.blank_rgb is not None:
        w = sheet.width_m / 2
        parts.append(box((-w - 0.002, 0.0, -0.002), (w + 0.002, 0.02, sheet.height_m + 0.002), "matt", spec.blank_rgb))
    held = holders(sheet) if spec.blank_rgb is not None else _spacers(sheet)
    for shape, tilted in ((join(parts), True), (held, False)):
        stage.add(place(sheet, to_object("empty_frame", shape, materials), tilted), spec.instance_id)


def _spacers(sheet: Mirror) -> Part:
    """What keeps a hollow frame off the wall: behind its upper corners, hidden by it."""
    f, w, high = sheet.frame_width_m, sheet.width_m / 2, 0.9 * sheet.height_m
    back = max(sheet.wall_gap_m, _BACK_M + 0.005)
    sides = ((-w - 0.75 * f, -w - 0.25 * f), (w + 0.25 * f, w + 0.75 * f))
    return join([box((a, _BACK_M, high), (b, back, high + 0.04), "iron", STEEL) for a, b in sides])
