"""Garments: cut from the helper shells, eased off the body, hung, folded and hemmed, in the rest pose.

Every garment is a `Surface` with fields ``weights`` (N, J) and corner field ``uv`` (F, 4, 2) in metres of cloth.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import body_data
from blender_synth.bodies.drape import drape, pushed_out
from blender_synth.bodies.head import Head, direction_of
from blender_synth.bodies.mesh import (
    Surface,
    boundary_edges,
    clipped,
    compact,
    hemmed,
    joined,
    smoothed,
    vertex_normals,
)
from blender_synth.bodies.skeleton import Posed, Rig, unit
from blender_synth.world.people.clothes import FabricSpec, GarmentSpec, OutfitSpec

_NEAR = 1e-9
_GOWN_WAIST = 0.1
"""Where the skirt of a dress begins, as `Anatomy.drop`."""
LOWEST_HEM = 0.84
"""How far down (as `Anatomy.drop`) the trunk shell can be used: further down it parts into legs."""


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Cubic step from 0 at `low` to 1 at `high`."""
    t = np.clip((x - low) / (high - low + _NEAR), 0, 1)
    return t * t * (3 - 2 * t)


@dataclass(frozen=True)
class Worn:
    """A garment on the body.

    Attributes:
        surface: in the rest pose.
        legs: for skirts and shorts, the legs that must stay in them.
    """

    name: str
    spec: GarmentSpec
    surface: Surface
    legs: Surface | None = None


def _flow(a: anatomy.Anatomy) -> np.ndarray:
    """(N, 3) metres: places on the middling body with its arms let down, so that z runs along every limb."""
    out = a.rest_m.copy()
    for side in (1.0, -1.0):
        mine = a.side == side
        t = np.radians(42) * smoothstep(0.15, 0.95, a.arm_weight[mine])
        y, z = side * a.rest_m[mine, 1] - 0.171, a.rest_m[mine, 2] - 1.338  # from the shoulder joint
        out[mine, 1] = side * (0.171 + np.cos(t) * y + np.sin(t) * z)
        out[mine, 2] = 1.338 - np.sin(t) * y + np.cos(t) * z
    return out


def _gather(a: anatomy.Anatomy) -> np.ndarray:
    """(N,) where cloth is pushed together, 0 to 1: elbows, wrists, armpits, waist, crotch, knees and ankles."""

    def bump(x: np.ndarray, middle: float, wide: float) -> np.ndarray:
        return np.exp(-(((x - middle) / wide) ** 2))

    arm = bump(a.arm, 1.0, 0.28) + 0.8 * smoothstep(1.5, 1.95, a.arm) + 0.7 * bump(a.arm, 0.1, 0.25)
    leg = bump(a.leg, 1.02, 0.20) + smoothstep(1.6, 1.95, a.leg) + 0.8 * bump(a.leg, 0.1, 0.22)
    trunk = 0.55 * bump(a.drop, 0.15, 0.55)
    on_leg = smoothstep(0.55, 0.95, a.drop)
    return np.clip(np.where(a.arm_weight > 0.5, arm, leg * on_leg + trunk * (1 - on_leg)), 0, 1)


def _fields(shell: anatomy.Shell) -> dict[str, np.ndarray]:
    a = shell.anatomy
    return {
        "weights": shell.weights,
        "arm": a.arm,
        "leg": a.leg,
        "drop": a.drop,
        "neck": a.neck,
        "side": a.side,
        "arm_weight": a.arm_weight,
        "rest": a.rest_m,
        "turn": np.where(a.region == 1, a.cloth_m[:, 1, 0] / 0.055, a.cloth_m[:, 2, 0] / 0.085),
        "foot": a.foot,
        "flow": _flow(a),
        "gather": _gather(a),
    }


@functools.cache
def _base_surface(group: str, fineness: int) -> Surface:
    shell = anatomy.shell(group, fineness)
    return Surface(np.zeros((len(shell.map.index), 3)), shell.faces, _fields(shell), {"uv": shell.corner_uv_m})


def _shell_on(points: np.ndarray, group: str, fineness: int) -> Surface:
    """A helper shell on shaped points (P, 3)."""
    surface = _base_surface(group, fineness).moved(anatomy.shell(group, fineness).vertices(points))
    if fineness == 0:  # chords cut the rounding off limbs: make up for it
        surface = surface.moved(surface.vertices + 0.006 * vertex_normals(surface.vertices, surface.faces))
    return surface


def _noise(p: np.ndarray, seed: int, octaves: int = 2) -> np.ndarray:
    """Smooth noise, about -1..1, at points (N, C): sines whose directions come from `seed` (no random state)."""
    out = np.zeros(len(p))
    total = 0.0
    for o in range(octaves):
        for k in range(4):
            h = (seed * 2654435761 + o * 40503 + k * 69069 + 12345) & 0xFFFFFFFF
            angles = [((h >> (8 * j)) & 255) / 255 * 2 * np.pi for j in range(4)]
            d = np.array(
                [np.cos(angles[0]), np.sin(angles[0]) * np.cos(angles[1]), np.sin(angles[0]) * np.sin(angles[1])]
            )
            gain = 0.6**o
            out += gain * np.sin(p[:, : len(d)] @ d[: p.shape[1]] * (1.0 + 0.37 * k) * 2**o + angles[2])
            total += gain
    return out / total * 1.6


def _ridge(phase: np.ndarray) -> np.ndarray:
    """A wave with narrow crests and broad valleys, -0.5 to 1: how cloth folds."""
    return 1.5 * (0.5 + 0.5 * np.sin(phase)) ** 2.2 - 0.5


