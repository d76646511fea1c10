"""Builds a wall mirror: one exactly flat sheet of glass, a mitred frame, a board and what holds it."""

from __future__ import annotations

import math

import bpy
import numpy as np

from blender_synth.blender.mirrors.materials import glossy, grunge, waves
from blender_synth.blender.mirrors.sheets import add_holder, add_sheet, into_ground
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, part, quad
from blender_synth.blender.shading.nodes import Graph
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.wall import Spec

BOARD_M = (0.004, 0.022)
"""Depths of the backing board's faces behind the glass."""
STEEL = (0.10, 0.10, 0.105)


def build(spec: Spec, stage: Stage) -> None:
    """Add glass and frame to the scene, each under its own id."""
    materials = Materials()
    materials["mirror_glass"] = _glass_material(spec, materials)
    w, h = spec.width_m / 2, spec.height_m
    sheet = quad(
        (-w, 0, 0), (w, 0, 0), (w, 0, h), (-w, 0, h), "mirror_glass", uvs=[(0, 0), (2 * w, 0), (2 * w, h), (0, h)]
    )
    add_sheet(spec, stage, sheet, materials)
    add_holder(spec, stage, join([frame(spec), _board(spec)]), materials)
    add_holder(spec, stage, holders(spec), materials, tilted=False)


def frame(spec: Spec) -> Part:
    """A profile swept round the glass with mitred corners: (distance from the glass's edge, y)."""
    f = spec.frame_width_m
    profile = {
        "wood": [
            (0, 0.004),
            (0, -0.010),
            (0.10 * f, -0.013),
            (0.22 * f, -0.012),
            (0.34 * f, -0.024),
            (0.62 * f, -0.034),
            (0.86 * f, -0.030),
            (f, -0.020),
            (f, 0.030),
        ],
        "steel": [(0, 0.004), (0, -0.018), (0.003, -0.021), (f - 0.003, -0.021), (f, -0.018), (f, 0.030)],
        "metal": [
            (0, 0.004),
            (0, -0.008),
            (0.3 * f, -0.016),
            (0.5 * f, -0.022),
            (0.7 * f, -0.016),
            (f, -0.010),
            (f, 0.030),
        ],
        "none": [(0, 0.0), (0.4 * f, 0.0004), (f, 0.0014), (f, 0.006)],
    }[spec.frame_style]
    w, h, n = spec.width_m / 2, spec.height_m, len(profile)
    corners = [(-w, 0, -1, -1), (w, 0, 1, -1), (w, h, 1, 1), (-w, h, -1, 1)]
    points = np.array([[(x + sx * t, y, z + sz * t) for t, y in profile] for x, z, sx, sz in corners])
    around = [2 * w, h, 2 * w, h]
    material = {"wood": "wood", "steel": "iron", "metal": "metal", "none": "metal"}[spec.frame_style]
    steps = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(np.array(profile), axis=0).T))])
    parts = []
    for k in range(4):
        a, b = points[k], points[(k + 1) % 4]
        faces = [[i, n + i, n + i + 1, i + 1] for i in range(n - 1)]
        uvs = [
            [(0, steps[i]), (around[k], steps[i]), (around[k], steps[i + 1]), (0, steps[i + 1])] for i in range(n - 1)
        ]
        parts.append(
            part(np.concatenate([a, b]), [f[::-1] for f in faces], material, spec.frame_rgb, [u[::-1] for u in uvs])
        )
    return join(parts)


def _board(spec: Spec) -> Part:
    f, w, h = spec.frame_width_m - 0.004, spec.width_m / 2, spec.height_m
    return box((-w - f, BOARD_M[0], -f), (w + f, BOARD_M[1], h + f), "wood", (0.07, 0.055, 0.04))


def holders(spec: Spec) -> Part:
    """Not tilted: brackets back to the wall, and feet under a standing mirror."""
    w, h, f = spec.width_m / 2, spec.height_m, spec.frame_width_m
    sine, cosine = math.sin(math.radians(spec.tilt_deg)), math.cos(math.radians(spec.tilt_deg))
    ground = into_ground(spec, spec.ground_z_m)
    wall = spec.wall_gap_m
    parts = []
    places = (0.88,) if spec.standing else (0.12, 0.88)
    for up in places:
        y, z = up * h * sine + BOARD_M[1] - 0.004, up * h * cosine
        for x in (-0.72 * w, 0.72 * w):
            parts.append(box((x - 0.02, y, z - 0.02), (x + 0.02, wall, z + 0.02), "iron", STEEL))
            parts.append(box((x - 0.05, wall - 0.006, z - 0.05), (x + 0.05, wall, z + 0.05), "iron", STEEL))
    if spec.standing:
        for x in (-0.7 * w, 0.7 * w):
            parts.append(
                box((x - 0.06, -0.07, ground), (x + 0.06, 0.09, -f * cosine + 0.006), "wood", (0.05, 0.04, 0.03))
            )
            parts.append(box((x - 0.06, -0.07, ground), (x + 0.06, -0.04, -f * cosine + 0.022), "iron", STEEL))
    return join(parts)


def _glass_material(spec: Spec, materials: Materials) -> bpy.types.Material:
    """Silvered glass: the tint's reflection, a breath of dust, blind spots creeping in from the edges."""
    g = Graph("mirror_glass")
    uv = g.uv()
    place = g.node("ShaderNodeSeparateXYZ", {0: uv})
    u, v = place.outputs["X"], place.outputs["Y"]
    side = g.math("MINIMUM", u, g.math("SUBTRACT", spec.width_m, u))
    edge = g.math("MINIMUM", side, g.math("MINIMUM", v, g.math("SUBTRACT", spec.height_m, v)))
    broad, streak, speckle = grunge(g, materials, 2.0)
    silver = glossy(g, spec.tint, spec.roughness, waves(g, spec.waviness))
    film = g.node("ShaderNodeBsdfDiffuse", {"Color": (0.42, 0.40, 0.37)}).outputs[0]
    blind = g.node("ShaderNodeBsdfDiffuse", {"Color": (0.05, 0.045, 0.04)}).outputs[0]
    low = g.ramp(v, 0.0, 0.5, 1.6, 0.7)
    dust = g.math("MULTIPLY", g.math("MULTIPLY", g.ramp(broad, 0.25, 0.9), g.ramp(streak, 0.1, 0.9, 0.3, 1.0)), low)
    dusty = g.node("ShaderNodeMixShader", {0: g.math("MULTIPLY", dust, 0.05 * spec.dust), 1: silver, 2: film}).outputs[
        0
    ]
    creep = g.math("ADD", edge, g.math("MULTIPLY", g.math("SUBTRACT", speckle, broad), 0.03))
    gone = g.math("MULTIPLY", g.ramp(creep, -0.012, 0.004 + 0.006 * spec.dust, 1.0, 0.0), 0.9 * spec.dust)
    return g.surface(g.node("ShaderNodeMixShader", {0: gone, 1: dusty, 2: blind}).outputs[0])
