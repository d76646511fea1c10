"""How cloth falls: off the trunk, as trouser legs, as sleeves, over the layer below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.skeleton import Rig


class _HangingRadius:
    """Radius of cloth that hangs from protruding parts: going down, it shrinks no faster than a slope."""

    def __init__(self, along: np.ndarray, angle: np.ndarray, radius: np.ndarray, slope: float):
        self.rows, self.bins = (48, 40) if len(along) > 1500 else (24, 24)
        lo, hi = along.min(), along.max()
        self.lo, self.step = lo, max((hi - lo) / (self.rows - 1), 1e-6)
        table = np.zeros((self.rows, self.bins))
        r = ((along - lo) / self.step).round().astype(int).clip(0, self.rows - 1)
        b = ((angle / (2 * np.pi) % 1.0) * self.bins).astype(int) % self.bins
        np.maximum.at(table, (r, b), radius)
        bins = np.arange(self.bins)
        for row in table:  # fill the gaps around
            known = np.flatnonzero(row > 0)
            if len(known):
                row[:] = np.interp(bins, known, row[known], period=self.bins)
        filled = np.flatnonzero(table.any(1))
        at = np.interp(np.arange(self.rows), filled, np.arange(len(filled)))
        low = np.minimum(at.astype(int), len(filled) - 1)
        high = np.minimum(low + 1, len(filled) - 1)
        share = (at - low)[:, None]
        table = table[filled[low]] * (1 - share) + table[filled[high]] * share
        left, right = (bins - 1) % self.bins, (bins + 1) % self.bins
        if slope < 9:  # steeper cloth does not hang
            for row in range(1, self.rows):
                above = table[row - 1]
                spread = np.maximum(above, 0.5 * (above[left] + above[right]))
                table[row] = np.maximum(table[row], spread - slope * self.step)
        for _ in range(2):
            table = (table[:, left] + 2 * table + table[:, right]) / 4
        self.table = table

    def at(self, along: np.ndarray, angle: np.ndarray) -> np.ndarray:
        """Hanging radius at places (N,)."""
        y = ((along - self.lo) / self.step).clip(0, self.rows - 1.001)
        x = (angle / (2 * np.pi) % 1.0) * self.bins - 0.5
        y0, x0 = y.astype(int), np.floor(x).astype(int)
        fy, fx = y - y0, x - x0
        t = self.table
        a, b = x0 % self.bins, (x0 + 1) % self.bins
        return (t[y0, a] * (1 - fx) + t[y0, b] * fx) * (1 - fy) + (t[y0 + 1, a] * (1 - fx) + t[y0 + 1, b] * fx) * fy


def hang_trunk(vertices: np.ndarray, fields: dict, rig: Rig, fit: float, ease: float) -> np.ndarray:
    """Let the trunk part of a garment hang from chest, back, belly and seat."""
    chest_z = rig.points["spine01"][2] + 0.02
    trunk = (fields["arm_weight"] < 0.5) & (vertices[:, 2] < chest_z)
    if not trunk.any():
        return vertices
    centre = np.array([0.5 * (vertices[trunk, 0].min() + vertices[trunk, 0].max()), 0.0])
    d = vertices[:, :2] - centre
    radius, angle = np.linalg.norm(d, axis=1), np.arctan2(d[:, 1], d[:, 0])
    slope = float(np.interp(fit, (0, 0.3, 0.6, 1.0), (1.4, 0.35, 0.06, -0.04)))
    hang = _HangingRadius(-vertices[trunk, 2], angle[trunk], radius[trunk], slope)
    target = hang.at(-vertices[:, 2], angle) + ease * smoothstep(0.0, 0.25, chest_z - vertices[:, 2])
    share = smoothstep(0.0, 0.08, chest_z - vertices[:, 2]) * (1 - smoothstep(0.3, 0.6, fields["arm_weight"]))
    new = radius + np.maximum(target - radius, 0) * share
    out = vertices.copy()
    out[:, :2] = centre + d * (new / np.maximum(radius, 1e-6))[:, None]
    return out


def push_outside(vertices: np.ndarray, fields: dict, inner: Sequence[np.ndarray], rig: Rig, gap_m: float) -> np.ndarray:
    """Push the trunk part of a garment outside what is worn under it.

    Args:
        inner: vertices (N, 3) of trunk parts of other garments.
    """
    if not inner:
        return vertices
    inside = np.concatenate(inner)
    chest_z = rig.points["spine01"][2] + 0.06
    inside = inside[inside[:, 2] < chest_z]
    trunk = (fields["arm_weight"] < 0.5) & (vertices[:, 2] < chest_z)
    if len(inside) < 50 or not trunk.any():
        return vertices
    centre = np.array([0.5 * (vertices[trunk, 0].min() + vertices[trunk, 0].max()), 0.0])
    d = inside[:, :2] - centre
    table = _HangingRadius(-inside[:, 2], np.arctan2(d[:, 1], d[:, 0]), np.linalg.norm(d, axis=1), 9.0)
    d = vertices[:, :2] - centre
    radius = np.maximum(np.linalg.norm(d, axis=1), 1e-6)
    low = smoothstep(inside[:, 2].min() - 0.02, inside[:, 2].min(), vertices[:, 2])
    low = low * smoothstep(inside[:, 2].max() + 0.07, inside[:, 2].max() - 0.01, vertices[:, 2])
    wanted = table.at(-vertices[:, 2], np.arctan2(d[:, 1], d[:, 0])) + gap_m
    share = smoothstep(chest_z, chest_z - 0.05, vertices[:, 2]) * (1 - smoothstep(0.2, 0.5, fields["arm_weight"]))
    out = vertices.copy()
    out[:, :2] = centre + d * (1 + np.maximum(wanted - radius, 0) * share * low / radius)[:, None]
    return out


def hang_legs(vertices: np.ndarray, fields: dict, rig: Rig, fit: float) -> np.ndarray:
    """Let trouser legs hang: tight with fit 0, straight at 0.5, wide at 1."""
    out = vertices.copy()
    if fit <= 0.02:
        return out
    slope = float(np.interp(fit, (0, 0.3, 0.6, 1.0), (0.6, 0.19, 0.10, 0.03)))
    for side, sign in (("L", 1.0), ("R", -1.0)):
        hip, knee, ankle = (rig.points[f"{n}.{side}"] for n in ("upperleg01", "lowerleg01", "foot"))
        mine = (fields["side"] * sign > 0) & (fields["leg"] > 0.12) & (fields["arm_weight"] < 0.5)
        v, t = vertices[mine], fields["leg"][mine]
        z = np.array([hip[2], knee[2], ankle[2]])[::-1]
        axis = np.stack([np.interp(v[:, 2], z, np.array([hip[k], knee[k], ankle[k]])[::-1]) for k in (0, 1)], 1)
        d = v[:, :2] - axis
        radius, angle = np.linalg.norm(d, axis=1), np.arctan2(d[:, 1], d[:, 0])
        foot = fields["foot"][mine] > 0.35
        # Over the foot the shell turns forward; the cloth is a tube there that falls onto the instep.
        instep = 0.068 * rig.length(f"lowerleg01.{side}", f"foot.{side}") / 0.41
        hang = _HangingRadius(-v[:, 2], angle, np.where(foot, np.minimum(radius, instep), radius) + 1e-4, slope)
        target = hang.at(-v[:, 2], angle)
        target = np.maximum(target, np.interp(fit, (0, 1), (0.0, 0.095)) * smoothstep(0.8, 1.9, t))
        inner = smoothstep(-0.2, 0.7, -d[:, 1] * sign / np.maximum(radius, 1e-6))  # between the legs there is less room
        share = smoothstep(0.12, 0.45, t) * (1 - 0.65 * inner * (1 - smoothstep(0.5, 1.2, t)))
        # Below the ankle the shell is a foot: there the cloth is a straight tube.
        new = np.where(foot, target, radius + np.maximum(target - radius, 0) * share)
        v = v.copy()
        v[:, :2] = axis + d * (new / np.maximum(radius, 1e-6))[:, None]
        out[mine] = v
    return out


def ease_sleeves(vertices: np.ndarray, fields: dict, rig: Rig, fit: float, cuff: bool) -> np.ndarray:
    """Widen sleeves from the arm, more below it than above.

    Args:
        vertices: (N, 3) of the garment, with its fields. fit: 0 tight to 1 loose. cuff: the sleeve closes at the wrist.

    Returns:
        (N, 3) vertices, metres.
    """
    out = vertices.copy()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        shoulder, elbow, wrist = (rig.points[f"{n}.{side}"] for n in ("upperarm01", "lowerarm01", "wrist"))
        mine = (fields["side"] * sign > 0) & (fields["arm_weight"] > 0.5)
        v, t = vertices[mine], fields["arm"][mine]
        upper, lower = (elbow - shoulder), (wrist - elbow)
        centre = np.where((t < 1)[:, None], shoulder + t[:, None] * upper, elbow + (t - 1)[:, None].clip(0) * lower)
        d = v - centre
        radius = np.maximum(np.linalg.norm(d, axis=1), 1e-6)
        ease = np.interp(t, (0.0, 0.35, 1.0, 1.6, 1.88, 2.0), (0.0, 0.55, 0.9, 1.0, 0.8, 0.15 if cuff else 0.7))
        size = float(np.linalg.norm(upper)) / 0.28
        # Cloth hangs below the arm more than above.
        below = 0.7 + 0.6 * (-d[:, 2] / radius).clip(-0.5, 1)
        widen = ease * below * (0.001 + 0.019 * fit) * size
        share = smoothstep(0.5, 0.9, fields["arm_weight"][mine])
        out[mine] = centre + d * (1 + widen * share / radius)[:, None]
    return out
