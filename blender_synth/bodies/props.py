"""Things people hold."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.skeleton import SIDES, Posed, unit


def _box(middle: np.ndarray, axes: np.ndarray, size: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """A box with chamfer-free corners: vertices (8, 3) and quads (6, 4); axes are rows."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    vertices = middle + (signs * np.array(size) / 2) @ axes
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    return vertices, quads


def held(posed: Posed, spec) -> list:
    """Parts for what the hands hold: a phone."""
    from blender_synth.bodies.person import Look, Part

    parts = []
    for side, arm in (("L", spec.pose.left_arm), ("R", spec.pose.right_arm)):
        if arm not in ("phone", "call"):
            continue
        p = {
            k: posed.place(b, posed.rig.points[b])
            for k, b in (
                ("wrist", f"wrist.{side}"),
                ("index", f"finger2-1.{side}"),
                ("little", f"finger5-1.{side}"),
                ("middle", f"finger3-1.{side}"),
            )
        }
        along = unit(p["middle"] - p["wrist"])
        back = SIDES[side] * unit(np.cross(p["index"] - p["wrist"], p["little"] - p["wrist"]))
        across = np.cross(back, along)
        axes = np.stack([along, across, back])
        middle = p["middle"] + along * 0.028 - back * 0.024
        vertices, quads = _box(middle, axes, (0.148, 0.072, 0.009))
        parts.append(
            Part(f"phone.{side}", vertices.astype(np.float32), quads, Look.of("phone", rgb=(0.01, 0.01, 0.012)))
        )
    return parts
