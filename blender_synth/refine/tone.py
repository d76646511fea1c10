"""Whether a picture's colours and tones came nearer to the photographs, or went away from them. Needs no torch.

Each picture is reduced to quantiles of lightness, and of a, b and chroma (CIE Lab), over its pixels. The distance of a
picture to a set of photographs is the mean difference to the nearest quarter of them, so that a set of days and nights
is near to both. Lightness and colour are judged by themselves: a better exposure does not make up for a lost colour.
So is how colour changes with lightness: green shadows and violet lights may have the same quantiles as a green lawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from blender_synth.refine.checks import Scores

_QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
CHANNELS = 6
_LIGHTNESS, _COLOUR, _BANDS = slice(0, 1), slice(1, 4), slice(4, CHANNELS)
_CHROMA = 3
_FAINT_CHROMA = 6.0
"""Chroma below which there is no colour that could be lost."""
_NEAREST_SHARE, _FEWEST = 0.25, 3
_MOST_PHOTOS = 100
_LEAST_UNITS = 1.0
"""Lab units that nobody sees over a whole picture."""


def profile(picture: np.ndarray) -> np.ndarray:
    """What is kept of a picture (H, W, 3) uint8 RGB, (6, quantiles) float32 in Lab units.

    Quantiles of L, a, b and chroma; then the mean a and b of as many bands of equal area, from dark to light, without
    the mean of the whole picture.
    """
    size = (max(1, picture.shape[1] // 3), max(1, picture.shape[0] // 3))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    channels = np.column_stack([lab, np.hypot(lab[:, 1], lab[:, 2])])
    quantiles = np.quantile(channels, _QUANTILES, axis=0).T
    bands = np.array_split(lab[np.argsort(lab[:, 0], kind="stable"), 1:], len(_QUANTILES))
    by_band = np.column_stack([band.mean(0) for band in bands]) - lab[:, 1:].mean(0)[:, None]
    return np.concatenate([quantiles, by_band]).astype(np.float32)


@dataclass(frozen=True)
class Tones:
    """Profiles of a set of photographs, (N, 6, quantiles), and how far they are from each other.

    Attributes:
        profiles: of at most 100 photographs. usual: median distance of a photograph to the others, of lightness, of
            colour, and of colour by lightness, in Lab units.
    """

    profiles: np.ndarray
    usual: tuple[float, ...]

    @classmethod
    def of(cls, photographs: Sequence[np.ndarray]) -> Tones:
        """From pictures (H, W, 3) uint8, at least one."""
        chosen = np.unique(np.linspace(0, len(photographs) - 1, min(_MOST_PHOTOS, len(photographs))).astype(int))
        return cls.of_profiles(np.stack([profile(photographs[i]) for i in chosen]))

    @classmethod
    def of_profiles(cls, profiles: np.ndarray) -> Tones:
        """From what `profiles` of another one holds."""
        known = np.asarray(profiles, np.float32)
        others = [_distances(known[i], np.delete(known, i, 0)) for i in range(len(known))] if len(known) > 1 else []
        usual = np.median(others, axis=0) if others else np.zeros(3)
        return cls(known, tuple(usual.tolist()))

    def distances(self, picture: np.ndarray) -> tuple[float, ...]:
        """Of a picture: of its lightness, of its colour, and of its colour by lightness, in Lab units."""
        return _distances(profile(picture), self.profiles)

    def away(self, before: np.ndarray, after: np.ndarray) -> float:
        """Distance after over distance before, the greatest of the three. Below 1: it came nearer.

        A picture that is as near as photographs are to each other counts as near enough.
        """
        pairs = zip(self.distances(before), self.distances(after), self.usual, strict=True)
        return max(new / max(old, usual, _LEAST_UNITS) for old, new, usual in pairs)

    def vivid(self, before: np.ndarray, after: np.ndarray) -> float:
        """Chroma of the most colourful parts of the picture after, relative to that before, or to what is usual in the
        photographs, whichever is less."""
        old, new = (float(profile(picture)[_CHROMA, -1]) for picture in (before, after))
        usual = float(np.median(self.profiles[:, _CHROMA, -1]))
        return new / min(old, usual) if min(old, usual) > _FAINT_CHROMA else 1.0

    def added(self, scores: Scores, before: np.ndarray, after: np.ndarray) -> Scores:
        """The scores of a picture, with `tone` and `vivid`."""
        return replace(scores, tone=self.away(before, after), vivid=self.vivid(before, after))


def _distances(one: np.ndarray, others: np.ndarray) -> tuple[float, ...]:
    gaps = np.abs(others - one).mean(2)
    bands = np.hypot(*(others - one)[:, _BANDS].transpose(1, 0, 2)).mean(1)
    count = max(min(_FEWEST, len(others)), round(_NEAREST_SHARE * len(others)))
    parts = (gaps[:, _LIGHTNESS].mean(1), gaps[:, _COLOUR].mean(1), bands)
    return tuple(float(np.sort(part)[:count].mean()) for part in parts)
