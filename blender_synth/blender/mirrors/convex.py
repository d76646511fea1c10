"""Builds a traffic mirror: the convex glass, a rim with a hood, a back shell, and a pole or a bracket on a wall."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.mirrors.bodies import add_body, add_holder, basis, cap
from blender_synth.blender.mirrors.materials import mirror_glass
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, join, lathe, loft, part, tube
from blender_synth.blender.stage import Stage
from blender_synth.world.mirrors.convex import Spec

_POLE_RGB = (0.33, 0.34, 0.35)


def build(spec: Spec, stage: Stage) -> None:
    """Add glass and holder to the scene, each under its own id."""
    materials = Materials()
    materials["convex_glass"] = mirror_glass("convex_glass", materials, spec.tint, spec.roughness, spec.dust)
    shape = cap(spec.centre_m, spec.radius_m, spec.axis, spec.half_angle_deg, "convex_glass")
    add_body(spec, stage, [shape], materials)
    add_holder(
        spec,
        stage,
        join(
            [_rim(spec), _hood(spec), _back(spec), _bracket(spec) if spec.pole_m is None else _pole(spec, spec.pole_m)]
        ),
        materials,
    )


def _frame(spec: Spec) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]:
    """Middle of the rim's plane, right, up, axis, and the rim's radius."""
    right, up, axis = basis(spec.axis)
    half = math.radians(spec.half_angle_deg)
    middle = np.array(spec.centre_m) + spec.radius_m * math.cos(half) * axis
    return middle, right, up, axis, spec.radius_m * math.sin(half)


def _rim(spec: Spec) -> Part:
    """A band round the glass, round in section."""
    middle, right, up, axis, radius = _frame(spec)
    a = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    b = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    out = np.cos(a)[:, None] * right + np.sin(a)[:, None] * up
    half = spec.rim_m / 2
    ring = radius + half * 0.92 + half * np.cos(b)
    points = middle + ring[None, :, None] * out[:, None] + (half * np.sin(b))[None, :, None] * axis
    faces = [
        [i * 10 + j, ((i + 1) % 72) * 10 + j, ((i + 1) % 72) * 10 + (j + 1) % 10, i * 10 + (j + 1) % 10]
        for i in range(72)
        for j in range(10)
    ]
    return part(points.reshape(-1, 3), faces, "paint", spec.rim_rgb, smooth=True)


def _hood(spec: Spec) -> Part:
    """A thin visor over the upper third."""
    middle, right, up, axis, radius = _frame(spec)
    a = np.radians(np.linspace(35, 145, 25))
    out = np.cos(a)[:, None] * right + np.sin(a)[:, None] * up
    deep = 0.16 * radius * np.sin((a - a[0]) / (a[-1] - a[0]) * np.pi) + 0.02
    outer, inner = radius + spec.rim_m * 0.9, radius + spec.rim_m * 0.9 - 0.004
    rings = [
        middle + outer * out - 0.01 * axis,
        middle + outer * out + deep[:, None] * axis,
        middle + inner * out + deep[:, None] * axis,
        middle + inner * out - 0.01 * axis,
    ]
    return loft(np.array(rings), "paint", spec.rim_rgb, closed=False, smooth=True)


def _back(spec: Spec) -> Part:
    """The shell behind the glass."""
    middle, right, up, axis, radius = _frame(spec)
    a = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    out = np.cos(a)[:, None] * right + np.sin(a)[:, None] * up
    profile = ((1.0, 0.0), (0.93, 0.05), (0.6, 0.09), (0.15, 0.10))
    rings = [middle + (radius + spec.rim_m * 0.6) * r * out - d * axis for r, d in profile]
    return loft(np.array(rings)[:, ::-1], "paint", tuple(0.7 * c for c in spec.rim_rgb), caps=True)


def _pole(spec: Spec, height_m: float) -> Part:
    """The pole stands behind the mirror, an arm reaches forward to the shell."""
    middle, _, _, axis, _ = _frame(spec)
    foot = np.array(spec.foot_m)
    back = middle - 0.1 * axis
    level = np.array([axis[0], axis[1], 0.0])
    level /= max(float(np.linalg.norm(level)), 1e-9)
    stand = np.array([back[0], back[1], foot[2]]) - 0.14 * level
    top = stand + (0, 0, height_m)
    arm = np.array([stand[0], stand[1], back[2]])
    flange = lathe([(0.11, 0.0), (0.11, 0.012), (0.05, 0.016)], 20, "metal", _POLE_RGB).moved(stand)
    return join(
        [
            tube(np.array([stand, top]), 0.038, 20, "metal", _POLE_RGB),
            tube(np.array([arm, back + 0.02 * axis]), 0.024, 12, "metal", _POLE_RGB),
            flange,
        ]
    )


def _bracket(spec: Spec) -> Part:
    """An arm from a plate on the wall to the shell."""
    middle, _, _, axis, _ = _frame(spec)
    wall, back = np.array(spec.foot_m), middle - 0.08 * axis
    apex = np.array(spec.centre_m) + spec.radius_m * axis
    normal = (apex - wall) / np.linalg.norm(apex - wall)
    return join(
        [
            tube(np.array([wall - 0.01 * normal, wall + 0.012 * normal]), 0.09, 20, "metal", _POLE_RGB),
            tube(np.array([wall, back]), 0.024, 12, "metal", _POLE_RGB),
        ]
    )
