"""Contrast of a person, or of any object, against its surround."""

from __future__ import annotations

import math

import cv2
import numpy as np

_BY_KERNEL_PX = 8
"""Dilation by a disk takes a time that grows with its area, a distance transform does not."""


def contrast(luminance: np.ndarray, mask: np.ndarray, bbox_xywh_px: tuple[int, int, int, int]) -> float | None:
    """Weber contrast of an object against its surround; None without a surround (it fills the picture).

    The surround is a ring around the mask, a tenth of the box's height wide (at least 3 px); its mean luminance L_s is
    the reference. Parts of a person are darker than it and others lighter, so the differences are averaged as squares:

        C = sqrt(mean((L - L_s)^2)) / L_s

    For a uniform target this is Weber's contrast |L - L_s| / L_s, which air of transmittance t scales by t where the
    target and its surround are equally far away and the airlight dominates (Middleton 1952,
    "Vision through the atmosphere").

    Args:
        luminance: (H, W) linear, as it reaches the lens: after the air, before noise and tone curve.
        mask: (H, W) bool. bbox_xywh_px: the mask's box.
    """
    height = mask.shape[0]
    x, y, w, h = bbox_xywh_px
    reach = max(3, round(0.1 * h))
    rows, columns = slice(max(y - reach, 0), min(y + h + reach, height)), slice(max(x - reach, 0), x + w + reach)
    target, light = np.ascontiguousarray(mask[rows, columns]), luminance[rows, columns]
    ring = _near(target, reach) & ~target
    if not ring.any() or not target.any():
        return None
    surround = float(cv2.mean(light, ring.view(np.uint8))[0])
    if surround <= 0:
        return None
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(light, mask=target.view(np.uint8)))
    return round(math.hypot(deviation, mean - surround) / surround, 4)


def _near(mask: np.ndarray, reach_px: int) -> np.ndarray:
    """Pixels (H, W) bool within a distance of a mask, the mask included."""
    if reach_px <= _BY_KERNEL_PX:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1, 2 * reach_px + 1))
        grown: np.ndarray = cv2.dilate(mask.view(np.uint8), kernel).view(bool)
        return grown
    distance = cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    near: np.ndarray = distance <= reach_px
    return near
