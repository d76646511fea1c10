"""Carriageway, kerbs and pavements, and the map of what years of traffic did to the carriageway."""

from __future__ import annotations

import math

import numpy as np

from blender_synth.blender.scenery.meshes import Part, box, extrude, join, lathe, part, quad
from blender_synth.blender.shading.noise import smoothstep
from blender_synth.world.scenery.shared.street_parts import Pavement

PIXEL_M = 0.025
"""Size of the wear map's pixels; finer detail comes from the asphalt's own map."""
KERB_M = 0.16
ASPHALT = np.array([0.083, 0.081, 0.078])
"""Albedo of weathered asphalt; measured pavements lie between 0.05 (new) and 0.15 (old)."""
END_REACH_M = 34.0
"""How far the side streets at the ends run to both sides."""


def noise_field(rng: np.random.Generator, shape: tuple[int, int], slope: float, longest_m: float, shortest_m: float):
    """Gaussian noise of `shape` with amplitude f^-slope between two wavelengths; mean 0, std 1."""
    full = tuple(-(-n // step) * step for n, step in zip(shape, (32 if shape[0] > 1 else 1, 256), strict=True))
    spectrum = np.fft.rfft2(rng.standard_normal(full, dtype=np.float32))
    f = np.hypot(np.fft.fftfreq(full[0], PIXEL_M)[:, None], np.fft.rfftfreq(full[1], PIXEL_M)[None])
    gain = np.where((f >= 1 / longest_m) & (f <= 1 / shortest_m), np.maximum(f, 1e-6) ** -slope, 0)
    field = np.fft.irfft2(spectrum * gain, s=full)[: shape[0], : shape[1]]
    return (field / field.std()).astype(np.float32)


class WearMap:
    """Paint, tone, cracks and polish of one carriageway, (rows across, columns along), row 0 at the right kerb."""

    def __init__(self, spec):
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

    def _columns(self, x0: float, x1: float) -> slice:
        scale = self.shape[1] / self.spec.length_m
        return slice(*(int(np.clip((x + self.spec.length_m / 2) * scale, 0, self.shape[1])) for x in (x0, x1)))

    def _rows(self, y0: float, y1: float) -> slice:
        scale = self.shape[0] / self.spec.carriageway_m
        return slice(*(int(np.clip((y + self.spec.carriageway_m / 2) * scale, 0, self.shape[0])) for y in (y0, y1)))

    def _traffic(self) -> None:
        """Wheel tracks polished lighter, the oil line between them darker, dirt along the kerbs."""
        spec, rng = self.spec, self.rng
        broad = noise_field(rng, self.shape, 1.6, 30, 0.6)
        fine = noise_field(rng, self.shape, 0.8, 1.5, 0.06)
        self.tone *= np.exp(0.10 * broad + 0.035 * fine)
        self.tracks = np.zeros(self.shape, np.float32)
        wander = 0.12 * noise_field(rng, (1, self.shape[1]), 1.5, 60, 6)[0]
        for side in ("left", "right"):
            y = self.y[:, None] - spec.lane_y_m(side) - wander
            tracks = np.exp(-(((np.abs(y) - 0.76) / 0.26) ** 2))
            oil = np.exp(-((y / 0.22) ** 2)) * smoothstep(-0.8, 1.4, broad[:1] + 0.0 * y)
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

    def _patches(self) -> None:
        """Trenches and squares cut out and filled again, edges sealed with bitumen."""
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
        # the seam between the two lanes' mats
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
        """A painted rectangle: 0.5 on its edge, growing to 1 inside within 3 cm, less the wear."""
        columns, rows = self._columns(x0 - 0.1, x1 + 0.1), self._rows(y0 - 0.1, y1 + 0.1)
        dx = np.minimum(self.x[columns] - x0, x1 - self.x[columns])[None]
        dy = np.minimum(self.y[rows] - y0, y1 - self.y[rows])[:, None]
        self.paint[rows, columns] = np.maximum(self.paint[rows, columns], 0.5 + np.minimum(dx, dy) / 0.06)

    def _markings(self) -> None:
        spec, road = self.spec, self.spec.road
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
        self.paint = np.minimum(self.paint, 1.0)
        worn = 0.12 + 0.30 * self.tracks + 0.20 * self.broad + 0.22 * self.fine
        self.paint -= np.where(self.paint > 0, road.paint_wear * np.clip(worn + 0.25, 0, 2) * 0.85, 0)


def carriageway(spec) -> Part:
    """The flat sheet between the kerbs, UVs from the origin, and the lids in it."""
    half, k = spec.length_m / 2, spec.kerb_y_m
    return quad((-half, -k, 0), (half, -k, 0), (half, k, 0), (-half, k, 0), "road")


def side_streets(spec) -> Part:
    """Plain asphalt across both ends."""
    half, tint = spec.length_m / 2, tuple(ASPHALT * spec.road.tone)
    parts = []
    for x0, x1 in ((half, half + spec.side_street_m), (-half - spec.side_street_m, -half)):
        parts.append(
            quad(
                (x0, -END_REACH_M, 0),
                (x1, -END_REACH_M, 0),
                (x1, END_REACH_M, 0),
                (x0, END_REACH_M, 0),
                "asphalt",
                tint,
            )
        )
    return join(parts)


def lids(spec) -> Part | None:
    """Manhole covers and drain gratings, 4 mm proud so that they catch the light."""
    parts = []
    iron = (0.075, 0.07, 0.066)
    for lid in spec.road.lids:
        if lid.kind == "manhole":
            ring = lathe([(0.36, 0.0), (0.36, 0.004), (0.335, 0.006)], 28, "iron", iron, smooth=False)
            knobs = []
            for i in range(-4, 5):
                for j in range(-4, 5):
                    if math.hypot(i, j) < 4.3:
                        knobs.append((i * 0.068, j * 0.068, 0.006))
            knob = box((-0.022, -0.022, 0), (0.022, 0.022, 0.005), "metal", (0.2, 0.19, 0.18), without=("-z",))
            shape = join([ring, knob.repeated(np.array(knobs))])
        else:
            base = box((-0.3, -0.2, 0), (0.3, 0.2, 0.003), "iron", (0.012, 0.012, 0.012), without=("-z",))
            xs = np.linspace(-0.28, 0.28, 12)
            bar = box((-0.014, -0.2, 0.003), (0.014, 0.2, 0.009), "metal", (0.16, 0.15, 0.14), without=("-z",))
            rim = [
                box(a, b, "iron", iron)
                for a, b in (
                    ((-0.33, -0.23, 0), (0.33, -0.2, 0.008)),
                    ((-0.33, 0.2, 0), (0.33, 0.23, 0.008)),
                    ((-0.33, -0.2, 0), (-0.3, 0.2, 0.008)),
                    ((0.3, -0.2, 0), (0.33, 0.2, 0.008)),
                )
            ]
            shape = join([base, bar.repeated(np.column_stack([xs, 0 * xs, 0 * xs])), *rim])
        parts.append(shape.turned(lid.turn_deg).moved((*lid.xy_m, 0.0)))
    return join(parts) if parts else None


def pavement(spec, paved: Pavement) -> Part:
    """Kerb and paving of the left or the right side (the right is the left, turned about)."""
    side = paved.name.removeprefix("pavement_")
    step = spec.kerb_step_m
    tint = (*paved.rgb, paved.dirt)
    material = f"paving_{paved.pattern}"
    if side in ("left", "right"):
        half, k = spec.length_m / 2, spec.kerb_y_m
        outer = k + paved.width_m + 0.3
        shape = join(
            [
                _kerb(2 * half, paved.kerb_rgb, step).moved((-half, k, 0)),
                _sheet(-half, half, k + KERB_M, outer, step, material, tint),
                quad((half, k, 0), (half, outer, 0), (half, outer, step), (half, k, step), "kerb", paved.kerb_rgb),
                quad((-half, outer, 0), (-half, k, 0), (-half, k, step), (-half, outer, step), "kerb", paved.kerb_rgb),
                *_tactile(spec, k, step, side),
            ]
        )
        return shape if side == "left" else shape.turned(180)
    length, width = 2 * END_REACH_M, paved.width_m
    x = spec.length_m / 2 + spec.side_street_m
    shape = join(
        [
            _kerb(length, paved.kerb_rgb, step).moved((-length / 2, x - width, 0)),
            _sheet(-length / 2, length / 2, x - width + KERB_M, x + 0.3, step, material, tint),
        ]
    )
    return shape.turned(-90 if side == "east" else 90)


def _kerb(length: float, rgb, step: float) -> Part:
    """Kerb stones along +x with their face at y = 0, edge rounded to 2 cm."""
    r = 0.022
    angles = np.linspace(np.pi, np.pi / 2, 4)
    round_edge = np.column_stack([r + r * np.cos(angles), step - r + r * np.sin(angles)])
    profile = np.concatenate([[(0.0, -0.02)], round_edge, [(KERB_M, step)]])
    return extrude(profile, length, "kerb", rgb)


def _sheet(x0, x1, y0, y1, z, material, tint) -> Part:
    return quad((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z), material, tint)


def _tactile(spec, kerb_y: float, step: float, side: str) -> list[Part]:
    """Blister paving before the crossing, and its slabs' joints."""
    cross = spec.road.crossing
    if cross is None:
        return []
    x = cross.x_m if side == "left" else -cross.x_m
    half, y0, deep, pitch = cross.width_m / 2, kerb_y + KERB_M + 0.02, 0.8, 0.0667
    rgb = (0.46, 0.43, 0.36)
    slabs = []
    for a in np.arange(-half, half - 0.1, 0.4):
        for c in (0.0, 0.4):
            b = min(a + 0.396, half)
            slabs.append(
                box((x + a, y0 + c, step - 0.01), (x + b, y0 + c + 0.396, step + 0.004), "matt", rgb, without=("-z",))
            )
    xs, ys = np.meshgrid(np.arange(x - half + pitch / 2, x + half, pitch), np.arange(y0 + pitch / 2, y0 + deep, pitch))
    angles = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    low = np.column_stack([0.0175 * np.cos(angles), 0.0175 * np.sin(angles), np.zeros(6)])
    high = np.column_stack([0.011 * np.cos(angles), 0.011 * np.sin(angles), np.full(6, 0.005)])
    sides = [[i, (i + 1) % 6, 6 + (i + 1) % 6, 6 + i] for i in range(6)]
    blister = join(
        [
            part(np.concatenate([low, high]), sides, "matt", rgb, smooth=True),
            part(high, [[0, 1, 2, 3], [0, 3, 4, 5]], "matt", rgb),
        ]
    )
    return [*slabs, blister.repeated(np.column_stack([xs.ravel(), ys.ravel(), np.full(xs.size, step + 0.004)]))]


def litter(spec) -> dict[str, Part]:
    """Leaves, butts and scraps of paper on carriageway and pavements; most gather at kerbs, walls and trunks."""
    rng = np.random.default_rng(spec.litter_seed)
    half, k = spec.length_m / 2, spec.kerb_y_m
    trees = np.array([f.position_m[:2] for f in spec.furniture if f.kind == "tree"])
    found: dict[str, Part] = {}
    for where in ("road", "left", "right"):
        count = 40 + round(500 * spec.litter)
        x = rng.uniform(-half, half, count)
        from_edge = np.minimum(rng.exponential(0.12, count) + 0.03, 1.6)
        if where == "road":
            y, z = rng.choice([-1, 1], count) * (k - from_edge), 0.004
        else:
            width, sign = spec.pavement(where).width_m, 1 if where == "left" else -1
            at_wall = rng.random(count) < 0.5
            y = sign * np.where(at_wall, k + width - from_edge, k + KERB_M + from_edge)
            z = spec.kerb_step_m + 0.004
        if len(trees):
            under = rng.random(count) < 0.55
            near = trees[rng.integers(0, len(trees), count)] + rng.normal(0, 1.3, (count, 2))
            inside = {"road": np.abs(near[:, 1]) < k, "left": near[:, 1] > k + 0.2, "right": near[:, 1] < -k - 0.2}[
                where
            ]
            edge = k + spec.pavement("left" if where == "left" else "right").width_m if where != "road" else k
            inside &= (np.abs(near[:, 1]) < edge - 0.1) & (np.abs(near[:, 0]) < half)
            x, y = np.where(under & inside, near[:, 0], x), np.where(under & inside, near[:, 1], y)
        found[where] = scraps(rng, np.column_stack([x, y, np.full(count, z)]), bool(len(trees)))
    return found


def scraps(rng: np.random.Generator, at: np.ndarray, leafy: bool) -> Part:
    """One bent quad a scrap: dry leaf, paper or butt."""
    n = len(at)
    kind = rng.random(n)
    leaf, paper = kind < (0.72 if leafy else 0.25), kind > 0.9
    long = np.where(
        leaf, rng.uniform(0.03, 0.08, n), np.where(paper, rng.uniform(0.03, 0.12, n), rng.uniform(0.02, 0.03, n))
    )
    wide = np.where(leaf, 0.6 * long, np.where(paper, rng.uniform(0.4, 1.0, n) * long, 0.008))
    turn, lift = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.1, 0.3, n) * np.minimum(long, wide)
    c, s = np.cos(turn), np.sin(turn)
    corners = []
    for u, v, up in ((-1, 0, 0.2), (0, -1, 1.0), (1, 0, 0.1), (0, 1, 0.8)):
        corners.append(
            at + np.column_stack([(c * u * long - s * v * wide) / 2, (s * u * long + c * v * wide) / 2, up * lift])
        )
    points = np.stack(corners, axis=1).reshape(-1, 3)
    dry = np.array([0.13, 0.075, 0.028]) * np.exp(rng.normal(0, 0.4, (n, 1)))
    pale = np.array([0.5, 0.48, 0.44]) * rng.uniform(0.5, 1.1, (n, 1))
    tints = np.where(leaf[:, None], dry, np.where(paper[:, None], pale, pale * (0.9, 0.8, 0.6)))
    return part(points, np.arange(4 * n).reshape(-1, 4), "matt", np.column_stack([tints, np.zeros(n)]))
