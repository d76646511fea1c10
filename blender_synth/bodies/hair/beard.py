"""Where a beard grows, and the strands of a full one."""

from __future__ import annotations

import functools

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import BodyData, body_data
from blender_synth.bodies.fields import halton, smoothstep, unit_rows
from blender_synth.bodies.hair.strands import ribbons
from blender_synth.bodies.head import Head
from blender_synth.bodies.mesh import Surface, face_normals
from blender_synth.world.people.complexion import HairSpec


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
    place = np.stack([halton(count, 2), halton(count, 3)], 1)
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
    spread = np.roll(halton(count, 5) - 0.5, hair.lock_seed % count)
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
    surface = ribbons(np.stack(path, 1), head, 0.0030 * (700 / max(count, 1)) ** 0.5, hair, index)
    weights = np.zeros((len(surface.vertices), len(data.bones)))
    weights[:, data.bone("head")] = 1
    return surface.with_fields(weights=weights)


@functools.cache
def beard_field() -> np.ndarray:
    """(V,) where a beard grows: jaw, chin and upper lip, 0 to 1."""
    data, points = body_data(), anatomy.reference_points()
    v = points[: data.vertex_count]
    lips = v[data.masks["lips"] > 0.5]
    mouth, eye = lips.mean(0), points[data.point("eye.L")]
    side = np.abs(v[:, 1])
    upper = mouth[2] + 0.012 - 0.12 * np.maximum(0.02 - side, 0) + 0.95 * np.maximum(side - 0.03, 0)
    low = mouth[2] - 0.068
    grow = smoothstep(0.010, -0.006, v[:, 2] - upper) * smoothstep(low - 0.022, low + 0.016, v[:, 2])
    grow *= smoothstep(0.042, 0.062, v[:, 0] - 0.02 * (side > 0.05)) * (v[:, 2] < eye[2] - 0.012)
    # Bare: the lips with a little margin, and the cheeks next to the corners of the mouth.
    around = np.hypot((v[:, 1] - mouth[1]) / 0.030, (v[:, 2] - mouth[2]) / 0.0105)
    grow *= smoothstep(0.75, 1.1, around) * (1 - smoothstep(0.1, 0.4, data.masks["lips"]))
    grow *= 1 - smoothstep(0.1, 0.5, data.masks["inside_mouth"])
    skin = np.zeros(len(v), bool)
    skin[np.unique(data.faces["body"])] = True
    return grow * skin
