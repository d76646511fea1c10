"""Builds a polished ball or bollard on its foot."""

from __future__ import annotations

import math

from blender_synth.blender.mirrors.bodies import add_body, add_holder, cap, cylinder
from blender_synth.blender.mirrors.materials import mirror_glass
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import lathe
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.chrome import BASE_M, SUNK, Spec

_FOOT_RGB = (0.12, 0.12, 0.12)


def build(spec: Spec, stage: Stage) -> None:
    """Add body and foot to the scene, each under its own id."""
    materials = Materials()
    materials["chrome"] = mirror_glass("chrome", materials, spec.tint, spec.roughness, spec.dust)
    up, r = (0.0, 0.0, 1.0), spec.radius_m
    if spec.shape == "ball":
        half = math.degrees(math.acos(-SUNK + 0.02))
        shapes = [cap(spec.centre_m(), r, up, half, "chrome", rings=112, sides=192)]
        foot = 0.55 * r
    else:
        x, y, z = spec.foot_m
        shapes = [
            cylinder((x, y, z + BASE_M), r, spec.height_m, "chrome"),
            cap(spec.centre_m(), r, up, 90.0, "chrome", rings=64, sides=192),
        ]
        foot = r + 0.03
    add_body(spec, stage, shapes, materials)
    ring = lathe([(foot, 0.0), (foot, 0.8 * BASE_M), (foot - 0.015, BASE_M)], 64, "iron", _FOOT_RGB)
    add_holder(spec, stage, ring.moved(spec.foot_m), materials)
