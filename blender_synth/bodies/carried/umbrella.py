"""An umbrella, open or furled."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.carried.carrier import SIDE_OF, STEEL, Carrier, Piece, darker
from blender_synth.bodies.skeleton import Y, Z, rotation, unit
from blender_synth.bodies.solids import (
    bar,
    loft,
    merged,
    moved,
    pipe,
)
from blender_synth.world.people.carrying import CarriedSpec


def build(item: CarriedSpec, carrier: Carrier) -> list[Piece]:
    """An umbrella held up open, or carried furled."""
    side = SIDE_OF[item.held.split("_")[0]]
    hold = carrier.fist(side)[0]
    return _open_umbrella(item, carrier, side, hold) if item.is_open else _furled_umbrella(item, carrier, hold)


def _open_umbrella(item: CarriedSpec, carrier: Carrier, side: str, hold: np.ndarray) -> list[Piece]:
    """Eight taut gores over ribs and stretchers; the shaft leans so that the head is under the middle."""
    radius, deep = 0.56 * item.size, 0.24 * item.size
    head = carrier.posed.place("head", carrier.posed.rig.points["head:tail"])
    peak_z = head[2] + 0.25
    lean = carrier.yaw @ np.array([0.05 if carrier.walks else 0.0, 0, 0])
    towards = (head - hold) * [1, 1, 0]
    peak = np.array([*(hold + 0.25 * towards + lean)[:2], peak_z])
    up = unit(peak - hold)
    axes = np.stack([unit(np.cross(Y, up)), np.cross(up, unit(np.cross(Y, up))), up])
    ribs, per = 8, 6
    azimuth = np.linspace(0, 2 * np.pi, ribs * per, endpoint=False)
    between = (azimuth / (2 * np.pi / ribs)) % 1.0
    chord = np.cos(np.pi / ribs) / np.cos(2 * np.pi / ribs * (between - 0.5))  # gores are straight from rib to rib
    rows = []
    for t in np.linspace(0.02, 1.0, 9):
        pull = 1 - (1 - chord * (1 - 0.05 * t * np.sin(np.pi * between))) * min(1.0, 1.3 * t)
        r = radius * t * pull
        rows.append(np.stack([r * np.cos(azimuth), r * np.sin(azimuth), -deep * (t * pull) ** 1.8], 1))
    canopy = loft(np.array(rows), True, False)
    frame = []
    for a in 2 * np.pi / ribs * np.arange(ribs):
        d = np.array([np.cos(a), np.sin(a), 0])
        t = np.linspace(0.03, 1.015, 9)[:, None]
        rib = d * radius * t - Z * (deep * t**1.8 + 0.006)
        frame += [pipe(rib, 0.0022, 5), bar(-Z * 0.30 * item.size, rib[4], 0.0018, 4)]
    length = float((peak - hold) @ up)
    shaft = bar(np.array([0, 0, 0.045]), np.array([0, 0, -length - 0.02]), 0.005)
    handle = np.array([0, 0, -length])
    crook = np.concatenate(
        [
            np.linspace(handle + [0, 0, 0.06], handle - [0, 0, 0.10], 5),
            [handle + [0.028 * (1 - np.cos(b)), 0, -0.10 - 0.034 * np.sin(b)] for b in np.linspace(0.5, 3.3, 7)],
        ]
    )
    pieces = [
        ("canopy", canopy, "canopy", item.rgb),
        ("frame", merged(shaft, *frame), "metal", STEEL),
        ("handle", pipe(crook, 0.0105, 8), "plastic", darker(item.second_rgb, 0.5)),
    ]
    return [(n, moved(s, peak, axes), surface, c) for n, s, surface, c in pieces]


def _furled_umbrella(item: CarriedSpec, carrier: Carrier, hold: np.ndarray) -> list[Piece]:
    """Carried like a stick: the crook in the fist, the tip just off the ground ahead."""
    length = min(0.84 * item.size, hold[2] - 0.05)
    lean = 9.0 if carrier.walks else 3.0
    axes = rotation(carrier.yaw @ Y, lean) @ carrier.yaw
    around = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    rings = []
    for t in np.linspace(0, 1, 10):
        r = (0.008 + 0.021 * np.sin(np.pi * min(1.0, t * 0.9 + 0.1)) ** 0.6) * (1 + 0.10 * np.sin(8 * around + 5 * t))
        z = -0.16 - t * (length - 0.22)
        rings.append(np.stack([r * np.cos(around), r * np.sin(around), np.full(32, z)], 1))
    shaft = bar(np.array([0, 0, -0.05]), np.array([0, 0, -length]), 0.0045)
    points = [[0, 0, -0.17], [0, 0, -0.10], [0, 0, -0.035]]
    points += [[-0.034 * (1 - np.cos(b)), 0, -0.02 + 0.034 * np.sin(b)] for b in np.linspace(0.3, 3.6, 8)]
    crook = np.array(points) + [0.034, 0, -0.012]
    pieces = [
        ("canopy", loft(np.array(rings)), "canopy", item.rgb),
        ("shaft", shaft, "metal", STEEL),
        ("handle", pipe(crook, 0.010, 8), "plastic", darker(item.second_rgb, 0.5)),
    ]
    return [
        (n, moved(s if n == "handle" else moved(s, np.array([0.034, 0, 0])), hold, axes.T), k, c)
        for n, s, k, c in pieces
    ]
