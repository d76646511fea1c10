"""Builds a mirrored wall: panels in one plane with seams between them, ground edges, a trim around."""

from __future__ import annotations

import math

from blender_synth.blender.mirrors.materials import mirror_glass
from blender_synth.blender.mirrors.sheets import add_holder, add_sheet, bars, flat_quads
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, quad
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.panels import EDGE_M, THICK_M, Spec

_BEVEL_DEG = 7.0


def build(spec: Spec, stage: Stage) -> None:
    """Add panels and trim to the scene, each under its own id. Ground edges turn light elsewhere: they are trim."""
    materials = Materials()
    materials["panel_glass"] = mirror_glass(
        "panel_glass", materials, spec.tint, spec.roughness, spec.dust, spec.waviness, 0.9
    )
    w, h, step = spec.width_m / 2, spec.height_m, spec.width_m / spec.panels
    gap, bevel = spec.seam_m / 2, spec.bevel_m
    outer = [(-w + k * step + gap, -w + (k + 1) * step - gap) for k in range(spec.panels)]
    add_sheet(
        spec, stage, flat_quads([(a + bevel, b - bevel, bevel, h - bevel) for a, b in outer], "panel_glass"), materials
    )
    e = EDGE_M
    trim = [(-w - e, -w, -e, h + e), (w, w + e, -e, h + e), (-w, w, -e, 0), (-w, w, h, h + e)]
    body = [
        bars(trim, 0.006, THICK_M, "metal", spec.edge_rgb),
        box((-w, 0.008, 0), (w, THICK_M, h), "matt", (0.02, 0.02, 0.02)),
    ]
    if bevel > 0:
        body += [_bevels(a, b, h, bevel) for a, b in outer]
    add_holder(spec, stage, join(body), materials)


def _bevels(x0: float, x1: float, h: float, b: float) -> Part:
    """The four ground edges of a panel, falling back towards the seams."""
    y = b * math.tan(math.radians(_BEVEL_DEG))
    o = [(x0, y, 0), (x1, y, 0), (x1, y, h), (x0, y, h)]
    i = [(x0 + b, 0, b), (x1 - b, 0, b), (x1 - b, 0, h - b), (x0 + b, 0, h - b)]
    return join([quad(o[k], o[(k + 1) % 4], i[(k + 1) % 4], i[k], "panel_glass") for k in range(4)])
