"""Hair as real geometry: a cap over the scalp and fine locks that lie on it, hang from it, or are tied.

Hair that is cut to a few millimetres has no geometry: it is a tint of the skin (`scalp_tint`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import BodyData, body_data
from blender_synth.bodies.garments import _noise, smoothstep
from blender_synth.bodies.head import Head, direction_of, head_middle
from blender_synth.bodies.mesh import Surface, clipped, compact, face_normals, joined, tube, vertex_normals
from blender_synth.bodies.skeleton import Rig, unit
from blender_synth.world.people.complexion import HairSpec

# Elevation of the hairline (degrees above the horizon through the head's middle) by azimuth from the front.
_LINE_AZIMUTH = (0, 25, 45, 58, 68, 80, 92, 104, 125, 150, 180)
_LINE_ELEVATION = (36, 37, 33, 22, 2, -16, 4, -6, -24, -32, -34)


@functools.cache
def _scalp_field() -> np.ndarray:
    """(V,) degrees above the hairline, on the middling head; -90 off the head and on the ears."""
    data, points = body_data(), anatomy.middling_points()
    middle, _ = head_middle(points, data)
    head = Head(middle, 1.0, np.ones((2, 2)))
    v = points[: data.vertex_count]
    azimuth, elevation, _ = head.angles(v)
    line = np.interp(np.abs(azimuth), _LINE_AZIMUTH, _LINE_ELEVATION)
    skin = np.zeros(data.vertex_count, bool)
    skin[np.unique(data.faces["body"])] = True
    value = elevation - line
    value = np.where(data.masks["ears"] > 0.35, np.minimum(value, -3.0), value)
    return np.where(skin & (v[:, 2] > 1.46), value, -90.0)


def _hairline(hair: HairSpec, azimuth: np.ndarray) -> np.ndarray:
    """Degrees that the hairline has gone back, by azimuth: temples first."""
    a = np.abs(azimuth)
    return hair.hairline * (26 * np.exp(-(((a - 38) / 20) ** 2)) + 14 * np.exp(-((a / 30) ** 2)))


def scalp(data: BodyData, points: np.ndarray, hair: HairSpec, head: Head) -> np.ndarray:
    """(V,) degrees above this person's hairline."""
    azimuth, _, _ = head.angles(points[: data.vertex_count])
    value = _scalp_field()
    wiggle = 2.0 * np.sin(np.radians(azimuth) * 9 + hair.lock_seed % 11)
    out = value - _hairline(hair, azimuth) + np.where(value > -20, wiggle * 0.6, 0)
    if hair.style == "bald":
        _, elevation, _ = head.angles(points[: data.vertex_count])
        ring = np.minimum(out, (8 - elevation) + 25 * (np.abs(azimuth) < 60) * -1)
        out = np.where(value > -89, ring, -90)
    return out


SHORN = ("buzz", "bald", "fade", "cornrows")
"""Styles whose sides, or all, are a tint of the skin only."""


def scalp_tint(data: BodyData, points: np.ndarray, hair: HairSpec, head: Head) -> np.ndarray:
    """(V,) how much of the skin is covered by the roots of hair, 0 to 1: soft at the hairline."""
    above = scalp(data, points, hair, head)
    tint = smoothstep(-3.0, 5.0, above)
    if hair.style in SHORN:
        most = {"buzz": 0.9, "bald": 0.55, "fade": 0.85, "cornrows": 0.75}[hair.style]
        if hair.style == "fade":  # the sides thin out downwards
            _, elevation, _ = head.angles(points[: data.vertex_count])
            most = most * (0.35 + 0.65 * smoothstep(-25, 25, elevation))
        return tint * most
    return tint * 0.85


@dataclass(frozen=True)
class HairMesh:
    """Hair in the rest pose: surfaces with ``weights``, ``shade`` (brightness) and ``uv`` (across, along: metres)."""

    cap: Surface | None
    locks: Surface | None


def _halton(n: int, base: int) -> np.ndarray:
    out = np.zeros(n)
    for i in range(n):
        f, k = 1.0, i + 1
        while k:
            f /= base
            out[i] += f * (k % base)
            k //= base
    return out


