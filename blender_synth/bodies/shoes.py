"""Shoes: an upper lofted over the foot, a sole under it, laces and shafts."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import BodyData, body_data
from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.mesh import Surface, clipped, hemmed, joined, vertex_normals
from blender_synth.bodies.skeleton import SIDES, Rig
from blender_synth.world.people.clothes import ShoeSpec

_ALL_STATIONS = np.concatenate(
    [np.linspace(0, 0.12, 5), np.linspace(0.2, 0.72, 8), 1 - 0.24 * (1 - np.sin(np.linspace(0, np.pi / 2, 8)))[1:]]
)


@dataclass(frozen=True)
class FootShape:
    """Outline of one foot in the rest pose, by station from heel (0) to toe (1): metres."""

    stations: np.ndarray
    x: np.ndarray
    middle_y: np.ndarray
    half_width: np.ndarray
    top_z: np.ndarray
    length: float


def foot_shape(data: BodyData, points: np.ndarray, side: str, step: int = 1) -> FootShape:
    """Measure one foot of a shaped body (P, 3) at every `step`-th station."""
    stations = np.unique(np.append(_ALL_STATIONS[::step], 1.0))
    v = points[_skin_of_foot(side)]
    v = v[v[:, 2] < 0.11 * np.ptp(v[:, 0]) / 0.25]
    start, end = v[:, 0].min() - 0.006, v[:, 0].max() + 0.012
    x = start + stations * (end - start)
    window = 0.05 * (end - start)
    lows, highs, tops = [], [], []
    for station in np.clip(x, v[:, 0].min() + window, v[:, 0].max() - window):
        near = v[np.abs(v[:, 0] - station) < window]
        flat = near[near[:, 2] < 0.05]
        lows.append(flat[:, 1].min())
        highs.append(flat[:, 1].max())
        tops.append(near[:, 2].max())
    low, high = np.array(lows), np.array(highs)
    return FootShape(stations, x, (low + high) / 2, (high - low) / 2, np.array(tops), end - start)


@functools.cache
def _skin_of_foot(side: str) -> np.ndarray:
    """Indices of the skin's vertices on one foot."""
    a, skin = anatomy.body_anatomy(), body_data().skin_vertices
    return skin[(a.foot[skin] > 0.5) & (a.side[skin] == SIDES[side])]


