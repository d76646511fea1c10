"""Where on the body a vertex lies: fields along limbs and trunk, which garments are cut along.

All fields are computed once, on a reference body in the rest pose, and apply to every body: a vertex has the same
place in the anatomy whatever the shape.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies.data import BodyData, body_data
from blender_synth.bodies.shape import shaped_points
from blender_synth.bodies.subdivision import LinearMap, cluster, kept_catmull_clark
from blender_synth.world.people.body import BodySpec

_ARM = ("upperarm", "lowerarm", "wrist", "metacarpal", "finger", "shoulder01")
_LEG = ("upperleg", "lowerleg", "foot", "toe")


@dataclass(frozen=True)
class Anatomy:
    """Fields of N vertices.

    Attributes:
        arm: along the arm, 0 shoulder, 1 elbow, 2 wrist, beyond 2 the hand; -1 off the arms.
        leg: along the leg, 0 hip, 1 knee, 2 ankle; negative above the hip; -1 on arms.
        drop: below the waist, 0 waist, 1 crotch, 2 knee; negative above; -9 on arms.
        neck: (N, 2) metres to the left and forward of the neck's axis, in the plane perpendicular to it; necklines are
            ellipses there. Far off (9) below the chest and on the arms.
        foot: weight of foot and toe bones, 0 to 1.
        arm_weight: weight of the arm's bones.
        side: +1 left, -1 right.
        cloth_m: (N, 3, 2) coordinates around and along trunk, arms and legs, metres; the one around wraps.
        region: 0 trunk, 1 arm, 2 leg: which of the three pairs applies to the vertex.
        rest_m: (N, 3) place on the reference body.
    """

    arm: np.ndarray
    leg: np.ndarray
    drop: np.ndarray
    neck: np.ndarray
    foot: np.ndarray
    arm_weight: np.ndarray
    side: np.ndarray
    cloth_m: np.ndarray
    region: np.ndarray
    rest_m: np.ndarray


WRAP_M = np.array([2 * np.pi * 0.15, 2 * np.pi * 0.055, 2 * np.pi * 0.085])
"""Length around trunk, arms and legs at which the first cloth coordinate starts again."""


def _along(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    axis = end - start
    return (points - start) @ axis / (axis @ axis)


def _around(points: np.ndarray, start: np.ndarray, end: np.ndarray, zero: np.ndarray) -> np.ndarray:
    """Angle about the axis start-end, radians, 0 towards `zero`."""
    axis = (end - start) / np.linalg.norm(end - start)
    first = zero - axis * (zero @ axis)
    first /= np.linalg.norm(first)
    second = np.cross(axis, first)
    d = points - start
    return np.arctan2(d @ second, d @ first)


def anatomy_of(data: BodyData, points: np.ndarray, weights: np.ndarray, vertices: np.ndarray) -> Anatomy:
    """Fields of `vertices` (N, 3) with skin `weights` (N, J) on the body whose points are `points` (P, 3)."""
    at = {n: points[data.vertex_count + i] for i, n in enumerate(data.point_names)}
    column = {b: i for i, b in enumerate(data.bones)}

    def weight_of(prefixes: tuple[str, ...]) -> np.ndarray:
        total = np.zeros(len(weights), weights.dtype)
        for bone, i in column.items():
            if bone.startswith(prefixes):
                total = total + weights[:, i]
        return total

    arm_weight, leg_weight, foot = weight_of(_ARM), weight_of(_LEG), weight_of(("foot", "toe"))
    left = vertices[:, 1] >= 0
    side = np.where(left, 1.0, -1.0)
    arm, leg = np.full(len(vertices), -1.0), np.full(len(vertices), -1.0)
    cloth = np.zeros((len(vertices), 3, 2))
    is_arm = arm_weight > 0.5
    for s, mine in (("L", left), ("R", ~left)):
        shoulder, elbow, wrist, knuckle = (at[f"{n}.{s}"] for n in ("upperarm01", "lowerarm01", "wrist", "finger3-1"))
        v = vertices[mine]
        first, second = _along(v, shoulder, elbow), 1 + _along(v, elbow, wrist)
        t = np.where(first < 1, first, np.maximum(1.0, second))
        t = np.where(t > 2, 2 + _along(v, wrist, knuckle).clip(0), t)
        arm[mine] = np.where(is_arm[mine], t.clip(-0.5), -1)
        upper = np.linalg.norm(elbow - shoulder)
        zero = np.array([0.0, 0, 1])
        angle = np.where(t < 1, _around(v, shoulder, elbow, zero), _around(v, elbow, wrist, zero))
        cloth[mine, 1] = np.stack([angle * 0.055, t * upper], 1)
        hip, knee, ankle = (at[f"{n}.{s}"] for n in ("upperleg01", "lowerleg01", "foot"))
        first, second = _along(v, hip, knee), 1 + _along(v, knee, ankle)
        t = np.where(first < 1, first, np.maximum(1.0, second))
        leg[mine] = np.where(is_arm[mine], -1, t)
        zero = np.array([1.0, 0, 0])
        angle = np.where(t < 1, _around(v, hip, knee, zero), _around(v, knee, ankle, zero))
        cloth[mine, 2] = np.stack([angle * 0.085, -t * np.linalg.norm(knee - hip)], 1)
    body = vertices if len(vertices) == data.vertex_count else points[: data.vertex_count]
    middle = body[np.unique(data.faces["tights"])]
    crotch = middle[(np.abs(middle[:, 1]) < 0.012) & (middle[:, 2] < at["upperleg01.L"][2] + 0.1), 2].min()
    waist, knee = at["spine03"][2] - 0.01, at["lowerleg01.L"][2]
    drop = np.interp(
        -vertices[:, 2],
        [-waist - 1.0, -waist, -crotch, -knee, -knee + 1],
        [-1.0 / (waist - crotch), 0.0, 1.0, 2.0, 2.0 + 1 / (crotch - knee)],
    )
    drop = np.where(is_arm, -9.0, drop)
    base, axis = at["neck01"], at["head"] - at["neck01"]
    axis = axis / np.linalg.norm(axis)
    from_neck = vertices - base
    neck = np.stack([from_neck[:, 1], from_neck @ np.array([axis[2], 0, -axis[0]])], 1)
    below = from_neck @ axis
    behind = np.clip((0.03 - neck[:, 1]) / 0.05, 0, 1)
    neck[:, 1] += np.minimum(0.0, below + 0.03) * 2.5 * behind  # the back falls away from the neckline at once
    neck[(below < -0.17) | is_arm] = 9.0
    cloth[:, 0] = np.stack([np.arctan2(vertices[:, 1], vertices[:, 0] - 0.02) * 0.15, vertices[:, 2]], 1)
    region = np.where(is_arm, 1, np.where((leg_weight > 0.55) & (drop > 0.85), 2, 0))
    return Anatomy(arm, leg, drop, neck, foot, arm_weight, side, cloth, region, vertices)


@dataclass(frozen=True)
class Shell:
    """A subdivided helper surface: quads over M vertices, how to get them from body vertices, weights and fields."""

    faces: np.ndarray
    source: np.ndarray
    map: LinearMap
    weights: np.ndarray
    anatomy: Anatomy
    corner_uv_m: np.ndarray

    def vertices(self, points: np.ndarray) -> np.ndarray:
        """(M, 3) positions for shaped points (P, 3)."""
        return self.map(points[self.source])


@functools.cache
def reference_points() -> np.ndarray:
    """(P, 3) points of the body that fields are computed on."""
    body = BodySpec(
        sex="female",
        masculinity=0.5,
        age_years=25,
        stature_m=1.68,
        weight=0.5,
        muscle=0.5,
        proportions=0.5,
        cup=0.4,
        ancestry=(1 / 3, 1 / 3, 1 / 3),
        details={},
    )
    return shaped_points(body_data(), body)


def corner_uv(anatomy: Anatomy, faces: np.ndarray) -> np.ndarray:
    """(F, 4, 2) cloth coordinates in metres, one region a face, without jumps inside a face."""
    votes = np.stack([(anatomy.region[faces] == r).sum(1) for r in range(3)], 1)
    region = votes.argmax(1)
    uv = anatomy.cloth_m[faces, region[:, None]].copy()
    wrap = WRAP_M[region][:, None]
    uv[..., 0] -= wrap * np.round((uv[..., 0] - uv[:, :1, 0]) / wrap)
    return uv


@functools.cache
def shell(group: str, fineness: int = 2) -> Shell:
    """``"tights"`` or ``"skirt"``: subdivided once (2), as it is (1), or merged to a few centimetres (0)."""
    data, points = body_data(), reference_points()
    faces = data.faces[group]
    if fineness == 0:
        a = body_anatomy()
        size = np.where(a.arm_weight > 0.3, 0.036, np.where(a.drop > 1, 0.05, 0.075))
        faces = cluster(points[: data.vertex_count], faces, size)
    source = np.unique(faces)
    number = np.full(data.vertex_count, -1)
    number[source] = np.arange(len(source))
    faces = number[faces]
    if fineness == 2:
        faces, mapping = kept_catmull_clark(faces, len(source))
    else:
        mapping = LinearMap(np.arange(len(source))[:, None], np.ones((len(source), 1)))
    weights = mapping(data.weights[source].astype(np.float64)).astype(np.float32)
    vertices = mapping(points[source])
    anatomy = anatomy_of(data, points, weights, vertices)
    return Shell(faces, source, mapping, weights, anatomy, corner_uv(anatomy, faces))


@functools.cache
def body_anatomy() -> Anatomy:
    """Fields of the body's own vertices (V)."""
    data, points = body_data(), reference_points()
    return anatomy_of(data, points, data.weights, points[: data.vertex_count])
