"""Masks as SVG paths, and depth as a picture."""

from __future__ import annotations

import cv2
import numpy as np

_TOLERANCE_PX = 0.6
"""Greatest distance of a drawn outline from the exact one."""


def svg_path(mask: np.ndarray) -> str:
    """Outlines and holes of an (H, W) bool mask as SVG path data, to be filled by the even-odd rule.

    Outlines run along the edges of pixels: the mask is doubled in size, so that centres of its border pixels are there.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return ""
    y, x = int(rows[0]), int(columns[0])
    part = mask[y : rows[-1] + 1, x : columns[-1] + 1].astype(np.uint8)
    doubled = part.repeat(2, axis=0).repeat(2, axis=1)
    contours, _ = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    pieces = []
    for contour in sorted(contours, key=len, reverse=True):
        points = cv2.approxPolyDP(contour, 2 * _TOLERANCE_PX, True)[:, 0]
        if len(points) < 3:
            points = cv2.boxPoints(cv2.minAreaRect(contour)).astype(int) if len(contour) > 2 else contour[:, 0]
        text = "L".join(f"{px / 2 + 0.25 + x:.4g} {py / 2 + 0.25 + y:.4g}" for px, py in points.tolist())
        pieces.append(f"M{text}Z")
    return "".join(pieces)


def depth_picture(depth_m: np.ndarray, width_px: int) -> np.ndarray:
    """Depth as colours, (h, width_px, 3) uint8 B G R: near is warm, far is cold, sky is black.

    Distances are logarithmic between the nearest and the farthest percentile of the picture.
    """
    height, width = depth_m.shape
    size = (min(width, width_px), max(1, round(height * min(width, width_px) / width)))
    depth_m = cv2.resize(depth_m.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
    solid = np.isfinite(depth_m) & (depth_m > 0)
    if not solid.any():
        return np.zeros((*depth_m.shape, 3), np.uint8)
    low, high = np.percentile(depth_m[solid], (0.5, 99.5))
    logarithm = np.log(np.where(solid, depth_m, low) / low) / max(np.log(high / low), 1e-6)
    scaled = (255 * (1 - np.clip(logarithm, 0, 1))).astype(np.uint8)
    coloured = cv2.applyColorMap(scaled, cv2.COLORMAP_TURBO)
    coloured[~solid] = 0
    return coloured
