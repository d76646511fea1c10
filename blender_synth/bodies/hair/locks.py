"""Locks that lie on the scalp or hang from it."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from blender_synth.bodies.data import BodyData
from blender_synth.bodies.fields import halton, smoothstep, unit_rows
from blender_synth.bodies.hair.scalp import LINE_AZIMUTH, LINE_ELEVATION, TIED, receded
from blender_synth.bodies.hair.strands import ribbons, ropes
from blender_synth.bodies.hair.tied import make_bun, make_tail
from blender_synth.bodies.head import Head, direction_of
from blender_synth.bodies.mesh import Surface, joined
from blender_synth.bodies.skeleton import Rig
from blender_synth.world.people.complexion import HairSpec


@functools.cache
def _roots(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Evenly spread directions over the upper sphere and down to the nape: azimuth and elevation, degrees."""
    low = np.sin(np.radians(-36))
    u, v = halton(n, 2), halton(n, 3)
    return u * 360 - 180, np.degrees(np.arcsin(low + (1 - low) * v))


def _weights(vertices: np.ndarray, rig: Rig) -> np.ndarray:
    """Hair goes with the head; what hangs below the chin goes with neck and chest more and more."""
    out = np.zeros((len(vertices), len(rig.heads)))
    chin = rig.points["head"][2] - 0.06
    low = smoothstep(0.0, 0.16, chin - vertices[:, 2])
    out[:, rig.index["head"]] = 1 - low
    out[:, rig.index["neck01"]] = low * 0.35
    out[:, rig.index["spine01"]] = low * 0.65
    return out


def _flow(hair: HairSpec, at: np.ndarray, head: Head) -> np.ndarray:
    """Combing direction (N, 3) at points on the scalp, not yet tangent."""
    _, elevation, _ = head.angles(at)
    n = unit_rows(at - head.centre)
    down = np.array([0, 0, -1.0])
    part = np.radians(hair.parting_deg)
    sideways = np.sign(n[:, 1] - np.sin(part) * np.maximum(n[:, 0], 0.15) * 0.8)
    sideways = np.where(sideways == 0, 1, sideways)
    top = smoothstep(20, 60, elevation)[:, None]
    side_dir = np.stack([np.full(len(at), -0.15), sideways, np.full(len(at), -0.2)], 1)
    if hair.style in TIED:
        tie = head.centre + np.array([-0.105, 0, 0.055 if hair.style == "bun" else 0.03]) * head.scale
        return unit_rows(tie - at)
    if hair.style in ("short", "fade"):
        crown = direction_of(np.array(170.0), np.array(62.0))
        away = n - crown
        front = smoothstep(0.2, 0.8, n[:, 0])[:, None] * top
        return unit_rows(
            away * (1 - front)
            + front * np.array([0.5, 0.35 * np.sign(hair.parting_deg), 0.25])
            + (1 - top) * down * 0.8
        )
    if hair.style == "side_part":
        return unit_rows(top * (side_dir + [0.15, 0, 0.1]) + (1 - top) * (down + np.array([-0.55, 0, 0])))
    back = smoothstep(-0.2, -0.7, n[:, 0])[:, None]
    return unit_rows(
        top * (side_dir * (1 - back) + back * np.array([-1.0, 0, 0]))
        + (1 - top) * (down + np.array([-0.25, 0, 0]) * (1 - back))
    )


