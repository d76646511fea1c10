"""Things people carry: backpacks, phones."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.data import BodyData
from blender_synth.bodies.mesh import Surface, grid_faces, rigid
from blender_synth.bodies.skeleton import SIDES, Posed, Rig, unit


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
    faces = grid_faces(15, 24, True)
    out = {"pack": rigid(body, faces, data.bones, "spine02"), "pocket": rigid(pocket, faces, data.bones, "spine02")}
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
    return Surface(grid, grid_faces(len(path), 4, False), {"weights": np.repeat(np.array(weights), 4, 0)})
