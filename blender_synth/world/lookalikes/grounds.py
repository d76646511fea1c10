"""Paints what is behind the people of posters and screens: a studio, a colour, a blurred street or landscape."""

from __future__ import annotations

import cv2
import numpy as np

from blender_synth.world.lookalikes.pictures import PictureSpec


def paint_ground(picture: PictureSpec, feet_row: float) -> np.ndarray:
    """(H, W, 3) float32, sRGB R G B in 0..1.

    Args:
        feet_row: row of the ground under the person, over the picture's height; beyond 1 for crops.
    """
    rng = np.random.default_rng(picture.ground_seed)
    height, width = picture.height_px, picture.width_px
    y, x = np.meshgrid(np.linspace(0, 1, height), np.linspace(-0.5, 0.5, width) * picture.aspect, indexing="ij")
    colour = np.array(picture.ground_rgb) ** (1 / 2.2)
    if picture.ground == "studio":
        image = _studio(rng, colour, x, y, feet_row)
    elif picture.ground == "colour":
        image = _flat(rng, colour, x, y)
    elif picture.ground == "street":
        image = _street(rng, x, y, feet_row)
    else:
        image = _landscape(rng, x, y, feet_row)
    grain = rng.normal(0, 0.008, (height, width, 1))
    painted: np.ndarray = np.clip(image + grain, 0, 1).astype(np.float32)
    return painted


def _studio(rng: np.random.Generator, colour: np.ndarray, x: np.ndarray, y: np.ndarray, feet_row: float) -> np.ndarray:
    """A roll of paper, brightest behind the person, its floor a little lighter."""
    spot = np.exp(-((x - rng.uniform(-0.15, 0.15)) ** 2 + (y - 0.4) ** 2) / rng.uniform(0.15, 0.6))
    floor = 1 / (1 + np.exp(-(y - feet_row + 0.07) / 0.02))
    light = 0.62 + 0.38 * spot + 0.1 * floor
    return light[..., None] * colour


def _flat(rng: np.random.Generator, colour: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Areas of colour, as in adverts: slanted halves, a disc, bands."""
    other = np.clip(colour[::-1] * rng.uniform(0.6, 1.5) + rng.normal(0, 0.1, 3), 0, 1)
    kind = rng.integers(3)
    if kind == 0:
        inside = x * rng.uniform(-1.2, 1.2) + y > rng.uniform(0.35, 0.75)
    elif kind == 1:
        inside = (x - rng.uniform(-0.1, 0.1)) ** 2 + (y - 0.42) ** 2 < rng.uniform(0.22, 0.34) ** 2
    else:
        inside = (y > 0.82) | (y < 0.1)
    share = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.8)[..., None]
    return share * other + (1 - share) * colour


def _street(rng: np.random.Generator, x: np.ndarray, y: np.ndarray, feet_row: float) -> np.ndarray:
    """A street out of focus: fronts of houses, their windows, lights, the pavement."""
    height, width = x.shape
    horizon = min(0.62, feet_row - 0.28) if feet_row < 1.3 else 0.75
    evening = rng.random() < 0.35
    sky = np.array([0.30, 0.36, 0.5]) if evening else np.array([0.74, 0.82, 0.9])
    image = np.ones((height, width, 3)) * sky * (1.05 - 0.25 * y[..., None])
    left = -0.6 * picture_reach(x)
    while left < 0.6 * picture_reach(x):
        wide = rng.uniform(0.12, 0.3)
        front = np.clip(rng.uniform(0.25, 0.62) * np.exp(rng.normal(0, 0.12, 3)) * (1.1, 1.0, 0.88), 0, 1)
        front = front * (0.45 if evening else 1.0)
        top = rng.uniform(-0.1, 0.25)
        house = (x >= left) & (x < left + wide) & (y > top) & (y < horizon)
        image[house] = front
        for row in np.arange(top + 0.04, horizon - 0.05, 0.085):
            for column in np.arange(left + 0.02, left + wide - 0.03, 0.055):
                pane = (x >= column) & (x < column + 0.028) & (y > row) & (y < row + 0.05)
                lit = rng.random() < (0.4 if evening else 0.08)
                image[pane] = (0.95, 0.75, 0.42) if lit else 0.45 * front
        left += wide
    ground = np.array([0.2, 0.2, 0.22]) if evening else np.array([0.5, 0.49, 0.47])
    image[y >= horizon] = ground
    image[y >= horizon] *= (0.75 + 0.5 * (y[y >= horizon] - horizon))[:, None]
    image = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 0.018 * height).astype(float)
    for _ in range(int(rng.integers(4, 14) * (2 if evening else 1))):  # lights out of focus
        at = (rng.uniform(-0.5, 0.5) * picture_reach(x), rng.uniform(0.1, horizon))
        disc = ((x - at[0]) ** 2 + (y - at[1]) ** 2 < rng.uniform(0.012, 0.03) ** 2).astype(np.float32)
        blurred = cv2.GaussianBlur(disc, (0, 0), 1.2)[..., None]
        warm = np.array([1.0, rng.uniform(0.55, 0.9), rng.uniform(0.3, 0.8)])
        image = image + blurred * warm * rng.uniform(0.12, 0.45)
    return image


def picture_reach(x: np.ndarray) -> float:
    """Width over height of the coordinates (H, W)."""
    return float(np.ptp(x))


def _landscape(rng: np.random.Generator, x: np.ndarray, y: np.ndarray, feet_row: float) -> np.ndarray:
    """Sky with clouds, hills or the sea, grass or sand; out of focus."""
    height, width = x.shape
    horizon = min(0.58, feet_row - 0.3) if feet_row < 1.3 else 0.7
    top, low = np.array([0.25, 0.5, 0.85]), np.array([0.78, 0.87, 0.95])
    share = np.clip(y / horizon, 0, 1)[..., None]
    image = (1 - share) * top + share * low
    clouds = cv2.resize(rng.random((7, 5)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    clouds = np.clip((clouds - 0.55) * 2.2, 0, 0.8)[..., None]
    image = (1 - clouds) * image + clouds
    for k in range(3):
        line = horizon - 0.05 * (2 - k) + 0.04 * np.sin(x * rng.uniform(3, 9) + rng.uniform(0, 6))
        hill = np.array([[0.45, 0.55, 0.62], [0.33, 0.45, 0.38], [0.25, 0.38, 0.2]])[k]
        image = np.where((y > line)[..., None], hill, image)
    near = np.array([[0.38, 0.5, 0.22], [0.8, 0.72, 0.55], [0.25, 0.45, 0.55]])[rng.integers(3)]
    rough = cv2.resize(rng.random((60, 40)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    image = np.where((y > horizon + 0.02)[..., None], near * (0.85 + 0.3 * rough[..., None]), image)
    return cv2.GaussianBlur(image.astype(np.float32), (0, 0), 0.012 * height)
