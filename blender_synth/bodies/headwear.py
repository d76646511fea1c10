"""What people wear on the head: hats and glasses."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.data import BodyData
from blender_synth.bodies.hair import Head, direction_of
from blender_synth.bodies.mesh import Surface, grid_faces, rigid, tube
from blender_synth.world.people.complexion import HairSpec


def hat(data: BodyData, head: Head, kind: str, hair: HairSpec) -> dict[str, Surface]:
    """A cap with a peak, or a knitted beanie with its fold, over the hair."""
    columns = 40
    azimuth = np.linspace(-180, 180, columns, endpoint=False)
    a = np.abs(azimuth)
    over = 0.007 + 0.45 * hair.volume_m
    if kind == "cap":
        edge = np.interp(a, (0, 60, 95, 140, 180), (27, 20, 12, 0, -6))
    else:
        edge = np.interp(a, (0, 50, 85, 120, 180), (24, 16, 2, -14, -22))
    rows = 13
    t = np.linspace(0, 1, rows)
    elevation = edge[None] + (90 - edge[None]) * t[:, None]
    direction = direction_of(np.broadcast_to(azimuth, elevation.shape), elevation)
    radius = head.radius(np.broadcast_to(azimuth, elevation.shape), elevation) + over
    if kind == "cap":
        radius += 0.012 * np.sin(np.pi * t)[:, None] * head.scale
    else:
        radius += (0.022 * t**2)[:, None] * head.scale
    vertices = (head.middle + direction * radius[..., None]).reshape(-1, 3)
    out = {"hat": rigid(vertices, grid_faces(rows, columns, True), data.bones, "head")}
    if kind == "cap":
        along = np.linspace(-62, 62, 15)
        rim = np.interp(along, azimuth, edge)
        base = head.middle + direction_of(along, rim) * (head.radius(along, rim) + over + 0.001)[:, None]
        reach = 0.070 * np.cos(np.radians(along) * 1.35)[:, None].clip(0) * head.scale
        forward = np.stack([np.cos(np.radians(along) * 0.35), np.sin(np.radians(along) * 0.35), np.full(15, -0.22)], 1)
        drop = np.array([0, 0, -0.006]) * (np.abs(along) / 40)[:, None] ** 2
        lines = [base, base + forward * reach * 0.5 + drop, base + forward * reach + drop * 2]
        under = [line - [0, 0, 0.003] for line in reversed(lines)]
        out["peak"] = rigid(np.concatenate(lines + under), grid_faces(6, 15, False), data.bones, "head")
    else:
        low, high = edge - 2, edge + 20
        band = []
        for e, more in ((low, 0.001), (low, 0.009), ((low + high) / 2, 0.010), (high, 0.009), (high, 0.001)):
            band.append(head.middle + direction_of(azimuth, e) * (head.radius(azimuth, e) + over + more)[:, None])
        out["fold"] = rigid(np.concatenate(band), grid_faces(5, columns, True), data.bones, "head")
    return out


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
        ear = np.array([head.middle[0] - 0.012, side_y, hinge[2] + 0.004])
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
