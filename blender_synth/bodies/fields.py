"""Small functions that cloth, hair and skin are shaped with: steps, smooth noise, folds' profile, even points."""

from __future__ import annotations

import numpy as np

_EPSILON = 1e-9


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Cubic step from 0 at `low` to 1 at `high`."""
    t = np.clip((x - low) / (high - low + _EPSILON), 0, 1)
    return t * t * (3 - 2 * t)


def smooth_noise(p: np.ndarray, seed: int, octaves: int = 2) -> np.ndarray:
    """Smooth noise, about -1..1, at points (N, C): sines whose directions come from `seed` (no random state)."""
    out = np.zeros(len(p))
    total = 0.0
    for o in range(octaves):
        for k in range(4):
            h = (seed * 2654435761 + o * 40503 + k * 69069 + 12345) & 0xFFFFFFFF
            angles = [((h >> (8 * j)) & 255) / 255 * 2 * np.pi for j in range(4)]
            d = np.array(
                [np.cos(angles[0]), np.sin(angles[0]) * np.cos(angles[1]), np.sin(angles[0]) * np.sin(angles[1])]
            )
            gain = 0.6**o
            out += gain * np.sin(p[:, : len(d)] @ d[: p.shape[1]] * (1.0 + 0.37 * k) * 2**o + angles[2])
            total += gain
    return out / total * 1.6


def ridge(phase: np.ndarray) -> np.ndarray:
    """A wave with narrow crests and broad valleys, -0.5 to 1: how cloth folds."""
    return 1.5 * (0.5 + 0.5 * np.sin(phase)) ** 2.2 - 0.5


def halton(n: int, base: int) -> np.ndarray:
    """The first `n` numbers of the Halton sequence of a base: evenly spread over 0..1."""
    out = np.zeros(n)
    for i in range(n):
        f, k = 1.0, i + 1
        while k:
            f /= base
            out[i] += f * (k % base)
            k //= base
    return out


def unit_rows(v: np.ndarray) -> np.ndarray:
    """Rows at length one."""
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)
