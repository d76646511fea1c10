"""The grid of points of a car body, lofted over its cross-sections."""

from __future__ import annotations

import numpy as np

from blender_synth.blender.scenery.cars.shapes import SHAPES, Shape
from blender_synth.blender.scenery.meshes import Part, Tint, join, part
from blender_synth.world.scenery.shared.street_parts import CAR_SIZE_M, CarBody


def _curve(points: tuple, x: np.ndarray, soft_m: float = 0.05) -> np.ndarray:
    """Straight pieces through the points, rounded over `soft_m`."""
    px, pz = np.array(points).T
    total, offsets = np.zeros_like(x), np.linspace(-1.5, 1.5, 9)
    weights = np.exp(-(offsets**2))
    for offset, weight in zip(offsets, weights, strict=True):
        total = total + weight * np.interp(np.clip(x + offset * soft_m, px[0], px[-1]), px, pz)
    return total / weights.sum()


def _stations(shape: Shape, length: float) -> np.ndarray:
    """Distances of the cross-sections: dense at the ends and the wheels, and at every edge that must be sharp."""
    fixed = [shape.cowl, shape.header, shape.rear_header, shape.tail, shape.glass_end]
    for pillar in shape.pillars:
        fixed += [pillar - 0.035, pillar + 0.035]
    xs = [*np.linspace(0, 0.3, 9), *np.linspace(length - 0.25, length, 8), *np.arange(0.3, length - 0.25, 0.14), *fixed]
    reach = shape.wheel + 0.06
    for axle in shape.axles:
        xs += list(axle + reach * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 15)))
        xs += [axle - reach - 0.012, axle + reach + 0.012]
    places = np.sort(np.array(xs))
    places = places[(places >= 0) & (places <= length)]
    keep = np.concatenate([[True], np.diff(places) > 0.006])
    for edge in fixed:
        keep[np.argmin(np.abs(places - edge))] = True
    return places[keep]


