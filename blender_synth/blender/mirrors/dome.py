"""Builds a dome mirror under a small canopy on a wall."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.mirrors.bodies import add_body, add_holder, cap
from blender_synth.blender.mirrors.materials import mirror_glass
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import box, join, lathe, tube
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.dome import Spec

_STEEL = (0.3, 0.3, 0.3)


def build(spec: Spec, stage: Stage) -> None:
    """Add dome and canopy to the scene, each under its own id."""
    materials = Materials()
    materials["dome_glass"] = mirror_glass("dome_glass", materials, spec.tint, spec.roughness, spec.dust)
    shape = cap(spec.centre_m, spec.radius_m, spec.axis, spec.half_angle_deg, "dome_glass", rings=72, sides=160)
    add_body(spec, stage, [shape], materials)
    r, out, z = spec.radius_m, spec.canopy_m, spec.centre_m[2]
    half = r + 0.25
    ring = lathe([(r + 0.03, -0.015), (r + 0.035, 0.0), (r + 0.03, 0.02)], 64, "paint", (0.03, 0.03, 0.03))
    plate = join(
        [
            box((0.0, -half, 0.02), (out, half, 0.09), "paint", spec.canopy_rgb),
            box((-0.01, -half - 0.02, -0.05), (0.015, half + 0.02, 0.16), "metal", _STEEL),
            *(
                tube(np.array([(0.0, y, 0.75), (out - 0.08, y, 0.09)]), 0.012, 10, "metal", _STEEL)
                for y in (-half + 0.06, half - 0.06)
            ),
        ]
    ).turned(spec.facing_deg)
    a = math.radians(spec.facing_deg)
    wall = (spec.wall_xy_m[0] + 0.012 * math.cos(a), spec.wall_xy_m[1] + 0.012 * math.sin(a), z)
    add_holder(spec, stage, join([plate.moved(wall), ring.moved(spec.centre_m)]), materials)
