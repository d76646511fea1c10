"""Effects of the lens: drops and flakes on the front element, blur, vignetting."""

from __future__ import annotations

import cv2
import numpy as np

_DROP_SHARE = (0.008, 0.045)
"""Radii of drops as shares of the picture's height."""
_FLAKE_SHARE = (0.006, 0.04)
"""The same of flakes."""


def with_drops(light: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """The picture (H, W, 3) seen through drops on the front element.

    A drop is far out of focus and acts as a lens of short focal length: it shows a wide field, upside down, blurred,
    darker at its rim (as in von Bernuth et al. 2018, "Rendering physically correct raindrops on windshields").
    """
    height, width = light.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    map_x, map_y = x.copy(), y.copy()
    cover = np.zeros((height, width), np.float32)
    shade = np.ones((height, width), np.float32)
    low, high = np.log(_DROP_SHARE[0] * height), np.log(_DROP_SHARE[1] * height)
    for _ in range(count):
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        r = float(np.exp(low + (high - low) * rng.beta(1.2, 2.2)))
        tall, lean = float(rng.uniform(1.0, 1.35)), float(rng.uniform(-0.25, 0.25))
        reach = int(1.6 * r * tall) + 2
        rows = slice(max(int(cy) - reach, 0), int(cy) + reach)
        columns = slice(max(int(cx) - reach, 0), int(cx) + reach)
        dx, dy = x[rows, columns] - cx, y[rows, columns] - cy
        d = np.hypot(dx + lean * dy, dy / tall) / r
        inside = np.clip((1.05 - d) / 0.3, 0, 1)
        inside = inside * inside * (3 - 2 * inside)
        on_top = inside > cover[rows, columns]
        bend = (6.0 + 5.0 * d**2) / max(r / (0.03 * height), 0.4)
        for plane, centre, offset, size in ((map_x, cx, dx, width), (map_y, cy, dy, height)):
            source = np.clip(centre - bend * offset, 0, size - 1)
            plane[rows, columns] = np.where(on_top, source, plane[rows, columns])
        rim = 1 - 0.45 * np.clip((d - 0.55) / 0.5, 0, 1) ** 2
        shade[rows, columns] = np.where(on_top, rim, shade[rows, columns])
        cover[rows, columns] = np.maximum(cover[rows, columns], inside)
    soft = cv2.GaussianBlur(light, (0, 0), 0.006 * height)
    through_drops = cv2.remap(soft, map_x, map_y, cv2.INTER_LINEAR) * shade[..., None]
    alpha = cover[..., None]
    return light * (1 - alpha) + through_drops * alpha


def with_flakes(light: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """The picture (H, W, 3) seen through flakes of snow on the front element.

    A flake of ice and air transmits no image but scatters light from half of the scene into the lens, so it appears as
    a pale, ragged patch with soft edges, thickest in its middle, with a rim of meltwater.
    """
    height, width = light.shape[:2]
    low, high = np.log(_FLAKE_SHARE[0] * height), np.log(_FLAKE_SHARE[1] * height)
    cover = np.zeros((height, width), np.float32)
    for _ in range(count):
        cx, cy = rng.uniform(0, width), rng.uniform(0, height)
        r = float(np.exp(low + (high - low) * rng.beta(1.2, 2.0)))
        reach = int(1.9 * r) + 2
        rows = slice(max(int(cy) - reach, 0), max(min(int(cy) + reach, height), 0))
        columns = slice(max(int(cx) - reach, 0), max(min(int(cx) + reach, width), 0))
        dy, dx = np.mgrid[rows, columns].astype(np.float32) - np.array([cy, cx], np.float32)[:, None, None]
        angle = np.arctan2(dy, dx)
        # clumps of crystals: arms of random lengths, finer ones with less amplitude
        edge = np.ones_like(angle)
        for waves in (2, 3, 5, 7, 11):
            edge += float(rng.normal(0, 0.36 / waves**0.5)) * np.cos(waves * angle + float(rng.uniform(0, 2 * np.pi)))
        d = np.hypot(dx, dy) / (r * np.clip(edge, 0.35, 1.8))
        opacity = float(rng.uniform(0.55, 0.92)) * np.clip((1.15 - d) / 0.75, 0, 1)
        cover[rows, columns] = 1 - (1 - cover[rows, columns]) * (1 - opacity)
    opaque = cv2.GaussianBlur(cover, (0, 0), max(0.0022 * height, 0.5))[..., None]
    # scattered light: a mean over a wide field, with more weight on the bright side of the scene
    pale = cv2.GaussianBlur(light, (0, 0), 0.12 * height) * 0.55 + 0.6 * light.mean(axis=(0, 1), keepdims=True)
    soft = cv2.GaussianBlur(light, (0, 0), 0.008 * height)
    through_flakes = pale * np.clip(1.4 * opaque, 0, 1) + soft * (1 - np.clip(1.4 * opaque, 0, 1))
    return (light * (1 - opaque) + through_flakes * opaque).astype(np.float32)


def vignette(height_px: int, width_px: int, corner_ev: float) -> tuple[np.ndarray, np.ndarray]:
    """Factors on the light by column (W,) and by row (H,), float32, whose product is 1 in the middle and `corner_ev`
    stops darker in the corners."""
    across, down = (np.arange(n) + 0.5 - n / 2 for n in (width_px, height_px))
    corner = (width_px / 2) ** 2 + (height_px / 2) ** 2
    return tuple(np.exp2(-corner_ev * offset**2 / corner).astype(np.float32) for offset in (across, down))


def blurred(light: np.ndarray, sigma_px: float) -> np.ndarray:
    """Gaussian blur of standard deviation `sigma_px`."""
    return cv2.GaussianBlur(light, (0, 0), sigma_px) if sigma_px > 0.05 else light
