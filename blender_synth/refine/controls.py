"""What a network has to beat: changes of colour that need no training."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from blender_synth.proof.fourier import adapted
from blender_synth.seeds import rng_for

FDA_SHARE = 0.01
"""Of the spectrum, as in the best setting for road scenes of Yang & Soatto 2020."""


def matched_histogram(picture: np.ndarray, photograph: np.ndarray) -> np.ndarray:
    """The picture with the histogram of the photograph in each channel, (H, W, 3) uint8."""
    channels = []
    for channel in range(3):
        mine = np.cumsum(np.bincount(picture[..., channel].ravel(), minlength=256)) / picture[..., 0].size
        theirs = np.cumsum(np.bincount(photograph[..., channel].ravel(), minlength=256)) / photograph[..., 0].size
        values = np.interp(mine, theirs, np.arange(256)).round().astype(np.uint8)
        channels.append(cv2.LUT(picture[..., channel], values))
    return np.dstack(channels)


def with_control(name: str, pictures: Sequence[np.ndarray], photographs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The pictures, each made like a photograph that is drawn for it. `name`: ``"histogram"`` or ``"fda"``."""
    changed = []
    for number, picture in enumerate(pictures):
        photograph = photographs[int(rng_for(0, number, "refine/control").integers(len(photographs)))]
        if name == "histogram":
            changed.append(matched_histogram(picture, photograph))
        else:
            changed.append(adapted(picture, photograph, FDA_SHARE))
    return changed
