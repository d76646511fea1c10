"""Traffic signals: poles with heads for cars and for pedestrians, one lens of each lit. z = 0 is the ground."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from blender_synth.blender.scenery.meshes import Part, box, disc, join, lathe, part, tube
from blender_synth.world.scenery.crosswalk.elements import Signal

BLACK = (0.014, 0.014, 0.015)
LIT = {"red": (2.6, 0.06, 0.03), "green": (0.05, 2.0, 0.75)}
"""Radiance in units of the scenery's lights: some 10 kcd/m2 where it is brightest (EN 12368 asks for 200 cd and more of
a lens 0.2 m across)."""
DARK = {"red": (0.06, 0.006, 0.004), "amber": (0.06, 0.03, 0.003), "green": (0.004, 0.035, 0.018)}
HEAD_M, WALKER_M = 2.35, 2.15
"""Lower edges of the heads above the ground."""


def signal(plan: Signal) -> Part:
    """The whole pole, its base at the origin, in world axes."""
    high = 3.35 if plan.traffic else 2.95
    if plan.mast_m:
        high = 5.6
    parts = [lathe([(0.10, -0.12), (0.10, 0.03), (0.062, 0.05), (0.055, high)], 12, "iron", plan.rgb)]
    if plan.traffic:
        head = _traffic("red" if plan.walks else "green").moved((0.16, 0, HEAD_M))
        parts.append(head.turned(plan.heading_deg))
        if plan.mast_m:
            parts.append(_mast(plan, high).turned(plan.heading_deg))
    walker = _walker("green" if plan.walks else "red").moved((0.14, 0, WALKER_M))
    parts.append(walker.turned(plan.across_deg))
    box_ = box((0.055, -0.05, 0.95), (0.12, 0.05, 1.16), "paint", (0.55, 0.38, 0.02))
    lamp = disc(0.022, 0.121, 1.11, "signal", LIT["red"], 10)
    parts.append(join([box_, lamp]).turned(plan.across_deg + 90.0))
    return join(parts)


def _mast(plan: Signal, high: float) -> Part:
    """An arm over the carriageway, to the right of the direction that the heads face, with a second head."""
    reach = plan.mast_m
    side = -1.0 if (plan.heading_deg - plan.across_deg) % 360.0 < 180.0 else 1.0
    t = np.linspace(0, np.pi / 2, 6)
    bend = np.column_stack([0 * t, side * 0.5 * (1 - np.cos(t)), high - 0.5 + 0.5 * np.sin(t)])
    path = np.concatenate([bend, [(0, side * reach, high + 0.06)]])
    head = _traffic("red" if plan.walks else "green").moved((0.12, side * (reach - 0.3), high - 0.5))
    return join([tube(path, 0.045, 8, "iron", plan.rgb), head])


def _visor(radius: float, x: float, z: float) -> Part:
    """A hood over the upper part of a lens."""
    a = np.linspace(math.radians(-25), math.radians(205), 12)
    ring = np.column_stack([np.zeros(12), radius * np.cos(a), z + radius * np.sin(a)])
    reach = 0.05 + 0.11 * np.clip(np.sin(a), 0, 1)
    points = np.concatenate([ring + (x, 0, 0), ring + np.column_stack([x + reach, 0 * a, 0 * a])])
    i = np.arange(11)
    outer = np.stack([i, 12 + i, 13 + i, i + 1], axis=1)
    return part(points, np.concatenate([outer, outer[:, ::-1]]), "matt", BLACK)


def _traffic(lit: str) -> Part:
    """Three lenses above each other, red on top; its lower edge at z = 0, its back at x = -0.1."""
    parts = [
        box((-0.1, -0.15, 0), (0.1, 0.15, 0.86), "matt", BLACK),
        box((-0.14, -0.03, 0.2), (-0.1, 0.03, 0.66), "iron", BLACK),
    ]
    for name, z in (("green", 0.15), ("amber", 0.43), ("red", 0.71)):
        on = name == lit
        parts += [disc(0.1, 0.105, z, "signal" if on else "car_glass", LIT[name] if on else DARK[name], 20),
                  _visor(0.115, 0.1, z)]  # fmt: skip
    return join(parts)


def _walker(lit: str) -> Part:
    """Two square fields with a standing and a walking figure; its lower edge at z = 0."""
    parts = [box((-0.09, -0.13, 0), (0.09, 0.13, 0.54), "matt", BLACK)]
    for name, z in (("green", 0.14), ("red", 0.40)):
        on = name == lit
        material, tint = ("signal", LIT[name]) if on else ("car_glass", DARK[name])
        parts.append(replace(_figure(name == "green").moved((0.095, 0, z)).painted(tint), names=(material,)))
        parts.append(box((0.09, -0.125, z + 0.115), (0.2, 0.125, z + 0.125), "matt", BLACK))
    return join(parts)


def _figure(walking: bool) -> Part:
    """The pictogram of a person, 0.19 m high, facing +x, centred at the origin."""
    bars: list[tuple[tuple[float, float], tuple[float, float], float]] = [((0, -0.02), (0, 0.045), 0.05)]
    if walking:
        bars += [
            ((0, -0.02), (-0.045, -0.09), 0.022),
            ((0, -0.02), (0.04, -0.09), 0.022),
            ((0, 0.035), (-0.05, -0.005), 0.016),
            ((0, 0.035), (0.045, 0.0), 0.016),
        ]
    else:
        bars += [((-0.015, -0.02), (-0.017, -0.095), 0.022), ((0.015, -0.02), (0.017, -0.095), 0.022),
                 ((-0.033, 0.04), (-0.038, -0.02), 0.016), ((0.033, 0.04), (0.038, -0.02), 0.016)]  # fmt: skip
    parts = [disc(0.021, 0.0, 0.075, "signal", (1, 1, 1), 12)]
    for (y0, z0), (y1, z1), wide in bars:
        along = np.array([y1 - y0, z1 - z0])
        across = np.array([-along[1], along[0]]) / np.linalg.norm(along) * wide / 2
        start, end = np.array([y0, z0]), np.array([y1, z1])
        corners = np.array([start - across, end - across, end + across, start + across])
        if np.cross(corners[1] - corners[0], corners[2] - corners[0]) < 0:
            corners = corners[::-1]
        parts.append(part(np.column_stack([np.zeros(4), corners]), [[0, 1, 2, 3]], "signal"))
    return join(parts)
