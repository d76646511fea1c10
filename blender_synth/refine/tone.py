"""Whether a picture's colours and tones came nearer to the photographs, or went away from them. Needs no torch.

Each picture is reduced to quantiles of lightness, and of a, b and chroma (CIE Lab), over its pixels. The distance of a
picture to a set of photographs is the mean difference to the nearest quarter of them, so that a set of days and nights
is near to both. Lightness and colour are judged by themselves: a better exposure does not make up for a lost colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from blender_synth.refine.checks import Scores

_QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
_CHANNELS = 4
_LIGHTNESS, _COLOUR = slice(0, 1), slice(1, _CHANNELS)
_CHROMA = 3
_FAINT_CHROMA = 6.0
"""Chroma below which there is no colour that could be lost."""
_NEAREST_SHARE, _FEWEST = 0.25, 3
_MOST_PHOTOS = 100
_LEAST_UNITS = 1.0
"""Lab units that nobody sees over a whole picture."""


def profile(picture: np.ndarray) -> np.ndarray:
    """Quantiles of a picture (H, W, 3) uint8 RGB, (4, quantiles) float32 in Lab units: L, a, b, chroma."""
    size = (max(1, picture.shape[1] // 3), max(1, picture.shape[0] // 3))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    channels = np.column_stack([lab, np.hypot(lab[:, 1], lab[:, 2])])
    return np.quantile(channels, _QUANTILES, axis=0).T.astype(np.float32)


@dataclass(frozen=True)
class Tones:
    """Profiles of a set of photographs, (N, 4, quantiles), and how far they are from each other.

    Attributes:
        profiles: of at most 100 photographs. usual: median distance of a photograph to the others, of lightness and of
            colour, in Lab units.
    """

    profiles: np.ndarray
    usual: tuple[float, float]

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
        usual = np.median(others, axis=0) if others else np.zeros(2)
        return cls(known, (float(usual[0]), float(usual[1])))

    def distances(self, picture: np.ndarray) -> tuple[float, float]:
        """Of a picture: of its lightness and of its colour, in Lab units."""
        lightness, colour = _distances(profile(picture), self.profiles)
        return lightness, colour

    def away(self, before: np.ndarray, after: np.ndarray) -> float:
        """Distance after over distance before, the greater of lightness and colour. Below 1: it came nearer.

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


def _distances(one: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    gaps = np.abs(others - one).mean(2)
    count = max(min(_FEWEST, len(others)), round(_NEAREST_SHARE * len(others)))
    lightness, colour = (np.sort(gaps[:, part].mean(1))[:count].mean() for part in (_LIGHTNESS, _COLOUR))
    return float(lightness), float(colour)