class _Hang:
    """Cloth that falls from what sticks out: along an axis downwards the radius shrinks no faster than a slope."""

    def __init__(self, along: np.ndarray, angle: np.ndarray, radius: np.ndarray, slope: float):
        self.rows, self.bins = (48, 40) if len(along) > 1500 else (24, 24)
        lo, hi = along.min(), along.max()
        self.lo, self.step = lo, max((hi - lo) / (self.rows - 1), 1e-6)
        table = np.zeros((self.rows, self.bins))
        r = ((along - lo) / self.step).round().astype(int).clip(0, self.rows - 1)
        b = ((angle / (2 * np.pi) % 1.0) * self.bins).astype(int) % self.bins
        np.maximum.at(table, (r, b), radius)
        bins = np.arange(self.bins)
        for row in table:  # fill the gaps around
            known = np.flatnonzero(row > 0)
            if len(known):
                row[:] = np.interp(bins, known, row[known], period=self.bins)
        filled = np.flatnonzero(table.any(1))
        at = np.interp(np.arange(self.rows), filled, np.arange(len(filled)))
        low = np.minimum(at.astype(int), len(filled) - 1)
        high = np.minimum(low + 1, len(filled) - 1)
        share = (at - low)[:, None]
        table = table[filled[low]] * (1 - share) + table[filled[high]] * share
        left, right = (bins - 1) % self.bins, (bins + 1) % self.bins
        if slope < 9:  # steeper cloth does not hang
            for row in range(1, self.rows):
                above = table[row - 1]
                spread = np.maximum(above, 0.5 * (above[left] + above[right]))
                table[row] = np.maximum(table[row], spread - slope * self.step)
        for _ in range(2):
            table = (table[:, left] + 2 * table + table[:, right]) / 4
        self.table = table

    def at(self, along: np.ndarray, angle: np.ndarray) -> np.ndarray:
        """Hanging radius at places (N,)."""
        y = ((along - self.lo) / self.step).clip(0, self.rows - 1.001)
        x = (angle / (2 * np.pi) % 1.0) * self.bins - 0.5
        y0, x0 = y.astype(int), np.floor(x).astype(int)
        fy, fx = y - y0, x - x0
        t = self.table
        a, b = x0 % self.bins, (x0 + 1) % self.bins
        return (t[y0, a] * (1 - fx) + t[y0, b] * fx) * (1 - fy) + (t[y0 + 1, a] * (1 - fx) + t[y0 + 1, b] * fx) * fy


def _hang_trunk(vertices: np.ndarray, fields: dict, rig: Rig, fit: float, ease: float) -> np.ndarray:
    """Let the trunk part of a garment fall from chest, back, belly and seat."""
    chest_z = rig.points["spine01"][2] + 0.02
    trunk = (fields["arm_weight"] < 0.5) & (vertices[:, 2] < chest_z)
    if not trunk.any():
        return vertices
    centre = np.array([0.5 * (vertices[trunk, 0].min() + vertices[trunk, 0].max()), 0.0])
    d = vertices[:, :2] - centre
    radius, angle = np.linalg.norm(d, axis=1), np.arctan2(d[:, 1], d[:, 0])
    slope = float(np.interp(fit, (0, 0.3, 0.6, 1.0), (1.4, 0.35, 0.06, -0.04)))
    hang = _Hang(-vertices[trunk, 2], angle[trunk], radius[trunk], slope)
    target = hang.at(-vertices[:, 2], angle) + ease * smoothstep(0.0, 0.25, chest_z - vertices[:, 2])
    share = smoothstep(0.0, 0.08, chest_z - vertices[:, 2]) * (1 - smoothstep(0.3, 0.6, fields["arm_weight"]))
    new = radius + np.maximum(target - radius, 0) * share
    out = vertices.copy()
    out[:, :2] = centre + d * (new / np.maximum(radius, 1e-6))[:, None]
    return out


def _clear_of(vertices: np.ndarray, fields: dict, inner: list[np.ndarray], rig: Rig, gap_m: float) -> np.ndarray:
    """Push the trunk part of a garment outside what is worn under it.

    Args:
        inner: vertices (N, 3) of trunk parts of other garments.
    """
    if not inner:
        return vertices
    inside = np.concatenate(inner)
    chest_z = rig.points["spine01"][2] + 0.06
    inside = inside[inside[:, 2] < chest_z]
    trunk = (fields["arm_weight"] < 0.5) & (vertices[:, 2] < chest_z)
    if len(inside) < 50 or not trunk.any():
        return vertices
    centre = np.array([0.5 * (vertices[trunk, 0].min() + vertices[trunk, 0].max()), 0.0])
    d = inside[:, :2] - centre
    table = _Hang(-inside[:, 2], np.arctan2(d[:, 1], d[:, 0]), np.linalg.norm(d, axis=1), 9.0)
    d = vertices[:, :2] - centre
    radius = np.maximum(np.linalg.norm(d, axis=1), 1e-6)
    low = smoothstep(inside[:, 2].min() - 0.02, inside[:, 2].min(), vertices[:, 2])
    low = low * smoothstep(inside[:, 2].max() + 0.07, inside[:, 2].max() - 0.01, vertices[:, 2])
    wanted = table.at(-vertices[:, 2], np.arctan2(d[:, 1], d[:, 0])) + gap_m
    share = smoothstep(chest_z, chest_z - 0.05, vertices[:, 2]) * (1 - smoothstep(0.2, 0.5, fields["arm_weight"]))
    out = vertices.copy()
    out[:, :2] = centre + d * (1 + np.maximum(wanted - radius, 0) * share * low / radius)[:, None]
    return out


def _trunk_of(surface: Surface) -> np.ndarray:
    """Vertices of a garment that arms and the lower legs have no part in."""
    f = surface.fields
    return surface.vertices[(f["arm_weight"] < 0.3) & (f["leg"] < 0.55)]


