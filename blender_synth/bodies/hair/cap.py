"""The cap over the scalp that lies under the locks, and dense curls as one volume."""

from __future__ import annotations

import numpy as np

from blender_synth.bodies.data import BodyData
from blender_synth.bodies.fields import smooth_noise, smoothstep
from blender_synth.bodies.hair.scalp import LINE_AZIMUTH, LINE_ELEVATION, receded
from blender_synth.bodies.head import Head, direction_of
from blender_synth.bodies.mesh import Surface, clipped, compact, vertex_normals
from blender_synth.world.people.complexion import HairSpec


def make_cap(
    data: BodyData,
    points: np.ndarray,
    faces: np.ndarray,
    hair: HairSpec,
    head: Head,
    value: np.ndarray,
    volume: float,
) -> Surface | None:
    """The scalp, raised to where the hair lies; None where nothing grows.

    Args:
        points: (P, 3) of the shaped body. faces: (F, 4) of it. value: (V,) degrees above the hairline. volume: how far
            hair stands off, metres.
    """
    base = Surface(points[: data.vertex_count], faces, {"above": value})
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
    lumps = smooth_noise((v - head.centre) * (60 if hair.wave > 0.6 else 35) / head.scale, hair.lock_seed, 2)
    lift = lift * (1 + (0.35 if hair.wave > 0.6 else 0.14) * lumps) + 0.0008
    shade = 0.62 + 0.1 * lumps
    if hair.style == "cornrows":  # plaits from the forehead to the nape, skin between them
        rows = np.abs(
            np.sin(np.pi * (v[:, 1] / head.scale + 0.3 * (v[:, 2] - head.centre[2]) * np.sign(v[:, 1])) / 0.019)
        )
        lift = 0.0008 + 0.006 * rows**0.7 * smoothstep(0, 5, above) - 0.0035 * (rows < 0.3)
        shade = 0.5 + 0.5 * rows * (
            0.8 + 0.2 * np.sin(np.degrees(np.arctan2(v[:, 2] - head.centre[2], v[:, 0] - head.centre[0])) * 0.9)
        )
    v = v + normals * lift[:, None]
    weights = np.zeros((len(v), len(data.bones)))
    weights[:, data.bone("head")] = 1
    uv = np.stack([azimuth * 0.0018, elevation * 0.0018], 1)[surface.faces]
    uv[..., 0] -= 0.648 * np.round((uv[..., 0] - uv[:, :1, 0]) / 0.648)
    return Surface(v, surface.faces, {"weights": weights, "shade": shade}, {"uv": uv})


def make_ball(data: BodyData, hair: HairSpec, head: Head) -> Surface:
    """Dense curls as one soft, lumpy ball that begins at the hairline."""
    rows, columns = 22, 64
    azimuth = np.linspace(-180, 180, columns, endpoint=False)
    edge = np.interp(np.abs(azimuth), LINE_AZIMUTH, LINE_ELEVATION) + receded(hair, azimuth)
    edge = np.where((np.abs(azimuth) > 70) & (np.abs(azimuth) < 106), np.maximum(edge, 6), edge)
    for _ in range(2):
        edge = (np.roll(edge, 1) + 2 * edge + np.roll(edge, -1)) / 4
    t = np.concatenate([[0.0, 0.0], np.linspace(0.02, 1, rows - 2)])
    elevation = edge[None] + (90 - edge[None]) * t[:, None]
    around = np.broadcast_to(azimuth, elevation.shape)
    direction = direction_of(around, elevation)
    rise = np.concatenate([[0.0, 0.45], np.interp(t[2:], (0.02, 0.2, 1.0), (0.7, 1.0, 1.0))])[:, None]
    lumps = smooth_noise(direction.reshape(-1, 3) * 14, hair.lock_seed, 2).reshape(elevation.shape)
    fine = smooth_noise(direction.reshape(-1, 3) * 31, hair.lock_seed + 3, 1).reshape(elevation.shape)
    lift = hair.volume_m * rise * (1 + 0.10 * lumps + 0.09 * fine) + 0.001
    v = (head.centre + direction * (head.radius(around, elevation) + lift)[..., None]).reshape(-1, 3)
    grid = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(grid, -1, 1)
    faces = np.stack([grid[:-1], right[:-1], right[1:], grid[1:]], -1).reshape(-1, 4)
    weights = np.zeros((len(v), len(data.bones)))
    weights[:, data.bone("head")] = 1
    uv = np.stack([around, elevation], -1).reshape(-1, 2) * 0.0018
    return Surface(v, faces, {"weights": weights, "shade": 0.85 + 0.2 * fine.ravel()}, {"uv": uv[faces]})
