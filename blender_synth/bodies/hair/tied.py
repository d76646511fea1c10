"""Tied hair: pony tails, plaits and buns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from blender_synth.bodies.hair.strands import ribbons
from blender_synth.bodies.head import Head
from blender_synth.bodies.mesh import Surface, joined, tube
from blender_synth.bodies.skeleton import unit
from blender_synth.world.people.complexion import HairSpec


def make_tail(
    hair: HairSpec, head: Head, tie: np.ndarray, back_x: Callable[[np.ndarray], np.ndarray], count: int
) -> Surface:
    """A pony tail from its tie, or a plait."""
    n, steps = max(24, count // 14), 10
    index = np.arange(n)
    angle = index * 2.39996
    radius = np.sqrt((index + 0.5) / n)
    t = np.linspace(0, 1, steps)
    swell = np.interp(t, (0, 0.15, 0.5, 1.0), (0.008, 0.022, 0.024, 0.008)) * head.scale
    drop = hair.length_m * t
    out = np.interp(t, (0, 0.12, 1.0), (0.0, 0.028, 0.02)) * head.scale
    centre = np.stack([tie[0] - out, np.zeros(steps), tie[2] + 0.01 * np.sin(np.pi * np.minimum(t * 3, 1)) - drop], 1)
    low = centre[:, 2] < head.centre[2] - 0.12
    centre[:, 0] = np.where(low, np.minimum(centre[:, 0], back_x(centre[:, 2]) - 0.022), centre[:, 0])
    wave = hair.wave * 0.010 * np.sin(t * 14)
    if hair.style == "braid":
        return _plait(hair, head, centre)
    offset = np.stack([np.cos(angle) * radius, np.sin(angle) * radius, np.zeros(n)], 1)
    curves = centre[None] + offset[:, None, :] * swell[None, :, None] + wave[None, :, None] * np.array([0, 1, 0])
    return ribbons(curves, Head(centre.mean(0), 1, head.table), 0.0075 * (100 / n) ** 0.5, hair, index)


def _plait(hair: HairSpec, head: Head, centre: np.ndarray) -> Surface:
    """Three strands that cross each other down a line (steps, 3)."""
    t = np.linspace(0, 1, 40)
    at = np.linspace(0, 1, len(centre))
    line = np.stack([np.interp(t, at, centre[:, k]) for k in range(3)], 1)
    turns = max(3.0, hair.length_m / 0.045)
    thin = np.interp(t, (0, 0.1, 0.85, 1.0), (0.7, 1.0, 0.8, 0.35))[:, None]
    parts = []
    for k in range(3):
        phase = 2 * np.pi * (turns * t + k / 3)
        sway = np.column_stack([0.006 * np.sin(2 * phase), 0.011 * np.sin(phase), np.zeros(40)]) * head.scale * thin
        vertices, faces = tube(line + sway, 1.0, 6)
        middle = np.repeat(line + sway, 6, 0)
        vertices = middle + (vertices - middle) * np.repeat(thin, 6, 0) * 0.0105 * head.scale
        shade = 0.85 + 0.2 * np.sin(np.arange(len(vertices)) * 1.7)
        uv = np.stack([np.arange(len(vertices)) % 6 * 0.005, vertices[:, 2]], 1)
        parts.append(Surface(vertices, faces, {"shade": shade}, {"uv": uv[faces]}))
    return joined(*parts)


def make_bun(hair: HairSpec, head: Head, tie: np.ndarray, count: int) -> Surface:
    """A knot of hair wound around itself."""
    n, steps = max(24, count // 16), 9
    index = np.arange(n)
    axis = unit(np.array([-1.0, 0, 0.35]))
    first = np.array([0, 1.0, 0])
    second = np.cross(axis, first)
    r = 0.034 * head.scale
    lat = np.degrees(np.arcsin(np.linspace(-0.75, 0.95, n)))
    start = index * 2.39996
    t = np.linspace(0, 1.5, steps)
    phi = start[:, None] + t[None]
    la = np.radians(lat)[:, None] + 0.25 * np.sin(t)[None]
    centre = tie + axis * r * 0.55
    curves = centre + r * (
        np.cos(la)[..., None] * (np.cos(phi)[..., None] * first + np.sin(phi)[..., None] * second)
        + np.sin(la)[..., None] * axis
    )
    return ribbons(curves, Head(centre, 1, head.table), 0.012 * (90 / n) ** 0.5, hair, index)