def _hang_legs(vertices: np.ndarray, fields: dict, rig: Rig, fit: float) -> np.ndarray:
    """Trouser legs: tight at 0, straight in the middle, wide at 1."""
    out = vertices.copy()
    if fit <= 0.02:
        return out
    slope = float(np.interp(fit, (0, 0.3, 0.6, 1.0), (0.6, 0.19, 0.10, 0.03)))
    for side, sign in (("L", 1.0), ("R", -1.0)):
        hip, knee, ankle = (rig.points[f"{n}.{side}"] for n in ("upperleg01", "lowerleg01", "foot"))
        mine = (fields["side"] * sign > 0) & (fields["leg"] > 0.12) & (fields["arm_weight"] < 0.5)
        v, t = vertices[mine], fields["leg"][mine]
        z = np.array([hip[2], knee[2], ankle[2]])[::-1]
        axis = np.stack([np.interp(v[:, 2], z, np.array([hip[k], knee[k], ankle[k]])[::-1]) for k in (0, 1)], 1)
        d = v[:, :2] - axis
        radius, angle = np.linalg.norm(d, axis=1), np.arctan2(d[:, 1], d[:, 0])
        foot = fields["foot"][mine] > 0.35
        # Over the foot the shell turns forward; the cloth is a tube there that falls onto the instep.
        instep = 0.068 * rig.length(f"lowerleg01.{side}", f"foot.{side}") / 0.41
        hang = _Hang(-v[:, 2], angle, np.where(foot, np.minimum(radius, instep), radius) + 1e-4, slope)
        target = hang.at(-v[:, 2], angle)
        target = np.maximum(target, np.interp(fit, (0, 1), (0.0, 0.095)) * smoothstep(0.8, 1.9, t))
        inner = smoothstep(-0.2, 0.7, -d[:, 1] * sign / np.maximum(radius, 1e-6))  # between the legs there is less room
        share = smoothstep(0.12, 0.45, t) * (1 - 0.65 * inner * (1 - smoothstep(0.5, 1.2, t)))
        # Below the ankle the shell is a foot: there the cloth is a straight tube.
        new = np.where(foot, target, radius + np.maximum(target - radius, 0) * share)
        v = v.copy()
        v[:, :2] = axis + d * (new / np.maximum(radius, 1e-6))[:, None]
        out[mine] = v
    return out


def _ease_sleeves(vertices: np.ndarray, fields: dict, rig: Rig, fit: float, cuff: bool) -> np.ndarray:
    out = vertices.copy()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        shoulder, elbow, wrist = (rig.points[f"{n}.{side}"] for n in ("upperarm01", "lowerarm01", "wrist"))
        mine = (fields["side"] * sign > 0) & (fields["arm_weight"] > 0.5)
        v, t = vertices[mine], fields["arm"][mine]
        upper, lower = (elbow - shoulder), (wrist - elbow)
        centre = np.where((t < 1)[:, None], shoulder + t[:, None] * upper, elbow + (t - 1)[:, None].clip(0) * lower)
        d = v - centre
        radius = np.maximum(np.linalg.norm(d, axis=1), 1e-6)
        ease = np.interp(t, (0.0, 0.35, 1.0, 1.6, 1.88, 2.0), (0.0, 0.55, 0.9, 1.0, 0.8, 0.15 if cuff else 0.7))
        size = float(np.linalg.norm(upper)) / 0.28
        # Cloth hangs below the arm more than above.
        below = 0.7 + 0.6 * (-d[:, 2] / radius).clip(-0.5, 1)
        widen = ease * below * (0.001 + 0.019 * fit) * size
        share = smoothstep(0.5, 0.9, fields["arm_weight"][mine])
        out[mine] = centre + d * (1 + widen * share / radius)[:, None]
    return out


def _folds(surface: Surface, depth_m: float, fit: float, seed: int, legs: bool) -> Surface:
    """Folds where cloth gathers: rings at elbow and wrist, knee and ankle, drapes across trunk and seat."""
    f, v = surface.fields, surface.vertices
    if len(v) < 400:  # too coarse to hold any
        return surface
    normal = vertex_normals(v, surface.faces)
    rest = f["rest"] * 18.0
    wobble = _noise(rest, seed)
    height = np.zeros(len(v))
    if legs:
        t = f["leg"]
        gather = (
            np.exp(-(((t - 1.0) / 0.16) ** 2))
            + 1.2 * smoothstep(1.65, 1.95, t)
            + 0.6 * np.exp(-(((t - 0.05) / 0.14) ** 2))
        )
        slant = 2.0 * np.sin(f["turn"] + 1.3 * f["side"] + seed % 5)
        height += 1.5 * gather * _ridge(t * 34 + slant + 2.6 * wobble + 1.7 * f["side"])
        height += 0.9 * smoothstep(0.1, 0.4, t) * _noise(f["rest"] * [26, 26, 7], seed + 7)
        # From the crotch creases run out over the thighs, behind the knee across.
        crotch = np.exp(-(((t - 0.12) / 0.16) ** 2)) * smoothstep(-0.05, 0.05, f["rest"][:, 0])
        height += 1.3 * crotch * _ridge(f["rest"][:, 2] * 70 - np.abs(f["rest"][:, 1]) * 60 + 2 * wobble)
    else:
        t = f["arm"]
        arm = smoothstep(0.4, 0.8, f["arm_weight"])
        gather = np.exp(-(((t - 1.0) / 0.2) ** 2)) + smoothstep(1.55, 1.9, t) + 0.5 * np.exp(-(((t - 0.15) / 0.2) ** 2))
        slant = 1.6 * np.sin(f["turn"] + f["side"])
        height += arm * (
            1.3 * gather * _ridge(t * 30 + slant + 2.4 * wobble + f["side"]) + 0.6 * _noise(f["rest"] * 24, seed + 3)
        )
        trunk = (1 - arm) * smoothstep(-1.2, 0.4, f["drop"])
        height += trunk * 0.9 * _noise(f["rest"] * [30, 30, 9], seed + 5) + (1 - arm) * 0.45 * _noise(
            f["rest"] * [14, 30, 22], seed + 9
        )
    return surface.moved(v + normal * (height * depth_m * (0.25 + 0.75 * fit))[:, None])


def _trousers(points: np.ndarray, rig: Rig, spec: GarmentSpec, seed: int, fineness: int) -> Surface:
    base = _shell_on(points, "tights", fineness)
    waist = -0.12 if spec.kind != "shorts" else -0.05
    normals = vertex_normals(base.vertices, base.faces)
    eased = base.vertices + normals * (0.0015 + spec.thickness_m + 0.004 * spec.fit)
    surface = base.moved(eased).with_fields(skin_at=base.vertices)
    surface = clipped(surface, base.fields["drop"] - waist)
    surface = clipped(surface, spec.length - surface.fields["leg"])
    fit = spec.fit if spec.kind != "shorts" else max(spec.fit, 0.35)
    surface = surface.moved(_hang_legs(surface.vertices, surface.fields, rig, fit))
    surface = surface.moved(smoothed(surface.vertices, surface.faces, 2 if fit > 0.02 else 0, 0.4, _open(surface)))
    surface = _folds(surface, 0.0055 if fit > 0.02 else 0.0, fit, seed, legs=True)
    return hemmed(surface, spec.thickness_m, 0.03)


