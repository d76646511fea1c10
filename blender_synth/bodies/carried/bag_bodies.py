"""The bodies of bags, standing on the ground."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.carrier import STEEL, Piece, darker
from blender_synth.bodies.skeleton import Y, Z, rotation
from blender_synth.bodies.solids import (
    body,
    moved,
)
from blender_synth.world.people.carrying import CarriedSpec

BAG_SHAPES = {  # depth, width, height of the body in metres, length of the handles
    "paper": (0.13, 0.30, 0.34, 0.15),
    "plastic": (0.20, 0.30, 0.33, 0.13),
    "frame": (0.13, 0.29, 0.21, 0.11),
    "flap": (0.09, 0.27, 0.20, 0.10),
    "tote": (0.12, 0.34, 0.30, 0.20),
}


def bag_body(item: CarriedSpec) -> tuple[list[Piece], float]:
    """A bag standing on z = 0, depth along x and width along y, and the height where its handles begin."""
    depth, width, height, _ = (v * item.size for v in BAG_SHAPES[item.style])
    rgb, trim = item.rgb, item.second_rgb
    if item.style == "paper":
        profile = np.array([[0, 1, 1], [0.25, 0.97, 1], [0.75, 0.62, 1], [1, 0.30, 1]])
        print_ = body((0.002, width * 0.42, height * 0.34), 0.3, 0.0005)
        pieces = [("bag", body((depth, width, height), 0.12, 0.004, profile, 40), "paper", rgb)]
        tilt = rotation(Y, -7.0)
        for sign in (1, -1):
            face = rotation(Z, 90 - 90 * sign) @ tilt
            at = np.array([sign * (depth * 0.47), 0, height * 0.32])
            pieces.append(("print", moved(print_, at, face.T), "paper", trim))
        return pieces, height
    if item.style == "plastic":
        profile = np.array([[0, 0.55, 0.7], [0.12, 0.95, 0.96], [0.35, 1.0, 1.0], [0.7, 0.7, 0.92], [1, 0.22, 0.72]])
        (v, f) = body((depth, width, height), 0.75, 0.02, profile)
        seed = item.shape_seed % 97
        wrinkle = 0.007 * np.sin(v[:, 1] * 75 + seed) * np.sin(v[:, 2] * 38 + 2 * seed) * np.sin(v[:, 0] * 55)
        return [("bag", (v + wrinkle[:, None] * np.sign(v) * [1, 1, 0], f), "film", rgb)], height
    if item.style == "tote":
        profile = np.array([[0, 1, 0.92], [0.4, 1, 0.97], [1, 0.45, 1]])
        rim = body((depth * 0.5, width * 1.01, 0.02), 0.5, 0.004)
        return [
            ("bag", body((depth, width, height), 0.4, 0.012, profile), "canvas", rgb),
            ("rim", moved(rim, np.array([0, 0, height - 0.022])), "canvas", darker(rgb, 0.8)),
        ], height
    if item.style == "frame":
        profile = np.array([[0, 1, 1], [0.3, 1.0, 0.97], [1, 0.36, 0.80]])
        clasp = body((0.016, 0.035, 0.02), 0.5, 0.004)
        band = body((depth * 1.03, width * 1.0, 0.018), 0.35, 0.003)
        return [
            ("bag", body((depth, width, height), 0.35, 0.012, profile), "leather", rgb),
            ("band", moved(band, np.array([0, 0, 0.012])), "leather", darker(rgb, 0.7)),
            ("clasp", moved(clasp, np.array([0, 0, height - 0.008])), "metal", (0.55, 0.45, 0.25)),
        ], height
    profile = np.array([[0, 1, 1], [0.7, 1.0, 1.0], [1, 0.7, 0.97]])
    flap = body((0.012, width * 1.01, height * 0.62), 0.25, 0.005)
    buckle = body((0.012, 0.03, 0.035), 0.4, 0.003)
    return [
        ("bag", body((depth, width, height), 0.22, 0.010, profile), "leather", rgb),
        ("flap", moved(flap, np.array([depth * 0.47, 0, height * 0.38])), "leather", darker(rgb, 0.86)),
        ("buckle", moved(buckle, np.array([depth * 0.55, 0, height * 0.40])), "metal", STEEL),
    ], height
