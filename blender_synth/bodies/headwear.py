"""What people wear on the head: hats and glasses."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.data import BodyData
from blender_synth.bodies.head import Head, direction_of
from blender_synth.bodies.mesh import Surface, grid_faces, rigid, tube
from blender_synth.world.people.complexion import HairSpec


def hat(data: BodyData, head: Head, kind: str, hair: HairSpec, fine: bool = True) -> dict[str, Surface]:
    """A cap with a peak, a knitted beanie with its fold, or a hat with a brim all round, over flattened hair.

    Field ``rest`` (N, 3) is the place on the head in metres, for patterns.
    """
    columns, rows = (40, 13) if fine else (20, 6)
    azimuth = np.linspace(-180, 180, columns, endpoint=False)
    a = np.abs(azimuth)
    over = 0.005 + 0.16 * hair.volume_m
    edge = np.interp(a, *_EDGES[kind])
    t = np.linspace(0, 1, rows)
    elevation = edge[None] + (90 - edge[None]) * t[:, None]
    around = np.broadcast_to(azimuth, elevation.shape)
    direction = direction_of(around, elevation)
    radius = head.radius(around, elevation) + over
    if kind == "cap":  # the front stands up, the back is close
        radius += (0.002 + 0.007 * np.cos(np.radians(around) / 2) ** 2 * np.sin(np.pi * t)[:, None]) * head.scale
    elif kind == "beanie":
        slouch = 0.012 + 0.016 * ((hair.lock_seed >> 3) % 16) / 15
        radius += (slouch * t**2)[:, None] * head.scale
    points = head.centre + direction * radius[..., None]
    if kind == "brim":  # a crown with a flat, dented top
        top = points[..., 2].max()
        points[..., 2] = np.minimum(points[..., 2], top - 0.012 * head.scale)
        dent = np.exp(-((points[..., 1] / 0.028) ** 2)) * np.clip((points[..., 2] - top + 0.03) / 0.018, 0, 1)
        points[..., 2] -= 0.012 * dent
    vertices = points.reshape(-1, 3)
    out = {"hat": rigid(vertices, grid_faces(rows, columns, True), data.bones, "head")}
    if kind == "cap":
        out["peak"] = _peak(data, head, azimuth, edge, over)
    elif kind == "brim":
        out["brim"] = _brim(data, points[0], azimuth, head)
    else:
        low, high = edge - 2, edge + 20
        band = []
        for e, more in ((low, 0.001), (low, 0.008), ((low + high) / 2, 0.009), (high, 0.008), (high, 0.001)):
            band.append(head.centre + direction_of(azimuth, e) * (head.radius(azimuth, e) + over + more)[:, None])
        out["fold"] = rigid(np.concatenate(band), grid_faces(5, columns, True), data.bones, "head")
    return {k: v.with_fields(rest=v.vertices - head.centre) for k, v in out.items()}


_EDGES = {  # kind: azimuth from the front, elevation of the lower edge; degrees
    "cap": ((0, 60, 95, 140, 180), (29, 20, 10, -4, -10)),
    "beanie": ((0, 50, 85, 120, 180), (24, 16, 2, -14, -22)),
    "brim": ((0, 60, 95, 140, 180), (27, 22, 16, 6, 2)),
}


def _peak(data: BodyData, head: Head, azimuth: np.ndarray, edge: np.ndarray, over: float) -> Surface:
    """The peak of a cap: a curved sheet from temple to temple."""
    along = np.linspace(-58, 58, 15)
    rim = np.interp(along, azimuth, edge)
    base = head.centre + direction_of(along, rim) * (head.radius(along, rim) + over + 0.003)[:, None]
    reach = 0.088 * np.cos(np.radians(along) * 1.5)[:, None].clip(0) ** 0.7 * head.scale
    forward = np.stack([np.ones(15), np.zeros(15), np.full(15, -0.20)], 1)
    sag = np.array([0, 0, -0.012]) * (np.abs(along) / 45)[:, None] ** 2
    lines = [base, base + forward * reach * 0.5 + sag * 0.7, base + forward * reach + sag * 1.3]
    under = [line - [0, 0, 0.003] for line in reversed(lines)]
    return rigid(np.concatenate(lines + under), grid_faces(6, 15, False), data.bones, "head")


def _brim(data: BodyData, base: np.ndarray, azimuth: np.ndarray, head: Head) -> Surface:
    """A brim all round, higher at the sides."""
    a = np.radians(azimuth)
    out = np.stack([np.cos(a), np.sin(a), np.zeros(len(a))], 1)
    lift = np.array([0, 0, 1.0]) * (0.016 * np.sin(a)[:, None] ** 2 - 0.010 * np.cos(a)[:, None] ** 2)
    wide = 0.055 * head.scale
    lines = [base - out * 0.004, base + out * wide * 0.5 + lift * 0.4, base + out * wide + lift]
    under = [line - [0, 0, 0.0025] for line in reversed(lines)]
    return rigid(np.concatenate(lines + under), grid_faces(6, len(a), True), data.bones, "head")


def glasses(data: BodyData, points: np.ndarray, head: Head) -> tuple[Surface, Surface]:
    """Frames (rims, bridge, temples) and lenses."""
    parts, lenses = [], []
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    s = head.scale
    inner = []
    for side, sign in (("L", 1.0), ("R", -1.0)):
        eye = points[data.point(f"eye.{side}")]
        centre = eye + np.array([0.0235, sign * 0.002, -0.003]) * s
        y = centre[1] + 0.0245 * s * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.8
        z = centre[2] + 0.0185 * s * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.8
        x = centre[0] - 0.10 * np.abs(y - centre[1]) * (np.sign(y - centre[1]) == sign)
        rim = np.stack([x, y, z], 1)
        parts.append(tube(rim, 0.0016 * s, 5, closed=True))
        disc = np.concatenate([rim, rim.mean(0, keepdims=True) + [0.001, 0, 0]])
        k = np.arange(20)
        lenses.append((disc, np.stack([k, (k + 1) % 20, np.full(20, 20), np.full(20, 20)], 1)))
        hinge = rim[0 if sign > 0 else 10]
        side_y = sign * (head.radius(np.array(80.0), np.array(-4.0)) * 0.99 + 0.004)
        ear = np.array([head.centre[0] - 0.012, side_y, hinge[2] + 0.004])
        bend = ear + np.array([-0.018, 0, -0.016]) * s
        middle = np.array([(hinge[0] + ear[0]) / 2, side_y, (hinge[2] + ear[2]) / 2])
        parts.append(tube(np.array([hinge, [hinge[0] - 0.008, side_y, hinge[2]], middle, ear, bend]), 0.0015 * s, 4))
        inner.append(rim[10 if sign > 0 else 0])
    parts.append(
        tube(np.linspace(inner[0], inner[1], 4) + np.array([[0], [0.002], [0.002], [0]]) * [1, 0, 1], 0.0015 * s, 4)
    )
    return _together(parts, data), _together(lenses, data)


def _together(parts: list[tuple[np.ndarray, np.ndarray]], data: BodyData) -> Surface:
    starts = np.cumsum([0] + [len(v) for v, _ in parts])
    faces = np.concatenate([f + o for (_, f), o in zip(parts, starts, strict=False)])
    faces = np.where(faces[:, [2]] == faces[:, [3]], faces[:, [0, 1, 2, 2]], faces)
    return rigid(np.concatenate([v for v, _ in parts]), faces, data.bones, "head")
