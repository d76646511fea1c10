"""Looks of photographs: which of them a painter gives to a frame. Needs no torch.

A look is six numbers, which light and weather change and places do not. A frame gets the look of a photograph whose
classes have similar shares, so that a room is not painted in the light of a street.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from blender_synth.refine.layout import shares_of
from blender_synth.seeds import rng_for

LOOK = 6
"""Numbers of a look: mean and standard deviation of L, a and b (CIE Lab)."""
_NEAREST = 8


def look_of(picture: np.ndarray) -> np.ndarray:
    """The look of a picture (H, W, 3) uint8 RGB: (LOOK,) float32, in Lab units."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    return np.concatenate([lab.mean(0), lab.std(0)]).astype(np.float32)


@dataclass(frozen=True)
class Looks:
    """Looks of photographs.

    Attributes:
        values: (N, LOOK) float32. shares: of their classes, (N, classes) float32.
    """

    values: np.ndarray
    shares: np.ndarray

    @classmethod
    def of(cls, pictures: Sequence[np.ndarray], layouts: Sequence[np.ndarray]) -> Looks:
        """From photographs and the layouts that were found of them."""
        return cls(np.stack([look_of(p) for p in pictures]), np.stack([shares_of(layout) for layout in layouts]))

    def scaled(self, look: np.ndarray) -> np.ndarray:
        """In units of the photographs' spread."""
        return np.asarray((look - self.values.mean(0)) / (self.values.std(0) + 1.0), np.float32)

    def nearest(self, layout: np.ndarray) -> np.ndarray:
        """Numbers of the photographs whose classes have shares that are most like a layout's, the nearest first."""
        return np.argsort(np.abs(self.shares - shares_of(layout)).sum(1), kind="stable")[:_NEAREST]

    def chosen(self, layout: np.ndarray, seed: tuple[int, int], variant: int = 0, scale: float = 1.0) -> np.ndarray:
        """The look that a frame gets, as `scaled`: variant 0 has that of the nearest photograph, others draw one.

        Args:
            seed: of the frame. scale: 0 gives the mean look to all.
        """
        near = self.nearest(layout)
        order = rng_for(*seed, "refine/paint/look").permutation(len(near) - 1) + 1 if len(near) > 1 else near[:0]
        places = [0, *order.tolist()]
        return scale * self.scaled(self.values[near[places[variant % len(places)]]])
