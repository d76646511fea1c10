"""The posed body that carries something, and what carried items are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blender_synth.bodies.flesh import Measures, depth_in_body
from blender_synth.bodies.skeleton import SIDES, Posed, Z, rotation, unit
from blender_synth.bodies.solids import (
    Solid,
)
from blender_synth.values import Rgb

STEEL, DARK, TYRE = (0.62, 0.62, 0.63), (0.014, 0.014, 0.015), (0.012, 0.012, 0.012)


SIDE_OF = {"left": "L", "right": "R"}


Piece = tuple[str, Solid, str, Rgb]
"""Name, solid, surface (see `blender/people/carried.py`) and colour."""


@dataclass(frozen=True)
class Carrier:
    """A posed body that carries something.

    Attributes:
        cloth: (N, 3) posed vertices of the clothes on the trunk.
        walks: whether the person walks or runs.
    """

    posed: Posed
    measures: Measures
    cloth: np.ndarray
    walks: bool

    def bone(self, name: str) -> np.ndarray:
        """Head of a bone."""
        return self.posed.heads[self.posed.rig.index[name]]

    def turn(self, name: str) -> np.ndarray:
        """World rotation of a bone."""
        return self.posed.rotations[self.posed.rig.index[name]]

    @property
    def yaw(self) -> np.ndarray:
        """(3, 3) rotation to where the hips face, level."""
        pelvis = self.turn("root")
        return rotation(Z, float(np.degrees(np.arctan2(pelvis[1, 0], pelvis[0, 0]))))

    def fist(self, side: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Middle of the hollow of a closed hand, direction towards the thumb, direction of the palm."""
        wrist, middle = self.bone(f"wrist.{side}"), self.bone(f"finger3-1.{side}")
        index, little = self.bone(f"finger2-1.{side}"), self.bone(f"finger5-1.{side}")
        thumb = unit(index - little)
        palm = -SIDES[side] * unit(np.cross(index - wrist, little - wrist))
        size = float(np.linalg.norm(middle - wrist))
        return middle + palm * 0.33 * size + unit(middle - wrist) * 0.10 * size, thumb, palm

    def cloth_near(self, at: np.ndarray, axis: int, reach: float = 0.03) -> np.ndarray:
        """(M, 3) cloth vertices whose other two coordinates are near those of `at`."""
        others = [k for k in range(3) if k != axis]
        return self.cloth[(np.abs(self.cloth[:, others] - at[others]) < reach).all(1)]

    def outside(self, path: np.ndarray, gap_m: float) -> np.ndarray:
        """A path, moved out of trunk and thighs where it runs inside them."""
        bones = ("spine03", "spine01", *(f"{b}.{s}" for b in ("upperleg01", "lowerleg01") for s in SIDES))
        at = {b: self.bone(b) for b in bones}
        turn = {"root": self.turn("root"), "spine01": self.turn("spine01")}
        for _ in range(2):
            depth, out = depth_in_body(path, at, turn, self.measures)
            path = path + out * np.maximum(depth + gap_m, 0)[:, None]
        return path


def darker(rgb: Rgb, share: float = 0.55) -> Rgb:
    """A colour times `share`."""
    return rgb[0] * share, rgb[1] * share, rgb[2] * share
