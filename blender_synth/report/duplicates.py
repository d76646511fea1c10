"""Near-duplicates: pictures whose difference hashes are almost the same."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

_BITS_APART = 6
"""Of 256: pictures this close look the same at a glance."""
_BLOCK = 512
_ONES = np.array([number.bit_count() for number in range(65536)], np.uint8)


def difference_hash(picture: np.ndarray) -> np.ndarray:
    """256 bits as (16,) uint16: whether brightness grows to the right, on a 16 x 16 grid (Krawetz' dHash).

    Args:
        picture: (H, W, 3) uint8.
    """
    grey = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (17, 16), interpolation=cv2.INTER_AREA)
    return np.packbits(grey[:, 1:] > grey[:, :-1], axis=1).view(np.uint16)[:, 0]


def near_duplicates(hashes: np.ndarray, groups: Sequence[str]) -> list[tuple[int, int, int]]:
    """Pairs (first, second, bits apart) of pictures of different groups that look the same, closest first.

    Args:
        hashes: (N, 16) uint16 of `difference_hash`. groups: of each picture; those of one group are meant to be alike.
    """
    pairs = []
    for start in range(0, len(hashes), _BLOCK):
        block = hashes[start : start + _BLOCK]
        apart = np.zeros((len(block), len(hashes)), np.uint16)
        for column in range(hashes.shape[1]):
            apart += _ONES[block[:, column, None] ^ hashes[None, :, column]]
        for row, other in np.argwhere(apart <= _BITS_APART).tolist():
            if start + row < other and groups[start + row] != groups[other]:
                pairs.append((start + row, other, int(apart[row, other])))
    return sorted(pairs, key=lambda pair: (pair[2], pair[:2]))
