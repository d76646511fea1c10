"""How visible somebody is in a picture: contrast against what surrounds them."""

from __future__ import annotations

import cv2
import numpy as np


def contrast(luminance: np.ndarray, mask: np.ndarray, bbox_xywh_px: tuple[int, int, int, int]) -> float | None:
    """Weber contrast of a person, or any other thing, against its surround; None where it has none (fills the picture).

    The surround is a ring about the mask, a tenth of the box's height wide (3 px at least), and its mean luminance L_s
    is the reference. A person is dark here and light there, so the differences are averaged as squares:

        C = sqrt(mean((L - L_s)^2)) / L_s

    For an even target this is |L - L_s| / L_s, Weber's contrast, which air of transmittance t scales by t where target
    and surround are equally far and the airlight dominates (Middleton 1952, "Vision through the atmosphere").

    Args:
        luminance: (H, W) linear, as it reached the lens: after the air, before noise and tone curve.
        mask: (H, W) bool. bbox_xywh_px: the mask's box.
    """
    height = mask.shape[0]
    x, y, w, h = bbox_xywh_px
    reach = max(3, round(0.1 * h))
    rows, columns = slice(max(y - reach, 0), min(y + h + reach, height)), slice(max(x - reach, 0), x + w + reach)
    own, light = mask[rows, columns], luminance[rows, columns]
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    ring = (cv2.dilate(own.astype(np.uint8), kernel) > 0) & ~own
    if not ring.any() or not own.any():
        return None
    around = float(light[ring].mean(dtype=np.float64))
    if around <= 0:
        return None
    spread = float(np.square(light[own].astype(np.float64) - around).mean())
    return round(spread**0.5 / around, 4)
