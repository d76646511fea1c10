"""Distance between two sets of pictures without any trained network.

Sliced Wasserstein distance of patches over a Laplacian pyramid (Karras et al. 2018, "Progressive growing of GANs"),
with two changes: colours are not normalised away, as a camera's colours are what counts here, and each level is
divided by the spread of the photographs' patches at that level, so that all levels weigh the same. `features` has KID
and FID.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from blender_synth.seeds import rng_for

LEVELS, PATCH_PX = 4, 7
_PATCHES, _DIRECTIONS, _QUANTILES = 96, 96, 256
_HEIGHT_PX = 232
"""Pictures are resized to this height: sets of several sizes can be compared, and no level depends on it."""


class Photographs:
    """What is kept of a set of photographs to measure distances to it."""

    def __init__(self, pictures: Sequence[np.ndarray], seed: int = 0):
        """Take patches.

        Args:
            pictures: (H, W, 3) uint8 RGB, at least one.
        """
        self.seed = seed
        rng = rng_for(seed, 0, "refine/directions")
        size = 3 * PATCH_PX**2
        self._directions = [_unit(rng.normal(size=(size, _DIRECTIONS))) for _ in range(LEVELS)]
        levels = patches_by_level(pictures, seed)
        self._centres = [level.mean(0) for level in levels]
        self._quantiles = [self._projected(level, number) for number, level in enumerate(levels)]
        self._spreads = [float(q.std()) + 1e-6 for q in self._quantiles]

    def _projected(self, patches: np.ndarray, level: int) -> np.ndarray:
        projected = (patches - self._centres[level]) @ self._directions[level]
        return np.quantile(projected, np.linspace(0.002, 0.998, _QUANTILES), axis=0)

    def distances(self, pictures: Sequence[np.ndarray]) -> list[float]:
        """The distance of pictures at each level, finest first; 0 is none, 1 about the spread of the photographs."""
        levels = patches_by_level(pictures, self.seed + 1)
        return [
            float(np.abs(self._projected(level, number) - self._quantiles[number]).mean() / self._spreads[number])
            for number, level in enumerate(levels)
        ]

    def distance(self, pictures: Sequence[np.ndarray]) -> float:
        """Their mean."""
        return float(np.mean(self.distances(pictures)))


def _unit(directions: np.ndarray) -> np.ndarray:
    return np.asarray(directions / np.linalg.norm(directions, axis=0))


def patches_by_level(pictures: Sequence[np.ndarray], seed: int) -> list[np.ndarray]:
    """Random patches of all pictures at each level of their Laplacian pyramids, (N, 3 * PATCH_PX**2) each."""
    found: list[list[np.ndarray]] = [[] for _ in range(LEVELS)]
    for number, picture in enumerate(pictures):
        rng = rng_for(seed, number, "refine/patches")
        for level, image in enumerate(pyramid(picture)):
            rows, columns = (rng.integers(0, length - PATCH_PX + 1, _PATCHES) for length in image.shape[:2])
            windows = np.lib.stride_tricks.sliding_window_view(image, (PATCH_PX, PATCH_PX), axis=(0, 1))  # type: ignore[call-overload]
            found[level].append(windows[rows, columns].reshape(_PATCHES, -1))
    return [np.concatenate(level).astype(np.float32) for level in found]


def pyramid(picture: np.ndarray) -> list[np.ndarray]:
    """The Laplacian pyramid of a picture (H, W, 3) uint8, finest level first; the last level is the picture, small."""
    height, width = picture.shape[:2]
    size = (max(PATCH_PX * 2**LEVELS, round(width * _HEIGHT_PX / height)), _HEIGHT_PX)
    image = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    levels: list[np.ndarray] = []
    for _ in range(LEVELS - 1):
        smaller: np.ndarray = cv2.pyrDown(image)
        levels.append(image - cv2.pyrUp(smaller, dstsize=image.shape[1::-1]))
        image = smaller
    return [*levels, image]