def _outline(foot: FootShape, kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Half width, middle and height of the upper at each station."""
    s = foot.stations
    width = foot.half_width + 0.003
    broad = width[(s > 0.55) & (s < 0.8)].max()
    heel = np.sqrt(np.clip(1 - ((0.11 - s).clip(0) / 0.11) ** 2, 0.0, 1))
    power = 2.6 if kind == "sneaker" else 2.2 if kind == "boot" else 1.9
    toe = np.clip(1 - ((s - 0.70).clip(0) / 0.30) ** power, 0.0, 1) ** 0.5
    width = np.where(s > 0.7, broad, width) * np.clip(heel * toe, 0.06, 1)
    width = np.maximum(width, 0.002)
    scale = foot.length / 0.26
    rise = np.interp(
        s,
        (0, 0.08, 0.26, 0.36, 0.48, 0.62, 0.78, 0.92, 1.0),
        np.array((0.062, 0.068, 0.060, 0.070, 0.074, 0.058, 0.044, 0.036, 0.016)) * scale,
    )
    rise = np.where((s > 0.4) & (s < 0.92), np.maximum(rise, foot.top_z + 0.005), rise)
    if kind == "flat":
        rise = np.where(s < 0.62, np.minimum(rise, 0.042 * scale), rise)
    middle = foot.middle_y.copy()
    for _ in range(2):
        middle[1:-1] = (middle[:-2] + 2 * middle[1:-1] + middle[2:]) / 4
        rise[1:-1] = (rise[:-2] + 2 * rise[1:-1] + rise[2:]) / 4
    return width, middle, rise


def _foot_weights(x: np.ndarray, ball_x: float, rig: Rig, side: str) -> np.ndarray:
    toe = smoothstep(ball_x - 0.014, ball_x + 0.022, x)
    weights = np.zeros((len(x), len(rig.heads)))
    weights[:, rig.index[f"toe1-1.{side}"]] = toe
    weights[:, rig.index[f"foot.{side}"]] = 1 - toe
    return weights


@dataclass(frozen=True)
class Shoe:
    """One shoe in the rest pose: surfaces by material key."""

    upper: Surface
    sole: Surface
    accent: Surface | None


def make_shoe(
    data: BodyData, points: np.ndarray, rig: Rig, spec: ShoeSpec, side: str, under_cloth: bool, step: int = 1
) -> Shoe:
    """The shoe of one foot. Its underside lies at z = -`heel_m` (the ground when the body stands in shoes).

    Args:
        under_cloth: trousers fall over its shaft.
        step: 1 is full detail; every `step`-th station is used.
    """
    foot = foot_shape(data, points, side, step)
    width, middle, rise = _outline(foot, spec.kind)
    ball_x = rig.points[f"toe1-1.{side}"][0]
    phi = np.linspace(0, np.pi, (12, 9, 7)[step - 1])
    across = np.sign(np.cos(phi)) * np.abs(np.cos(phi)) ** 0.75
    height = np.sin(phi) ** 0.85
    lean = 1 - 0.16 * height  # walls lean in towards the top
    n, m = len(foot.stations), len(phi)
    x = np.repeat(foot.x[:, None], m, 1) - 0.008 * height * smoothstep(0.9, 1.0, foot.stations)[:, None] * 1.5
    y = middle[:, None] + width[:, None] * across * lean
    z = -0.002 + (rise[:, None] + 0.002) * height
    vertices = np.stack([x, y, z], -1).reshape(-1, 3)
    grid = np.arange(n * m).reshape(n, m)
    faces = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], -1).reshape(-1, 4)
    uv = np.stack([np.repeat(foot.x[:, None], m, 1), np.repeat(phi[None] * 0.05, n, 0)], -1).reshape(-1, 2)
    upper = Surface(
        vertices,
        faces[:, ::-1],
        {"weights": _foot_weights(vertices[:, 0], ball_x, rig, side)},
        {"uv": uv[faces[:, ::-1]]},
    )
    if spec.kind == "sandal":
        upper = _straps(upper, foot.stations, m)
    shaft = _shaft(points, rig, spec, side, foot, under_cloth, 3 - step)
    if shaft is not None:
        upper = joined(upper, shaft)
    return Shoe(
        upper,
        _sole(foot, width, middle, spec, ball_x, rig, side),
        _laces(upper, foot.stations, m) if spec.kind == "sneaker" and step == 1 else None,
    )


def _straps(upper: Surface, stations: np.ndarray, m: int) -> Surface:
    """The bands of a sandal: the parts of a closed upper over the toes, over the instep and around the heel."""
    column = np.tile(np.arange(m), len(stations))
    station = np.repeat(stations, m)
    low = (column <= m // 4 - 1) | (column >= m - m // 4)
    toes = 0.045 - np.abs(station - 0.68)
    instep = 0.04 - np.abs(station - 0.42)
    heel = np.where(low, np.where(station < 0.42, 0.02, -0.1), 0.03 - station)
    parts = [clipped(upper, v) for v in (toes, instep, heel)]
    return hemmed(joined(*(p for p in parts if len(p.faces))), 0.002, 0.004)


def _sole(
    foot: FootShape, width: np.ndarray, middle: np.ndarray, spec: ShoeSpec, ball_x: float, rig: Rig, side: str
) -> Surface:
    """A plate under the foot; `width` and `middle` (n,) are the upper's half width and centre line."""
    s = foot.stations
    edge = 0.004 if spec.kind in ("sneaker", "boot") else 0.002
    n = len(s)
    left = np.stack([foot.x, middle + width + edge], 1)
    right = np.stack([foot.x, middle - width - edge], 1)
    left[0, 0] -= edge
    right[0, 0] -= edge
    left[-1, 0] += edge
    right[-1, 0] += edge
    spring = 0.010 * ((s - 0.80).clip(0) / 0.20) ** 2
    arch = np.where((s > 0.30) & (s < 0.56), 0.010, 0.0) if spec.kind in ("leather", "boot") else np.zeros(n)
    bottom = -spec.heel_m + spring + arch * (spec.heel_m > 0.02)
    top = 0.010 if spec.kind == "sneaker" else 0.003
    rows = []
    for outline in (left, right):
        inset = np.stack([foot.x, middle + (outline[:, 1] - middle) * 0.90], 1)
        rows.append(np.column_stack([outline, np.full(n, top)]))
        rows.append(np.column_stack([outline, bottom + 0.004]))
        rows.append(np.column_stack([inset, bottom]))
    lt, lm, lb, rt, rm, rb = (np.arange(n) + k * n for k in range(6))

    def strip(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.stack([a[:-1], a[1:], b[1:], b[:-1]], 1)

    faces = np.concatenate(
        [
            strip(lm, lt),
            strip(lb, lm),
            strip(rt, rm),
            strip(rm, rb),
            strip(rb, lb),
            strip(lt, rt),
            [
                [rt[0], rm[0], lm[0], lt[0]],
                [rm[0], rb[0], lb[0], lm[0]],
                [lt[-1], lm[-1], rm[-1], rt[-1]],
                [lm[-1], lb[-1], rb[-1], rm[-1]],
            ],
        ]
    )
    vertices = np.concatenate(rows)
    uv = vertices[:, :2][faces]
    return Surface(vertices, faces[:, ::-1], {"weights": _foot_weights(vertices[:, 0], ball_x, rig, side)}, {"uv": uv})


def _shaft(
    points: np.ndarray, rig: Rig, spec: ShoeSpec, side: str, foot: FootShape, under_cloth: bool, fineness: int
) -> Surface | None:
    """The part that goes up the ankle: boots, and the padded collar of sneakers."""
    up = {"boot": 0.015 if under_cloth else 0.08 + spec.shaft_m, "sneaker": 0.012}.get(spec.kind)
    if up is None:
        return None
    shell = anatomy.shell("tights", fineness)
    a = shell.anatomy
    v = shell.vertices(points)
    surface = Surface(
        v,
        shell.faces,
        {"weights": shell.weights, "leg": a.leg, "side": a.side, "foot": a.foot},
        {"uv": shell.corner_uv_m},
    )
    surface = surface.moved(v + vertex_normals(v, shell.faces) * 0.006)
    surface = clipped(surface, surface.fields["side"] * SIDES[side])
    ankle_z = rig.points[f"foot.{side}"][2]
    surface = clipped(surface, ankle_z + up * foot.length / 0.26 - surface.vertices[:, 2])
    if not len(surface.faces):
        return None
    limit = foot.x[0] + 0.56 * foot.length
    surface = clipped(surface, limit - surface.vertices[:, 0])
    surface = clipped(surface, surface.vertices[:, 2] - 0.012)
    surface = hemmed(surface, 0.004, 0.02)
    return Surface(
        surface.vertices, surface.faces, {"weights": surface.fields["weights"]}, {"uv": surface.face_fields["uv"]}
    )


def _laces(upper: Surface, stations: np.ndarray, m: int) -> Surface:
    """Bars across the instep."""
    n = len(stations)
    grid = np.arange(n * m).reshape(n, m)
    v, w = upper.vertices, upper.fields["weights"]
    normals = vertex_normals(v, upper.faces)
    vertices: list[np.ndarray] = []
    weights: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    rows = np.flatnonzero((stations > 0.40) & (stations < 0.66))
    for r in rows:
        for t in (0.0, 0.5):
            a, b = grid[r], grid[min(r + 1, n - 1)]
            pick = slice(m // 2 - 2, m // 2 + 2)
            middle = v[a[pick]] * (1 - t) + v[b[pick]] * t
            lift = normals[a[pick]] * 0.003
            start = sum(len(x) for x in vertices)
            vertices += [middle + lift + [0.0035, 0, 0], middle + lift - [0.0035, 0, 0]]
            weights += [w[a[pick]], w[a[pick]]]
            k = np.arange(len(middle) - 1) + start
            c = len(middle)
            faces.append(np.stack([k, k + c, k + c + 1, k + 1], 1))
    quads, points = np.concatenate(faces), np.concatenate(vertices)
    return Surface(points, quads, {"weights": np.concatenate(weights)}, {"uv": points[:, :2][quads]})
