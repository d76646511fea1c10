"""Bones: rest joints, posing by world rotations, linear blend skinning."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies.data import BodyData

X, Y, Z = _IDENTITY = np.eye(3)
SIDES = {"L": 1.0, "R": -1.0}  # +1 for what is on the person's left (+Y)


def rotation(axis: np.ndarray, angle_deg: float) -> np.ndarray:
    """(3, 3) right-handed rotation about a unit axis (Rodrigues' formula)."""
    x, y, z = np.asarray(axis, float).tolist()
    k = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    t = np.radians(angle_deg)
    return _IDENTITY + np.sin(t) * k + (1 - np.cos(t)) * k @ k


def axis_angle(matrix: np.ndarray) -> tuple[np.ndarray, float]:
    """Axis and angle in degrees (0 to 180) of a rotation."""
    angle = np.degrees(np.arccos(np.clip((np.trace(matrix) - 1) / 2, -1, 1)))
    v = np.array([matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]])
    n = length(v)
    return (v / n, float(angle)) if n > 1e-9 else (X, 0.0)


def part_way(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """The rotation `share` of the way from `start` to `end` (slerp)."""
    axis, angle = axis_angle(end @ start.T)
    return rotation(axis, angle * share) @ start


def unit(v: np.ndarray) -> np.ndarray:
    """The vector at length one."""
    return v / max(length(v), 1e-12)


def length(v: np.ndarray) -> float:
    """The length of one vector (n,), as `numpy.linalg.norm` gives it, which takes many times as long."""
    v = v.ravel(order="K")
    return math.sqrt(v.dot(v))


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product of two vectors (3,), as `numpy.cross` gives it, which takes many times as long."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], float)


def frame(along: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """(3, 3) orthonormal columns: `along`, `hinge` made perpendicular to it, and their cross product."""
    a = unit(along)
    h = unit(hinge - a * (hinge @ a))
    return np.stack([a, h, cross(a, h)], 1)


def from_quaternion(wxyz: tuple[float, float, float, float]) -> np.ndarray:
    """(3, 3) rotation of a unit quaternion."""
    w, v = wxyz[0], np.array(wxyz[1:])
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + 2 * w * k + 2 * k @ k


def two_bone(
    start: np.ndarray, end: np.ndarray, pole: np.ndarray, first: float, second: float, most_deg: float = 175.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Directions of two links of given lengths from `start` that reach `end`, bent towards `pole`; and the hinge.

    Args:
        most_deg: limit of the joint between them.

    Returns:
        (direction 1, direction 2, hinge axis, flexion in degrees). Out of reach, the links point towards `end`.
    """
    span = end - start
    shortest = np.sqrt(first**2 + second**2 + 2 * first * second * np.cos(np.radians(most_deg)))
    reach = float(min(max(length(span), shortest), (first + second) * 0.9995))
    along = unit(span)
    side = unit(pole - along * (pole @ along))
    cosine = min(max((first**2 + reach**2 - second**2) / (2 * first * reach), -1.0), 1.0)
    a = along * cosine + side * np.sqrt(1 - cosine**2)
    b = unit(along * reach - a * first)
    flexion = float(np.degrees(np.arccos(np.clip(a @ b, -1, 1))))
    return a, b, cross(side, along), flexion


@dataclass(frozen=True)
class Rig:
    """The skeleton in the rest pose of one body.

    Attributes:
        heads: (J, 3) joint positions, metres.
        parents: (J,) int.
        index: bone name -> row.
        points: named skeleton points (heads and tails).
    """

    heads: np.ndarray
    parents: np.ndarray
    index: dict[str, int]
    points: dict[str, np.ndarray]

    @staticmethod
    def of(data: BodyData, points: np.ndarray) -> Rig:
        """The skeleton that belongs to shaped points (P, 3)."""
        named = {n: points[data.vertex_count + i] for i, n in enumerate(data.point_names)}
        heads = points[data.vertex_count : data.vertex_count + len(data.bones)]
        return Rig(heads, data.parents, {b: i for i, b in enumerate(data.bones)}, named)

    def length(self, a: str, b: str) -> float:
        """Distance between two skeleton points, metres."""
        return float(np.linalg.norm(self.points[a] - self.points[b]))


@dataclass(frozen=True)
class Posed:
    """World rotation (J, 3, 3) and head position (J, 3) of every bone, and the rig they belong to."""

    rig: Rig
    rotations: np.ndarray
    heads: np.ndarray

    def place(self, bone: str, rest_points: np.ndarray) -> np.ndarray:
        """Posed positions of points (.., 3) that are rigidly attached to one bone."""
        i = self.rig.index[bone]
        return (rest_points - self.rig.heads[i]) @ self.rotations[i].T + self.heads[i]

    def skin(self, vertices: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Linear blend skinning of (N, 3) rest vertices with (N, J) weights."""
        offset = self.heads - np.einsum("jab,jb->ja", self.rotations, self.rig.heads)
        blend = weights @ np.concatenate([self.rotations.reshape(-1, 9), offset], 1)
        return np.einsum("nab,nb->na", blend[:, :9].reshape(-1, 3, 3), vertices) + blend[:, 9:]

    def shifted(self, by: np.ndarray) -> Posed:
        """The same pose moved by a vector."""
        return Posed(self.rig, self.rotations, self.heads + by)


def solve(rig: Rig, world: dict[str, np.ndarray], local: dict[str, np.ndarray], root: np.ndarray) -> Posed:
    """Forward kinematics.

    Args:
        world: bones with a world rotation of their own; the others follow their parent.
        local: rotations put between parent and bone, in rest axes (fingers, jitter).
        root: position of the root bone's head.
    """
    count = len(rig.heads)
    rotations, heads = np.empty((count, 3, 3)), np.empty((count, 3))
    names = list(rig.index)
    for j in range(count):
        p = rig.parents[j]
        inherited = np.eye(3) if p < 0 else rotations[p]
        rotations[j] = world.get(names[j], inherited)
        if names[j] in local:
            rotations[j] = rotations[j] @ local[names[j]]
        heads[j] = root if p < 0 else heads[p] + rotations[p] @ (rig.heads[j] - rig.heads[p])
    return Posed(rig, rotations, heads)