def _open(surface: Surface) -> np.ndarray:

    mask = np.zeros(len(surface.vertices), bool)
    mask[boundary_edges(surface.faces).ravel()] = True
    return mask


def _skirt_surface(
    points: np.ndarray, below: float, until: float, ease: float, fit: float, seed: int, fineness: int
) -> Surface:
    """Part of the skirt shell between two drops; flared by `fit`."""
    base = _shell_on(points, "skirt", fineness)
    normals = vertex_normals(base.vertices, base.faces)
    v = base.vertices + normals * ease
    middle = v[:, :2].mean(0)
    d = v[:, :2] - middle
    drop = base.fields["drop"]
    flare = np.interp(fit, (0, 1), (-0.10, 0.16)) * smoothstep(0.6, 2.6, drop)
    angle = np.arctan2(d[:, 1], d[:, 0])
    pleats = fit * 0.05 * smoothstep(0.5, 2.0, drop) * np.sin(angle * 11 + 1.5 * np.sin(angle * 3 + seed % 7))
    v[:, :2] = middle + d * (1 + flare + pleats)[:, None]
    surface = clipped(base.moved(v).with_fields(skin_at=base.vertices - normals * 0.01), drop - below)
    return clipped(surface, until - surface.fields["drop"])


def _skirt_end(spec: GarmentSpec) -> float:
    """The hem of a skirt as `Anatomy.drop`."""
    return float(np.interp(spec.length, (0.5, 1.0, 2.0), (1.55, 2.0, 3.05)))


def _skirt(points: np.ndarray, spec: GarmentSpec, seed: int, fineness: int) -> Surface:
    # Skirt lengths are in leg units (1 knee, 2 ankle); the shell is cut by drop (1 crotch, 2 knee).
    surface = _skirt_surface(points, 0.0, _skirt_end(spec), 0.008, spec.fit, seed, fineness)
    return hemmed(surface, 0.002, 0.03)


def _outside_neck(spec: GarmentSpec, neck: np.ndarray, wider_m: float = 0.0) -> np.ndarray:
    """Metres outside the garment's neckline, an ellipse around the neck that a deeper neckline stretches forward.

    Args:
        neck: (N, 2) as in `Anatomy.neck`.
        wider_m: make the opening this much wider.
    """
    if spec.kind == "top" and spec.neck < 0.06:  # a roll neck has no opening below the shell's upper edge
        return np.full(len(neck), 1.0)
    open_front = spec.kind != "top"
    across = 0.066 + 0.03 * spec.neck + wider_m
    front = 0.078 + (0.06 if open_front else 0.085) * spec.neck + wider_m
    y, s = neck[:, 0], neck[:, 1] - 0.012
    return (np.hypot(y / across, s / np.where(s > 0, front, 0.070 + wider_m)) - 1) * across


def _calmed(weights: np.ndarray) -> np.ndarray:
    """Skin weights for the trunk's clothes: a hem follows each leg only half, the pelvis the rest."""
    bones = body_data().bones
    legs = [i for i, b in enumerate(bones) if b.startswith(("upperleg", "lowerleg"))]
    out = weights.copy()
    out[:, bones.index("root")] += 0.5 * out[:, legs].sum(1)
    out[:, legs] *= 0.5
    return out


def _upper(
    points: np.ndarray, rig: Rig, spec: GarmentSpec, seed: int, ease: float, inner: list[np.ndarray], fineness: int
) -> Surface:
    """Tops, jackets and the upper part of coats."""
    base = _shell_on(points, "tights", fineness)
    normals = vertex_normals(base.vertices, base.faces)
    v = base.vertices + normals * (0.003 + spec.thickness_m * 0.6 + 0.004 * spec.fit + ease)
    fields = base.fields | {"skin_at": base.vertices, "weights": _calmed(base.fields["weights"])}
    hem = min(spec.length, LOWEST_HEM)
    surface = clipped(Surface(v, base.faces, fields, base.face_fields), hem - fields["drop"])
    # Without a sleeve the armhole runs round the shoulder, where the arm's share in the skin begins.
    surface = clipped(
        surface, spec.sleeve - surface.fields["arm"] if spec.sleeve >= 0.1 else 0.58 - surface.fields["arm_weight"]
    )
    surface = clipped(surface, _outside_neck(spec, surface.fields["neck"]))
    cuff = spec.kind != "top" or spec.fabric.kind == "knit" or spec.collar_m > 0
    v = _ease_sleeves(surface.vertices, surface.fields, rig, spec.fit, cuff and spec.sleeve > 1.5)
    v = _hang_trunk(v, surface.fields, rig, spec.fit, 0.012 * spec.fit)
    surface = surface.moved(v)
    rounds = 3 if spec.kind == "top" else 6
    surface = surface.moved(smoothed(surface.vertices, surface.faces, rounds, 0.4, _open(surface)))
    surface = _folds(surface, 0.004 if spec.kind == "top" else 0.006, spec.fit, seed, legs=False)
    return surface.moved(
        _clear_of(surface.vertices, surface.fields, inner, rig, 0.008 if spec.kind == "top" else 0.013)
    )


def _opened(surface: Surface, spec: GarmentSpec, rig: Rig, top_z: float) -> Surface:
    """Cut the front open: a V above, hanging apart below by how far it is open."""
    v = surface.vertices
    spine_x = rig.points["spine02"][0]
    z_low = v[:, 2].min()
    up = np.clip((v[:, 2] - z_low) / max(top_z - z_low, 1e-6), 0, 1)
    half = spec.open_front * np.interp(up, (0, 0.5, 0.8, 1.0), (0.105, 0.075, 0.06, 0.05))
    front = smoothstep(spine_x + 0.01, spine_x + 0.05, v[:, 0])
    value = np.where(front > 0, np.abs(v[:, 1]) - half * front, 1.0) + (1 - front)
    return clipped(surface, value)


def _ring_count(surface: Surface) -> int:
    """How many points a ring round the neck needs beside a garment that is this fine."""
    return 44 if len(surface.faces) > 1500 else 24 if len(surface.faces) > 500 else 16


