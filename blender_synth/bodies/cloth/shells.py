"""The helper shells that garments are cut from, with fields along the body's anatomy."""

from __future__ import annotations

import functools

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import body_data
from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.mesh import (
    Surface,
    boundary_edges,
    vertex_normals,
)

LOWEST_HEM = 0.84
"""How far down (as `Anatomy.drop`) the trunk shell can be used: further down it parts into legs."""


def _flow(a: anatomy.Anatomy) -> np.ndarray:
    """(N, 3) metres: places on the reference body with its arms let down, so that z runs along every limb."""
    out = a.rest_m.copy()
    for side in (1.0, -1.0):
        mine = a.side == side
        t = np.radians(42) * smoothstep(0.15, 0.95, a.arm_weight[mine])
        y, z = side * a.rest_m[mine, 1] - 0.171, a.rest_m[mine, 2] - 1.338  # from the shoulder joint
        out[mine, 1] = side * (0.171 + np.cos(t) * y + np.sin(t) * z)
        out[mine, 2] = 1.338 - np.sin(t) * y + np.cos(t) * z
    return out


def _gather(a: anatomy.Anatomy) -> np.ndarray:
    """(N,) where cloth is pushed together, 0 to 1: elbows, wrists, armpits, waist, crotch, knees and ankles."""

    def bump(x: np.ndarray, middle: float, wide: float) -> np.ndarray:
        return np.exp(-(((x - middle) / wide) ** 2))

    arm = bump(a.arm, 1.0, 0.28) + 0.8 * smoothstep(1.5, 1.95, a.arm) + 0.7 * bump(a.arm, 0.1, 0.25)
    leg = bump(a.leg, 1.02, 0.20) + smoothstep(1.6, 1.95, a.leg) + 0.8 * bump(a.leg, 0.1, 0.22)
    trunk = 0.55 * bump(a.drop, 0.15, 0.55)
    on_leg = smoothstep(0.55, 0.95, a.drop)
    return np.clip(np.where(a.arm_weight > 0.5, arm, leg * on_leg + trunk * (1 - on_leg)), 0, 1)


def _fields(shell: anatomy.Shell) -> dict[str, np.ndarray]:
    a = shell.anatomy
    return {
        "weights": shell.weights,
        "arm": a.arm,
        "leg": a.leg,
        "drop": a.drop,
        "neck": a.neck,
        "side": a.side,
        "arm_weight": a.arm_weight,
        "rest": a.rest_m,
        "turn": np.where(a.region == 1, a.cloth_m[:, 1, 0] / 0.055, a.cloth_m[:, 2, 0] / 0.085),
        "foot": a.foot,
        "flow": _flow(a),
        "gather": _gather(a),
    }


@functools.cache
def _base_surface(group: str, fineness: int) -> Surface:
    shell = anatomy.shell(group, fineness)
    return Surface(np.zeros((len(shell.map.index), 3)), shell.faces, _fields(shell), {"uv": shell.corner_uv_m})


def shell_on(points: np.ndarray, group: str, fineness: int) -> Surface:
    """A helper shell on shaped points (P, 3)."""
    surface = _base_surface(group, fineness).moved(anatomy.shell(group, fineness).vertices(points))
    if fineness == 0:  # chords flatten round limbs: compensate
        surface = surface.moved(surface.vertices + 0.006 * vertex_normals(surface.vertices, surface.faces))
    return surface


def trunk_vertices(surface: Surface) -> np.ndarray:
    """Vertices of a garment's trunk part, without arms and lower legs."""
    f = surface.fields
    return surface.vertices[(f["arm_weight"] < 0.3) & (f["leg"] < 0.55)]


def open_edges(surface: Surface) -> np.ndarray:
    """(N,) bool: vertices on the boundary."""
    mask = np.zeros(len(surface.vertices), bool)
    mask[boundary_edges(surface.faces).ravel()] = True
    return mask


def hem_weights(weights: np.ndarray) -> np.ndarray:
    """Skin weights for the trunk's clothes: a hem follows each leg only half, the pelvis the rest."""
    bones = body_data().bones
    legs = [i for i, b in enumerate(bones) if b.startswith(("upperleg", "lowerleg"))]
    out = weights.copy()
    out[:, bones.index("root")] += 0.5 * out[:, legs].sum(1)
    out[:, legs] *= 0.5
    return out
