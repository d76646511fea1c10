"""Builds the glass of a parked car's side mirror, and the bezel that closes the housing round it."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.mirrors.bodies import add_body, add_holder, basis, ellipse_cap
from blender_synth.blender.mirrors.materials import mirror_glass
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import loft
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.car import Spec


def build(spec: Spec, stage: Stage) -> None:
    """Add glass and bezel to the scene, each under its own id."""
    materials = Materials()
    materials["car_mirror"] = mirror_glass("car_mirror", materials, spec.tint, spec.roughness, spec.dust)
    shape = ellipse_cap(spec.centre_m, spec.radius_m, spec.axis, spec.half_width_m, spec.half_height_m, "car_mirror")
    add_body(spec, stage, [shape], materials)
    right, up, axis = basis(spec.axis)
    a = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    apex = np.array(spec.centre_m) + spec.radius_m * axis
    rings = []
    for grow, back in ((0.0005, 0.005), (0.002, -0.0005), (0.007, -0.001), (0.009, 0.012)):
        out = (spec.half_width_m + grow) * np.cos(a)[:, None] * right
        out = out + (spec.half_height_m + grow) * np.sin(a)[:, None] * up
        rings.append(apex + out - back * axis)
    add_holder(spec, stage, loft(np.array(rings)[:, ::-1], "rubber", (0.02, 0.02, 0.02)), materials)
