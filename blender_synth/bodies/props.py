"""Things people wear and hold beside clothes: hats, glasses, backpacks, phones."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.data import BodyData
from blender_synth.bodies.hair import Head, direction_of
from blender_synth.bodies.mesh import Surface
from blender_synth.bodies.skeleton import SIDES, Posed, Rig, unit
from blender_synth.world.people.complexion import HairSpec


def _box(middle: np.ndarray, axes: np.ndarray, size: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """A box with chamfer-free corners: vertices (8, 3) and quads (6, 4); axes are rows."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    vertices = middle + (signs * np.array(size) / 2) @ axes
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    return vertices, quads


def held(posed: Posed, spec) -> list:
    """Parts for what the hands hold: a phone."""
    from blender_synth.bodies.person import Look, Part

    parts = []
    for side, arm in (("L", spec.pose.left_arm), ("R", spec.pose.right_arm)):
        if arm not in ("phone", "call"):
            continue
        p = {
            k: posed.place(b, posed.rig.points[b])
            for k, b in (
                ("wrist", f"wrist.{side}"),
                ("index", f"finger2-1.{side}"),
                ("little", f"finger5-1.{side}"),
                ("middle", f"finger3-1.{side}"),
            )
        }
        along = unit(p["middle"] - p["wrist"])
        back = SIDES[side] * unit(np.cross(p["index"] - p["wrist"], p["little"] - p["wrist"]))
        across = np.cross(back, along)
        axes = np.stack([along, across, back])
        middle = p["middle"] + along * 0.028 - back * 0.024
        vertices, quads = _box(middle, axes, (0.148, 0.072, 0.009))
        parts.append(
            Part(f"phone.{side}", vertices.astype(np.float32), quads, Look.of("phone", rgb=(0.01, 0.01, 0.012)))
        )
    return parts


def _rigid(vertices: np.ndarray, faces: np.ndarray, data: BodyData, bone: str) -> Surface:
    weights = np.zeros((len(vertices), len(data.bones)))
    weights[:, data.bone(bone)] = 1
    return Surface(vertices, faces, {"weights": weights})


def _grid_faces(rows: int, columns: int, closed: bool) -> np.ndarray:
    """Quads of a grid of rows x columns; `closed` joins the last column to the first."""
    grid = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(grid, -1, 1)
    if not closed:
        grid, right = grid[:, :-1], right[:, :-1]
    return np.stack([grid[:-1], right[:-1], right[1:], grid[1:]], -1).reshape(-1, 4)