@functools.cache
def _roots(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Evenly spread directions over the upper sphere and down to the nape: azimuth and elevation, degrees."""
    low = np.sin(np.radians(-36))
    u, v = _halton(n, 2), _halton(n, 3)
    return u * 360 - 180, np.degrees(np.arcsin(low + (1 - low) * v))


def make_hair(
    data: BodyData, points: np.ndarray, rig: Rig, head: Head, hair: HairSpec, faces, locks: int, hat: bool, back_x
) -> HairMesh:
    """Hair for one head.

    Args:
        faces: (F, 4) of the body at the wanted detail. locks: how many locks.
        hat: hair under a hat lies flat and only shows below it.
        back_x: function z (M,) -> x of the clothes' back surface, so that long hair falls over it.
    """
    value = scalp(data, points, hair, head)
    volume = hair.volume_m * (0.3 if hat else 1.0)
    if hair.style in ("bald", "buzz"):
        return HairMesh(None, None)
    if hair.style == "afro" and not hat:
        return HairMesh(_ball(data, hair, head), None)
    if hair.style == "fade":
        _, elevation, _ = head.angles(points[: data.vertex_count])
        value = np.minimum(value, elevation - 24)
    cap = _cap(data, points, faces, hair, head, value, volume)
    if hair.style in ("afro", "cornrows"):
        return HairMesh(cap, None)
    return HairMesh(cap, _locks(data, points, rig, hair, head, volume, locks, hat, back_x))


def _weights(vertices: np.ndarray, rig: Rig) -> np.ndarray:
    """Hair goes with the head; what hangs below the chin goes with neck and chest more and more."""
    out = np.zeros((len(vertices), len(rig.heads)))
    chin = rig.points["head"][2] - 0.06
    low = smoothstep(0.0, 0.16, chin - vertices[:, 2])
    out[:, rig.index["head"]] = 1 - low
    out[:, rig.index["neck01"]] = low * 0.35
    out[:, rig.index["spine01"]] = low * 0.65
    return out


def _cap(data, points, faces, hair: HairSpec, head: Head, value: np.ndarray, volume: float) -> Surface | None:
    base = Surface(points[: data.vertex_count], faces, {"above": value})
    near = (value > -15)[base.faces].any(1)

    surface = clipped(compact(base, near), compact(base, near).fields["above"])
    if not len(surface.faces):
        return None
    v = surface.vertices
    normals = vertex_normals(v, surface.faces)
    above = surface.fields["above"]
    azimuth, elevation, _ = head.angles(v)
    lift = volume * (0.15 + 0.5 * smoothstep(0, 16, above))
    lift *= 1 - 0.4 * smoothstep(60, 100, np.abs(azimuth)) * (elevation < 10)
    lumps = _noise((v - head.middle) * (60 if hair.wave > 0.6 else 35) / head.scale, hair.lock_seed, 2)
    lift = lift * (1 + (0.35 if hair.wave > 0.6 else 0.14) * lumps) + 0.0008
    shade = 0.62 + 0.1 * lumps
    if hair.style == "cornrows":  # plaits from the forehead to the nape, skin between them
        rows = np.abs(
            np.sin(np.pi * (v[:, 1] / head.scale + 0.3 * (v[:, 2] - head.middle[2]) * np.sign(v[:, 1])) / 0.019)
        )
        lift = 0.0008 + 0.006 * rows**0.7 * smoothstep(0, 5, above) - 0.0035 * (rows < 0.3)
        shade = 0.5 + 0.5 * rows * (
            0.8 + 0.2 * np.sin(np.degrees(np.arctan2(v[:, 2] - head.middle[2], v[:, 0] - head.middle[0])) * 0.9)
        )
    v = v + normals * lift[:, None]
    weights = np.zeros((len(v), len(data.bones)))
    weights[:, data.bone("head")] = 1
    uv = np.stack([azimuth * 0.0018, elevation * 0.0018], 1)[surface.faces]
    uv[..., 0] -= 0.648 * np.round((uv[..., 0] - uv[:, :1, 0]) / 0.648)
    return Surface(v, surface.faces, {"weights": weights, "shade": shade}, {"uv": uv})


def _ball(data: BodyData, hair: HairSpec, head: Head) -> Surface:
    """Dense curls as one soft, lumpy ball that begins at the hairline."""
    rows, columns = 22, 64
    azimuth = np.linspace(-180, 180, columns, endpoint=False)
    edge = np.interp(np.abs(azimuth), _LINE_AZIMUTH, _LINE_ELEVATION) + _hairline(hair, azimuth)
    edge = np.where((np.abs(azimuth) > 70) & (np.abs(azimuth) < 106), np.maximum(edge, 6), edge)
    for _ in range(2):
        edge = (np.roll(edge, 1) + 2 * edge + np.roll(edge, -1)) / 4
    t = np.concatenate([[0.0, 0.0], np.linspace(0.02, 1, rows - 2)])
    elevation = edge[None] + (90 - edge[None]) * t[:, None]
    around = np.broadcast_to(azimuth, elevation.shape)
    direction = direction_of(around, elevation)
    rise = np.concatenate([[0.0, 0.45], np.interp(t[2:], (0.02, 0.2, 1.0), (0.7, 1.0, 1.0))])[:, None]
    lumps = _noise(direction.reshape(-1, 3) * 14, hair.lock_seed, 2).reshape(elevation.shape)
    fine = _noise(direction.reshape(-1, 3) * 31, hair.lock_seed + 3, 1).reshape(elevation.shape)
    lift = hair.volume_m * rise * (1 + 0.10 * lumps + 0.09 * fine) + 0.001
    v = (head.middle + direction * (head.radius(around, elevation) + lift)[..., None]).reshape(-1, 3)
    grid = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(grid, -1, 1)
    faces = np.stack([grid[:-1], right[:-1], right[1:], grid[1:]], -1).reshape(-1, 4)
    weights = np.zeros((len(v), len(data.bones)))
    weights[:, data.bone("head")] = 1
    uv = np.stack([around, elevation], -1).reshape(-1, 2) * 0.0018
    return Surface(v, faces, {"weights": weights, "shade": 0.85 + 0.2 * fine.ravel()}, {"uv": uv[faces]})


@functools.lru_cache(maxsize=4)
def _beard_roots(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Faces (N,) of the body that strands of a beard grow from, where in them (N, 2), and how densely (N,)."""
    data, grow = body_data(), beard_field()
    faces = data.faces["body"]
    v = anatomy.body_anatomy().rest_m
    here = np.flatnonzero((grow[faces] > 0.35).all(1))
    area = np.linalg.norm(face_normals(v, faces[here]), axis=1) * grow[faces[here]].mean(1)
    share = np.cumsum(area) / area.sum()
    chosen = here[np.searchsorted(share, (np.arange(count) + 0.5) / count)]
    place = np.stack([_halton(count, 2), _halton(count, 3)], 1)
    return chosen, place, grow[faces[chosen]].mean(1)


def make_beard(
    data: BodyData, points: np.ndarray, normals: np.ndarray, head: Head, hair: HairSpec, count: int
) -> Surface:
    """The strands of a full beard and moustache, over skin that is tinted already.

    Args:
        normals: (V, 3) of the body.
        count: how many strands.
    """
    chosen, place, grow = _beard_roots(count)
    corners = data.faces["body"][chosen]
    u, t = place[:, :1], place[:, 1:]
    share = np.stack([(1 - u) * (1 - t), u * (1 - t), u * t, (1 - u) * t], 1)
    v = points[: data.vertex_count]
    root, normal = (v[corners] * share).sum(1), unit_rows((normals[corners] * share).sum(1))
    mouth = v[data.masks["lips"] > 0.5].mean(0)
    index = np.arange(count)
    spread = np.roll(_halton(count, 5) - 0.5, hair.lock_seed % count)
    below = smoothstep(0.0, 0.05, mouth[2] - root[:, 2])
    length = (
        np.where(root[:, 2] > mouth[2] + 0.002, 0.010, 0.007 + 0.022 * below * hair.beard_length)
        * grow
        * (1 + 0.5 * spread)
    )
    lip = np.column_stack([np.full(count, 0.15), np.sign(root[:, 1]) * 0.8, np.full(count, -0.55)])
    down = np.column_stack([np.full(count, 0.22), np.sign(root[:, 1]) * 0.05 + 0.5 * spread, np.full(count, -0.9)])
    over_lip = (root[:, 2] > mouth[2] + 0.002) & (np.abs(root[:, 1]) < 0.03)
    flow = np.where(over_lip[:, None], lip, down)
    path, p = [root - normal * 0.001], root
    for k in range(3):
        rise = (0.55, 0.2, 0.05)[k] + 0.15 * spread[:, None]
        p = p + unit_rows(flow + normal * rise) * (length / 3)[:, None]
        path.append(p)
    surface = _ribbons(np.stack(path, 1), head, 0.0030 * (700 / max(count, 1)) ** 0.5, hair, index)
    weights = np.zeros((len(surface.vertices), len(data.bones)))
    weights[:, data.bone("head")] = 1
    return surface.with_fields(weights=weights)


@functools.cache
def beard_field() -> np.ndarray:
    """(V,) where a beard grows: jaw, chin and upper lip, 0 to 1."""
    data, points = body_data(), anatomy.middling_points()
    v = points[: data.vertex_count]
    lips = v[data.masks["lips"] > 0.5]
    mouth, eye = lips.mean(0), points[data.point("eye.L")]
    side = np.abs(v[:, 1])
    upper = mouth[2] + 0.012 - 0.12 * np.maximum(0.02 - side, 0) + 0.95 * np.maximum(side - 0.03, 0)
    low = mouth[2] - 0.068
    grow = smoothstep(0.010, -0.006, v[:, 2] - upper) * smoothstep(low - 0.022, low + 0.016, v[:, 2])
    grow *= smoothstep(0.042, 0.062, v[:, 0] - 0.02 * (side > 0.05)) * (v[:, 2] < eye[2] - 0.012)
    # Bare: the lips with a little margin, and the cheeks beside the mouth's corners.
    around = np.hypot((v[:, 1] - mouth[1]) / 0.030, (v[:, 2] - mouth[2]) / 0.0105)
    grow *= smoothstep(0.75, 1.1, around) * (1 - smoothstep(0.1, 0.4, data.masks["lips"]))
    grow *= 1 - smoothstep(0.1, 0.5, data.masks["inside_mouth"])
    skin = np.zeros(len(v), bool)
    skin[np.unique(data.faces["body"])] = True
    return grow * skin


TIED = ("ponytail", "bun", "braid")


def _flow(hair: HairSpec, at: np.ndarray, head: Head) -> np.ndarray:
    """Combing direction (N, 3) at points on the scalp, not yet tangent."""
    _, elevation, _ = head.angles(at)
    n = unit_rows(at - head.middle)
    down = np.array([0, 0, -1.0])
    part = np.radians(hair.parting_deg)
    sideways = np.sign(n[:, 1] - np.sin(part) * np.maximum(n[:, 0], 0.15) * 0.8)
    sideways = np.where(sideways == 0, 1, sideways)
    top = smoothstep(20, 60, elevation)[:, None]
    side_dir = np.stack([np.full(len(at), -0.15), sideways, np.full(len(at), -0.2)], 1)
    if hair.style in TIED:
        tie = head.middle + np.array([-0.105, 0, 0.055 if hair.style == "bun" else 0.03]) * head.scale
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


def unit_rows(v: np.ndarray) -> np.ndarray:
    """Rows at length one."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _locks(
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
    azimuth, elevation = _roots(count)
    line = np.interp(np.abs(azimuth), _LINE_AZIMUTH, _LINE_ELEVATION)
    above = elevation - line - _hairline(hair, azimuth)
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
    spread = [_halton(n, b) - 0.5 for b in (5, 7, 11)]  # fixed irregularities; the seed turns them
    spread = [np.roll(s, (hair.lock_seed >> (5 * i)) % n) for i, s in enumerate(spread)]
    long_hair = hair.style in ("bob", "long", "locs", "fringe")
    steps = 8 if long_hair or hair.style == "curly" else 5
    length = hair.length_m * (1 + (0.25 if long_hair else 0.6) * spread[0])
    if hair.style in TIED:
        tie = head.middle + np.array([-0.100, 0, 0.055 if hair.style == "bun" else 0.03]) * head.scale
        start = head.middle + direction_of(azimuth, elevation) * head.radius(azimuth, elevation)[:, None]
        length = np.linalg.norm(tie - start, axis=1) * 1.12
    if hair.style in ("short", "fade"):
        length = length * np.interp(elevation, (-20, 20, 60), (0.45, 0.6, 1.0))
    front_hair = (hair.style == "fringe") & (np.abs(azimuth) < 50) & (elevation < 66)
    length = np.where(front_hair, np.minimum(length, 0.058 * head.scale), length)
    direction = direction_of(azimuth, elevation)
    lift_to = volume * (0.8 + 0.75 * spread[1]) * (0.3 + 0.7 * smoothstep(-2, 14, above))
    p = head.middle + direction * (head.radius(azimuth, elevation) + 0.001 + 0.6 * lift_to)[:, None]
    step = length / (steps - 1)
    path = [p]
    chin_z = head.middle[2] - 0.115 * head.scale
    for k in range(1, steps):
        t = k / (steps - 1)
        a, e, r = head.angles(p)
        normal = unit_rows(p - head.middle)
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
        least = head.radius(a, e) + 0.003 + lift_to * (1 - 0.35 * t)
        if hair.style in TIED:
            least = head.radius(a, e) + 0.003 + volume * np.sin(np.pi * t) * 0.8
            p = head.middle + unit_rows(p - head.middle) * least[:, None]
        else:
            loose = 1.0 if hair.style == "curly" else 0.15
            if hair.style in ("short", "fade"):
                loose = 1.0
            held = smoothstep(-12, 12, e) * (1 - loose)  # on the skull hair lies on it, below the ears it hangs free
            push = np.maximum(least - r, 0) * (e > -40) + np.minimum(least - r, 0) * held
            p = p + unit_rows(p - head.middle) * push[:, None]
        if long_hair or hair.style == "curly":
            low = p[:, 2] < chin_z + 0.03
            # Behind the shoulders, or in front of them for what grows before the ears; never across the face.
            behind = np.abs(azimuth) > 62
            bx = back_x(p[:, 2]) - 0.012 - 0.010 * (spread[1] + 0.5)
            p[:, 0] = np.where(low & behind, np.minimum(p[:, 0], np.maximum(bx, p[:, 0] - step)), p[:, 0])
            aside = np.sign(p[:, 1]) * np.maximum(np.abs(p[:, 1]), 0.068 * head.scale)
            front = (p[:, 0] > head.middle[0] + 0.015) & (e < 22) & ~front_hair
            p[:, 1] = np.where(front, aside, p[:, 1])
            p[:, 0] = np.where(front, np.minimum(p[:, 0], head.middle[0] + 0.055 * head.scale), p[:, 0])
        path.append(p)
    curves = np.stack(path, 1)  # (n, steps, 3)
    thinner = (1400 / max(count, 1)) ** 0.5
    width = _WIDTH.get(hair.style, 0.0060) * head.scale * thinner
    if hair.style == "locs":
        thick = np.arange(n) % 7 == 0
        parts = [_ropes(curves[thick], 0.0058 * head.scale, hair)]
    else:
        parts = [_ribbons(curves, head, width, hair, index)]
    if hair.style in ("ponytail", "braid"):
        parts.append(_tail(hair, head, tie, back_x, count))
    if hair.style == "bun" and not hat:
        parts.append(_bun(hair, head, tie, count))

    whole = joined(*parts)
    return whole.with_fields(weights=_weights(whole.vertices, rig))


_WIDTH = {"short": 0.0052, "fade": 0.0046, "side_part": 0.0058, "curly": 0.0085}
_STRAY = {"short": 0.7, "fade": 0.6, "side_part": 0.35, "curly": 0.6, "long": 0.16, "bob": 0.16, "locs": 0.3}
"""Width of a lock, metres, with 1400 of them; and how much locks stray from their direction."""


def _ropes(curves: np.ndarray, radius: float, hair: HairSpec) -> Surface:
    """Round locks along curves (n, steps, 3)."""
    steps = curves.shape[1]
    parts = [tube(c, radius, 5) for c in curves]
    vertices = np.concatenate([v for v, _ in parts])
    faces = np.concatenate([f + i * steps * 5 for i, (_, f) in enumerate(parts)])
    shade = 0.85 + 0.25 * np.sin(np.arange(len(vertices)) // 5 * 2.1 + hair.lock_seed % 97)
    uv = np.stack([np.arange(len(vertices)) % 5 * 0.004, vertices[:, 2]], 1)
    return Surface(vertices, faces, {"shade": shade}, {"uv": uv[faces]})


def _ribbons(curves: np.ndarray, head: Head, width: float, hair: HairSpec, index: np.ndarray) -> Surface:
    """Locks as flat ribbons that taper, along curves (n, steps, 3)."""
    n, steps, _ = curves.shape
    tangent = unit_rows(np.gradient(curves, axis=1))
    outward = unit_rows(curves - head.middle)
    side = unit_rows(np.cross(tangent, outward))
    t = np.linspace(0, 1, steps)
    vary = 0.6 + 0.8 * ((index * 0.618034) % 1.0)
    lean = (0.22 if hair.style in ("long", "bob", "fringe", *TIED) else 0.5) * np.sin(index * 4.1)[
        :, None, None
    ]  # each lies a little askew, so that light breaks on them
    side = unit_rows(side + outward * lean)
    w = width * vary[:, None, None] * np.interp(t, (0, 0.3, 0.7, 1.0), (0.8, 1.0, 0.75, 0.08))[None, :, None] / 2
    columns = np.stack([curves - side * w, curves + side * w], 2)  # (n, steps, 2, 3)
    grid = np.arange(n * steps * 2).reshape(n, steps, 2)
    faces = np.stack([grid[:, :-1, 0], grid[:, :-1, 1], grid[:, 1:, 1], grid[:, 1:, 0]], -1).reshape(-1, 4)
    tone = 0.86 + 0.2 * np.sin(index * 12.9898 + hair.lock_seed % 97)[:, None, None]
    shade = np.broadcast_to(tone - 0.12 + 0.34 * t[None, :, None], (n, steps, 2)).reshape(-1)
    along = np.concatenate([np.zeros((n, 1)), np.cumsum(np.linalg.norm(np.diff(curves, axis=1), axis=2), 1)], 1)
    uv = np.stack(
        [
            np.broadcast_to(np.array([-0.5, 0.5]) * width, (n, steps, 2)) + index[:, None, None] * 0.017,
            np.broadcast_to(along[:, :, None], (n, steps, 2)),
        ],
        -1,
    ).reshape(-1, 2)
    return Surface(columns.reshape(-1, 3), faces, {"shade": shade.copy()}, {"uv": uv[faces]})


def _tail(hair: HairSpec, head: Head, tie: np.ndarray, back_x, count: int) -> Surface:
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
    low = centre[:, 2] < head.middle[2] - 0.12
    centre[:, 0] = np.where(low, np.minimum(centre[:, 0], back_x(centre[:, 2]) - 0.022), centre[:, 0])
    wave = hair.wave * 0.010 * np.sin(t * 14)
    if hair.style == "braid":
        return _plait(hair, head, centre)
    offset = np.stack([np.cos(angle) * radius, np.sin(angle) * radius, np.zeros(n)], 1)
    curves = centre[None] + offset[:, None, :] * swell[None, :, None] + wave[None, :, None] * np.array([0, 1, 0])
    return _ribbons(curves, Head(centre.mean(0), 1, head.table), 0.0075 * (100 / n) ** 0.5, hair, index)


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


def _bun(hair: HairSpec, head: Head, tie: np.ndarray, count: int) -> Surface:
    """A knot of hair wound round itself."""
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
    return _ribbons(curves, Head(centre, 1, head.table), 0.012 * (90 / n) ** 0.5, hair, index)
