"""A pram: a bassinet or a buggy."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.carrier import DARK, Carrier, Piece, darker
from blender_synth.bodies.carried.wheels import bar_between_hands, both_sides, in_front, pair_of_wheels
from blender_synth.bodies.skeleton import Y
from blender_synth.bodies.solids import (
    Solid,
    arch,
    bar,
    body,
    merged,
    moved,
    pipe,
    ribbon,
    smooth_path,
)
from blender_synth.world.people.carrying import CarriedSpec


def _hood(hinge: np.ndarray, radius: float, half: float, start_deg: float, end_deg: float) -> tuple[Solid, Solid]:
    """A folding hood of bows about a lateral axis, from one angle above the horizontal to another; and its bows."""
    u = np.linspace(0, np.pi, 17)
    arcs: list[np.ndarray] = []
    bows: list[Solid] = []
    angles = np.linspace(start_deg, end_deg, 13)
    for k, angle in enumerate(angles):
        a = np.radians(angle)
        sag = 1 - (0.03 if k % 4 else 0.0)
        r = radius * sag * np.sin(u) ** 0.55
        row = hinge + np.stack([r * np.cos(a), half * np.sign(np.cos(u)) * np.abs(np.cos(u)) ** 0.8, r * np.sin(a)], 1)
        arcs.append(row)
        if k % 4 == 0:
            bows.append(pipe(row, 0.006, 5))
    rows = np.array(arcs)
    faces = np.arange(rows.shape[0] * 17).reshape(rows.shape[0], 17)
    quads = np.stack([faces[:-1, :-1], faces[:-1, 1:], faces[1:, 1:], faces[1:, :-1]], -1).reshape(-1, 4)
    return (rows.reshape(-1, 3), quads), merged(*bows)


def build(item: CarriedSpec, carrier: Carrier) -> list[Piece]:
    """A pram on four wheels in front of the person, its bar in both hands."""
    high = float(bar_between_hands(carrier)[2])
    rgb, lining = item.rgb, (0.30, 0.29, 0.27)
    rear, front = 0.24, 0.86
    half, r_rear, r_front = 0.27, 0.135, 0.11
    pieces = pair_of_wheels(rear, half, r_rear, 0.045, 8) + pair_of_wheels(front, half * 0.92, r_front, 0.045, 8)
    knee = np.array([0.42, 0, 0.46])

    def frame(sign: float) -> Solid:
        y = sign * (half - 0.035)
        push = smooth_path([[0.0, y, high], [0.10, y, high - 0.03], [knee[0], y, knee[2]], [front, y, r_front]], 20)
        return merged(
            pipe(push, 0.011, 8), bar(np.array([knee[0] + 0.04, y, knee[2] - 0.04]), np.array([rear, y, r_rear]), 0.010)
        )

    cross = [bar(np.array([x, -half, r]), np.array([x, half, r]), 0.008) for x, r in ((rear, r_rear), (front, r_front))]
    grip = pipe(np.array([[0, y, high] for y in np.linspace(-half + 0.035, half - 0.035, 7)]), 0.015, 10)
    basket = body((0.50, 2 * half - 0.12, 0.15), 0.3, 0.03, np.array([[0, 0.85, 0.9], [1, 1, 1]]))
    pieces += [
        ("frame", merged(both_sides(frame), *cross), "metal", (0.06, 0.06, 0.062)),
        ("grip", grip, "leather", DARK),
        ("basket", moved(basket, np.array([0.50, 0, 0.20])), "nylon", darker(rgb, 0.4)),
    ]
    if item.style == "bassinet":
        tub_z, tub_h = 0.56, 0.24
        profile = np.array([[0, 0.80, 0.82], [0.5, 0.95, 0.96], [1, 1, 1]])
        tub = body((0.80, 0.40, tub_h), 0.6, 0.05, profile)
        cover = body((0.50, 0.385, 0.05), 0.6, 0.022)
        hood, bows = _hood(np.array([0.76, 0, tub_z + tub_h - 0.03]), 0.30, 0.20, 4, 112)
        pieces += [
            ("tub", moved(tub, np.array([0.55, 0, tub_z])), "canvas", rgb),
            ("cover", moved(cover, np.array([0.42, 0, tub_z + tub_h - 0.028])), "canvas", darker(rgb, 0.85)),
            ("hood", hood, "canvas", rgb),
            ("bows", bows, "canvas", darker(rgb, 0.7)),
        ]
        return in_front(carrier, pieces)
    seat = smooth_path(
        [[0.30, 0, 0.98], [0.37, 0, 0.72], [0.46, 0, 0.50], [0.72, 0, 0.53], [0.82, 0, 0.33], [0.90, 0, 0.30]], 26, 2
    )
    normal = np.cross(np.gradient(seat, axis=0), Y)
    blanket = body((0.34, 0.30, 0.14), 0.7, 0.05, np.array([[0, 1, 1], [1, 0.8, 0.8]]))
    bumper = arch(np.array([0.52, -0.17, 0.60]), np.array([0.52, 0.17, 0.60]), np.array([0.20, 0, 0.08]), 13)
    hood, bows = _hood(np.array([0.40, 0, 0.80]), 0.31, 0.19, 20, 128)
    pieces += [
        ("seat", ribbon(seat, -normal, 0.34, 0.035), "nylon", rgb),
        ("blanket", moved(blanket, np.array([0.62, 0, 0.53])), "canvas", lining),
        ("bumper", pipe(bumper, 0.013, 8), "leather", DARK),
        ("hood", hood, "nylon", rgb),
        ("bows", bows, "nylon", darker(rgb, 0.6)),
    ]
    return in_front(carrier, pieces)
