"""Hair as real geometry: a cap over the scalp and locks that lie on it, hang from it, or are tied."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import BodyData, body_data
from blender_synth.bodies.garments import _noise, smoothstep
from blender_synth.bodies.head import Head, direction_of, head_middle
from blender_synth.bodies.mesh import Surface, clipped, compact, joined, vertex_normals
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
    data: BodyData, points: np.ndarray, rig: Rig, head: Head, hair: HairSpec, locks: int, hat: bool, back_x
) -> HairMesh:
    """Hair for one head.

    Args:
        locks: how many locks (detail).
        hat: hair under a hat lies flat and only shows below it.
        back_x: function z (M,) -> x of the clothes' back surface, so that long hair falls over it.
    """
    value = scalp(data, points, hair, head)
    volume = hair.volume_m * (0.35 if hat else 1.0)
    cap = _cap(data, points, hair, head, value, volume)
    if hair.style == "afro" and not hat:
        return HairMesh(_ball(data, hair, head), None)
    if hair.style in ("bald", "buzz", "afro"):
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


def _cap(data, points, hair: HairSpec, head: Head, value: np.ndarray, volume: float) -> Surface | None:
    base = Surface(points[: data.vertex_count], data.faces["body"], {"above": value})
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
    lift = lift * (1 + (0.35 if hair.wave > 0.6 else 0.14) * lumps) + 0.0015
    if hair.style == "bald":
        lift = np.full(len(v), 0.0015)
    v = v + normals * lift[:, None]
    weights = np.zeros((len(v), len(data.bones)))
    weights[:, data.bone("head")] = 1
    uv = np.stack([azimuth * 0.0018, elevation * 0.0018], 1)[surface.faces]
    uv[..., 0] -= 0.648 * np.round((uv[..., 0] - uv[:, :1, 0]) / 0.648)
    return Surface(v, surface.faces, {"weights": weights, "shade": 0.75 + 0.1 * lumps}, {"uv": uv})


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


def make_beard(data: BodyData, points: np.ndarray, normals: np.ndarray, grow: np.ndarray, hair: HairSpec) -> Surface:
    """A beard as a shell over jaw and chin.

    Args:
        grow: (V,) where beards grow, 0 to 1. normals: (V, 3) of the body.
    """
    base = Surface(points[: data.vertex_count], data.faces["body"], {"grow": grow, "normal": normals})
    near = compact(base, (grow > 0.02)[base.faces].any(1))
    surface = clipped(near, near.fields["grow"] - 0.4)
    v, g = surface.vertices, surface.fields["grow"]
    lumps = _noise((v - v.mean(0)) * 160, hair.lock_seed, 2)
    depth = (0.011 if hair.beard == "full" else 0.0035) * smoothstep(0.4, 1.0, g) * (1 + 0.25 * lumps) + 0.0006
    low = smoothstep(v[:, 2].max() - 0.02, v[:, 2].min() + 0.02, v[:, 2])
    v = v + surface.fields["normal"] * depth[:, None] + np.array([0, 0, -0.4]) * (depth * low)[:, None]
    weights = np.zeros((len(v), len(data.bones)))
    weights[:, data.bone("head")] = 1
    uv = v[:, [1, 2]][surface.faces]
    return Surface(v, surface.faces, {"weights": weights, "shade": 0.9 + 0.15 * lumps}, {"uv": uv})


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
    if hair.style in ("ponytail", "bun"):
        tie = head.middle + np.array([-0.105, 0, 0.03 if hair.style == "ponytail" else 0.055]) * head.scale
        return unit_rows(tie - at)
    if hair.style == "short":
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
    if hair.style in ("afro",):
        return n
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
    keep = (above > 1.0) & ~ears
    azimuth, elevation, above = azimuth[keep], elevation[keep], above[keep]
    n = len(azimuth)
    if n < 5:
        return None
    index = np.arange(n)
    spread = [_halton(n, b) - 0.5 for b in (5, 7, 11)]  # fixed irregularities; the seed turns them
    spread = [np.roll(s, (hair.lock_seed >> (5 * i)) % n) for i, s in enumerate(spread)]
    long_hair = hair.style in ("bob", "long")
    steps = 8 if long_hair or hair.style == "curly" else 5
    length = hair.length_m * (1 + 0.3 * spread[0])
    if hair.style in ("ponytail", "bun"):
        tie = head.middle + np.array([-0.100, 0, 0.03 if hair.style == "ponytail" else 0.055]) * head.scale
        start = head.middle + direction_of(azimuth, elevation) * head.radius(azimuth, elevation)[:, None]
        length = np.linalg.norm(tie - start, axis=1) * 1.12
    if hair.style == "short":
        length = length * np.interp(elevation, (-20, 20, 60), (0.45, 0.6, 1.0))
    direction = direction_of(azimuth, elevation)
    lift_to = volume * (0.95 + 0.4 * spread[1]) * (0.3 + 0.7 * smoothstep(-2, 14, above))
    p = head.middle + direction * (head.radius(azimuth, elevation) + 0.001 + 0.6 * lift_to)[:, None]
    step = length / (steps - 1)
    path = [p]
    chin_z = head.middle[2] - 0.115 * head.scale
    for k in range(1, steps):
        t = k / (steps - 1)
        a, e, r = head.angles(p)
        normal = unit_rows(p - head.middle)
        flow = _flow(hair, p, head)
        tangent = flow - normal * (flow * normal).sum(1, keepdims=True) * (0.0 if hair.style == "afro" else 1.0)
        gravity = {"bob": 0.55, "long": 0.6, "curly": 0.35, "side_part": 0.12, "short": 0.05}.get(hair.style, 0.0) * t
        below = smoothstep(5, -25, e)[:, None] * (0.9 if long_hair or hair.style == "curly" else 0.3)
        d = unit_rows(unit_rows(tangent) * (1 - gravity) * (1 - below) + (gravity + below) * np.array([0, 0, -1.0]))
        if long_hair:  # below the ears straight hair comes back to the neck
            inward = -np.stack([np.zeros(n), p[:, 1], np.zeros(n)], 1) / 0.1 * smoothstep(0, -30, e)[:, None]
            d = unit_rows(d + 0.30 * inward)
        side = np.cross(d, normal)
        wave = hair.wave * 0.35 * np.sin(t * (9 + 4 * spread[2]) + index * 2.4)
        d = unit_rows(d + side * (wave + 0.25 * spread[2])[:, None])
        p = p + d * step[:, None]
        a, e, r = head.angles(p)
        least = head.radius(a, e) + 0.003 + lift_to * (1 - 0.35 * t)
        if hair.style == "afro":
            least = r
        if hair.style in ("ponytail", "bun"):
            least = head.radius(a, e) + 0.003 + volume * np.sin(np.pi * t) * 0.8
            p = head.middle + unit_rows(p - head.middle) * least[:, None]
        else:
            loose = 1.0 if hair.style == "curly" else 0.15
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
            front = (p[:, 0] > head.middle[0] + 0.015) & (e < 22)
            p[:, 1] = np.where(front, aside, p[:, 1])
            p[:, 0] = np.where(front, np.minimum(p[:, 0], head.middle[0] + 0.055 * head.scale), p[:, 0])
        path.append(p)
    curves = np.stack(path, 1)  # (n, steps, 3)
    width = {"short": 0.0085, "side_part": 0.010, "curly": 0.012, "afro": 0.012}.get(hair.style, 0.0145) * head.scale
    parts = [_ribbons(curves, head, width, hair, index)]
    if hair.style == "ponytail":
        parts.append(_tail(hair, head, tie, back_x))
    if hair.style == "bun" and not hat:
        parts.append(_bun(hair, head, tie))

    whole = joined(*parts)
    return whole.with_fields(weights=_weights(whole.vertices, rig))


def _ribbons(curves: np.ndarray, head: Head, width: float, hair: HairSpec, index: np.ndarray) -> Surface:
    """Locks as tapering, slightly arched ribbons of three columns along curves (n, steps, 3)."""
    n, steps, _ = curves.shape
    tangent = unit_rows(np.gradient(curves, axis=1))
    outward = unit_rows(curves - head.middle)
    side = unit_rows(np.cross(tangent, outward))
    normal = np.cross(side, tangent)
    t = np.linspace(0, 1, steps)
    vary = 0.65 + 0.7 * ((index * 0.618034) % 1.0)
    w = width * vary[:, None, None] * np.interp(t, (0, 0.3, 0.75, 1.0), (0.75, 1.0, 0.8, 0.12))[None, :, None] / 2
    columns = np.stack([curves - side * w, curves + normal * w * 0.3, curves + side * w], 2)  # (n, steps, 3, 3)
    grid = np.arange(n * steps * 3).reshape(n, steps, 3)
    faces = np.concatenate(
        [
            np.stack([grid[:, :-1, c], grid[:, :-1, c + 1], grid[:, 1:, c + 1], grid[:, 1:, c]], -1).reshape(-1, 4)
            for c in (0, 1)
        ]
    )
    shade = 0.85 + 0.3 * np.sin(index * 12.9898 + hair.lock_seed % 97)[:, None, None] * 0.5 + 0.15 * t[None, :, None]
    shade = np.broadcast_to(shade, (n, steps, 3)).reshape(-1)
    along = np.concatenate([np.zeros((n, 1)), np.cumsum(np.linalg.norm(np.diff(curves, axis=1), axis=2), 1)], 1)
    uv = np.stack(
        [
            np.broadcast_to(np.array([-0.5, 0, 0.5]) * width, (n, steps, 3)) + index[:, None, None] * 0.017,
            np.broadcast_to(along[:, :, None], (n, steps, 3)),
        ],
        -1,
    ).reshape(-1, 2)
    return Surface(columns.reshape(-1, 3), faces, {"shade": shade.copy()}, {"uv": uv[faces]})


def _tail(hair: HairSpec, head: Head, tie: np.ndarray, back_x) -> Surface:
    n, steps = 46, 9
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
    offset = np.stack([np.cos(angle) * radius, np.sin(angle) * radius, np.zeros(n)], 1)
    curves = centre[None] + offset[:, None, :] * swell[None, :, None] + wave[None, :, None] * np.array([0, 1, 0])
    return _ribbons(curves, Head(centre.mean(0), 1, head.table), 0.012, hair, index)


def _bun(hair: HairSpec, head: Head, tie: np.ndarray) -> Surface:
    n, steps = 40, 8
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
    return _ribbons(curves, Head(centre, 1, head.table), 0.02, hair, index)
