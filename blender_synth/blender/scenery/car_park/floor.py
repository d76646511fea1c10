"""The floor of a deck: wear map, painted lines, bay numbers, walkways, wheel stops."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from blender_synth.blender.scenery import ground
from blender_synth.blender.scenery.car_park.colours import BLACK, BLUE, GREEN, WHITE, YELLOW
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.meshes import Part, Tint, box, join, part, quad, quad_of
from blender_synth.blender.shading.noise import noise_field, smoothstep
from blender_synth.world.scenery.car_park import Spec
from blender_synth.world.scenery.car_park.elements import BAY_LENGTH_M, DOOR_M
from blender_synth.world.scenery.shared.street_parts import Roadway

_PAINT_M = 0.003


@dataclass(frozen=True)
class Deck:
    """The deck as a carriageway for `ground.WearMap`."""

    length_m: float
    carriageway_m: float
    kerb_y_m: float
    road: Roadway

    @classmethod
    def of(cls, spec: Spec) -> Deck:
        road = Roadway(paint_wear=spec.paint_wear, wear=spec.wear, tone=1.0, dash_m=1.0, gap_m=1.0, edge_lines=False,
                       crossing=None, lids=(), detail_seed=spec.detail_seed)  # fmt: skip
        return cls(2 * spec.half_length_m, 2 * spec.half_depth_m, spec.half_depth_m, road)


class DeckWear(ground.WearMap):
    """Tyre marks, oil and painted lines of a deck."""

    def __init__(self, deck: Deck, plan: Spec):
        super().__init__(deck)
        self.plan = plan

    def _traffic(self) -> None:
        plan, rng = self.plan, self.rng
        broad = noise_field(rng, self.shape, ground.PIXEL_M, 1.6, 20, 0.6)
        fine = noise_field(rng, self.shape, ground.PIXEL_M, 0.8, 1.5, 0.06)
        self.tone *= np.exp((0.03 + 0.07 * plan.wear) * broad + 0.02 * fine)
        self.tracks = np.zeros(self.shape, np.float32)
        for y in plan.aisles_y_m:
            for lane in (y - plan.aisle_m / 4, y + plan.aisle_m / 4):
                across = np.abs(np.abs(self.y[:, None] - lane - 0.1 * np.sin(self.x / 7 + lane)) - 0.74)
                track = np.exp(-((across / 0.2) ** 2)) * smoothstep(-1.6, 1.2, broad)
                self.tracks += track
                self.tone *= 1 - 0.22 * plan.wear * track
        self.fine, self.broad = fine, broad
        # black arcs where tyres turned into bays
        for row in plan.rows:
            for bay in range(plan.bays):
                for _ in range(int(rng.poisson(0.7 * plan.wear))):
                    self._arc(
                        plan.bay_x_m(bay) + float(rng.normal(0, 0.2)), row.y_m, row.sign, float(rng.uniform(0.2, 0.6))
                    )

    def _arc(self, x: float, y: float, sign: int, strength: float) -> None:
        side, radius = self.rng.choice([-1, 1]), float(self.rng.uniform(3.2, 4.6))
        columns = self._columns(x - 5.5, x + 5.5)
        rows = self._rows(*sorted((y - sign * 3.4, y + sign * 2.6)))
        if columns.stop - columns.start < 2 or rows.stop - rows.start < 2:
            return
        dx, dy = self.x[columns][None] - (x + side * radius), (self.y[rows][:, None] - y - sign * 0.5) * sign
        for offset in (-0.74, 0.74):
            away = np.hypot(dx, dy) - (radius + offset)
            mark = np.exp(-((away / 0.07) ** 2)) * (dy < 0) * smoothstep(-3.2, -0.6, dy)
            mark = mark * smoothstep(-0.9, 0.9, self.fine[rows, columns] + self.broad[rows, columns])
            self.tone[rows, columns] *= 1 - strength * mark

    def _patches(self) -> None:
        """No patches: the floor is one coat."""

    def _cracks(self) -> None:
        plan, rng = self.plan, self.rng
        for _ in range(round(22 * plan.wear) if plan.floor == "concrete" else round(5 * plan.wear)):
            x, y = float(rng.uniform(-1, 1)) * plan.half_length_m, float(rng.uniform(-1, 1)) * plan.half_depth_m
            self._walk(x, y, float(rng.uniform(0, 6.3)), float(rng.uniform(0.8, 4.0)), 0.14, 0.6, 1.2)
        # joints of the slab at every second row of columns
        pitch = plan.bay_m * plan.bays_each
        for k in range(0, round(2 * plan.rows_half_m / pitch) + 1, 2):
            x = -plan.rows_half_m + k * pitch
            self._walk(x, -plan.half_depth_m, math.pi / 2, 2 * plan.half_depth_m, 0.0, 0.5, 1.4)

    def _stains(self) -> None:
        plan, rng = self.plan, self.rng
        for number, row in enumerate(plan.rows):
            for bay in plan.bays_of(number):
                for _ in range(int(rng.poisson(1.6 * plan.wear + 0.2))):
                    x = plan.bay_x_m(bay) + float(rng.normal(0, 0.3))
                    y = row.y_m + row.sign * float(rng.choice([1.3, 3.6]) + rng.normal(0, 0.35))
                    self._blob(x, y, float(rng.uniform(0.05, 0.35)), float(rng.uniform(0.15, 0.5)))
        for _ in range(round(30 * plan.wear)):
            x, y = float(rng.uniform(-1, 1)) * plan.half_length_m, float(rng.uniform(-1, 1)) * plan.half_depth_m
            self._blob(x, y, float(rng.uniform(0.03, 0.2)), float(rng.uniform(0.1, 0.35)))

    def _blob(self, x: float, y: float, r: float, strength: float) -> None:
        columns, rows = self._columns(x - 2.5 * r, x + 2.5 * r), self._rows(y - 2.5 * r, y + 2.5 * r)
        d = np.hypot(self.x[columns][None] - x, self.y[rows][:, None] - y) / r
        blob = smoothstep(1.3, 0.3, d + 0.22 * self.fine[rows, columns])
        self.tone[rows, columns] *= 1 - strength * blob
        self.polish[rows, columns] += 0.5 * blob

    def _markings(self) -> None:
        plan = self.plan
        for number, row in enumerate(plan.rows):
            free = plan.bays_of(number)
            edges = sorted({b + s for b in free for s in (0, 1)})
            for edge in edges:
                x = -plan.rows_half_m + edge * plan.bay_m
                self._bar(x - 0.05, x + 0.05, row.y_m, row.y_m + row.sign * BAY_LENGTH_M)
        for y in plan.aisles_y_m:
            for direction in (1.0, -1.0):
                for x in np.arange(-plan.rows_half_m + 5.0, plan.rows_half_m - 3.0, 13.0):
                    self._arrow(direction * float(x), y - direction * plan.aisle_m / 4, direction)
        for core in plan.cores:
            row = plan.rows[core.row]
            x = core.x0_m + 0.25 + DOOR_M / 2 if core.door_left else core.x1_m - 0.25 - DOOR_M / 2
            for k in range(int(plan.aisle_m / 1.0)):
                y = row.y_m - row.sign * (0.3 + 1.0 * k)
                self._bar(x - 1.0, x + 1.0, y, y - row.sign * 0.5)
        self.paint = np.minimum(self.paint, 1.0)
        worn = 0.10 + 0.34 * self.tracks + 0.20 * self.broad + 0.22 * self.fine
        self.paint -= np.where(self.paint > 0, plan.paint_wear * np.clip(worn + 0.2, 0, 2) * 0.7, 0)

    def _arrow(self, x: float, y: float, direction: float) -> None:
        self._bar(x - direction * 1.1, x + direction * 0.2, y - 0.07, y + 0.07)
        for k in range(8):
            a, half = x + direction * (0.2 + 0.1 * k), 0.34 * (1 - k / 8)
            self._bar(a, a + direction * 0.1, y - half, y + half)


def floor(spec: Spec) -> Part:
    x, y = spec.half_length_m, spec.half_depth_m
    return quad((-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0), "deck")


def _flat_words(words: str, size: float, rgb: Tint, towards_deg: float) -> Part:
    """Letters on the floor centred at the origin, upright for a viewer who looks along `towards_deg`."""
    text = letters(words).scaled((size, 0.0, size)).painted(rgb).turned(-90, axis=0)
    middle = text.points.min(axis=0) + np.ptp(text.points, axis=0) / 2
    return text.moved((-middle[0], -middle[1], _PAINT_M + 0.001)).turned(towards_deg - 90.0)


def _sheet(x0: float, x1: float, y0: float, y1: float, tint: Tint, z: float = _PAINT_M) -> Part:
    (x0, x1), (y0, y1) = sorted((x0, x1)), sorted((y0, y1))
    return quad((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z), "floor_paint", tint)


def floor_paint(spec: Spec) -> list[Part]:
    """Coloured bays, their numbers, the walkway, wheel stops."""
    parts = []
    kinds = {(row, first + k): kind for row, first, count, kind in spec.special for k in range(count)}
    for number, row in enumerate(spec.rows):
        for bay in spec.bays_of(number):
            x, front, back = spec.bay_x_m(bay), row.y_m, row.y_m + row.sign * BAY_LENGTH_M
            kind, facing = kinds.get((number, bay)), 90.0 * row.sign
            if kind is not None:
                rgb = GREEN if kind == "charging" else BLUE
                half = spec.bay_m / 2 - 0.09
                parts.append(_sheet(x - half, x + half, front + row.sign * 0.1, back - row.sign * 0.1, rgb))
                words = "EV" if kind == "charging" else "P+"
                parts.append(_flat_words(words, 0.9, WHITE, facing).moved((x, front + row.sign * 1.5, 0)))
            text = f"{number * 100 + bay + 1:03d}"
            parts.append(_flat_words(text, 0.34, WHITE, facing).moved((x, front + row.sign * 0.38, 0)))
            if row.wall:
                for k in range(6):
                    a = x - 0.75 + 0.25 * k
                    y0, y1 = sorted((back - row.sign * 0.62, back - row.sign * 0.48))
                    low, high = (a, y0, 0.0), (a + 0.25, y1, 0.1)
                    parts.append(box(low, high, "rubber", YELLOW if k % 2 else BLACK, without=("-z",)))
    if spec.walkway:
        rgb = spec.walkway_rgb
        for y in spec.aisles_y_m:
            side = y + spec.aisle_m / 2
            parts.append(_sheet(-spec.rows_half_m, spec.rows_half_m, side - 1.15, side - 0.05, rgb))
            for edge in (side - 1.2, side - 0.06):
                parts.append(_sheet(-spec.rows_half_m, spec.rows_half_m, edge, edge + 0.06, WHITE, _PAINT_M + 0.001))
            for x in np.arange(-spec.rows_half_m + 3.0, spec.rows_half_m - 2.0, 9.0):
                parts.append(_walker().moved((float(x), side - 0.6, 0)))
    return parts


def _walker() -> Part:
    """A walking figure painted on the floor, its head to +x."""
    z = _PAINT_M + 0.002
    a = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = np.column_stack([0.42 + 0.09 * np.cos(a), 0.09 * np.sin(a), np.full(12, z)])
    head = part(np.concatenate([ring, [[0.42, 0, z]]]), np.stack([np.arange(12), (np.arange(12) + 1) % 12,
                np.full(12, 12)], 1), "floor_paint", WHITE)  # fmt: skip
    bars = [head]
    for (x0, y0), (x1, y1), wide in (((0.3, 0), (-0.05, 0), 0.16), ((-0.05, 0), (-0.45, 0.18), 0.09),
                                     ((-0.05, 0), (-0.45, -0.16), 0.09), ((0.24, 0), (0.02, 0.24), 0.07),
                                     ((0.24, 0), (0.05, -0.24), 0.07)):  # fmt: skip
        along = np.array([x1 - x0, y1 - y0])
        n = np.array([-along[1], along[0]]) / np.linalg.norm(along) * wide / 2
        a, b = np.array([x0, y0]), np.array([x1, y1])
        bars.append(quad_of([(*c, z) for c in (a - n, b - n, b + n, a + n)], "floor_paint", WHITE))
    return join(bars)
