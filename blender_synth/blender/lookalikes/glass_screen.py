"""Builds a glazed screen: a frame, and coated panes that the label pass leaves out."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.lookalikes.flat import place
from blender_synth.blender.scenery.materials import STAYS_CLEAR, Materials
from blender_synth.blender.scenery.meshes import box, join, quad, to_object
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.stage import Stage
from blender_synth.bodies.detail import Detail
from blender_synth.world.lookalikes.glass_screen import DEPTH_M, FRAME_M, Spec

_FOOT_M = 0.09
_COATED = 0.004
"""Share of light that coated glass reflects at normal incidence."""


def build(spec: Spec, stage: Stage, detail: Detail = "full") -> None:
    """Add the frame under its id, and the panes to the picture only; `detail` is ignored."""
    materials = Materials()
    g = Graph("coated_glass", STAYS_CLEAR)
    clear = g.node("ShaderNodeBsdfTransparent", {"Color": tuple(spec.clearness * c for c in (0.98, 1.0, 0.99))})
    mirror = g.node("ShaderNodeBsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.0})
    materials["coated_glass"] = g.surface(g.mix_shaders(_COATED, clear.outputs[0], mirror.outputs[0]))
    w, h, f, d = spec.width_m / 2, spec.height_m, FRAME_M, DEPTH_M / 2
    bars = [
        box((-w - f, -d, 0), (-w, d, h), "paint", spec.rgb),
        box((w, -d, 0), (w + f, d, h), "paint", spec.rgb),
        box((-w, -d, h - f), (w, d, h), "paint", spec.rgb),
        box((-w, -d, 0), (w, d, _FOOT_M), "paint", spec.rgb),
    ]
    for x in np.linspace(-w, w, spec.panes + 1)[1:-1]:
        bars.append(box((x - 0.02, -d, _FOOT_M), (x + 0.02, d, h - f), "paint", spec.rgb))
    pane = quad((-w, 0, _FOOT_M), (w, 0, _FOOT_M), (w, 0, h - f), (-w, 0, h - f), "coated_glass")
    stage.add(
        place(to_object("glass_screen", join(bars), materials), spec.position_m, spec.facing_deg), spec.instance_id
    )
    stage.add_falling(place(to_object("coated_panes", pane, materials), spec.position_m, spec.facing_deg))