def _neck_ring(surface: Surface, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """The neck edge by direction: angles (count,) from the front, places (count, 3), outward (count, 3), weights."""
    rim = np.unique(boundary_edges(surface.faces))
    neck = surface.fields["neck"][rim]
    near = (np.hypot(neck[:, 0], neck[:, 1]) < 0.26) & (surface.fields["arm_weight"][rim] < 0.4)
    rim, neck = rim[near], neck[near]
    if len(rim) < 6:
        return None
    angle = np.arctan2(neck[:, 0], neck[:, 1] - 0.012)
    order = np.argsort(angle)
    rim, angle = rim[order], angle[order]
    grid = np.linspace(-np.pi, np.pi, count, endpoint=False)
    at = np.stack([np.interp(grid, angle, surface.vertices[rim, k], period=2 * np.pi) for k in range(3)], 1)
    for _ in range(3):
        at = (np.roll(at, 1, 0) + 2 * at + np.roll(at, -1, 0)) / 4
    middle = np.array([at[:, 0].min() * 0.55 + at[:, 0].max() * 0.45, 0.0])
    out = np.concatenate([at[:, :2] - middle, np.zeros((count, 1))], 1)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    nearest = np.abs((grid[:, None] - angle[None] + np.pi) % (2 * np.pi) - np.pi).argmin(1)
    return grid, at, out, rim[nearest]


def _band(surface: Surface, ids: np.ndarray, rows: list[np.ndarray], keep: np.ndarray, grid: np.ndarray) -> Surface:
    """Rows (R of (n, 3)) around the neck as quads; only where `keep` (n,) holds at both ends."""
    n = len(grid)
    k = np.flatnonzero(keep & np.roll(keep, -1))
    nxt = (k + 1) % n
    faces = np.concatenate(
        [np.stack([k + r * n, nxt + r * n, nxt + (r + 1) * n, k + (r + 1) * n], 1) for r in range(len(rows) - 1)]
    )
    fields = {key: np.concatenate([f[ids]] * len(rows)) for key, f in surface.fields.items()}
    uv = np.concatenate([np.stack([grid * 0.07, np.full(n, 0.02 * r)], 1) for r in range(len(rows))])[faces]
    uv[..., 0] -= 0.44 * np.round((uv[..., 0] - uv[:, :1, 0]) / 0.44)
    return Surface(np.concatenate(rows), faces, fields, {"uv": uv, "lining": np.zeros(len(faces))})


def _collar(surface: Surface, spec: GarmentSpec, fold: bool) -> Surface | None:
    """A collar on the neck edge: a standing band, or a shirt's collar that folds over."""
    ring = _neck_ring(surface, _ring_count(surface))
    if ring is None:
        return None
    grid, at, out, ids = ring
    h = spec.collar_m
    up = np.array([0.16, 0, 1.0])
    front = smoothstep(1.5, 0.25, np.abs(grid))[:, None]  # 1 at the throat
    down = np.array([0, 0, -1.0]) * (0.85 + 0.15 * front) + np.array([0.45, 0, 0]) * front
    rows = [at - up * 0.006, at + up * h * 0.5 - out * 0.003, at + up * h * (1.0 - 0.45 * front) - out * 0.002]
    if fold:
        reach = h * (1.0 + 0.5 * smoothstep(0.9, 0.2, np.abs(grid))[:, None])
        rows += [
            at + up * h * (1.0 - 0.45 * front) + out * 0.005,
            at + up * h * (0.75 - 0.45 * front) + out * 0.013,
            at + up * h * (1.0 - 0.45 * front) + out * (0.020 + 0.004 * front) + down * reach,
        ]
    gap = 0.10 if fold else 0.0
    return hemmed(_band(surface, ids, rows, np.abs(grid) >= gap, grid), 0.002, 0.006)


def _hood(surface: Surface, spec: GarmentSpec) -> Surface | None:
    """A hood lying on shoulders and back: a soft roll, thick behind, thin in front."""
    ring = _neck_ring(surface, _ring_count(surface))
    if ring is None:
        return None
    grid, at, out, ids = ring
    back = smoothstep(0.7, 2.6, np.abs(grid))[:, None]
    size = 0.009 + 0.030 * back
    centre = at + out * size * 0.55 + np.array([0, 0, 1.0]) * size * (0.9 - 0.9 * back) + np.array([0, 0, 0.012])
    rows = []
    for angle in np.linspace(np.pi, -0.75 * np.pi, 9):
        droop = np.where(np.sin(angle) < 0, 1.0 + 1.1 * back, 1.0)
        rows.append(centre + out * np.cos(angle) * size + np.array([0, 0, 1.0]) * np.sin(angle) * size * droop)
    return _band(surface, ids, rows, np.abs(grid) > 0.2, grid)


def _hood_up(surface: Surface, rig: Rig, head: Head) -> Surface | None:
    """A hood over the head: a crown whose front edge frames the face, and sides that come down to the neck edge."""
    ring = _neck_ring(surface, _ring_count(surface))
    if ring is None:
        return None
    grid, at, out, ids = ring
    n = len(grid)
    azimuth = np.degrees(grid)
    a = np.abs(azimuth)
    brow = np.interp(a, (0, 35, 62, 80, 180), (34, 30, 14, 4, 2))
    room = np.interp(a, (0, 60, 120, 180), (0.030, 0.024, 0.030, 0.046)) * head.scale
    rows = []
    for t in np.linspace(0, 1, 7):
        elevation = 88 + (brow - 88) * t
        peak = 0.014 * np.sin(np.pi * t) * (a > 120)
        rows.append(
            head.middle + direction_of(azimuth, elevation) * (head.radius(azimuth, elevation) + room + peak)[:, None]
        )
    cheek = (
        head.middle
        + direction_of(azimuth, np.full(n, -12.0)) * (head.radius(azimuth, np.full(n, -8.0)) + room)[:, None]
    )
    cheek[:, 0] += 0.012 * smoothstep(100, 62, a)
    base = at + np.array([0, 0, 0.006])
    for t in (0.35, 0.7):
        sides = cheek * (1 - t) + base * t + out * (0.018 * np.sin(np.pi * t))
        rows.append(sides)
    rows.insert(7, cheek)
    rows.append(base - np.array([0, 0, 0.012]) + out * 0.004)
    k = np.arange(n)
    nxt = (k + 1) % n
    side = (a >= 58) & (np.abs(azimuth[nxt]) >= 58)
    faces = []
    for r in range(len(rows) - 1):
        use = k if r < 6 else k[side]
        faces.append(np.stack([use + r * n, nxt[use] + r * n, nxt[use] + (r + 1) * n, use + (r + 1) * n], 1))
    vertices = np.concatenate(rows)
    fields = {key: np.concatenate([f[ids]] * len(rows)) for key, f in surface.fields.items() if key != "skin_at"}
    share = np.repeat(np.r_[np.ones(7), 0.95, 0.6, 0.25, 0.0], n)[:, None]
    only_head = np.zeros(len(rig.heads))
    only_head[rig.index["head"]] = 1
    fields["weights"] = fields["weights"] * (1 - share) + only_head * share
    uv = np.stack([np.tile(grid * 0.12, len(rows)), np.repeat(np.arange(len(rows)) * 0.03, n)], 1)
    faces = np.concatenate(faces)[:, ::-1]
    corner = uv[faces]
    corner[..., 0] -= 0.754 * np.round((corner[..., 0] - corner[:, :1, 0]) / 0.754)
    return hemmed(Surface(vertices, faces, fields, {"uv": corner, "lining": np.zeros(len(faces))}), 0.004, 0.02)


SCARF = GarmentSpec(kind="top", fabric=FabricSpec(kind="knit", rgb=(0.2, 0.2, 0.2)), fit=0.0)
"""What a scarf is to the rules for cloth; its colour comes from the outfit."""


def _scarf(worn: list[Worn], rig: Rig, seed: int) -> Surface | None:
    """A scarf wound twice round the neck, one end hanging down the chest."""
    outermost = next(w.surface for w in reversed(worn) if w.name in ("outer0", "top"))
    ring = _neck_ring(outermost, _ring_count(outermost))
    if ring is None:
        return None
    _, at, out, ids = ring
    n, sides = len(at), 8
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    neck, up = rig.points["neck01"], unit(rig.points["head"] - rig.points["neck01"])
    base_id = 0
    vertices, faces, chosen = [], [], []
    for k, (rise, inward, size) in enumerate(((0.012, 0.012, 0.026), (0.042, 0.026, 0.023))):
        lumps = _noise(np.column_stack([out[:, 0] * 2, out[:, 1] * 2, np.full(n, k)]), seed + k, 2)
        middle = at - out * inward + up * rise + np.array([0, 0, 0.008]) * lumps[:, None]
        radius = size * (1 + 0.22 * lumps)
        ringed = [middle + (out * np.cos(t) * 0.9 + up * np.sin(t) * 1.05) * radius[:, None] for t in angle]
        vertices.append(np.stack(ringed, 1).reshape(-1, 3))
        grid = np.arange(n * sides).reshape(n, sides) + base_id
        nxt, right = np.roll(grid, -1, 0), np.roll(grid, -1, 1)
        faces.append(np.stack([grid, nxt, np.roll(nxt, -1, 1), right], -1).reshape(-1, 4))
        chosen.append(np.repeat(ids, sides))
        base_id += n * sides
    body = outermost.vertices[outermost.fields["arm_weight"] < 0.3]
    sign = 1.0 if seed % 2 else -1.0
    steps = 9
    z = np.linspace(at[:, 2].min() + 0.02, at[:, 2].min() - 0.30, steps)
    y = sign * np.linspace(0.035, 0.06, steps)
    x = np.array(
        [
            body[(np.abs(body[:, 1] - b) < 0.05) & (np.abs(body[:, 2] - c) < 0.04), 0].max(initial=neck[0])
            for b, c in zip(y, z, strict=True)
        ]
    )
    x = np.maximum.accumulate(x) + 0.010
    path = np.column_stack([x, y, z])
    half = np.linspace(0.045, 0.075, steps)
    bow = (-1.0, -0.5, 0.0, 0.5, 1.0)
    strip = np.stack([path + np.column_stack([0.006 - 0.016 * c * c + 0 * half, c * half, 0 * half]) for c in bow], 1)
    grid = np.arange(steps * len(bow)).reshape(steps, len(bow)) + base_id
    faces.append(np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], -1).reshape(-1, 4))
    vertices.append(strip.reshape(-1, 3))
    front = np.flatnonzero(outermost.fields["arm_weight"] < 0.3)
    nearest = ((outermost.vertices[front][None] - path[:, None]) ** 2).sum(2).argmin(1)
    chosen.append(np.repeat(front[nearest], len(bow)))
    vertices, faces, chosen = np.concatenate(vertices), np.concatenate(faces), np.concatenate(chosen)
    fields = {k: f[chosen] for k, f in outermost.fields.items() if k not in ("skin_at", "hem_of")}
    fields["rest"] = vertices.copy()
    uv = np.stack([vertices[:, 1], vertices[:, 2]], 1)[faces]
    return Surface(vertices, faces, fields, {"uv": uv, "lining": np.zeros(len(faces))})


