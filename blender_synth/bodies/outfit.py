"""All garments of an outfit on one body: built in the rest pose, then settled in the pose."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from blender_synth.bodies.cloth.drape import drape, pushed_out
from blender_synth.bodies.cloth.neckline import outside_neck
from blender_synth.bodies.cloth.panels import (
    opened,
)
from blender_synth.bodies.cloth.scarf import SCARF, make_scarf
from blender_synth.bodies.cloth.shells import LOWEST_HEM, shell_on, trunk_vertices
from blender_synth.bodies.cloth.worn import Worn
from blender_synth.bodies.cuts import Wearer, cut_of, lower_cut, upper_cut
from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.mesh import (
    Surface,
    clipped,
    compact,
    hemmed,
    joined,
    vertex_normals,
)
from blender_synth.bodies.skeleton import Posed
from blender_synth.world.people.clothes import GarmentSpec, OutfitSpec


def _over(wearer: Wearer, garment: GarmentSpec, seed: int, inner: Sequence[np.ndarray], ease_m: float) -> list[Surface]:
    """Jackets, coats and vests, hemmed; `ease_m` is the room for what is worn under them."""
    cut = upper_cut(garment)
    parts = cut.panels(wearer, garment, seed, inner, ease_m)
    collar = cut.collar(wearer, garment, parts[0])
    if garment.open_front > 0:
        parts = [opened(joined(*parts), garment.open_front, wearer.rig)]
        if collar is not None:
            collar = opened(collar, garment.open_front, wearer.rig)
    done = [hemmed(p, garment.thickness_m * 0.6, 0.03) for p in parts]
    return done + ([collar] if collar is not None and len(collar.faces) else [])


def dress(wearer: Wearer, outfit: OutfitSpec) -> list[Worn]:
    """All garments of an outfit on a body in the rest pose, inside ones first."""
    seed = outfit.fold_seed
    worn: list[Worn] = []
    cut, top_cut, top_spec = lower_cut(outfit.lower), upper_cut(outfit.top), outfit.top
    if cut.waist_drop is not None:  # a dress
        top_spec = dataclasses.replace(top_spec, length=cut.waist_drop)
        panels = top_cut.panels(wearer, top_spec, seed + 11, [], 0.0)
        lower = cut.build(wearer, outfit.lower, seed, panels[0])
        layers = [trunk_vertices(lower)]
    else:
        lower = cut.build(wearer, outfit.lower, seed, None)
        layers = [trunk_vertices(lower)]
        panels = top_cut.panels(wearer, top_spec, seed + 11, layers, 0.0)
    top = joined(*panels) if len(panels) > 1 else panels[0]
    legs = None
    if cut.clearance is not None:
        body = shell_on(wearer.points, "tights", min(wearer.fineness, 1))
        legs = clipped(body, body.fields["drop"] - 0.3)
    worn.append(Worn("lower", outfit.lower, lower, legs))
    layers.append(trunk_vertices(top))
    collar = top_cut.collar(wearer, top_spec, panels[0])
    outer = outfit.outer
    if outer is not None:
        # Of what is under a jacket only the part that can be seen is kept: inner layers would show through else.
        rest = top.fields["rest"]
        seen = 0.045 - outside_neck(outer, top.fields["neck"], outer=True)
        if outer.open_front > 0:
            gap = np.where(rest[:, 0] > 0.02, 0.105 * outer.open_front + 0.035 - np.abs(rest[:, 1]), -1.0)
            seen = np.maximum(seen, np.where(top.fields["arm_weight"] < 0.3, gap, -1.0))
        seen = np.maximum(seen, top.fields["arm"] - (outer.sleeve - 0.08))
        top = clipped(top, np.where(np.isfinite(seen), seen, -1.0))
    elif cut.waist_drop is None:
        f = lower.fields["drop"]
        hidden = f < min(outfit.top.length, LOWEST_HEM) - 0.13
        worn[0] = dataclasses.replace(worn[0], surface=compact(lower, ~hidden[lower.faces].all(1)))
    worn.append(Worn("top", outfit.top, hemmed(top, outfit.top.thickness_m, 0.03) if len(top.faces) else top))
    if collar is not None:
        worn.append(Worn("collar", outfit.top, collar))
    if outer is not None:
        room = 0.010 + 0.004 * outer.fit
        for i, part in enumerate(_over(wearer, outer, seed + 23, layers, room)):
            worn.append(Worn(f"outer{i}", outer, part))
            if i == 0:
                layers.append(trunk_vertices(part))
    if outfit.vest is not None:
        under = outer or outfit.top
        room = 0.012 + 0.6 * under.thickness_m + (0.018 if outer is not None else 0.0)
        worn += [Worn("vest", outfit.vest, part) for part in _over(wearer, outfit.vest, seed + 37, layers, room)]
    if outfit.scarf_rgb is not None:
        scarf = make_scarf(worn, wearer.rig, seed)
        if scarf is not None:
            worn.append(Worn("scarf", SCARF, scarf))
    over = outer if outer is not None and outer.open_front == 0 else outfit.top
    hem = upper_cut(over).hem_drop(over)
    done = []
    for w in worn:
        if not len(w.surface.faces):
            continue
        fields = w.surface.fields
        free = np.ones(len(w.surface.vertices))
        if w.name == "lower":
            free = smoothstep(hem - 0.05, hem + 0.3, fields["drop"])
        elif (w.name in ("top", "collar") and outer is not None) or w.name == "scarf":
            free = np.zeros(len(free))
        else:
            free = _off_seam(cut_of(w.spec).seam_drop, fields["drop"])
        if cut.waist_drop is not None and w.name in ("lower", "top"):
            free = free * _off_seam(cut.waist_drop, fields["drop"])
        done.append(dataclasses.replace(w, surface=w.surface.with_fields(free=free)))
    return done


def _off_seam(seam_drop: float | None, drop: np.ndarray) -> np.ndarray:
    """(N,) 1 away from a seam around the body, 0 on it: there cloth cannot billow."""
    return np.ones(len(drop)) if seam_drop is None else 1 - np.exp(-(((drop - seam_drop) / 0.16) ** 2))


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
        if folds and not hidden and "skin_at" in s.fields and not cut_of(w.spec).is_tight(w.spec):
            ease = np.linalg.norm(s.vertices - s.fields["skin_at"], axis=1) - 0.002
            if w.name != "lower":  # what is worn under it takes room
                under = smoothstep(-0.3, 0.0, s.fields["drop"]) + w.name.startswith("outer")
                ease = ease - 0.016 * np.where(s.fields["arm_weight"] < 0.5, under, 0.0)
            slack = 0.02 + 0.04 * w.spec.fit
            at = drape(s, at, ease.clip(0.0005), s.fields["free"], _STIFFNESS[w.spec.fabric.kind], slack)
        clearance = lower_cut(w.spec).clearance if w.legs is not None else None
        if w.legs is not None and clearance is not None:  # a step takes the cloth along
            legs = posed.skin(w.legs.vertices, w.legs.fields["weights"])
            normals = vertex_normals(legs, w.legs.faces)
            for _ in range(clearance.rounds):
                at = pushed_out(at, legs, normals, s.faces, clearance.gap_m, clearance.reach_m)
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
