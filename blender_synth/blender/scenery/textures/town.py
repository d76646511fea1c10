"""Maps of asphalt, paving, brick, plaster, stone, roof tiles, bark, and grunge for dirt."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from blender_synth.blender.scenery.textures.cells import cells, pack, tinted
from blender_synth.blender.shading.noise import smoothstep, spectral_noise

TILE_M = {
    "asphalt": 2.0,
    "slabs": 2.4,
    "bond": 2.4,
    "pavers": 1.6,
    "setts": 1.6,
    "brick": 2.0,
    "plaster": 3.0,
    "stone": 2.4,
    "roof": 2.0,
    "grunge": 9.0,
    "bark": 1.0,
}
"""Edge of the square that each map covers."""


def _asphalt(n: int = 1024) -> np.ndarray:
    near, border, stone = cells(n, 190, 11, 0.95)
    coarse, coarse_border, coarse_stone = cells(n, 84, 12, 1.0)
    big = coarse_stone > 0.62
    dome = np.where(big, 1 - coarse**2, 0.75 * (1 - near**2)) * np.where(big, smoothstep(0.03, 0.3, coarse_border), 1)
    dome *= smoothstep(0.02, 0.4, np.where(big, coarse_border, border))
    value = np.where(big, coarse_stone * 2.6 - 1.6, stone)
    worn = smoothstep(0.35, 0.8, dome + 0.16 * spectral_noise(n, 1.0, 13, 2, 40))
    light = 0.62 + worn * (0.22 + 0.8 * value**2.2)
    light *= np.exp(0.10 * spectral_noise(n, 1.2, 14, 1, 30))
    hue = np.where(big, coarse_stone * 7 % 1, stone * 5 % 1) - 0.5
    return pack(tinted(light, hue * worn, 0.22), dome + 0.08 * spectral_noise(n, 0.6, 15, 20))


def _grid(n: int, rows: int, columns: int, shift: float, seed: int, joint: float, tile_m: float,
          round_m: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Rows of blocks: (mask, edge distance in metres, block value, second block value); `joint` in metres."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n, dtype=np.float32) + 0.5) / n * rows
    x = (np.arange(n, dtype=np.float32) + 0.5) / n * columns
    wobble = (0.0012 if rows > 20 else 0.002) / tile_m * spectral_noise(n, 1.6, seed + 1, 2, 60)
    yy = (y[:, None] + wobble * rows) % rows
    row = yy.astype(int) % rows
    xx = (x[None] + shift * row + 0.8 * wobble.T * columns) % columns
    column = xx.astype(int) % columns
    skew = rng.normal(0, 0.0012, (rows, columns, 2)).astype(np.float32)
    dy = (yy - row - 0.5) * tile_m / rows + skew[row, column, 0]
    dx = (xx - column - 0.5) * tile_m / columns + skew[row, column, 1]
    half_y, half_x = tile_m / rows / 2 - joint / 2, tile_m / columns / 2 - joint / 2
    qx, qy = np.abs(dx) - half_x + round_m, np.abs(dy) - half_y + round_m
    edge = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - round_m
    values = rng.random((2, rows, columns)).astype(np.float32)
    return smoothstep(0.001, -0.003, edge), -edge, values[0][row, column], values[1][row, column]


def _paving(pattern: str, n: int = 1024) -> np.ndarray:
    tile = TILE_M[pattern]
    rows, columns, shift, joint, rounding = {
        "slabs": (4, 4, 0.0, 0.006, 0.004),
        "bond": (6, 4, 0.5, 0.007, 0.005),
        "pavers": (16, 8, 0.5, 0.005, 0.004),
        "setts": (16, 16, 0.5, 0.014, 0.022),
    }[pattern]
    mask, inside, value, second = _grid(n, rows, columns, shift, 31, joint, tile, rounding)
    spread = {"slabs": 0.16, "bond": 0.16, "pavers": 0.34, "setts": 0.45}[pattern]
    grain = spectral_noise(n, 0.25, 32, 60)
    stain = spectral_noise(n, 1.3, 33, 1, 60)
    speck = smoothstep(1.6, 2.4, spectral_noise(n, 0.3, 34, 90, 320))
    light = np.exp(spread * (value - 0.5) * 2 + 0.055 * grain + 0.09 * stain) * (1 - 0.25 * speck)
    light *= 1 - 0.22 * smoothstep(0.03, 0.0, inside) * smoothstep(-1.0, 1.0, stain)
    joint_light = 0.33 * np.exp(0.25 * spectral_noise(n, 0.5, 35, 20))
    light = light * mask + joint_light * (1 - mask)
    height = mask * (0.8 + 0.08 * second + 0.02 * grain) + smoothstep(0, 0.012, inside) * 0.12 * mask
    if pattern == "setts":
        height += 0.35 * smoothstep(0.0, 0.05, inside)
    return pack(tinted(light, (second - 0.5) * mask, 0.10 if pattern != "pavers" else 0.22), height)


def _brick(n: int = 1024) -> np.ndarray:
    mask, _, value, second = _grid(n, 24, 8, 0.5, 51, 0.011, TILE_M["brick"], 0.004)
    grain, blotch = spectral_noise(n, 0.5, 52, 30), spectral_noise(n, 1.3, 53, 2, 80)
    burnt = smoothstep(0.86, 0.95, value)
    light = np.exp(0.5 * (value - 0.5) + 0.07 * grain + 0.10 * blotch) * (1 - 0.42 * burnt)
    brick = tinted(light, (second - 0.5) * 1.2 - 0.5 * burnt, 0.20)
    # mortar is paler and greyer than brick: undo the brick's own redness, so that tinted it comes out near lime
    mortar = (1.25 + 0.12 * spectral_noise(n, 0.6, 54, 10))[..., None] * np.array([0.78, 1.35, 1.75], np.float32)
    m = mask[..., None]
    return pack(brick * m + mortar * (1 - m), mask * (0.9 + 0.1 * second + 0.03 * grain))


def _plaster(n: int = 512) -> np.ndarray:
    coarse, fine = spectral_noise(n, 1.1, 61, 2, 50), spectral_noise(n, 0.2, 62, 50)
    patch = smoothstep(1.2, 1.7, spectral_noise(n, 1.7, 63, 1, 30))
    light = np.exp(0.045 * coarse + 0.03 * fine) * (1 - 0.06 * patch)
    ridged = np.abs(spectral_noise(n, 1.4, 64, 2, 60))
    crack = smoothstep(0.02, 0.0, ridged) * smoothstep(0.6, 1.4, spectral_noise(n, 1.5, 65, 1, 10))
    return pack(light * (1 - 0.22 * crack), 0.5 + 0.08 * coarse + 0.10 * fine - 0.25 * crack)


def _stone(n: int = 1024) -> np.ndarray:
    mask, _, value, second = _grid(n, 6, 3, 0.5, 71, 0.008, TILE_M["stone"], 0.004)
    grain, vein = spectral_noise(n, 0.4, 72, 30), spectral_noise(n, 1.2, 73, 2, 90, 0.5)
    pit = smoothstep(1.9, 2.6, spectral_noise(n, 0.6, 74, 40, 200))
    light = np.exp(0.22 * (value - 0.5) + 0.045 * grain + 0.06 * vein) * (1 - 0.3 * pit)
    light = light * mask + 0.62 * (1 - mask)
    return pack(tinted(light, (second - 0.5) * mask, 0.12), mask * (0.85 + 0.03 * grain - 0.2 * pit))


def _roof(n: int = 512) -> np.ndarray:
    rng = np.random.default_rng(81)
    rows, columns = 8, 10
    y, x = (np.arange(n) + 0.5) / n * rows, (np.arange(n) + 0.5) / n * columns
    row, column = y.astype(int), x.astype(int)
    value = rng.random((rows, columns))[row[:, None], column[None]]
    fall = 1 - (y - row)
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * x)
    light = np.exp(0.5 * (value - 0.5) + 0.15 * spectral_noise(n, 1.2, 82, 2, 60))
    light *= 0.55 + 0.45 * smoothstep(0.0, 0.18, 1 - fall)[:, None]
    return pack(light.astype(np.float32), (0.6 * fall[:, None] + 0.6 * wave[None]).astype(np.float32))


def _grunge(n: int = 512) -> np.ndarray:
    """R broad blotches, G downward streaks, B fine speckle, A clouds; each about uniform in 0..1."""
    fields = (
        spectral_noise(n, 1.5, 91, 1, 120),
        spectral_noise(n, 1.0, 92, 3, 400, 14.0),
        spectral_noise(n, 0.3, 93, 40),
        spectral_noise(n, 2.0, 94, 1, 12),
    )
    ranks = [0.5 + 0.5 * np.tanh(0.8 * f) for f in fields]
    return np.stack(ranks, axis=2).astype(np.float32)


def _bark(n: int = 256) -> np.ndarray:
    ridges = np.abs(spectral_noise(n, 1.0, 95, 3, 90, 3.0))
    patch = smoothstep(0.3, 0.8, spectral_noise(n, 1.5, 96, 2, 20))
    return pack(np.exp(-0.35 + 0.3 * ridges + 0.35 * patch), ridges)


MAKERS: dict[str, Callable[[], np.ndarray]] = {
    "asphalt": _asphalt,
    "brick": _brick,
    "plaster": _plaster,
    "stone": _stone,
    "roof": _roof,
    "grunge": _grunge,
    "bark": _bark,
    **{pattern: partial(_paving, pattern) for pattern in ("slabs", "bond", "pavers", "setts")},
}