def _skirted(upper: Surface, lower: Surface, waist: float) -> Surface:
    """A part of the skirt shell joined to the lower edge, at drop `waist`, of what is worn above it."""
    rim = np.unique(boundary_edges(upper.faces))
    rim = rim[(upper.fields["drop"][rim] > waist - 0.1) & (upper.fields["arm_weight"][rim] < 0.3)]
    at, v = upper.vertices[rim], lower.vertices
    centre = at[:, :2].mean(0)
    order = np.argsort(np.arctan2(*(at[:, :2] - centre).T[::-1]))
    angles = np.arctan2(*(at[:, :2] - centre).T[::-1])[order]
    radii = np.linalg.norm(at[:, :2] - centre, axis=1)[order]
    d = v[:, :2] - centre
    angle, radius = np.arctan2(d[:, 1], d[:, 0]), np.linalg.norm(d, axis=1)
    wanted = np.interp(angle, angles, radii, period=2 * np.pi)
    near = 1 - smoothstep(waist - 0.05, waist + 0.7, lower.fields["drop"])
    new = np.maximum(radius, wanted) * (1 - near) + wanted * near
    v = v.copy()
    v[:, :2] = centre + d * (np.maximum(new, wanted * 0.98) / radius)[:, None]
    return lower.moved(v)


