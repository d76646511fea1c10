"""Wear maps of carriageways: paint, tone, cracks, polish."""

from __future__ import annotations

import math
from typing import Literal, Protocol

import numpy as np

from blender_synth.blender.shading.noise import noise_field, smoothstep
from blender_synth.world.scenery.shared.street_parts import Roadway

PIXEL_M = 0.025
"""Size of the wear map's pixels; finer detail comes from the asphalt's own map."""


class Carriageway(Protocol):
    """What the wear of a surface that cars use depends on; it lies along x, its centre at the origin."""

    @property
    def length_m(self) -> float: ...

    @property
    def carriageway_m(self) -> float:
        """Width from kerb to kerb."""

    @property
    def kerb_y_m(self) -> float:
        """Distance of the kerbs from the centre line."""

    @property
    def road(self) -> Roadway: ...


class StreetCarriageway(Carriageway, Protocol):
    """A carriageway with one lane each way."""

    @property
    def parking_left(self) -> bool: ...

    @property
    def parking_right(self) -> bool: ...

    def lane_y_m(self, side: Literal["left", "right"]) -> float:
        """y of the middle of the lane on side ``"left"`` or ``"right"``."""


class WearMap:
    """Paint, tone, cracks and polish of one carriageway, each (rows across, columns along), row 0 at the right kerb.

    Subclasses add traffic and markings. `fine` and `broad` are noise of short and long wavelengths, `tracks` the share
    of wheels that pass: all three come from `_traffic`.
    """

    tracks: np.ndarray
    fine: np.ndarray
    broad: np.ndarray

    def __init__(self, spec: Carriageway):
        self.spec = spec
        self.rng = np.random.default_rng(spec.road.detail_seed)
        rows, columns = round(spec.carriageway_m / PIXEL_M), round(spec.length_m / PIXEL_M)
        self.shape = (rows, columns)
        self.x = ((np.arange(columns, dtype=np.float32) + 0.5) / columns - 0.5) * spec.length_m
        self.y = ((np.arange(rows, dtype=np.float32) + 0.5) / rows - 0.5) * spec.carriageway_m
        self.paint = np.zeros(self.shape, np.float32)
        self.tone = np.ones(self.shape, np.float32)
        self.crack = np.zeros(self.shape, np.float32)
        self.polish = np.zeros(self.shape, np.float32)

    def pixels(self) -> np.ndarray:
        """(h, w, 4) float32 for `materials.road_material`."""
        self._traffic()
        self._patches()
        self._cracks()
        self._stains()
        self._markings()
        return np.clip(np.stack([self.paint, self.tone * 0.5, self.crack, self.polish], axis=2), 0, 1)

    def _traffic(self) -> None:
        """Add what wheels leave: tracks, oil, dirt."""
        raise NotImplementedError

    def _markings(self) -> None:
        """Paint lines, bars and arrows, less their wear."""
        raise NotImplementedError

    def _columns(self, x0: float, x1: float) -> slice:
        scale = self.shape[1] / self.spec.length_m
        return slice(*(int(np.clip((x + self.spec.length_m / 2) * scale, 0, self.shape[1])) for x in (x0, x1)))

    def _rows(self, y0: float, y1: float) -> slice:
        scale = self.shape[0] / self.spec.carriageway_m
        return slice(*(int(np.clip((y + self.spec.carriageway_m / 2) * scale, 0, self.shape[0])) for y in (y0, y1)))

    def _patches(self) -> None:
        """Refilled trenches and square cut-outs, edges sealed with bitumen."""
        spec, rng = self.spec, self.rng
        half = spec.length_m / 2
        for _ in range(int(rng.integers(3, 6 + round(8 * spec.road.wear)))):
            long = rng.random() < 0.35
            length = float(rng.uniform(6, 24) if long else rng.uniform(0.8, 3.2))
            width = float(rng.uniform(0.5, 0.9) if long else rng.uniform(0.7, 2.2))
            x = float(rng.uniform(-half + 2, half - 2 - length))
            y = float(rng.uniform(-spec.kerb_y_m + 0.3, spec.kerb_y_m - 0.3 - width))
            dx = np.minimum(self.x - x, x + length - self.x)[None]
            dy = np.minimum(self.y - y, y + width - self.y)[:, None]
            columns, rows = self._columns(x - 0.2, x + length + 0.2), self._rows(y - 0.2, y + width + 0.2)
            inside = np.minimum(dx[:, columns], dy[rows]) + 0.012 * self.fine[rows, columns]
            fresh = float(rng.uniform(0.5, 0.85) if rng.random() < 0.7 else rng.uniform(1.1, 1.3))
            mask = smoothstep(-0.015, 0.015, inside)
            self.tone[rows, columns] *= 1 + mask * (fresh - 1)
            seam = np.exp(-((inside / 0.03) ** 2))
            self.tone[rows, columns] *= 1 - 0.45 * seam * (rng.random() < 0.7)
            self.polish[rows, columns] += 0.35 * seam
            self.crack[rows, columns] = np.maximum(self.crack[rows, columns], 0.3 * seam)

    def _walk(
        self, x: float, y: float, angle: float, length: float, turn: float, strength: float, width: float
    ) -> None:
        rng, step = self.rng, PIXEL_M * 0.6
        n = int(length / step)
        angles = angle + np.cumsum(rng.normal(0, turn, n)) + 0.35 * np.sin(np.arange(n) * step * 9 + rng.uniform(0, 6))
        xs, ys = x + np.cumsum(np.cos(angles)) * step, y + np.cumsum(np.sin(angles)) * step
        fade = np.minimum(1, np.linspace(0, 1, n) * 8) * np.minimum(1, np.linspace(1, 0, n) * 5)
        columns = (xs / self.spec.length_m + 0.5) * self.shape[1] - 0.5
        rows = (ys / self.spec.carriageway_m + 0.5) * self.shape[0] - 0.5
        for dr in (0, 1):
            for dc in (0, 1):
                r, c = np.floor(rows).astype(int) + dr, np.floor(columns).astype(int) + dc
                near = (1 - np.abs(rows - r)) * (1 - np.abs(columns - c))
                ok = (r >= 0) & (r < self.shape[0]) & (c >= 0) & (c < self.shape[1])
                np.maximum.at(
                    self.crack, (r[ok], c[ok]), (strength * np.minimum(1, width * near) * fade)[ok].astype(np.float32)
                )

    def _cracks(self) -> None:
        spec, rng = self.spec, self.rng
        half = spec.length_m / 2
        for _ in range(round(10 + 60 * spec.road.wear)):
            x, y = float(rng.uniform(-half, half)), float(rng.uniform(-spec.kerb_y_m, spec.kerb_y_m))
            along = rng.random() < 0.55
            angle = float(rng.normal(0, 0.15) + (0 if along else math.pi / 2))
            strength = float(rng.uniform(0.45, 0.85))
            self._walk(x, y, angle, float(rng.uniform(0.8, 5.0)), 0.16, strength, 1.4)
            for _ in range(int(rng.integers(0, 3))):
                self._walk(
                    x + float(rng.normal(0, 0.3)),
                    y + float(rng.normal(0, 0.3)),
                    angle + float(rng.choice([-1.1, 1.1])),
                    float(rng.uniform(0.3, 1.4)),
                    0.2,
                    strength * 0.8,
                    1.2,
                )
        # the seam between the two lanes
        self._walk(-half, 0.03, 0.0, spec.length_m, 0.0, 0.42, 1.2)

    def _stains(self) -> None:
        spec, rng = self.spec, self.rng
        half = spec.length_m / 2
        for _ in range(round(40 + 50 * spec.road.wear)):
            x, y, r = (
                float(rng.uniform(-half, half)),
                float(rng.uniform(-1, 1) * spec.kerb_y_m),
                float(rng.uniform(0.04, 0.34)),
            )
            columns, rows = self._columns(x - 2.5 * r, x + 2.5 * r), self._rows(y - 2.5 * r, y + 2.5 * r)
            d = np.hypot((self.x[columns][None] - x) * 0.7, self.y[rows][:, None] - y) / r
            blob = smoothstep(1.3, 0.3, d + 0.22 * self.fine[rows, columns])
            self.tone[rows, columns] *= 1 - float(rng.uniform(0.15, 0.5)) * blob
            self.polish[rows, columns] += 0.5 * blob

    def _bar(self, x0: float, x1: float, y0: float, y1: float) -> None:
        """A painted rectangle between two corners in any order: 0.5 on its edge, growing to 1 within 3 cm."""
        (x0, x1), (y0, y1) = sorted((x0, x1)), sorted((y0, y1))
        columns, rows = self._columns(x0 - 0.1, x1 + 0.1), self._rows(y0 - 0.1, y1 + 0.1)
        dx = np.minimum(self.x[columns] - x0, x1 - self.x[columns])[None]
        dy = np.minimum(self.y[rows] - y0, y1 - self.y[rows])[:, None]
        self.paint[rows, columns] = np.maximum(self.paint[rows, columns], 0.5 + np.minimum(dx, dy) / 0.06)

    def _wear_paint(self, paint_wear: float) -> None:
        """Take paint away, first where wheels run."""
        self.paint = np.minimum(self.paint, 1.0)
        worn = 0.12 + 0.30 * self.tracks + 0.20 * self.broad + 0.22 * self.fine
        self.paint -= np.where(self.paint > 0, paint_wear * np.clip(worn + 0.25, 0, 2) * 0.85, 0)


