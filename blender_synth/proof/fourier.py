"""Fourier domain adaptation: a picture with the lowest frequencies of a photograph (Yang & Soatto 2004.05498)."""

from __future__ import annotations

import cv2
import numpy as np


def adapted(picture: np.ndarray, photograph: np.ndarray, share: float) -> np.ndarray:
    """The picture with the photograph's amplitudes in the middle of the spectrum; phases, hence shapes, stay.

    Args:
        picture, photograph: (H, W, 3) uint8. share: of the spectrum's width and height that is replaced, to each side.

    Returns:
        (H, W, 3) uint8, as large as `picture`.
    """
    height, width = picture.shape[:2]
    other = cv2.resize(photograph, (width, height), interpolation=cv2.INTER_AREA)
    mine, theirs = (np.fft.rfft2(image.astype(np.float32), axes=(0, 1)) for image in (picture, other))
    rows, columns = max(1, int(height * share)), max(1, int(width * share))
    low = np.r_[0 : rows + 1, height - rows : height]
    for block in (np.ix_(low, np.arange(columns + 1)),):
        phase = mine[block] / np.maximum(np.abs(mine[block]), 1e-6)
        mine[block] = phase * np.abs(theirs[block])
    return np.clip(np.fft.irfft2(mine, s=(height, width), axes=(0, 1)), 0, 255).astype(np.uint8)
