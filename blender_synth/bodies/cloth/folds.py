"""Folds of the rest pose, where cloth gathers at joints and hangs from the trunk."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.fields import ridge, smooth_noise, smoothstep
from blender_synth.bodies.mesh import (
    Surface,
    vertex_normals,
)


def add_folds(surface: Surface, depth_m: float, fit: float, seed: int, legs: bool) -> Surface:
    """Folds where cloth gathers: rings at elbow and wrist, knee and ankle, drapes across trunk and seat."""
    f, v = surface.fields, surface.vertices
    if len(v) < 400:  # too coarse for folds
        return surface
    normal = vertex_normals(v, surface.faces)
    rest = f["rest"] * 18.0
    wobble = smooth_noise(rest, seed)
    height = np.zeros(len(v))
    if legs:
        t = f["leg"]
        gather = (
            np.exp(-(((t - 1.0) / 0.16) ** 2))
            + 1.2 * smoothstep(1.65, 1.95, t)
            + 0.6 * np.exp(-(((t - 0.05) / 0.14) ** 2))
        )
        slant = 2.0 * np.sin(f["turn"] + 1.3 * f["side"] + seed % 5)
        height += 1.5 * gather * ridge(t * 34 + slant + 2.6 * wobble + 1.7 * f["side"])
        height += 0.9 * smoothstep(0.1, 0.4, t) * smooth_noise(f["rest"] * [26, 26, 7], seed + 7)
        # From the crotch creases run out over the thighs, behind the knee across.
        crotch = np.exp(-(((t - 0.12) / 0.16) ** 2)) * smoothstep(-0.05, 0.05, f["rest"][:, 0])
        height += 1.3 * crotch * ridge(f["rest"][:, 2] * 70 - np.abs(f["rest"][:, 1]) * 60 + 2 * wobble)
    else:
        t = f["arm"]
        arm = smoothstep(0.4, 0.8, f["arm_weight"])
        gather = np.exp(-(((t - 1.0) / 0.2) ** 2)) + smoothstep(1.55, 1.9, t) + 0.5 * np.exp(-(((t - 0.15) / 0.2) ** 2))
        slant = 1.6 * np.sin(f["turn"] + f["side"])
        height += arm * (
            1.3 * gather * ridge(t * 30 + slant + 2.4 * wobble + f["side"])
            + 0.6 * smooth_noise(f["rest"] * 24, seed + 3)
        )
        trunk = (1 - arm) * smoothstep(-1.2, 0.4, f["drop"])
        height += trunk * 0.9 * smooth_noise(f["rest"] * [30, 30, 9], seed + 5) + (1 - arm) * 0.45 * smooth_noise(
            f["rest"] * [14, 30, 22], seed + 9
        )
    return surface.moved(v + normal * (height * depth_m * (0.25 + 0.75 * fit))[:, None])
