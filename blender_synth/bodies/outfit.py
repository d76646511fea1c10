"""All garments of an outfit on one body: built in the rest pose, then settled in the pose."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from blender_synth.bodies.cloth.collars import make_collar, make_hood, make_raised_hood
from blender_synth.bodies.cloth.drape import drape, pushed_out
from blender_synth.bodies.cloth.hang import push_outside
from blender_synth.bodies.cloth.neckline import outside_neck
from blender_synth.bodies.cloth.panels import (
    DRESS_WAIST,
    attached,
    make_skirt,
    opened,
    skirt_hem,
    skirt_panel,
    trouser_legs,
    upper_body,
)
from blender_synth.bodies.cloth.scarf import SCARF, make_scarf
from blender_synth.bodies.cloth.shells import LOWEST_HEM, shell_on, trunk_vertices
from blender_synth.bodies.cloth.worn import Worn
from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.head import Head
from blender_synth.bodies.mesh import (
    Surface,
    clipped,
    compact,
    hemmed,
    joined,
    vertex_normals,
)
from blender_synth.bodies.skeleton import Posed, Rig
from blender_synth.world.people.clothes import GarmentSpec, OutfitSpec


def _outer(
    points: np.ndarray,
    rig: Rig,
    spec: GarmentSpec,
    seed: int,
    inner: list[np.ndarray],
    ease: float,
    fineness: int,
    head: Head | None,
) -> list[Surface]:
    """Jackets, coats and vests; `ease` is the room for what is worn under them, `head` is needed for a hood."""
    coat = spec.kind == "coat"
    upper = upper_body(
        points, rig, dataclasses.replace(spec, length=0.6) if coat else spec, seed, ease, inner, fineness
    )
    parts = [upper]
    if coat:
        until = float(np.interp(spec.length, (1.0, 2.0), (1.05, 2.05)))
        flare = 0.2 + 0.25 * spec.fit
        lower = attached(upper, skirt_panel(points, 0.55, until, 0.012 + ease, flare, seed, fineness), 0.6)
        parts.append(lower.moved(push_outside(lower.vertices, lower.fields, inner, rig, 0.012)))
    top_z = rig.points["neck01"][2]
    collar = None
    if spec.hood == "up" and head is not None:
        collar = make_raised_hood(upper, rig, head)
    elif spec.hood == "down":
        collar = make_hood(upper, spec)
    elif spec.collar_m:
        collar = make_collar(upper, spec, fold=spec.fabric.kind != "nylon")
    if spec.open_front > 0:
        parts = [opened(joined(*parts), spec, rig, top_z)]
        if collar is not None:
            collar = opened(collar, spec, rig, top_z)
    done = [hemmed(p, spec.thickness_m * 0.6, 0.03) for p in parts]
    return done + ([collar] if collar is not None and len(collar.faces) else [])


def dress(points: np.ndarray, rig: Rig, outfit: OutfitSpec, fineness: int = 2, head: Head | None = None) -> list[Worn]:
    """All garments of an outfit on a shaped body (P, 3), in the rest pose, inside ones first.

    Args:
        fineness: of the shells, as `anatomy.shell` has it.
        head: needed for hoods that are up.
    """
    seed = outfit.fold_seed
    worn: list[Worn] = []
    top_spec, gown = outfit.top, outfit.lower.kind == "dress"
    if gown:
        top_spec = dataclasses.replace(top_spec, length=DRESS_WAIST)
        top = upper_body(points, rig, top_spec, seed + 11, 0.0, [], fineness)
        below = skirt_panel(
            points, DRESS_WAIST - 0.03, skirt_hem(outfit.lower), 0.006, outfit.lower.fit, seed, fineness
        )
        lower = hemmed(attached(top, below, DRESS_WAIST), 0.002, 0.03)
        layers = [trunk_vertices(lower)]
    else:
        make = make_skirt if outfit.lower.kind == "skirt" else functools.partial(trouser_legs, rig=rig)
        lower = make(points=points, spec=outfit.lower, seed=seed, fineness=fineness)
        layers = [trunk_vertices(lower)]
        top = upper_body(points, rig, top_spec, seed + 11, 0.0, layers, fineness)
    legs = None
    if outfit.lower.kind != "trousers":
        body = shell_on(points, "tights", min(fineness, 1))
        legs = clipped(body, body.fields["drop"] - 0.3)
    worn.append(Worn("lower", outfit.lower, lower, legs))
    layers.append(trunk_vertices(top))
    collar = make_collar(top, top_spec, fold=True) if top_spec.collar_m else None
    outer = outfit.outer
    if outer is not None:
        # Of what is under a jacket only the part that can be seen is kept: inner layers would show through else.
        rest = top.fields["rest"]
        seen = 0.045 - outside_neck(outer, top.fields["neck"])
        if outer.open_front > 0:
            gap = np.where(rest[:, 0] > 0.02, 0.105 * outer.open_front + 0.035 - np.abs(rest[:, 1]), -1.0)
            seen = np.maximum(seen, np.where(top.fields["arm_weight"] < 0.3, gap, -1.0))
        seen = np.maximum(seen, top.fields["arm"] - (outer.sleeve - 0.08))
        top = clipped(top, np.where(np.isfinite(seen), seen, -1.0))
    elif not gown:
        f = lower.fields["drop"]
        hidden = f < min(outfit.top.length, LOWEST_HEM) - 0.13
        worn[0] = dataclasses.replace(worn[0], surface=compact(lower, ~hidden[lower.faces].all(1)))
    worn.append(Worn("top", outfit.top, hemmed(top, outfit.top.thickness_m, 0.03) if len(top.faces) else top))
    if collar is not None:
        worn.append(Worn("collar", outfit.top, collar))
    if outer is not None:
        for i, part in enumerate(
            _outer(points, rig, outer, seed + 23, layers, 0.010 + 0.004 * outer.fit, fineness, head)
        ):
            worn.append(Worn(f"outer{i}", outer, part))
            if i == 0:
                layers.append(trunk_vertices(part))
    if outfit.vest is not None:
        under = outer or outfit.top
        room = 0.012 + 0.6 * under.thickness_m + (0.018 if outer is not None else 0.0)
        (vest,) = _outer(points, rig, outfit.vest, seed + 37, layers, room, fineness, None)
        worn.append(Worn("vest", outfit.vest, vest))
    if outfit.scarf_rgb is not None:
        scarf = make_scarf(worn, rig, seed)
        if scarf is not None:
            worn.append(Worn("scarf", SCARF, scarf))
    over = outer if outer is not None and outer.open_front == 0 else outfit.top
    hem = float(np.interp(over.length, (0, 1, 2), (0, 1, 2)) if over.kind == "coat" else min(over.length, LOWEST_HEM))
    done = []
    for w in worn:
        if not len(w.surface.faces):
            continue
        f = w.surface.fields
        free = np.ones(len(w.surface.vertices))
        if w.name == "lower":
            free = smoothstep(hem - 0.05, hem + 0.3, f["drop"])
        elif (w.name in ("top", "collar") and outer is not None) or w.name == "scarf":
            free = np.zeros(len(free))
        elif w.spec.kind == "coat":  # the waist's seam holds its two sides together
            free = 1 - np.exp(-(((f["drop"] - 0.6) / 0.16) ** 2))
        if gown and w.name in ("lower", "top"):
            free = free * (1 - np.exp(-(((f["drop"] - DRESS_WAIST) / 0.16) ** 2)))
        done.append(dataclasses.replace(w, surface=w.surface.with_fields(free=free)))
    return done


_STIFFNESS = {
    "cotton": 0.1,
    "denim": 0.2,
    "jersey": 0.1,
    "knit": 0.3,
    "wool": 0.5,
    "nylon": 0.15,
    "leather": 0.5,
    "canvas": 0.7,
    "hivis": 0.3,
}


def settled(worn: list[Worn], posed: Posed, folds: bool) -> list[np.ndarray]:
    """Vertices (N, 3) of each garment in the pose.

    Args:
        worn: garments, inside ones first.
        folds: let the cloth settle into the folds that the pose makes.
    """
    out: list[np.ndarray] = []
    for w in worn:
        s = w.surface
        skinned = at = posed.skin(s.vertices, s.fields["weights"])
        hidden = w.name in ("top", "collar") and any(o.name == "outer0" for o in worn)
        if folds and not hidden and "skin_at" in s.fields and not (w.spec.kind == "trousers" and w.spec.fit <= 0.02):
            ease = np.linalg.norm(s.vertices - s.fields["skin_at"], axis=1) - 0.002
            if w.name != "lower":  # what is worn under it takes room
                under = smoothstep(-0.3, 0.0, s.fields["drop"]) + w.name.startswith("outer")
                ease = ease - 0.016 * np.where(s.fields["arm_weight"] < 0.5, under, 0.0)
            slack = 0.02 + 0.04 * w.spec.fit
            at = drape(s, at, ease.clip(0.0005), s.fields["free"], _STIFFNESS[w.spec.fabric.kind], slack)
        if w.legs is not None:  # a step takes the cloth along
            legs = posed.skin(w.legs.vertices, w.legs.fields["weights"])
            normals = vertex_normals(legs, w.legs.faces)
            gap, reach, rounds = (0.004, 0.05, 2) if w.spec.kind == "shorts" else (0.012, 0.14, 3)
            for _ in range(rounds):
                at = pushed_out(at, legs, normals, s.faces, gap, reach)
        if out and "skin_at" in s.fields:  # thighs that swing forward would come through a hem
            lower = worn[0].surface
            band = (lower.fields["drop"] > 0.1) & (lower.fields["drop"] < 1.35)
            normals = vertex_normals(out[0], lower.faces)
            if band.any():
                gap = 0.010 if w.name == "top" else 0.014
                for _ in range(2):
                    at = pushed_out(at, out[0][band], normals[band], s.faces, gap)
        if "hem_of" in s.fields and len(s.fields["hem_of"]) == len(at):
            at = skinned + (at - skinned)[s.fields["hem_of"]]
        out.append(at)
    return out
