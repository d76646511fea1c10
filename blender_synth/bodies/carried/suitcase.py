"""A trolley case."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.carrier import DARK, SIDE_OF, STEEL, TYRE, Carrier, Piece, darker
from blender_synth.bodies.skeleton import SIDES, Y, Z, rotation
from blender_synth.bodies.solids import (
    bar,
    body,
    moved,
    pipe,
    wheel,
)
from blender_synth.world.people.carrying import CarriedSpec


def build(item: CarriedSpec, carrier: Carrier) -> list[Piece]:
    """A trolley case on two wheels: pulled behind at a slant, or upright next to somebody who stands."""
    side = SIDE_OF[item.held.split("_")[0]]
    out, yaw = SIDES[side], carrier.yaw
    hold = carrier.fist(side)[0]
    height, width, depth, r = 0.56 * item.size, 0.38 * item.size, 0.23 * item.size, 0.028
    if carrier.walks:
        length = max(height + 0.36, 0.98 * item.size, (hold[2] - r) / np.sin(np.radians(58)))
        slant = float(np.degrees(np.arcsin(np.clip((hold[2] - r) / length, 0.2, 0.98))))
    else:
        length, slant = hold[2] - r, 90.0
    # Own axes: x from the back panel, which faces the person, to the front; z along the bars; z = 0 is the axle.
    bars_x = -depth * 0.30
    back, up = slant - 90.0, r
    tilt = yaw @ rotation(Y, -back) @ rotation(Z, 180.0)
    aside = yaw @ np.array([0, out * (0.015 if carrier.walks else 0.05), 0])
    origin = hold - tilt @ np.array([bars_x, 0, length]) + aside
    origin[2] = r if not carrier.walks else origin[2]
    pieces: list[Piece] = []
    shell = item.style == "shell"
    case = body((depth, width, height), 0.30 if shell else 0.2, 0.035 if shell else 0.02)
    lift = np.array([0, 0, up])
    pieces.append(("case", moved(case, lift), "shell" if shell else "canvas", item.rgb))
    if shell:
        for y in np.linspace(-0.36, 0.36, 7) * width:
            rib = bar(np.array([depth * 0.496, y, 0.07]), np.array([depth * 0.496, y, height - 0.07]), 0.006, 6)
            pieces.append(("rib", moved(rib, lift), "shell", darker(item.rgb, 0.92)))
        seam = body((0.008, width * 1.012, height * 1.008), 0.30, 0.035)
        pieces.append(("seam", moved(seam, lift - [0, 0, 0.002]), "plastic", DARK))
    else:
        for z, h in ((0.07, 0.40), (0.52, 0.36)):
            pocket = body((0.05, width * 0.84, height * h), 0.25, 0.015)
            pieces.append(
                ("pocket", moved(pocket, lift + [depth * 0.48, 0, z * height]), "canvas", darker(item.rgb, 0.85))
            )
    for y in (-1, 1):
        tyre, rim = wheel(r, 0.022)
        at = np.array([bars_x, y * width * 0.40, 0])
        pieces += [("wheel", moved(tyre, at), "tyre", TYRE), ("hub", moved(rim, at), "plastic", (0.1, 0.1, 0.1))]
        rail = bar(np.array([bars_x, y * 0.075, height * 0.6]), np.array([bars_x, y * 0.075, length - 0.005]), 0.006)
        pieces.append(("rail", rail, "metal", STEEL))
    grip = pipe(np.array([[bars_x, y, length] for y in (-0.09, -0.04, 0.04, 0.09)]), 0.013, 8)
    pieces.append(("grip", grip, "plastic", DARK))
    foot = body((0.03, width * 0.6, 0.02), 0.4, 0.004)
    pieces.append(("foot", moved(foot, np.array([depth * 0.36, 0, up - 0.022])), "plastic", DARK))
    return [(n, moved(s, origin, tilt.T), surface, c) for n, s, surface, c in pieces]
