"""Builds a clad front: tinted panels in a grid of metal bars, with plinth, coping and returns to the wall."""

from __future__ import annotations

import itertools

from blender_synth.blender.mirrors.materials import mirror_glass
from blender_synth.blender.mirrors.sheets import add_holder, add_sheet, bars, flat_quads, into_ground
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import box, join
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.facade import PROUD_M, Spec

_BAR_M = 0.03
"""How far the bars stand before the glass."""


def build(spec: Spec, stage: Stage) -> None:
    """Add panels and metal to the scene, each under its own id."""
    materials = Materials()
    materials["facade_glass"] = mirror_glass(
        "facade_glass", materials, spec.tint, spec.roughness, spec.dust, spec.waviness, 1.1
    )
    w, h, m = spec.width_m / 2, spec.height_m, spec.mullion_m
    xs = [-w + spec.width_m * k / spec.columns for k in range(spec.columns + 1)]
    zs = [0.0, h] if spec.rows == 1 else [0.0, 0.72 * h, h]
    cells = [
        (a + m / 2, b - m / 2, c + m / 2, d - m / 2)
        for a, b in itertools.pairwise(xs)
        for c, d in itertools.pairwise(zs)
    ]
    add_sheet(spec, stage, flat_quads(cells, "facade_glass"), materials)
    ground = into_ground(spec, spec.ground_z_m)
    uprights = [(x - m / 2, x + m / 2, 0.0, h) for x in xs]
    rails = [(-w - m / 2, w + m / 2, z - m / 2, z + m / 2) for z in zs]
    body = [
        bars(uprights + rails, _BAR_M, 0.02, "metal", spec.metal_rgb),
        box((-w - m / 2, 0.004, 0), (w + m / 2, 0.03, h), "matt", (0.02, 0.02, 0.02)),
        box((-w - 0.05, -0.05, ground), (w + 0.05, PROUD_M, -m / 2), "stone", (0.16, 0.16, 0.155)),
        box((-w - 0.05, -0.06, h + m / 2), (w + 0.05, PROUD_M, h + m / 2 + 0.09), "metal", spec.metal_rgb),
        box((-w - m / 2, 0.0, 0), (-w, PROUD_M, h), "metal", spec.metal_rgb),
        box((w, 0.0, 0), (w + m / 2, PROUD_M, h), "metal", spec.metal_rgb),
    ]
    add_holder(spec, stage, join(body), materials)