def _outer(
    points: np.ndarray,
    rig: Rig,
    spec: GarmentSpec,
    seed: int,
    inner: list[np.ndarray],
    ease: float,
    fineness: int,
    head: Head | None,
) -> list[Surface]:
    """Jackets, coats and vests; `ease` is the room for what is worn under them, `head` is needed for a hood."""
    coat = spec.kind == "coat"
    upper = _upper(points, rig, dataclasses.replace(spec, length=0.6) if coat else spec, seed, ease, inner, fineness)
    parts = [upper]
    if coat:
        until = float(np.interp(spec.length, (1.0, 2.0), (1.05, 2.05)))
        flare = 0.2 + 0.25 * spec.fit
        lower = _skirted(upper, _skirt_surface(points, 0.55, until, 0.012 + ease, flare, seed, fineness), 0.6)
        parts.append(lower.moved(_clear_of(lower.vertices, lower.fields, inner, rig, 0.012)))
    top_z = rig.points["neck01"][2]
    collar = None
    if spec.hood == "up" and head is not None:
        collar = _hood_up(upper, rig, head)
    elif spec.hood == "down":
        collar = _hood(upper, spec)
    elif spec.collar_m:
        collar = _collar(upper, spec, fold=spec.fabric.kind != "nylon")
    if spec.open_front > 0:
        parts = [_opened(joined(*parts), spec, rig, top_z)]
        if collar is not None:
            collar = _opened(collar, spec, rig, top_z)
    done = [hemmed(p, spec.thickness_m * 0.6, 0.03) for p in parts]
    return done + ([collar] if collar is not None and len(collar.faces) else [])


def dress(points: np.ndarray, rig: Rig, outfit: OutfitSpec, fineness: int = 2, head: Head | None = None) -> list[Worn]:
    """All garments of an outfit on a shaped body (P, 3), in the rest pose, inside ones first.

    Args:
        fineness: of the shells, as `anatomy.shell` has it.
        head: needed for hoods that are up.
    """
    seed = outfit.fold_seed
    worn: list[Worn] = []
    top_spec, gown = outfit.top, outfit.lower.kind == "dress"
    if gown:
        top_spec = dataclasses.replace(top_spec, length=_GOWN_WAIST)
        top = _upper(points, rig, top_spec, seed + 11, 0.0, [], fineness)
        below = _skirt_surface(
            points, _GOWN_WAIST - 0.03, _skirt_end(outfit.lower), 0.006, outfit.lower.fit, seed, fineness
        )
        lower = hemmed(_skirted(top, below, _GOWN_WAIST), 0.002, 0.03)
        layers = [_trunk_of(lower)]
    else:
        make = _skirt if outfit.lower.kind == "skirt" else functools.partial(_trousers, rig=rig)
        lower = make(points=points, spec=outfit.lower, seed=seed, fineness=fineness)
        layers = [_trunk_of(lower)]
        top = _upper(points, rig, top_spec, seed + 11, 0.0, layers, fineness)
    legs = None
    if outfit.lower.kind != "trousers":
        body = _shell_on(points, "tights", min(fineness, 1))
        legs = clipped(body, body.fields["drop"] - 0.3)
    worn.append(Worn("lower", outfit.lower, lower, legs))
    layers.append(_trunk_of(top))
    collar = _collar(top, top_spec, fold=True) if top_spec.collar_m else None
    outer = outfit.outer
    if outer is not None:
        # Of what is under a jacket only the part that can be seen is kept: inner layers would show through else.
        rest = top.fields["rest"]
        seen = 0.045 - _outside_neck(outer, top.fields["neck"])
        if outer.open_front > 0:
            gap = np.where(rest[:, 0] > 0.02, 0.105 * outer.open_front + 0.035 - np.abs(rest[:, 1]), -1.0)
            seen = np.maximum(seen, np.where(top.fields["arm_weight"] < 0.3, gap, -1.0))
        seen = np.maximum(seen, top.fields["arm"] - (outer.sleeve - 0.08))
        top = clipped(top, np.where(np.isfinite(seen), seen, -1.0))
    elif not gown:
        f = lower.fields["drop"]
        hidden = f < min(outfit.top.length, LOWEST_HEM) - 0.13
        worn[0] = dataclasses.replace(worn[0], surface=compact(lower, ~hidden[lower.faces].all(1)))
    worn.append(Worn("top", outfit.top, hemmed(top, outfit.top.thickness_m, 0.03) if len(top.faces) else top))
    if collar is not None:
        worn.append(Worn("collar", outfit.top, collar))
    if outer is not None:
        for i, part in enumerate(
            _outer(points, rig, outer, seed + 23, layers, 0.010 + 0.004 * outer.fit, fineness, head)
        ):
            worn.append(Worn(f"outer{i}", outer, part))
            if i == 0:
                layers.append(_trunk_of(part))
    if outfit.vest is not None:
        under = outer or outfit.top
        room = 0.012 + 0.6 * under.thickness_m + (0.018 if outer is not None else 0.0)
        (vest,) = _outer(points, rig, outfit.vest, seed + 37, layers, room, fineness, None)
        worn.append(Worn("vest", outfit.vest, vest))
    if outfit.scarf_rgb is not None:
        scarf = _scarf(worn, rig, seed)
        if scarf is not None:
            worn.append(Worn("scarf", SCARF, scarf))
    over = outer if outer is not None and outer.open_front == 0 else outfit.top
    hem = float(np.interp(over.length, (0, 1, 2), (0, 1, 2)) if over.kind == "coat" else min(over.length, LOWEST_HEM))
    done = []
    for w in worn:
        if not len(w.surface.faces):
            continue
        f = w.surface.fields
        free = np.ones(len(w.surface.vertices))
        if w.name == "lower":
            free = smoothstep(hem - 0.05, hem + 0.3, f["drop"])
        elif (w.name in ("top", "collar") and outer is not None) or w.name == "scarf":
            free = np.zeros(len(free))
        elif w.spec.kind == "coat":  # the waist's seam holds its two sides together
            free = 1 - np.exp(-(((f["drop"] - 0.6) / 0.16) ** 2))
        if gown and w.name in ("lower", "top"):
            free = free * (1 - np.exp(-(((f["drop"] - _GOWN_WAIST) / 0.16) ** 2)))
        done.append(dataclasses.replace(w, surface=w.surface.with_fields(free=free)))
    return done