def make_locks(
    data: BodyData,
    points: np.ndarray,
    rig: Rig,
    hair: HairSpec,
    head: Head,
    volume: float,
    count: int,
    hat: bool,
    back_x: Callable[[np.ndarray], np.ndarray],
) -> Surface | None:
    """Locks from roots all over the scalp: combed along the head, then hanging, or tied; None where nothing grows.

    Args:
        points: (P, 3) of the shaped body. volume: how far hair stands off the scalp, metres. count: number of locks on
            a full head. hat: only what shows below a hat. back_x: z (M,) -> x of the clothes' back surface.
    """
    azimuth, elevation = _roots(count)
    line = np.interp(np.abs(azimuth), LINE_AZIMUTH, LINE_ELEVATION)
    above = elevation - line - receded(hair, azimuth)
    ears = (np.abs(azimuth) > 76) & (np.abs(azimuth) < 104) & (elevation < 8)
    if hair.style == "fade":
        above = np.minimum(above, elevation - 20)
    if hat:  # what is above its edge is hidden
        above = np.where(
            elevation < np.interp(np.abs(azimuth), (0, 60, 95, 140, 180), (-90, 4, -2, -10, -16)), above, -1
        )
    keep = (above > 0.3) & ~ears
    azimuth, elevation, above = azimuth[keep], elevation[keep], above[keep]
    n = len(azimuth)
    if n < 5:
        return None
    index = np.arange(n)
    spread = [halton(n, b) - 0.5 for b in (5, 7, 11)]  # fixed irregularities; the seed turns them
    spread = [np.roll(s, (hair.lock_seed >> (5 * i)) % n) for i, s in enumerate(spread)]
    long_hair = hair.style in ("bob", "long", "locs", "fringe")
    steps = 8 if long_hair or hair.style == "curly" else 5
    length = hair.length_m * (1 + (0.25 if long_hair else 0.6) * spread[0])
    if hair.style in TIED:
        tie = head.centre + np.array([-0.100, 0, 0.055 if hair.style == "bun" else 0.03]) * head.scale
        start = head.centre + direction_of(azimuth, elevation) * head.radius(azimuth, elevation)[:, None]
        length = np.linalg.norm(tie - start, axis=1) * 1.12
    if hair.style in ("short", "fade"):
        length = length * np.interp(elevation, (-20, 20, 60), (0.45, 0.6, 1.0))
    front_hair = (hair.style == "fringe") & (np.abs(azimuth) < 50) & (elevation < 66)
    length = np.where(front_hair, np.minimum(length, 0.058 * head.scale), length)
    direction = direction_of(azimuth, elevation)
    lift_to = volume * (0.8 + 0.75 * spread[1]) * (0.3 + 0.7 * smoothstep(-2, 14, above))
    p = head.centre + direction * (head.radius(azimuth, elevation) + 0.001 + 0.6 * lift_to)[:, None]
    step = length / (steps - 1)
    path = [p]
    chin_z = head.centre[2] - 0.115 * head.scale
    for k in range(1, steps):
        t = k / (steps - 1)
        a, e, r = head.angles(p)
        normal = unit_rows(p - head.centre)
        flow = _flow(hair, p, head)
        flow = np.where(front_hair[:, None], [1.0, 0.0, -0.55], flow)
        tangent = flow - normal * (flow * normal).sum(1, keepdims=True)
        gravity = {
            "bob": 0.55,
            "fringe": 0.55,
            "long": 0.6,
            "locs": 0.7,
            "curly": 0.35,
            "side_part": 0.12,
            "short": 0.05,
        }.get(hair.style, 0.0) * t
        below = smoothstep(5, -25, e)[:, None] * (0.9 if long_hair or hair.style == "curly" else 0.3)
        d = unit_rows(unit_rows(tangent) * (1 - gravity) * (1 - below) + (gravity + below) * np.array([0, 0, -1.0]))
        if long_hair:  # below the ears straight hair comes back to the neck
            inward = -np.stack([np.zeros(n), p[:, 1], np.zeros(n)], 1) / 0.1 * smoothstep(0, -30, e)[:, None]
            d = unit_rows(d + 0.30 * inward)
        side = np.cross(d, normal)
        wave = hair.wave * 0.35 * np.sin(t * (9 + 4 * spread[2]) + index * 2.4)
        d = unit_rows(d + side * (wave + _STRAY.get(hair.style, 0.3) * spread[2])[:, None])
        if hair.style in ("short", "fade"):  # tips stand off: no two alike
            d = unit_rows(d + normal * (0.24 * spread[1] + 0.08 * t - 0.02)[:, None])
        p = p + d * step[:, None]
        a, e, r = head.angles(p)
        radius = head.radius(a, e) + 0.003 + lift_to * (1 - 0.35 * t)
        if hair.style in TIED:
            radius = head.radius(a, e) + 0.003 + volume * np.sin(np.pi * t) * 0.8
            p = head.centre + unit_rows(p - head.centre) * radius[:, None]
        else:
            loose = 1.0 if hair.style == "curly" else 0.15
            if hair.style in ("short", "fade"):
                loose = 1.0
            held = smoothstep(-12, 12, e) * (1 - loose)  # on the skull hair lies on it, below the ears it hangs free
            push = np.maximum(radius - r, 0) * (e > -40) + np.minimum(radius - r, 0) * held
            p = p + unit_rows(p - head.centre) * push[:, None]
        if long_hair or hair.style == "curly":
            low = p[:, 2] < chin_z + 0.03
            # Behind the shoulders, or in front of them for what grows before the ears; never across the face.
            behind = np.abs(azimuth) > 62
            bx = back_x(p[:, 2]) - 0.012 - 0.010 * (spread[1] + 0.5)
            p[:, 0] = np.where(low & behind, np.minimum(p[:, 0], np.maximum(bx, p[:, 0] - step)), p[:, 0])
            aside = np.sign(p[:, 1]) * np.maximum(np.abs(p[:, 1]), 0.068 * head.scale)
            front = (p[:, 0] > head.centre[0] + 0.015) & (e < 22) & ~front_hair
            p[:, 1] = np.where(front, aside, p[:, 1])
            p[:, 0] = np.where(front, np.minimum(p[:, 0], head.centre[0] + 0.055 * head.scale), p[:, 0])
        path.append(p)
    curves = np.stack(path, 1)  # (n, steps, 3)
    thinner = (1400 / max(count, 1)) ** 0.5
    width = _WIDTH.get(hair.style, 0.0060) * head.scale * thinner
    if hair.style == "locs":
        thick = np.arange(n) % 7 == 0
        parts = [ropes(curves[thick], 0.0058 * head.scale, hair)]
    else:
        parts = [ribbons(curves, head, width, hair, index)]
    if hair.style in ("ponytail", "braid"):
        parts.append(make_tail(hair, head, tie, back_x, count))
    if hair.style == "bun" and not hat:
        parts.append(make_bun(hair, head, tie, count))

    whole = joined(*parts)
    return whole.with_fields(weights=_weights(whole.vertices, rig))


_WIDTH = {"short": 0.0052, "fade": 0.0046, "side_part": 0.0058, "curly": 0.0085}


_STRAY = {"short": 0.7, "fade": 0.6, "side_part": 0.35, "curly": 0.6, "long": 0.16, "bob": 0.16, "locs": 0.3}
"""Width of a lock, metres, with 1400 of them; and how much locks stray from their direction."""
