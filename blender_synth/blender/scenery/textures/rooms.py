"""Maps of marble, terrazzo, boards, veneer, carpet, granulated rubber and brushed metal."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from blender_synth.blender.scenery.textures.cells import cells
from blender_synth.blender.shading.noise import smoothstep, spectral_noise

TILE_M = {"marble": 2.6, "terrazzo": 1.2, "planks": 2.4, "grain": 1.6, "pile": 0.5, "flecks": 1.0, "brushed": 1.0}


def _pack(make: Callable[[], tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """One map from relative albedo, whose mean becomes 0.5, and height."""
    albedo, height = make()
    albedo = albedo[..., None].repeat(3, axis=2) if albedo.ndim == 2 else albedo
    low, high = np.percentile(height, (0.5, 99.5))
    level = (height - low) / max(high - low, 1e-6)
    return np.clip(np.dstack([albedo * (0.5 / albedo.mean()), level]), 0, 1).astype(np.float32)


def _marble(n: int = 512) -> tuple[np.ndarray, np.ndarray]:
    clouds, fine = spectral_noise(n, 1.5, 301, 1, 60), spectral_noise(n, 0.6, 302, 10)
    vein = np.abs(spectral_noise(n, 1.35, 303, 1, 90))
    veins = smoothstep(0.09, 0.0, vein) * smoothstep(-0.6, 1.2, spectral_noise(n, 1.6, 304, 1, 12))
    light = np.exp(0.10 * clouds + 0.025 * fine) * (1 - 0.38 * veins)
    hue = spectral_noise(n, 1.6, 305, 1, 20)
    return light[..., None] * (1 + 0.035 * hue[..., None] * np.array([1.0, 0.2, -1.0])), 0.5 + 0.1 * fine


def _terrazzo(n: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    big, border, value = cells(n, 46, 311, 1.0)
    _, small_border, small_value = cells(n, 130, 312, 1.0)
    chip = smoothstep(0.02, 0.07, border) * (value > 0.42)
    grit = smoothstep(0.05, 0.15, small_border) * (small_value > 0.6)
    shade = np.where(chip > 0.5, 0.45 + 1.25 * ((value * 13) % 1), np.where(grit > 0.5, 0.55 + 0.9 * small_value, 1.0))
    hue = ((value * 29) % 1 - 0.5) * chip
    return (shade[..., None] * (1 + 0.24 * hue[..., None] * np.array([1.0, 0.0, -1.0]))).astype(np.float32), big * 0


def _planks(n: int = 1024, rows: int = 16) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(321)
    y, x = (np.arange(n) + 0.5) / n * rows, (np.arange(n) + 0.5) / n
    row = y.astype(int)
    start, value, hue = rng.random(rows), rng.random((rows, 2)), rng.normal(0, 1, (rows, 2))
    along = (x[None] + start[row][:, None]) % 1.0
    part = (along > 0.5).astype(int)
    grain = spectral_noise(n, 1.1, 322, 2, 220, 0.11) + 0.6 * spectral_noise(n, 0.5, 323, 30, 400, 0.07)
    edge = np.minimum(np.abs(y - row - 0.5)[:, None] * 0 + np.minimum(y - row, 1 - (y - row))[:, None] / rows,
                      np.minimum(np.abs(along - 0.5), np.minimum(along, 1 - along)) * 1.0)  # fmt: skip
    joint = smoothstep(0.0012, 0.0004, edge)
    light = np.exp(0.30 * (value[row][np.arange(n)[:, None], part] - 0.5) + 0.085 * grain) * (1 - 0.65 * joint)
    tone = hue[row][np.arange(n)[:, None], part]
    return light[..., None] * (1 + 0.05 * tone[..., None] * np.array([1.0, 0.1, -0.9])), 1 - joint + 0.03 * grain


def _grain(n: int = 512) -> tuple[np.ndarray, np.ndarray]:
    """Veneer, its grain upright."""
    figure = spectral_noise(n, 1.3, 331, 2, 120, 9.0)
    pores = spectral_noise(n, 0.4, 332, 40, 400, 14.0)
    return np.exp(0.13 * figure + 0.05 * pores), 0.5 + 0.1 * pores


def _pile(n: int = 256) -> tuple[np.ndarray, np.ndarray]:
    tufts, wide = spectral_noise(n, 0.1, 341, 30), spectral_noise(n, 1.2, 342, 1, 12)
    return np.exp(0.16 * tufts + 0.06 * wide), 0.5 + 0.2 * tufts


def _flecks(n: int = 512) -> tuple[np.ndarray, np.ndarray]:
    """Granulated rubber with coloured flecks: R and B of the albedo encode where they are."""
    _, border, value = cells(n, 90, 351, 1.0)
    fleck = (value > 0.90) * smoothstep(0.05, 0.2, border)
    ground = np.exp(0.10 * spectral_noise(n, 0.3, 352, 20)) * 0.5
    return np.dstack([ground + 0.0 * fleck, ground, ground + 0.5 * fleck]), spectral_noise(n, 0.3, 353, 30)


def _brushed(n: int = 256) -> tuple[np.ndarray, np.ndarray]:
    lines = spectral_noise(n, 0.3, 361, 4, 128, 0.02)
    return np.exp(0.05 * lines), 0.5 + 0.2 * lines


MAKERS: dict[str, Callable[[], np.ndarray]] = {
    name: partial(_pack, make)
    for name, make in {
        "marble": _marble,
        "terrazzo": _terrazzo,
        "planks": _planks,
        "grain": _grain,
        "pile": _pile,
        "flecks": _flecks,
        "brushed": _brushed,
    }.items()
}
