"""A bag at the hip on a strap over the shoulder."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.bag_bodies import BAG_SHAPES, bag_body
from blender_synth.bodies.carried.carrier import SIDE_OF, Carrier, Piece, darker
from blender_synth.bodies.skeleton import SIDES, X, Y, Z
from blender_synth.bodies.solids import (
    moved,
    ribbon,
    smooth_path,
)
from blender_synth.world.people.carrying import CarriedSpec


def build(item: CarriedSpec, carrier: Carrier) -> list[Piece]:
    """A bag at the hip: a flap bag's strap runs across the body, a tote's hangs from the shoulder above it."""
    side = SIDE_OF[item.held.split("_")[0]]
    out, yaw, m = SIDES[side], carrier.yaw, carrier.measures
    across = item.style == "flap"
    pieces, height = bag_body(item)
    depth, width, _, _ = (v * item.size for v in BAG_SHAPES[item.style])
    hips = (carrier.bone("upperleg01.L") + carrier.bone("upperleg01.R")) / 2
    high = hips[2] + (0.06 if across else 0.13)
    level = carrier.cloth[np.abs(carrier.cloth[:, 2] - (high - height / 2)) < 0.06]
    reach = max(m.hip_y, float((((level - hips) @ yaw)[:, 1] * out).max(initial=0.0)))
    back = -0.075 if across else -0.05
    at = np.array([*(hips + yaw @ np.array([back, out * (reach + depth / 2 + 0.008), 0]))[:2], high - height])
    axes = np.stack([out * Y, -out * X, Z]) @ yaw.T
    bag = [(n, moved(s, at, axes), surface, c) for n, s, surface, c in pieces]
    ends = [at + axes[1] * sign * width * 0.46 + Z * (height - 0.015) for sign in (-out, out)]  # fore, aft
    strap_side = "R" if (side == "L") == across else "L"
    sign = SIDES[strap_side]
    inner, joint = carrier.bone(f"clavicle.{strap_side}"), carrier.bone(f"upperarm01.{strap_side}")
    top = inner + (joint - inner) * (0.50 if across else 0.74)
    near = carrier.cloth_near(top, 2, 0.028)
    top = np.array([top[0], top[1], max(top[2] + 0.02, float(np.percentile(near[:, 2], 85)) if len(near) else 0.0)])
    fore, aft = (top + yaw @ np.array([x, -sign * 0.005, -0.035]) for x in (0.055, -0.055))
    path = np.concatenate(
        [
            smooth_path([ends[0], fore], 14, 0),
            smooth_path([fore, top, aft], 7, 0)[1:-1],
            smooth_path([aft, ends[1]], 14, 0),
        ]
    )
    path = _on_cloth(path, carrier, slice(1, 13), 1.0)
    path = _on_cloth(path, carrier, slice(19, -1), -1.0)
    path = smooth_path(path, 40, 3)
    spine = carrier.bone("spine02")
    outward = (path - spine) * [1, 1, 0] + Z * (0.6 * np.clip((path[:, 2] - top[2] + 0.09) / 0.09, 0, 1))[:, None]
    wide = 0.03 if across else 0.022
    return [
        *bag,
        ("strap", ribbon(path, outward, wide, 0.004), "leather" if across else "canvas", darker(item.rgb, 0.8)),
    ]


def _on_cloth(path: np.ndarray, carrier: Carrier, part: slice, front: float) -> np.ndarray:
    """A stretch of a strap laid onto the cloth in front of (+1) or behind (-1) the trunk."""
    out = path.copy()
    out[part] = carrier.outside(path[part], 0.012)
    for k in range(*part.indices(len(path))):
        near = carrier.cloth_near(out[k], 0, 0.022)
        if len(near):
            face = float(np.percentile(front * near[:, 0], 97)) + 0.005
            trunk = front * (near[:, 0] - carrier.bone("spine02")[0]) > 0.0
            if trunk.any():
                out[k, 0] = front * max(front * out[k, 0], face)
    return out
