"""Hair as geometry: a cap over the scalp and fine locks that lie on it, hang from it, or are tied.

Hair that is cut to a few millimetres has no geometry: it is a tint of the skin (`scalp.scalp_tint`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies.data import BodyData
from blender_synth.bodies.hair.cap import make_ball, make_cap
from blender_synth.bodies.hair.locks import make_locks
from blender_synth.bodies.hair.scalp import scalp
from blender_synth.bodies.head import Head
from blender_synth.bodies.mesh import Surface
from blender_synth.bodies.skeleton import Rig
from blender_synth.world.people.complexion import HairSpec


@dataclass(frozen=True)
class HairMesh:
    """Hair in the rest pose: surfaces with ``weights``, ``shade`` (brightness) and ``uv`` (across, along: metres)."""

    cap: Surface | None
    locks: Surface | None


def make_hair(
    data: BodyData,
    points: np.ndarray,
    rig: Rig,
    head: Head,
    hair: HairSpec,
    faces: np.ndarray,
    locks: int,
    hat: bool,
    back_x: Callable[[np.ndarray], np.ndarray],
) -> HairMesh:
    """Hair for one head.

    Args:
        faces: (F, 4) of the body at the wanted detail. locks: how many locks.
        hat: hair under a hat lies flat and only shows below it.
        back_x: function z (M,) -> x of the clothes' back surface, so that long hair falls over it.
    """
    value = scalp(data, points, hair, head)
    volume = hair.volume_m * (0.3 if hat else 1.0)
    if hair.style in ("bald", "buzz"):
        return HairMesh(None, None)
    if hair.style == "afro" and not hat:
        return HairMesh(make_ball(data, hair, head), None)
    if hair.style == "fade":
        _, elevation, _ = head.angles(points[: data.vertex_count])
        value = np.minimum(value, elevation - 24)
    cap = make_cap(data, points, faces, hair, head, value, volume)
    if hair.style in ("afro", "cornrows"):
        return HairMesh(cap, None)
    return HairMesh(cap, make_locks(data, points, rig, hair, head, volume, locks, hat, back_x))
