"""Panels that several cuts are made of: trouser legs, upper body, skirt, open front."""

from __future__ import annotations

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

DRESS_WAIST = 0.1
"""Where the skirt of a dress begins, as `Anatomy.drop`."""


def trouser_legs(points: np.ndarray, rig: Rig, spec: GarmentSpec, seed: int, fineness: int) -> Surface:
    base = shell_on(points, "tights", fineness)
    waist = -0.12 if spec.kind != "shorts" else -0.05
    normals = vertex_normals(base.vertices, base.faces)
    eased = base.vertices + normals * (0.0015 + spec.thickness_m + 0.004 * spec.fit)
    surface = base.moved(eased).with_fields(skin_at=base.vertices)
    surface = clipped(surface, base.fields["drop"] - waist)
    surface = clipped(surface, spec.length - surface.fields["leg"])
    fit = spec.fit if spec.kind != "shorts" else max(spec.fit, 0.35)
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


def make_skirt(points: np.ndarray, spec: GarmentSpec, seed: int, fineness: int) -> Surface:
    # Skirt lengths are in leg units (1 knee, 2 ankle); the shell is cut by drop (1 crotch, 2 knee).
    surface = skirt_panel(points, 0.0, skirt_hem(spec), 0.008, spec.fit, seed, fineness)
    return hemmed(surface, 0.002, 0.03)


def upper_body(
    points: np.ndarray, rig: Rig, spec: GarmentSpec, seed: int, ease: float, inner: list[np.ndarray], fineness: int
) -> Surface:
    """Tops, jackets and the upper part of coats."""
    base = shell_on(points, "tights", fineness)
    normals = vertex_normals(base.vertices, base.faces)
    v = base.vertices + normals * (0.003 + spec.thickness_m * 0.6 + 0.004 * spec.fit + ease)
    fields = base.fields | {"skin_at": base.vertices, "weights": hem_weights(base.fields["weights"])}
    hem = min(spec.length, LOWEST_HEM)
    surface = clipped(Surface(v, base.faces, fields, base.face_fields), hem - fields["drop"])
    # Without a sleeve the armhole runs round the shoulder, where the arm's share in the skin begins.
    surface = clipped(
        surface, spec.sleeve - surface.fields["arm"] if spec.sleeve >= 0.1 else 0.58 - surface.fields["arm_weight"]
    )
    surface = clipped(surface, outside_neck(spec, surface.fields["neck"]))
    cuff = spec.kind != "top" or spec.fabric.kind == "knit" or spec.collar_m > 0
    v = ease_sleeves(surface.vertices, surface.fields, rig, spec.fit, cuff and spec.sleeve > 1.5)
    v = hang_trunk(v, surface.fields, rig, spec.fit, 0.012 * spec.fit)
    surface = surface.moved(v)
    rounds = 3 if spec.kind == "top" else 6
    surface = surface.moved(smoothed(surface.vertices, surface.faces, rounds, 0.4, open_edges(surface)))
    surface = add_folds(surface, 0.004 if spec.kind == "top" else 0.006, spec.fit, seed, legs=False)
    return surface.moved(
        push_outside(surface.vertices, surface.fields, inner, rig, 0.008 if spec.kind == "top" else 0.013)
    )


def opened(surface: Surface, spec: GarmentSpec, rig: Rig, top_z: float) -> Surface:
    """Cut the front open: a V above, hanging apart below by how far it is open."""
    v = surface.vertices
    spine_x = rig.points["spine02"][0]
    z_low = v[:, 2].min()
    up = np.clip((v[:, 2] - z_low) / max(top_z - z_low, 1e-6), 0, 1)
    half = spec.open_front * np.interp(up, (0, 0.5, 0.8, 1.0), (0.105, 0.075, 0.06, 0.05))
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
