"""Crops of frames and photographs that show alike things, so that the discriminator judges how and not what they show.

Photographs have no labels. Crops are matched by where they are in the picture and by features that are relative to
their own set: brightness, contrast and directions of edges, each in units of its spread over the set. A camera that is
darker or noisier as a whole therefore does not change what is matched. Hue alone is absolute: grey pavement is matched
with what is nearest to grey, and not with a lawn because both are the usual ground of their set.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from blender_synth.seeds import rng_for

PER_PICTURE = 32
_NEAREST = 8
_DIRECTIONS = 4
_WEIGHT_OF_HEIGHT = 2.0
_HUES = slice(1, 3)
_HUE_UNIT = 0.05
"""Difference of red and green, or of blue and yellow, of values from 0 to 1, that weighs as much as a set's spread."""


def feature(picture: np.ndarray, top: int, left: int, size: int) -> np.ndarray:
    """Features of a crop of a picture (H, W, 3) uint8, float32."""
    crop = picture[top : top + size, left : left + size]
    small = cv2.resize(crop, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    gray = small.mean(-1)
    dx, dy = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    length, angle = np.hypot(dx, dy), np.arctan2(dy, dx) % np.pi
    bins = np.minimum((angle / np.pi * _DIRECTIONS).astype(int), _DIRECTIONS - 1)
    directions = np.bincount(bins.ravel(), length.ravel(), _DIRECTIONS) / (length.sum() + 1e-3)
    halves = gray[:16].mean() - gray[16:].mean()
    red, green, blue = small.reshape(-1, 3).mean(0)
    height = (top + size / 2) / picture.shape[0]
    hues = [red - green, blue - (red + green) / 2]
    numbers = [height, *hues, gray.mean(), np.log(gray.std() + 0.02), np.log(length.mean() + 0.02), halves]
    return np.array([*numbers, *directions], np.float32)


class Crops:
    """Random crops of a set of pictures, with their features in units of the set's spread."""

    def __init__(self, pictures: Sequence[np.ndarray], size: int, seed: int, name: str):
        self.size = size
        self.pictures = [at_least(picture, size) for picture in pictures]
        self.places: list[tuple[int, int, int]] = []
        for number, picture in enumerate(self.pictures):
            rng = rng_for(seed, number, f"refine/crops/{name}")
            for _ in range(PER_PICTURE):
                top, left = (int(rng.integers(0, length - size + 1)) for length in picture.shape[:2])
                self.places.append((number, top, left))
        self.features = self.features_of(self.pictures)

    def features_of(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """Features of all crops in units of their spread, where the pictures of the set look like these."""
        found = np.array([feature(pictures[number], top, left, self.size) for number, top, left in self.places])
        mean, spread = found.mean(0), found.std(0) + 1e-3
        mean[_HUES], spread[_HUES] = 0.0, _HUE_UNIT
        units = (found - mean) / spread
        units[..., 0] *= _WEIGHT_OF_HEIGHT
        return np.asarray(units)

    def nearest(self, relative: np.ndarray, rng: np.random.Generator) -> int:
        """Number of a crop that is like one of another set, drawn from the nearest few."""
        distances = ((self.features - relative) ** 2).sum(1)
        count = min(_NEAREST, len(distances))
        return int(rng.choice(np.argpartition(distances, count - 1)[:count]))

    def crop(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """The crop, (size, size, 3) uint8, and the heights of its rows in the picture, (size,) from -1 to 1."""
        picture, top, left = self.places[number]
        image = self.pictures[picture]
        rows = (top + np.arange(self.size, dtype=np.float32) + 0.5) / image.shape[0] * 2 - 1
        return image[top : top + self.size, left : left + self.size], rows


def at_least(picture: np.ndarray, size: int) -> np.ndarray:
    """The picture, larger where its shorter side is below `size`."""
    shorter = min(picture.shape[:2])
    if shorter >= size:
        return picture
    scale = size / shorter
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))


def smallest_side(pictures: Sequence[np.ndarray]) -> int:
    """The shorter side of the smallest picture."""
    return min(min(picture.shape[:2]) for picture in pictures)
