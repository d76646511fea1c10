"""Builds a frameless mirror: a sheet of glass and a board behind it."""

from __future__ import annotations

from blender_synth.world.mirrors.tile import THICK_M, Spec

from blender_synth.blender.mirrors.materials import mirror_glass
from blender_synth.blender.mirrors.sheets import add_holder, add_sheet, flat_quads
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import box
from blender_synth.blender.stage import Stage


def build(spec: Spec, stage: Stage) -> None:
    """Add glass and board to the scene, each under its own id."""
    materials = Materials()
    materials["tile_glass"] = mirror_glass("tile_glass", materials, spec.tint, spec.roughness, spec.dust)
    half, height = spec.width_m / 2, spec.height_m
    add_sheet(spec, stage, flat_quads([(-half, half, 0, height)], "tile_glass"), materials)
    add_holder(spec, stage, box((-half, 0.004, 0), (half, THICK_M, height), "wood", (0.1, 0.07, 0.05)), materials)