class StreetWear(WearMap):
    """The wear of a carriageway with one lane each way."""

    def __init__(self, street: StreetCarriageway):
        super().__init__(street)
        self.street = street

    def _traffic(self) -> None:
        """Wheel tracks polished lighter, the oil line between them darker, dirt along the kerbs."""
        spec, rng = self.street, self.rng
        broad = noise_field(rng, self.shape, PIXEL_M, 1.6, 30, 0.6)
        fine = noise_field(rng, self.shape, PIXEL_M, 0.8, 1.5, 0.06)
        self.tone *= np.exp(0.10 * broad + 0.035 * fine)
        self.tracks = np.zeros(self.shape, np.float32)
        wander = 0.12 * noise_field(rng, (1, self.shape[1]), PIXEL_M, 1.5, 60, 6)[0]
        for side in ("left", "right"):
            y = self.y[:, None] - spec.lane_y_m(side) - wander
            tracks = np.exp(-(((np.abs(y) - 0.76) / 0.26) ** 2))
            oil = np.exp(-((y / 0.22) ** 2)) * smoothstep(-0.8, 1.4, broad[:1])
            self.tracks += tracks
            self.tone *= 1 + 0.13 * tracks - 0.16 * oil
            self.polish += 0.28 * tracks + 0.25 * oil
        edge = spec.kerb_y_m - np.abs(self.y)[:, None]
        gutter = np.exp(-edge / 0.22) * (0.6 + 0.4 * smoothstep(-1, 1, broad))
        self.tone *= 1 - 0.38 * gutter
        parked = spec.kerb_y_m - 2.1
        for sign, has in ((1, spec.parking_left), (-1, spec.parking_right)):
            if has:
                inside = smoothstep(parked - 0.05, parked + 0.05, sign * self.y)[:, None]
                self.tone *= 1 - inside * (0.07 + 0.10 * smoothstep(0.5, 2.0, fine + broad))
        self.fine, self.broad = fine, broad

    def _markings(self) -> None:
        spec, road = self.street, self.street.road
        half, cross = spec.length_m / 2, road.crossing
        middle = (spec.lane_y_m("left") + spec.lane_y_m("right")) / 2
        keep = cross.width_m / 2 + 2.5 if cross else 0.0
        for x in np.arange(-half + 1, half - road.dash_m, road.dash_m + road.gap_m):
            if cross is None or not (x + road.dash_m > cross.x_m - keep and x < cross.x_m + keep):
                self._bar(x, x + road.dash_m, middle - 0.06, middle + 0.06)
        for sign, parked in ((1, spec.parking_left), (-1, spec.parking_right)):
            if parked:
                y = sign * (spec.kerb_y_m - 2.1)
                for x in np.arange(-half + 1, half - 1, 1.0):
                    if cross is None or abs(x - cross.x_m) > keep + 2:
                        self._bar(x, x + 0.5, y - 0.05, y + 0.05)
            elif road.edge_lines:
                y = sign * (spec.kerb_y_m - 0.35)
                spans = [(-half, half)] if cross is None else [(-half, cross.x_m - keep), (cross.x_m + keep, half)]
                for a, b in spans:
                    self._bar(a, b, y - 0.06, y + 0.06)
        if cross is not None:
            n = int((spec.carriageway_m - 0.4 + cross.gap_m) / (cross.bar_m + cross.gap_m))
            span = n * (cross.bar_m + cross.gap_m) - cross.gap_m
            for i in range(n):
                y = -span / 2 + i * (cross.bar_m + cross.gap_m)
                self._bar(cross.x_m - cross.width_m / 2, cross.x_m + cross.width_m / 2, y, y + cross.bar_m)
            for sign in (1, -1):
                x = cross.x_m - sign * -1 * (cross.width_m / 2 + 1.2)
                lane = spec.lane_y_m("left" if sign > 0 else "right")
                edge = middle + sign * 0.2
                far = lane + (lane - middle)
                self._bar(x - 0.15, x + 0.15, min(edge, far), max(edge, far))
        self._wear_paint(road.paint_wear)
