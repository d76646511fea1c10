"""How finely a person is built, by how large they will be in the picture."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import body_data
from blender_synth.bodies.subdivision import cluster

Detail = Literal["full", "low", "tiny"]


@dataclass(frozen=True)
class Fineness:
    """What a level of detail stands for.

    Attributes:
        shell: of the clothes' shells: subdivided (2), as they are (1), or merged (0).
        body_cell_m: size of the cells that are merged on trunk and limbs, and on head, hands and feet; 0 keeps all.
        locks, beard_locks: how many strands of hair.
        settle: whether cloth settles into the folds of the pose.
        small_parts: laces, brows, spectacles.
        shoe_step: step between the stations of a shoe that are used.
    """

    shell: int
    body_cell_m: tuple[float, float]
    locks: int
    beard_locks: int
    settle: bool
    small_parts: bool
    shoe_step: int


FINENESS: dict[str, Fineness] = {
    "full": Fineness(2, (0.0, 0.0), 1500, 760, True, True, 1),
    "low": Fineness(1, (0.036, 0.0145), 300, 140, False, True, 2),
    "tiny": Fineness(0, (0.075, 0.032), 70, 0, False, False, 3),
}


@functools.cache
def body_faces(detail: Detail) -> np.ndarray:
    """(F, 4) faces of the body at a detail, over the same vertices."""
    data, a = body_data(), anatomy.body_anatomy()
    faces = data.faces["body"]
    wide, fine = FINENESS[detail].body_cell_m
    if wide == 0:
        return faces
    delicate = (a.rest_m[:, 2] > 1.44) | (a.arm > 1.9) | (a.foot > 0.5)
    size = np.where(delicate, fine, wide)
    size = np.where(data.masks["face"] > 0.5, fine * 0.8, size)
    return cluster(a.rest_m, faces, size)
