"""Which parts of the body clothes hide, and how far skin is pulled in under their edges."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.cloth.neckline import outside_neck
from blender_synth.bodies.cloth.shells import LOWEST_HEM
from blender_synth.bodies.cuts import lower_cut
from blender_synth.bodies.data import body_data
from blender_synth.bodies.fields import smoothstep
from blender_synth.world.people.clothes import OutfitSpec


def covered(outfit: OutfitSpec, near: float = 1.0) -> np.ndarray:
    """(V,) bool: body vertices that are certainly hidden by clothes.

    Args:
        near: below 1, also vertices close to hems and cuffs, which may show from close by.
    """
    a = anatomy.body_anatomy()
    out = np.zeros(body_data().vertex_count, bool)
    lower, top, outer = outfit.lower, outfit.top, outfit.outer
    cut = lower_cut(lower)
    if not cut.has_legs:
        out |= (a.drop > 0.12) & (a.drop < min(cut.hem_drop(lower) - 0.75, 1.3))
    else:
        out |= (a.drop > 0.02) & (a.leg < lower.length - 0.12 * near) & (a.arm < 0)
    hem = min(top.length, LOWEST_HEM) if cut.waist_drop is None else cut.waist_drop + 0.1
    below_head = (a.drop > -8) & (a.rest_m[:, 2] < 1.45)
    out |= below_head & (a.drop < hem - 0.1 * near) & (outside_neck(top, a.neck, outer=False) > 0.022)
    out |= (a.arm >= 0) & (a.arm < top.sleeve - 0.14 * near)
    if outfit.shoes.kind != "sandal":
        out |= (a.foot > 0.5) & (a.rest_m[:, 2] < 0.052)  # in the shoe
    if outfit.shoes.kind == "boot":
        out |= a.leg > 2.0 - 0.5 * outfit.shoes.shaft_m
    if cut.has_legs and lower.length > 1.8 and outfit.shoes.kind != "sandal":
        out |= (a.foot > 0.3) & (a.rest_m[:, 2] < 0.09)  # between hem and shoe
    if outer is not None:
        out |= (a.arm >= 0) & (a.arm < outer.sleeve - 0.14 * near)
        if outer.open_front == 0:
            out |= (
                below_head
                & (a.drop < min(outer.length, LOWEST_HEM) - 0.1 * near)
                & (outside_neck(outer, a.neck, outer=True) > 0.03)
            )
    return out


def tucked_m(outfit: OutfitSpec) -> np.ndarray:
    """(V,) metres by which body vertices under the edges of garments are pulled in, so that none pokes through."""
    a = anatomy.body_anatomy()
    lower, top, outer = outfit.lower, outfit.top, outfit.outer
    on_arm = a.arm >= 0
    sleeve = max(g.sleeve for g in (top, outer) if g is not None)
    cuff = max(sleeve, 0.16)  # about where armholes are
    depth = 0.016 * smoothstep(cuff + 0.05, cuff - 0.08, a.arm) * on_arm
    neck = np.max(
        [outside_neck(g, a.neck, g is outer) for g in (top, outer) if g is not None and g.open_front == 0], axis=0
    )
    below_head = (a.drop > -8) & (a.rest_m[:, 2] < 1.45)
    depth = np.maximum(depth, 0.008 * smoothstep(-0.004, 0.018, neck) * below_head * (a.drop < 0))
    if not lower_cut(lower).has_legs:
        depth = np.maximum(depth, 0.010 * smoothstep(2.0, 1.5, a.drop) * (a.drop > 0))
    else:
        end = 0.018 * smoothstep(lower.length + 0.05, lower.length - 0.08, a.leg)
        depth = np.maximum(depth, end * (a.leg > 0) * (a.drop > 0) * (a.arm < 0))
    return depth
