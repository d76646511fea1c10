"""Builds the yard: a floor and a wall."""

from __future__ import annotations

from blender_synth.world.scenery.yard import FLOOR_ID, THICK_M, WALL_HEIGHT_M, WALL_ID, Spec

from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import box, quad, to_object
from blender_synth.blender.stage import Stage

_REACH_M = 30.0


def build(spec: Spec, stage: Stage) -> None:
    """Add floor and wall to the scene, each under its own id."""
    materials, half, r = Materials(), spec.width_m / 2, _REACH_M
    floor = quad((-r, -r, 0), (r, -r, 0), (r, r, 0), (-r, r, 0), "matt", (0.3, 0.3, 0.28))
    wall = box((-half, 0, 0), (half, THICK_M, WALL_HEIGHT_M), "matt", (0.5, 0.3, 0.2))
    stage.add(to_object("floor", floor, materials), FLOOR_ID)
    stage.add(to_object("wall", wall, materials), WALL_ID)