_STIFFNESS = {
    "cotton": 0.1,
    "denim": 0.2,
    "jersey": 0.1,
    "knit": 0.3,
    "wool": 0.5,
    "nylon": 0.15,
    "leather": 0.5,
    "canvas": 0.7,
    "hivis": 0.3,
}


def settled(worn: list[Worn], posed: Posed, folds: bool) -> list[np.ndarray]:
    """Vertices (N, 3) of each garment in the pose.

    Args:
        worn: garments, inside ones first.
        folds: let the cloth settle into the folds that the pose makes.
    """
    out: list[np.ndarray] = []
    for w in worn:
        s = w.surface
        skinned = at = posed.skin(s.vertices, s.fields["weights"])
        hidden = w.name in ("top", "collar") and any(o.name == "outer0" for o in worn)
        if folds and not hidden and "skin_at" in s.fields and not (w.spec.kind == "trousers" and w.spec.fit <= 0.02):
            ease = np.linalg.norm(s.vertices - s.fields["skin_at"], axis=1) - 0.002
            if w.name != "lower":  # what is worn under it takes room
                under = smoothstep(-0.3, 0.0, s.fields["drop"]) + w.name.startswith("outer")
                ease = ease - 0.016 * np.where(s.fields["arm_weight"] < 0.5, under, 0.0)
            slack = 0.02 + 0.04 * w.spec.fit
            at = drape(s, at, ease.clip(0.0005), s.fields["free"], _STIFFNESS[w.spec.fabric.kind], slack)
        if w.legs is not None:  # a step takes the cloth along
            legs = posed.skin(w.legs.vertices, w.legs.fields["weights"])
            normals = vertex_normals(legs, w.legs.faces)
            gap, reach, rounds = (0.004, 0.05, 2) if w.spec.kind == "shorts" else (0.012, 0.14, 3)
            for _ in range(rounds):
                at = pushed_out(at, legs, normals, s.faces, gap, reach)
        if out and "skin_at" in s.fields:  # thighs that swing forward would come through a hem
            lower = worn[0].surface
            band = (lower.fields["drop"] > 0.1) & (lower.fields["drop"] < 1.35)
            normals = vertex_normals(out[0], lower.faces)
            if band.any():
                gap = 0.010 if w.name == "top" else 0.014
                for _ in range(2):
                    at = pushed_out(at, out[0][band], normals[band], s.faces, gap)
        if "hem_of" in s.fields and len(s.fields["hem_of"]) == len(at):
            at = skinned + (at - skinned)[s.fields["hem_of"]]
        out.append(at)
    return out


def covered(outfit: OutfitSpec, near: float = 1.0) -> np.ndarray:
    """(V,) bool: body vertices that clothes hide for certain.

    Args:
        near: less than 1 hides nearer to hems and cuffs than is safe seen from close by.
    """
    a = anatomy.body_anatomy()
    out = np.zeros(body_data().vertex_count, bool)
    lower, top, outer = outfit.lower, outfit.top, outfit.outer
    if lower.kind in ("skirt", "dress"):
        until = _skirt_end(lower)
        out |= (a.drop > 0.12) & (a.drop < min(until - 0.75, 1.3))
    else:
        out |= (a.drop > 0.02) & (a.leg < lower.length - 0.12 * near) & (a.arm < 0)
    hem = _GOWN_WAIST + 0.1 if lower.kind == "dress" else min(top.length, LOWEST_HEM)
    below_head = (a.drop > -8) & (a.rest_m[:, 2] < 1.45)
    out |= below_head & (a.drop < hem - 0.1 * near) & (_outside_neck(top, a.neck) > 0.022)
    out |= (a.arm >= 0) & (a.arm < top.sleeve - 0.14 * near)
    if outfit.shoes.kind != "sandal":
        out |= (a.foot > 0.5) & (a.rest_m[:, 2] < 0.052)  # in the shoe
    if outfit.shoes.kind == "boot":
        out |= a.leg > 2.0 - 0.5 * outfit.shoes.shaft_m
    if lower.kind == "trousers" and lower.length > 1.8 and outfit.shoes.kind != "sandal":
        out |= (a.foot > 0.3) & (a.rest_m[:, 2] < 0.09)  # between hem and shoe
    if outer is not None:
        out |= (a.arm >= 0) & (a.arm < outer.sleeve - 0.14 * near)
        if outer.open_front == 0:
            out |= (
                below_head
                & (a.drop < min(outer.length, LOWEST_HEM) - 0.1 * near)
                & (_outside_neck(outer, a.neck) > 0.03)
            )
    return out


def tucked_m(outfit: OutfitSpec) -> np.ndarray:
    """(V,) metres by which body vertices under the edge of a garment draw back, so that no fold lets them through."""
    a = anatomy.body_anatomy()
    lower, top, outer = outfit.lower, outfit.top, outfit.outer
    on_arm = a.arm >= 0
    sleeve = max(g.sleeve for g in (top, outer) if g is not None)
    cuff = max(sleeve, 0.16)  # an armhole lies about there
    depth = 0.016 * smoothstep(cuff + 0.05, cuff - 0.08, a.arm) * on_arm
    neck = np.max([_outside_neck(g, a.neck) for g in (top, outer) if g is not None and g.open_front == 0], axis=0)
    below_head = (a.drop > -8) & (a.rest_m[:, 2] < 1.45)
    depth = np.maximum(depth, 0.008 * smoothstep(-0.004, 0.018, neck) * below_head * (a.drop < 0))
    if lower.kind in ("skirt", "dress"):
        depth = np.maximum(depth, 0.010 * smoothstep(2.0, 1.5, a.drop) * (a.drop > 0))
    else:
        end = 0.018 * smoothstep(lower.length + 0.05, lower.length - 0.08, a.leg)
        depth = np.maximum(depth, end * (a.leg > 0) * (a.drop > 0) * (a.arm < 0))
    return depth