class Skin:
    """The grid of points of one body: (stations, rows, 3) for the left half (+y), row 0 in the floor's middle."""

    def __init__(self, body: CarBody):
        self.shape = shape = SHAPES[body]
        self.length, width, _ = CAR_SIZE_M[body]
        self.x = x = _stations(shape, self.length)
        top, shoulder = _curve(shape.top, x), _curve(shape.shoulder, x)
        shoulder = np.minimum(shoulder, top - 0.035)
        front = np.clip(1 - x / 0.75, 0, 1) ** 2.4
        back = np.clip(1 - (self.length - x) / 0.5, 0, 1) ** 2.4
        self.half = half = width / 2 * (1 - 0.30 * front - 0.16 * back)
        ends = np.clip(np.minimum(x, self.length - x) / 0.10, 0, 1)
        low = shape.clearance + 0.05 * (1 - ends)
        cabin = np.clip((top - shoulder - 0.05) / 0.25, 0, 1)
        tumble = 0.27 if body != "van" else 0.14

        def row(y: np.ndarray, z: np.ndarray) -> np.ndarray:
            return np.stack([self.length / 2 - x, y, z], axis=-1)

        rows = [row(0 * x, low), row(half - 0.24, low)]
        levels = ((0.0, 0.075), (0.13, 0.03), (0.45, 0.0), (0.82, 0.006), (1.0, 0.035))
        for t, inward in levels:
            rows.append(row(half - inward - 0.02 * (1 - ends), low + (shoulder - low) * t))
        # above the shoulder: side glass and roof rail where there is a cabin, the bonnet's crown where there is none
        rail = np.maximum(top - 0.10, shoulder + 0.012)
        glass_y = half - 0.05
        up_y = glass_y - (rail - shoulder) * tumble
        flat_y = half - 0.09
        rows.append(row(glass_y - 0.008, shoulder + 0.012))
        rows.append(
            row(up_y * cabin + flat_y * (1 - cabin), rail * cabin + (shoulder + 0.6 * (top - shoulder)) * (1 - cabin))
        )
        edge_y = rows[-1][:, 1] - 0.055
        rows.append(row(edge_y, top - 0.035 * cabin - 0.25 * (top - shoulder) * (1 - cabin)))
        for t in (0.66, 0.33, 0.0):
            rows.append(row(edge_y * t, top - 0.012 * t * t * cabin - 0.2 * (top - shoulder) * t * t * (1 - cabin)))
        self.grid = np.stack(rows, axis=1)
        self._arches(shape)

    def _arches(self, shape: Shape) -> None:
        """Lift the floor's edge and the sill over the wheels."""
        reach = shape.wheel + 0.055
        for axle in shape.axles:
            d = np.abs(self.x - axle)
            arch = np.sqrt(np.maximum(reach**2 - d**2, 0)) + shape.wheel
            arch = np.where(d < reach, arch, 0)
            for r in range(1, 6):
                lifted = np.maximum(self.grid[:, r, 2], arch + 0.004 * r)
                self.grid[:, r, 2] = np.where(d < reach, lifted, self.grid[:, r, 2])
            flare = np.where(d < reach + 0.05, 0.012, 0)
            self.grid[:, 2:5, 1] += flare[:, None]
            self.grid[:, 1, 1] = np.where(d < reach, self.half - 0.30, self.grid[:, 1, 1])

    def column(self, x: float) -> np.ndarray:
        """The half cross-section (rows, 3) at distance `x` from the nose."""
        i = min(max(int(np.searchsorted(self.x, x)) - 1, 0), len(self.x) - 2)
        t = min(max((x - self.x[i]) / (self.x[i + 1] - self.x[i]), 0.0), 1.0)
        return self.grid[i] * (1 - t) + self.grid[i + 1] * t

    def at(self, x: float, row: int) -> np.ndarray:
        """The point of one row at distance `x` from the nose."""
        return self.column(x)[row]

    def flank(self, x: float, z: np.ndarray) -> np.ndarray:
        """Points (n, 3) on the left flank at distance `x` and heights `z` (n,); rows from the floor's edge upwards."""
        side = self.column(x)[2:10]
        heights = np.maximum.accumulate(side[:, 2] + 1e-6 * np.arange(len(side)))
        return np.stack([np.interp(z, heights, side[:, k]) for k in range(3)], axis=-1)

    def patch(
        self,
        x0: float,
        x1: float,
        z0: float,
        z1: float,
        material: str,
        tint: Tint,
        proud_m: float = 0.004,
        steps: tuple[int, int] = (6, 3),
    ) -> Part:
        """A patch on both flanks between two distances and heights, offset `proud_m` from the skin."""
        heights = np.linspace(z0, z1, steps[1])
        points = np.stack([self.flank(x, heights) for x in np.linspace(x0, x1, steps[0])])
        du, dv = np.gradient(points, axis=0), np.gradient(points, axis=1)
        normal = np.cross(du, dv)
        normal /= np.linalg.norm(normal, axis=2, keepdims=True) + 1e-9
        normal *= np.sign(
            (normal * (0, 1, 0)).sum(2, keepdims=True) + (normal * (1, 0, 0)).sum(2, keepdims=True) * 0.01 + 1e-6
        )
        points = points + normal * proud_m
        return both_sides(points, material, tint)


def both_sides(points: np.ndarray, material: str, tint: Tint) -> Part:
    """A grid (a, b, 3) on the left and its mirror image on the right, both facing outwards."""
    a, b, _ = points.shape
    i, j = np.meshgrid(np.arange(a - 1), np.arange(b - 1), indexing="ij")
    faces = np.stack([i * b + j, (i + 1) * b + j, (i + 1) * b + j + 1, i * b + j + 1], axis=-1).reshape(-1, 4)
    flat = points.reshape(-1, 3)
    left = part(flat, faces[:, ::-1], material, tint, smooth=True)
    right = part(flat * (1, -1, 1), faces, material, tint, smooth=True)
    return join([left, right])