def _tube(path: np.ndarray, radius: float, sides: int = 6, closed: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A tube around a path (n, 3): vertices and quads."""
    tangent = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    first = np.cross(tangent, [0.31, 0.22, 0.92])
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    second = np.cross(tangent, first)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.cos(angle)[None, :, None] * first[:, None] + np.sin(angle)[None, :, None] * second[:, None]
    vertices = (path[:, None] + radius * ring).reshape(-1, 3)
    faces = _grid_faces(len(path), sides, True)
    if closed:
        last, start = (len(path) - 1) * sides + np.arange(sides), np.arange(sides)
        faces = np.concatenate([faces, np.stack([last, np.roll(last, -1), np.roll(start, -1), start], 1)])
    return vertices, faces


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
    out = {"hat": _rigid(vertices, _grid_faces(rows, columns, True), data, "head")}
    if kind == "cap":
        along = np.linspace(-62, 62, 15)
        rim = np.interp(along, azimuth, edge)
        base = head.middle + direction_of(along, rim) * (head.radius(along, rim) + over + 0.001)[:, None]
        reach = 0.070 * np.cos(np.radians(along) * 1.35)[:, None].clip(0) * head.scale
        forward = np.stack([np.cos(np.radians(along) * 0.35), np.sin(np.radians(along) * 0.35), np.full(15, -0.22)], 1)
        drop = np.array([0, 0, -0.006]) * (np.abs(along) / 40)[:, None] ** 2
        lines = [base, base + forward * reach * 0.5 + drop, base + forward * reach + drop * 2]
        under = [line - [0, 0, 0.003] for line in reversed(lines)]
        out["peak"] = _rigid(np.concatenate(lines + under), _grid_faces(6, 15, False), data, "head")
    else:
        low, high = edge - 2, edge + 20
        band = []
        for e, more in ((low, 0.001), (low, 0.009), ((low + high) / 2, 0.010), (high, 0.009), (high, 0.001)):
            band.append(head.middle + direction_of(azimuth, e) * (head.radius(azimuth, e) + over + more)[:, None])
        out["fold"] = _rigid(np.concatenate(band), _grid_faces(5, columns, True), data, "head")
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
        parts.append(_tube(rim, 0.0016 * s, 5, closed=True))
        disc = np.concatenate([rim, rim.mean(0, keepdims=True) + [0.001, 0, 0]])
        k = np.arange(20)
        lenses.append((disc, np.stack([k, (k + 1) % 20, np.full(20, 20), np.full(20, 20)], 1)))
        hinge = rim[0 if sign > 0 else 10]
        side_y = sign * (head.radius(np.array(80.0), np.array(-4.0)) * 0.99 + 0.004)
        ear = np.array([head.middle[0] - 0.012, side_y, hinge[2] + 0.004])
        bend = ear + np.array([-0.018, 0, -0.016]) * s
        middle = np.array([(hinge[0] + ear[0]) / 2, side_y, (hinge[2] + ear[2]) / 2])
        parts.append(_tube(np.array([hinge, [hinge[0] - 0.008, side_y, hinge[2]], middle, ear, bend]), 0.0015 * s, 4))
        inner.append(rim[10 if sign > 0 else 0])
    parts.append(
        _tube(np.linspace(inner[0], inner[1], 4) + np.array([[0], [0.002], [0.002], [0]]) * [1, 0, 1], 0.0015 * s, 4)
    )
    return _together(parts, data), _together(lenses, data)


def _together(parts: list[tuple[np.ndarray, np.ndarray]], data: BodyData) -> Surface:
    starts = np.cumsum([0] + [len(v) for v, _ in parts])
    faces = np.concatenate([f + o for (_, f), o in zip(parts, starts, strict=False)])
    faces = np.where(faces[:, [2]] == faces[:, [3]], faces[:, [0, 1, 2, 2]], faces)
    return _rigid(np.concatenate([v for v, _ in parts]), faces, data, "head")


def backpack(data: BodyData, points: np.ndarray, rig: Rig, worn: list) -> dict[str, Surface]:
    """A backpack on the clothes' back, and its straps over the shoulders."""
    clothes = [w.surface for w in worn if w.name != "lower" and "arm_weight" in w.surface.fields]
    v = np.concatenate([s.vertices[s.fields["arm_weight"] < 0.35] for s in clothes])
    w = np.concatenate([s.fields["weights"][s.fields["arm_weight"] < 0.35] for s in clothes])
    size = (rig.points["neck01"][2] - rig.points["spine04"][2]) / 0.45
    top_z = rig.points["shoulder01.L"][2] - 0.01
    height, width, depth = 0.43 * size, 0.29 * size, 0.15 * size
    middle_z = top_z - height / 2
    near = v[(np.abs(v[:, 1]) < 0.09) & (np.abs(v[:, 2] - middle_z) < height * 0.35)]
    back_x = np.percentile(near[:, 0], 4) if len(near) else -0.12
    u, t = np.meshgrid(np.linspace(-np.pi, np.pi, 24, endpoint=False), np.linspace(-np.pi / 2, np.pi / 2, 15))

    def power(x: np.ndarray, e: float) -> np.ndarray:
        return np.sign(x) * np.abs(x) ** e

    ring = power(np.cos(t), 0.45)
    x = ring * power(np.cos(u), 0.6) * depth / 2
    x = np.where(x > 0, x * 0.45, x * (1.0 + 0.25 * np.clip(-t, 0, 1)))
    shape = np.stack([x, ring * power(np.sin(u), 0.6) * width / 2, power(np.sin(t), 0.5) * height / 2], -1)
    body = shape.reshape(-1, 3) + [back_x - depth * 0.28, 0, middle_z]
    pocket = shape.reshape(-1, 3) * [0.5, 0.74, 0.42] + [back_x - depth * 0.78, 0, middle_z - height * 0.2]
    faces = _grid_faces(15, 24, True)
    out = {"pack": _rigid(body, faces, data, "spine02"), "pocket": _rigid(pocket, faces, data, "spine02")}
    for side, sign in (("L", 1.0), ("R", -1.0)):
        out[f"strap.{side}"] = _strap(v, w, rig, side, sign, back_x, top_z, height, width)
    return out


def _strap(v, w, rig: Rig, side: str, sign: float, back_x: float, top_z: float, height: float, width: float) -> Surface:
    """A band from the pack over the shoulder, down the chest and back under the arm, on the clothes' surface."""
    shoulder = rig.points[f"shoulder01.{side}"]
    y0 = sign * max(0.62 * abs(shoulder[1]), 0.07)
    low_z = top_z - height * 0.62
    path, weights = [], []
    spine_x = rig.points["spine01"][0]
    for t in np.linspace(0, 1, 16):
        if t < 0.3:  # back to the top of the shoulder
            a = t / 0.3
            x = back_x + (spine_x + 0.01 - back_x) * a
            near = (np.abs(v[:, 1] - y0) < 0.025) & (np.abs(v[:, 0] - x) < 0.03)
            z = v[near, 2].max(initial=top_z - 0.05) + 0.004
            p = np.array([x, y0, z])
        else:  # down the front and round the side
            a = (t - 0.3) / 0.7
            z = top_z + 0.0 - (top_z - low_z) * a
            y = y0 + sign * 0.05 * a**2
            near = (np.abs(v[:, 1] - y) < 0.03) & (np.abs(v[:, 2] - z) < 0.03)
            x = v[near, 0].max(initial=spine_x) + 0.006
            p = np.array([x, y, z])
        path.append(p)
        weights.append(w[np.linalg.norm(v - p, axis=1).argmin()])
    # ends: to the side of the ribs, then to the pack's lower corner
    side_near = v[np.abs(v[:, 2] - low_z) < 0.03]
    out_y = sign * (np.abs(side_near[:, 1]).max() + 0.006) if len(side_near) else y0
    for p in (
        np.array([spine_x + 0.01, out_y, low_z - 0.02]),
        np.array([back_x - 0.01, sign * width * 0.46, low_z - 0.05]),
    ):
        path.append(p)
        weights.append(w[np.linalg.norm(v - p, axis=1).argmin()])
    path = np.array(path)
    for _ in range(2):
        path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    outward = path - np.array([spine_x, 0, 0]) * [1, 0, 0] - path * [0, 0, 1]
    outward[:5] = [0, 0, 1]
    across = np.cross(tangent, outward)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    lift = np.cross(across, tangent)
    half = 0.021
    rows = [
        path - across * half,
        path - across * half + lift * 0.007,
        path + across * half + lift * 0.007,
        path + across * half,
    ]
    grid = np.stack(rows, 1).reshape(-1, 3)
    return Surface(grid, _grid_faces(len(path), 4, False), {"weights": np.repeat(np.array(weights), 4, 0)})
