"""Builds a car's rear-view mirror: flat glass with round corners in a black housing on a stem."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.mirrors.materials import mirror_glass
from blender_synth.blender.mirrors.sheets import add_holder, add_sheet, fan
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import join, loft, tube
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.rear_view import Spec

_BLACK = (0.015, 0.015, 0.016)


def build(spec: Spec, stage: Stage) -> None:
    """Add glass and housing to the scene, each under its own id."""
    materials = Materials()
    materials["rear_view"] = mirror_glass("rear_view", materials, spec.tint, spec.roughness, spec.dust)
    outline = _rounded(spec.width_m, spec.height_m, spec.corner_m)
    sheet = np.column_stack([outline[:, 0], np.zeros(len(outline)), outline[:, 1]])
    add_sheet(spec, stage, fan(sheet, "rear_view", outline), materials)
    rings = []
    for grow, y in ((0.0, 0.001), (0.001, -0.003), (0.006, -0.003), (0.008, 0.006), (0.004, 0.02), (-0.02, 0.032)):
        ring = _rounded(spec.width_m + 2 * grow, spec.height_m + 2 * grow, max(0.004, spec.corner_m + grow))
        rings.append(np.column_stack([ring[:, 0], np.full(len(ring), y), ring[:, 1] - grow]))
    shell = loft(np.array(rings)[:, ::-1], "rubber", _BLACK, caps=False)
    back = fan(rings[-1][::-1], "rubber", rings[-1][::-1][:, [0, 2]]).painted(_BLACK)
    middle = spec.height_m / 2
    stem = tube(
        np.array([(0, 0.03, middle), (0, 0.06, middle + 0.03), (0, 0.07, middle + spec.stem_m)]),
        0.009,
        12,
        "rubber",
        _BLACK,
    )
    add_holder(spec, stage, join([shell, back, stem]), materials)


def _rounded(width: float, height: float, corner: float) -> np.ndarray:
    """Outline (N, 2) of a rectangle with round corners, counter-clockwise, its bottom edge at z = 0."""
    corner = min(corner, 0.49 * height)
    points = []
    for x, z, first in ((1, 0, -90), (1, 1, 0), (-1, 1, 90), (-1, 0, 180)):
        a = np.radians(first + np.linspace(0, 90, 9))
        middle = (x * (width / 2 - corner), corner if z == 0 else height - corner)
        points.append(np.column_stack([np.cos(a), np.sin(a)]) * corner + middle)
    return np.concatenate(points)
