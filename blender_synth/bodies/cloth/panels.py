"""Panels that several cuts are made of: trouser legs, upper body, skirt, open front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies.cloth.folds import add_folds
from blender_synth.bodies.cloth.hang import ease_sleeves, hang_legs, hang_trunk, push_outside
from blender_synth.bodies.cloth.neckline import outside_neck
from blender_synth.bodies.cloth.shells import LOWEST_HEM, hem_weights, open_edges, shell_on
from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.mesh import (
    Surface,
    boundary_edges,
    clipped,
    hemmed,
    smoothed,
    vertex_normals,
)
from blender_synth.bodies.skeleton import Rig
from blender_synth.world.people.clothes import GarmentSpec


@dataclass(frozen=True)
class Layer:
    """How a garment of the upper body differs by what it is worn over.

    Attributes:
        outer: it is worn over a top: cuffs, and an open front at the neck.
        smoothing: rounds. folds_m: depth of folds. gap_m: distance from what is worn under it.
    """

    outer: bool
    smoothing: int
    folds_m: float
    gap_m: float


TOP = Layer(outer=False, smoothing=3, folds_m=0.004, gap_m=0.008)
JACKET = Layer(outer=True, smoothing=6, folds_m=0.006, gap_m=0.013)


def trouser_legs(
    points: np.ndarray, rig: Rig, spec: GarmentSpec, seed: int, fineness: int, waist_drop: float, fit: float
) -> Surface:
    """A tube for each leg, hemmed.

    Args:
        points: (P, 3) of the shaped body. waist_drop: its upper edge, as `Anatomy.drop`. fit: 0 tight to 1 wide.
    """
    base = shell_on(points, "tights", fineness)
    normals = vertex_normals(base.vertices, base.faces)
    eased = base.vertices + normals * (0.0015 + spec.thickness_m + 0.004 * spec.fit)
    surface = base.moved(eased).with_fields(skin_at=base.vertices)
    surface = clipped(surface, base.fields["drop"] - waist_drop)
    surface = clipped(surface, spec.length - surface.fields["leg"])
    surface = surface.moved(hang_legs(surface.vertices, surface.fields, rig, fit))
    surface = surface.moved(smoothed(surface.vertices, surface.faces, 2 if fit > 0.02 else 0, 0.4, open_edges(surface)))
    surface = add_folds(surface, 0.0055 if fit > 0.02 else 0.0, fit, seed, legs=True)
    return hemmed(surface, spec.thickness_m, 0.03)


def skirt_panel(
    points: np.ndarray, below: float, until: float, ease: float, fit: float, seed: int, fineness: int
) -> Surface:
    """Part of the skirt shell between two drops; flared by `fit`."""
    base = shell_on(points, "skirt", fineness)
    normals = vertex_normals(base.vertices, base.faces)
    v = base.vertices + normals * ease
    middle = v[:, :2].mean(0)
    d = v[:, :2] - middle
    drop = base.fields["drop"]
    flare = np.interp(fit, (0, 1), (-0.10, 0.16)) * smoothstep(0.6, 2.6, drop)
    angle = np.arctan2(d[:, 1], d[:, 0])
    pleats = fit * 0.05 * smoothstep(0.5, 2.0, drop) * np.sin(angle * 11 + 1.5 * np.sin(angle * 3 + seed % 7))
    v[:, :2] = middle + d * (1 + flare + pleats)[:, None]
    surface = clipped(base.moved(v).with_fields(skin_at=base.vertices - normals * 0.01), drop - below)
    return clipped(surface, until - surface.fields["drop"])


def skirt_hem(spec: GarmentSpec) -> float:
    """The hem of a skirt as `Anatomy.drop`."""
    return float(np.interp(spec.length, (0.5, 1.0, 2.0), (1.55, 2.0, 3.05)))


def upper_body(
    points: np.ndarray,
    rig: Rig,
    spec: GarmentSpec,
    seed: int,
    ease: float,
    inner: Sequence[np.ndarray],
    fineness: int,
    layer: Layer,
) -> Surface:
    """Trunk and sleeves with the neck cut out, without hem.

    Args:
        points: (P, 3) of the shaped body. ease: room for what is worn under it, metres. inner: vertices (N, 3) of that.
    """
    base = shell_on(points, "tights", fineness)
    normals = vertex_normals(base.vertices, base.faces)
    v = base.vertices + normals * (0.003 + spec.thickness_m * 0.6 + 0.004 * spec.fit + ease)
    fields = base.fields | {"skin_at": base.vertices, "weights": hem_weights(base.fields["weights"])}
    hem = min(spec.length, LOWEST_HEM)
    surface = clipped(Surface(v, base.faces, fields, base.face_fields), hem - fields["drop"])
    # Without a sleeve the armhole runs around the shoulder, where the arm's skin weight begins.
    surface = clipped(
        surface, spec.sleeve - surface.fields["arm"] if spec.sleeve >= 0.1 else 0.58 - surface.fields["arm_weight"]
    )
    surface = clipped(surface, outside_neck(spec, surface.fields["neck"], layer.outer))
    cuff = layer.outer or spec.fabric.kind == "knit" or spec.collar_m > 0
    v = ease_sleeves(surface.vertices, surface.fields, rig, spec.fit, cuff and spec.sleeve > 1.5)
    v = hang_trunk(v, surface.fields, rig, spec.fit, 0.012 * spec.fit)
    surface = surface.moved(v)
    surface = surface.moved(smoothed(surface.vertices, surface.faces, layer.smoothing, 0.4, open_edges(surface)))
    surface = add_folds(surface, layer.folds_m, spec.fit, seed, legs=False)
    return surface.moved(push_outside(surface.vertices, surface.fields, inner, rig, layer.gap_m))


def opened(surface: Surface, open_front: float, rig: Rig) -> Surface:
    """Cut the front open: a V at the top, and wider below the further it is open."""
    v = surface.vertices
    spine_x = rig.points["spine02"][0]
    z_low, top_z = v[:, 2].min(), rig.points["neck01"][2]
    up = np.clip((v[:, 2] - z_low) / max(top_z - z_low, 1e-6), 0, 1)
    half = open_front * np.interp(up, (0, 0.5, 0.8, 1.0), (0.105, 0.075, 0.06, 0.05))
    front = smoothstep(spine_x + 0.01, spine_x + 0.05, v[:, 0])
    value = np.where(front > 0, np.abs(v[:, 1]) - half * front, 1.0) + (1 - front)
    return clipped(surface, value)


def attached(upper: Surface, lower: Surface, waist: float) -> Surface:
    """A part of the skirt shell joined to the lower edge, at drop `waist`, of what is worn above it."""
    rim = np.unique(boundary_edges(upper.faces))
    rim = rim[(upper.fields["drop"][rim] > waist - 0.1) & (upper.fields["arm_weight"][rim] < 0.3)]
    at, v = upper.vertices[rim], lower.vertices
    centre = at[:, :2].mean(0)
    order = np.argsort(np.arctan2(*(at[:, :2] - centre).T[::-1]))
    angles = np.arctan2(*(at[:, :2] - centre).T[::-1])[order]
    radii = np.linalg.norm(at[:, :2] - centre, axis=1)[order]
    d = v[:, :2] - centre
    angle, radius = np.arctan2(d[:, 1], d[:, 0]), np.linalg.norm(d, axis=1)
    wanted = np.interp(angle, angles, radii, period=2 * np.pi)
    near = 1 - smoothstep(waist - 0.05, waist + 0.7, lower.fields["drop"])
    new = np.maximum(radius, wanted) * (1 - near) + wanted * near
    v = v.copy()
    v[:, :2] = centre + d * (np.maximum(new, wanted * 0.98) / radius)[:, None]
    return lower.moved(v)
