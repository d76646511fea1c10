"""Builds a deck of a car park from its spec. Every draw of a detail follows from seeds that stand in the spec."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from blender_synth.blender.scenery import ground, pieces, rooms
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.materials import deck_material
from blender_synth.blender.scenery.meshes import Part, box, extrude, join, lathe, part, quad, to_object, tube
from blender_synth.blender.scenery.room_materials import RoomMaterials
from blender_synth.blender.shading.noise import smoothstep
from blender_synth.blender.stage import Stage
from blender_synth.world.scenery.car_park import Spec
from blender_synth.world.scenery.car_park.elements import (
    BAY_LENGTH_M,
    BEAM_M,
    CEILING_ID,
    COLUMN_DEEP_M,
    DOOR_M,
    FLOOR_ID,
    LAMPS_ID,
    PIPES_ID,
    RAMP_ID,
    RAMP_LENGTH_M,
    RAMP_RISE_M,
    RAMP_WIDTH_M,
    SIGNS_ID,
    WALL_IDS,
    Core,
)
from blender_synth.world.scenery.shared.street_parts import Roadway

YELLOW, BLACK, WHITE = (0.58, 0.40, 0.02), (0.02, 0.02, 0.02), (0.62, 0.62, 0.60)
GREEN, BLUE, RED = (0.02, 0.30, 0.12), (0.02, 0.09, 0.36), (0.38, 0.03, 0.02)
STEEL, ZINC = (0.42, 0.43, 0.44), (0.34, 0.35, 0.36)
LIT_GREEN, LIT_WHITE, LIT_AMBER = (0.005, 0.05, 0.02), (0.05, 0.055, 0.05), (0.06, 0.03, 0.005)
"""Radiance of exit signs and buttons in units of the scenery's lights: some 400 cd/m2 (EN 1838 asks for 2 and more)."""
MOUTH_M = 2.5
"""Height of the ramp's mouth."""
_PAINT_M = 0.003


def build(spec: Spec, stage: Stage) -> None:
    """Put the whole deck on the stage."""
    rooms.prepare(stage)
    materials = RoomMaterials()
    size = (2 * spec.half_length_m, 2 * spec.half_depth_m)
    wear = _DeckWear(_Deck.of(spec), spec).pixels()
    materials["deck"] = deck_material(materials, wear, size, spec.floor_rgb, spec.floor_gloss)
    rooms.add(stage, materials, FLOOR_ID, "floor", [_floor(spec), *_floor_paint(spec)])
    rooms.add(stage, materials, CEILING_ID, "ceiling", _ceiling(spec))
    for side, shapes in _walls(spec).items():
        rooms.add(stage, materials, WALL_IDS[side], f"wall_{side}", shapes)
    for core in spec.cores:
        rooms.add(stage, materials, core.instance_id, core.name, [_core(spec, core)])
    meshes: dict[str, Part] = {}
    for column in spec.columns:
        shaft = meshes.setdefault("shaft", _column(spec))
        shape = join([shaft, *_mark(spec, column.mark)]).moved((*column.xy_m, 0.0))
        stage.add(to_object(column.name, shape, materials), column.instance_id)
    rooms.add(stage, materials, LAMPS_ID, "lamps", _lamps(spec, stage))
    rooms.add(stage, materials, PIPES_ID, "pipes", _pipes(spec))
    rooms.add(stage, materials, SIGNS_ID, "signs", _signs(spec))
    rooms.add(stage, materials, RAMP_ID, "ramp", _ramp(spec))
    rooms.point_light(stage, (spec.half_length_m + 7.0, spec.ramp_y_m, 2.6), 0.2, 2500.0, spec.kelvin)
    pieces.put_cars(spec.cars, stage, materials)


# ---- the floor


@dataclass(frozen=True)
class _Deck:
    """The deck as `ground.WearMap` sees it."""

    length_m: float
    carriageway_m: float
    kerb_y_m: float
    road: Roadway

    @classmethod
    def of(cls, spec: Spec) -> _Deck:
        road = Roadway(paint_wear=spec.paint_wear, wear=spec.wear, tone=1.0, dash_m=1.0, gap_m=1.0, edge_lines=False,
                       crossing=None, lids=(), detail_seed=spec.detail_seed)  # fmt: skip
        return cls(2 * spec.half_length_m, 2 * spec.half_depth_m, spec.half_depth_m, road)


class _DeckWear(ground.WearMap):
    """Tyre marks, oil and painted lines of a deck."""

    def __init__(self, deck: _Deck, plan: Spec):
        super().__init__(deck)
        self.plan = plan

    def _traffic(self) -> None:
        plan, rng = self.plan, self.rng
        broad = ground.noise_field(rng, self.shape, 1.6, 20, 0.6)
        fine = ground.noise_field(rng, self.shape, 0.8, 1.5, 0.06)
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
        """None: the floor is one coat."""

    def _cracks(self) -> None:
        plan, rng = self.plan, self.rng
        for _ in range(round(22 * plan.wear) if plan.floor == "concrete" else round(5 * plan.wear)):
            x, y = float(rng.uniform(-1, 1)) * plan.half_length_m, float(rng.uniform(-1, 1)) * plan.half_depth_m
            self._walk(x, y, float(rng.uniform(0, 6.3)), float(rng.uniform(0.8, 4.0)), 0.14, 0.6, 1.2)
        # joints of the slab, every second line of columns
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
                self._bar(x - 0.05, x + 0.05, *sorted((row.y_m, row.y_m + row.sign * BAY_LENGTH_M)))
        for y in plan.aisles_y_m:
            for way in (1.0, -1.0):
                for x in np.arange(-plan.rows_half_m + 5.0, plan.rows_half_m - 3.0, 13.0):
                    self._arrow(way * float(x), y - way * plan.aisle_m / 4, way)
        for core in plan.cores:
            row = plan.rows[core.row]
            x = core.x0_m + 0.25 + DOOR_M / 2 if core.door_left else core.x1_m - 0.25 - DOOR_M / 2
            for k in range(int(plan.aisle_m / 1.0)):
                y = row.y_m - row.sign * (0.3 + 1.0 * k)
                self._bar(x - 1.0, x + 1.0, *sorted((y, y - row.sign * 0.5)))
        self.paint = np.minimum(self.paint, 1.0)
        worn = 0.10 + 0.34 * self.tracks + 0.20 * self.broad + 0.22 * self.fine
        self.paint -= np.where(self.paint > 0, plan.paint_wear * np.clip(worn + 0.2, 0, 2) * 0.7, 0)

    def _arrow(self, x: float, y: float, way: float) -> None:
        self._bar(*sorted((x - way * 1.1, x + way * 0.2)), y - 0.07, y + 0.07)
        for k in range(8):
            a, half = x + way * (0.2 + 0.1 * k), 0.34 * (1 - k / 8)
            self._bar(*sorted((a, a + way * 0.1)), y - half, y + half)


def _floor(spec: Spec) -> Part:
    x, y = spec.half_length_m, spec.half_depth_m
    return quad((-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0), "deck")


def _flat_words(words: str, size: float, rgb, towards_deg: float) -> Part:
    """Letters on the floor about the origin, their feet to one who looks along `towards_deg`."""
    text = letters(words).scaled((size, 0.0, size)).painted(rgb).turned(-90, axis=0)
    middle = text.points.min(axis=0) + np.ptp(text.points, axis=0) / 2
    return text.moved((-middle[0], -middle[1], _PAINT_M + 0.001)).turned(towards_deg - 90.0)


def _sheet(x0, x1, y0, y1, tint, z=_PAINT_M) -> Part:
    (x0, x1), (y0, y1) = sorted((x0, x1)), sorted((y0, y1))
    return quad((x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z), "floor_paint", tint)


def _floor_paint(spec: Spec) -> list[Part]:
    """Coloured bays, their numbers, the way for those on foot, wheel stops."""
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
                    low, high = (a, back - row.sign * 0.62, 0.0), (a + 0.25, back - row.sign * 0.48, 0.1)
                    low, high = np.minimum(low, high), np.maximum(low, high)
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
        bars.append(quad(*((*c, z) for c in (a - n, b - n, b + n, a + n)), "floor_paint", WHITE))
    return join(bars)


# ---- walls, columns, ceiling


def _face(a, b, z0: float, z1: float, material: str, tint) -> Part:
    """A stretch of wall from a to b (left to right as seen from its front), with UVs along it and up."""
    length = math.dist(a, b)
    return quad((*a, z0), (*b, z0), (*b, z1), (*a, z1), material, tint, [(0, z0), (length, z0), (length, z1), (0, z1)])


def _banded(spec: Spec, a, b, top: float) -> list[Part]:
    """A wall with the deck's band of colour."""
    low, high = spec.band_m
    plain, band = (*spec.wall_rgb, spec.grime), (*spec.band_rgb, spec.grime)
    cuts = [(0.0, low, plain), (low, high, band), (high, top, plain)]
    return [_face(a, b, z0, z1, "plaster", tint) for z0, z1, tint in cuts if z1 - z0 > 0.01]


def _walls(spec: Spec) -> dict[str, list[Part]]:
    x, y, top = spec.half_length_m, spec.half_depth_m, spec.height_m
    low, high = spec.ramp_y_m - RAMP_WIDTH_M / 2, spec.ramp_y_m + RAMP_WIDTH_M / 2
    plain = (*spec.wall_rgb, spec.grime)
    east = [*_banded(spec, (x, y), (x, high), top), *_banded(spec, (x, low), (x, -y), top)]
    east.append(_face((x, high), (x, low), MOUTH_M, top, "plaster", plain))
    for edge, ends in ((high, (-0.07, 0.0)), (low, (0.0, 0.07))):
        for k in range(6):
            a = (x - 0.03, edge + ends[0], 0.2 * k)
            b = (x + 0.1, edge + ends[1], 0.2 * (k + 1))
            east.append(box(a, b, "rubber", YELLOW if k % 2 else BLACK))
    walls = {
        "north": _banded(spec, (-x, y), (x, y), top),
        "south": _banded(spec, (x, -y), (-x, -y), top),
        "west": _banded(spec, (-x, -y), (-x, y), top),
        "east": east,
    }
    # the deck's name, large, where one drives at it
    tall = 1.1
    for number, aisle in enumerate(spec.aisles_y_m):
        name = letters(spec.level).scaled((tall, 0.02, tall)).painted(spec.band_rgb)
        middle = np.ptp(name.points[:, 0]) / 2
        if number == 0 or len(spec.aisles_y_m) > 1:
            walls["west"].append(name.moved((-middle, 0, 0)).turned(90).moved((-x + 0.012, aisle - 3.6, 1.55)))
    return walls


def _core(spec: Spec, core: Core) -> Part:
    """The block's walls and its door, in the world."""
    row = spec.rows[core.row]
    wide, top = core.x1_m - core.x0_m, spec.height_m
    parts = [*_banded(spec, (0, 0), (wide, 0), top), *_banded(spec, (0, BAY_LENGTH_M), (0, 0), top),
             *_banded(spec, (wide, 0), (wide, BAY_LENGTH_M), top)]  # fmt: skip
    left = core.door_left == (row.sign > 0)
    x = 0.25 + DOOR_M / 2 if left else wide - 0.25 - DOOR_M / 2
    parts.append(_lift(spec, x) if core.lift else _fire_door(spec, x))
    sign = letters("LIFT" if core.lift else "STAIRS").scaled((0.24, 0.02, 0.24)).painted(WHITE)
    half = np.ptp(sign.points[:, 0]) / 2
    parts.append(box((x - 0.8, -0.03, 2.32), (x + 0.8, -0.001, 2.66), "paint", spec.band_rgb))
    parts.append(sign.moved((x - half, -0.036, 2.40)))
    # the deck's name beside the door
    name = letters(spec.level).scaled((0.7, 0.02, 0.7)).painted(WHITE if sum(spec.band_rgb) < 0.9 else BLACK)
    other = x + (1.6 if left else -1.6)
    parts.append(box((other - 0.55, -0.012, 1.25), (other + 0.55, -0.001, 2.15), "paint", spec.band_rgb))
    parts.append(name.moved((other - np.ptp(name.points[:, 0]) / 2, -0.03, 1.45)))
    shape = join(parts)
    return shape.moved((core.x0_m, row.y_m, 0)) if row.sign > 0 else shape.turned(180).moved((core.x1_m, row.y_m, 0))


def _lift(spec: Spec, x: float) -> Part:
    """Two leaves of brushed steel in a frame, a call button and a lit arrow."""
    parts = [box((x - 0.62, -0.05, 0), (x - 0.5, 0.0, 2.2), "steel", STEEL),
             box((x + 0.5, -0.05, 0), (x + 0.62, 0.0, 2.2), "steel", STEEL),
             box((x - 0.62, -0.05, 2.1), (x + 0.62, 0.0, 2.22), "steel", STEEL)]  # fmt: skip
    for a, b in ((x - 0.5, x - 0.003), (x + 0.003, x + 0.5)):
        parts.append(box((a, -0.02, 0.01), (b, 0.0, 2.1), "steel", tuple(0.85 * c for c in STEEL)))
    parts.append(box((x + 0.72, -0.015, 1.0), (x + 0.84, 0.0, 1.3), "steel", STEEL))
    parts.append(box((x + 0.76, -0.02, 1.1), (x + 0.8, -0.014, 1.14), "signal", LIT_AMBER))
    return join(parts)


def _fire_door(spec: Spec, x: float) -> Part:
    """A painted steel door with a small pane and a bar."""
    rgb, frame = tuple(0.8 * c for c in spec.band_rgb), (0.2, 0.2, 0.2)
    return join(
        [
            box((x - 0.56, -0.04, 0), (x - 0.48, 0.0, 2.13), "paint", frame),
            box((x + 0.48, -0.04, 0), (x + 0.56, 0.0, 2.13), "paint", frame),
            box((x - 0.56, -0.04, 2.05), (x + 0.56, 0.0, 2.13), "paint", frame),
            box((x - 0.48, -0.02, 0.01), (x + 0.48, 0.0, 2.05), "paint", rgb),
            box((x - 0.16, -0.025, 1.35), (x + 0.16, -0.018, 1.85), "car_glass", (0.03, 0.035, 0.035)),
            box((x - 0.4, -0.09, 1.0), (x + 0.4, -0.06, 1.05), "metal", STEEL),
        ]
    )


def _column(spec: Spec) -> Part:
    """One column about the origin, without its mark."""
    top, wide = spec.height_m, spec.column_wide_m
    low, high = 1.15, 2.05
    plain, band = (*spec.wall_rgb, spec.grime), (*spec.band_rgb, spec.grime)
    levels = [(0.0, low, plain), (low, high, band), (high, top, plain)]
    if spec.column_style == "round":
        r = wide / 2
        parts = [lathe([(r, a), (r, b)], 28, "plaster", tint) for a, b, tint in levels]
        parts += [lathe([(r + 0.008, 0.15 * k + 0.05), (r + 0.008, 0.15 * (k + 1) + 0.05)], 28, "rubber",
                        YELLOW if k % 2 else BLACK) for k in range(6)]  # fmt: skip
        return join(parts)
    x, y = wide / 2, COLUMN_DEEP_M / 2
    parts = [box((-x, -y, a), (x, y, b), "plaster", tint, without=("-z", "+z")) for a, b, tint in levels]
    for sx in (-1, 1):
        for sy in (-1, 1):
            for k in range(6):
                rgb = YELLOW if k % 2 else BLACK
                z0, z1 = 0.05 + 0.15 * k, 0.2 + 0.15 * k
                for low_xy, high_xy in (((x - 0.09, y - 0.004), (x + 0.012, y + 0.012)),
                                        ((x - 0.004, y - 0.09), (x + 0.012, y - 0.004))):  # fmt: skip
                    a = np.array([sx * low_xy[0], sy * low_xy[1], z0])
                    b = np.array([sx * high_xy[0], sy * high_xy[1], z1])
                    parts.append(box(np.minimum(a, b), np.maximum(a, b), "rubber", rgb, without=("-z",)))
    return join(parts)


def _mark(spec: Spec, words: str) -> list[Part]:
    """The column's letter and number on its faces to the aisle."""
    size = min(0.3, 0.72 * spec.column_wide_m / (0.62 * len(words)))
    ink = WHITE if sum(spec.band_rgb) < 0.75 else BLACK
    text = letters(words).scaled((size, 0.01, size)).painted(ink)
    deep = COLUMN_DEEP_M / 2 if spec.column_style == "square" else spec.column_wide_m / 2
    one = text.moved((-np.ptp(text.points[:, 0]) / 2, -deep - 0.012, 1.6 - 0.35 * size))
    marks = [one, one.turned(180)]
    if spec.column_style == "square":
        size = 0.3
        side = letters(words).scaled((size, 0.01, size)).painted(ink)
        side = side.moved((-np.ptp(side.points[:, 0]) / 2, -spec.column_wide_m / 2 - 0.012, 1.6 - 0.35 * size))
        marks += [side.turned(90), side.turned(-90)]
    return marks


def _ceiling(spec: Spec) -> list[Part]:
    """The slab, beams over the lines of columns, and ribs along the aisles' edges."""
    x, y, top = spec.half_length_m, spec.half_depth_m, spec.height_m
    tint = (*(0.92 * c for c in spec.wall_rgb), 0.5 * spec.grime)
    parts = [quad((-x, y, top), (x, y, top), (x, -y, top), (-x, -y, top), "plaster", tint)]
    pitch = spec.bay_m * spec.bays_each
    for k in range(round(2 * spec.rows_half_m / pitch) + 1):
        at = -spec.rows_half_m + k * pitch
        parts.append(box((at - 0.2, -y, top - BEAM_M), (at + 0.2, y, top), "plaster", tint, without=("+z",)))
    return parts


# ---- lamps, pipes, signs


def _lamps(spec: Spec, stage: Stage) -> list[Part]:
    """Tubes in two lines over each aisle, hung under the beams; the light itself comes from a few long strips."""
    rng = np.random.default_rng(spec.detail_seed + 7)
    z, x = spec.height_m - BEAM_M - 0.02, spec.half_length_m
    lines = [y + s * 0.4 * spec.aisle_m for y in spec.aisles_y_m for s in (-1, 1)]
    lumen = spec.lux * 4 * x * spec.half_depth_m / rooms.UTILISATION
    tint = rooms.glow(spec.kelvin, 2.0 * rooms.LAMP_CD_M2_PER_LUX * spec.lux)
    lit, dark = _tube("lamp", tint), _tube("paint", (0.5, 0.5, 0.48))
    parts = []
    for y in lines:
        xs = np.arange(-x + 1.2, x - 1.0, spec.tubes_gap_m)
        for at in xs:
            parts.append((dark if rng.random() < spec.dark_share else lit).moved((float(at), y, z)))
        parts.append(box((-x + 0.4, y - 0.02, z + 0.0), (x - 0.4, y + 0.02, z + 0.03), "metal", ZINC))
        for half in (-1, 1):
            rooms.area_light(stage, (half * x / 2, y, z - 0.12), (0.94 * x, 0.1), lumen / len(lines) / 2, spec.kelvin)
    return parts


def _tube(material: str, tint) -> Part:
    """A luminaire 1.3 m long under z = 0: housing, a clear half cylinder below."""
    body = box((-0.65, -0.05, -0.05), (0.65, 0.05, 0.0), "paint", (0.6, 0.6, 0.58))
    t = np.linspace(0, np.pi, 7)
    ring = np.column_stack([-0.045 * np.cos(t), -0.05 - 0.045 * np.sin(t)])
    return join([body, extrude(ring[::-1], 1.26, material, tint, smooth=True).moved((-0.63, 0, 0))])


def _pipes(spec: Spec) -> list[Part]:
    """A red sprinkler main with heads, a ventilation duct along one wall, a cable tray, downpipes at columns."""
    x, top, under = spec.half_length_m - 0.2, spec.height_m, spec.height_m - BEAM_M
    parts = []
    for y in spec.aisles_y_m:
        at, z = y + 0.08 * spec.aisle_m, under - 0.09
        parts.append(tube(np.array([(-x, at, z), (x, at, z)]), 0.045, 10, "paint", RED))
        for along in np.arange(-x + 1.5, x, 3.2):
            branch = np.array([(along, at - 2.2, z + 0.0), (along, at + 2.2, z + 0.0)])
            parts.append(tube(branch, 0.02, 6, "paint", RED))
            for end in (-2.2, 0.0, 2.2):
                profile = [(0.03, -0.05), (0.035, -0.045), (0.02, -0.04), (0.012, 0.0)]
                head = lathe(profile, 8, "metal", (0.5, 0.35, 0.15))
                parts.append(head.moved((along, at + end, z - 0.02)))
    side = spec.half_depth_m - 1.3
    parts.append(_duct(-x + 1.0, x - 1.0, side, under - 0.36, 0.75, 0.34))
    tray = -spec.half_depth_m + 0.9
    parts.append(box((-x, tray - 0.15, under - 0.06), (x, tray + 0.15, under - 0.05), "metal", ZINC))
    for edge in (-0.15, 0.15):
        parts.append(box((-x, tray + edge - 0.004, under - 0.06), (x, tray + edge + 0.004, under), "metal", ZINC))
    for k, dy in enumerate((-0.08, -0.03, 0.02, 0.07)):
        cable = np.array([(-x, tray + dy, under - 0.04), (x, tray + dy, under - 0.04)])
        parts.append(tube(cable, 0.012, 5, "rubber", (0.03 + 0.08 * (k % 2),) * 3))
    for number, column in enumerate(spec.columns):
        if number % 5 == 2:
            cx, cy = column.xy_m
            out = spec.column_wide_m / 2 + 0.07
            pipe = np.array([(cx + out, cy, 0.0), (cx + out, cy, top)])
            parts.append(tube(pipe, 0.055, 10, "paint", (0.28, 0.29, 0.3)))
    return parts


def _duct(x0: float, x1: float, y: float, z: float, wide: float, high: float) -> Part:
    parts = [box((x0, y - wide / 2, z), (x1, y + wide / 2, z + high), "metal", ZINC)]
    for x in np.arange(x0 + 1.2, x1, 1.25):
        low, top = (x, y - wide / 2 - 0.02, z - 0.02), (x + 0.03, y + wide / 2 + 0.02, z + high)
        parts.append(box(low, top, "metal", tuple(0.9 * c for c in ZINC)))
    for x in np.arange(x0 + 2.0, x1 - 1.0, 6.0):
        parts.append(box((x, y - 0.25, z - 0.012), (x + 0.5, y + 0.25, z - 0.002), "iron", (0.03, 0.03, 0.03)))
    return join(parts)


def _signs(spec: Spec) -> list[Part]:
    """Hanging signs over the aisles, lit exit signs by the doors, the bar that tells the headroom of the ramp."""
    parts, under = [], spec.height_m - BEAM_M
    for y in spec.aisles_y_m:
        for x, facing in ((-0.45 * spec.rows_half_m, 180.0), (0.4 * spec.rows_half_m, 0.0)):
            parts.append(_hanging("EXIT  >" if facing == 180.0 else spec.level, BLUE, 1.4).turned(facing - 90.0)
                         .moved((x, y, under)))  # fmt: skip
    for core in spec.cores:
        row = spec.rows[core.row]
        x = core.x0_m + 0.25 + DOOR_M / 2 if core.door_left else core.x1_m - 0.25 - DOOR_M / 2
        parts.append(_exit_sign().turned(90.0).moved((x, row.y_m - row.sign * 0.5, under - 0.02)))
    x, y = spec.half_length_m - 0.3, spec.ramp_y_m
    for k in range(12):
        a = y - 1.8 + 0.3 * k
        parts.append(box((x - 0.05, a, 2.1), (x + 0.05, a + 0.3, 2.25), "paint", YELLOW if k % 2 else BLACK))
    for a in (y - 1.5, y + 1.5):
        parts.append(tube(np.array([(x, a, 2.25), (x, a, spec.height_m)]), 0.006, 5, "metal", ZINC))
    words = letters("2.10 m").scaled((0.16, 0.01, 0.16)).painted(BLACK)
    plate = join([box((-0.5, -0.01, 0), (0.5, 0.01, 0.24), "paint", WHITE),
                  words.moved((-np.ptp(words.points[:, 0]) / 2, -0.022, 0.06))])  # fmt: skip
    parts.append(plate.turned(-90).moved((x - 0.06, y, 2.27)))
    words = letters("EXIT").scaled((0.3, 0.01, 0.3)).painted(WHITE)
    board = join([box((-0.75, -0.02, 0), (0.75, 0.0, 0.42), "paint", GREEN),
                  words.moved((-np.ptp(words.points[:, 0]) / 2, -0.032, 0.1))])  # fmt: skip
    parts.append(board.turned(-90).moved((spec.half_length_m - 0.03, y, MOUTH_M + 0.06)))
    return parts


def _hanging(words: str, rgb, wide: float) -> Part:
    """A board that hangs from z = 0, its front to -y and its back the same."""
    text = letters(words).scaled((0.22, 0.01, 0.22)).painted(WHITE)
    front = text.moved((-np.ptp(text.points[:, 0]) / 2, -0.035, -0.38))
    rod = tube(np.array([(0, 0, -0.08), (0, 0, BEAM_M)]), 0.008, 5, "metal", ZINC)
    rods = [rod.moved((s * 0.4 * wide, 0, 0)) for s in (-1, 1)]
    board = box((-wide / 2, -0.025, -0.46), (wide / 2, 0.025, -0.1), "paint", rgb)
    return join([board, front, front.turned(180), *rods])


def _exit_sign() -> Part:
    """A lit green box under the ceiling with a white door and an arrow on both faces."""
    case = box((-0.02, -0.2, -0.28), (0.02, 0.2, -0.06), "paint", WHITE)
    parts = [case]
    for turn in (0, 180):
        x = 0.022
        face = _upright(0.021, -0.18, 0.18, -0.26, -0.08, LIT_GREEN)
        door = _upright(x, 0.06, 0.14, -0.24, -0.1, LIT_WHITE)
        arrow = part([(x, -0.15, -0.17), (x, -0.02, -0.22), (x, -0.02, -0.12)], [[0, 1, 2]], "signal", LIT_WHITE)
        parts.append(join([face, door, arrow]).turned(turn))
    rod = box((-0.006, -0.006, -0.06), (0.006, 0.006, BEAM_M), "metal", ZINC)
    return join([*parts, rod])


def _upright(x: float, y0: float, y1: float, z0: float, z1: float, tint) -> Part:
    """A lit rectangle that faces +x."""
    return quad((x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1), "signal", tint)


# ---- the ramp


def _ramp(spec: Spec) -> list[Part]:
    """A way up to a shutter behind the east wall's mouth, between walls and under a ceiling of its own."""
    x0, x1 = spec.half_length_m, spec.half_length_m + RAMP_LENGTH_M
    y0, y1 = spec.ramp_y_m - RAMP_WIDTH_M / 2, spec.ramp_y_m + RAMP_WIDTH_M / 2
    flat, rise, high = x1 - 3.0, RAMP_RISE_M, MOUTH_M + RAMP_RISE_M
    plain, floor = (*spec.wall_rgb, min(1.0, spec.grime + 0.2)), (0.2, 0.2, 0.195, 0.5)
    parts = [
        quad((x0, y0, 0), (flat, y0, rise), (flat, y1, rise), (x0, y1, 0), "plaster", floor),
        quad((flat, y0, rise), (x1, y0, rise), (x1, y1, rise), (flat, y1, rise), "plaster", floor),
        quad((x0, y0, MOUTH_M), (x0, y1, MOUTH_M), (x1, y1, high), (x1, y0, high), "plaster", plain),
        quad((x1, y0, 0), (x0, y0, 0), (x0, y0, 3.2), (x1, y0, high + 0.5), "plaster", plain),
        quad((x0, y1, 0), (x1, y1, 0), (x1, y1, high + 0.5), (x0, y1, 3.2), "plaster", plain),
    ]
    # grooves across, kerbs along
    groove = box((0, y0 + 0.4, 0.0), (0.025, y1 - 0.4, 0.004), "rubber", (0.1, 0.1, 0.1), without=("-z",))
    xs = np.arange(x0 + 0.4, flat, 0.3)
    parts.append(groove.repeated(np.column_stack([xs, 0 * xs, rise * (xs - x0) / (flat - x0)])))
    for y in (y0, y1 - 0.25):
        a, b = (x0, y, 0.0), (flat, y, rise)
        points = [a, b, (flat, y + 0.25, rise), (x0, y + 0.25, 0.0)]
        raised = [(px, py, pz + 0.15) for px, py, pz in points]
        parts.append(part([*points, *raised], [[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [4, 5, 6, 7]],
                          "matt", (0.4, 0.3, 0.04)))  # fmt: skip
    profile = []
    for i in range(int((MOUTH_M + 0.4) / 0.09)):
        profile += [(0.0, 0.09 * i), (-0.016, 0.09 * i + 0.02), (-0.016, 0.09 * i + 0.07)]
    shutter = extrude(np.array(profile), RAMP_WIDTH_M, "paint", (0.36, 0.37, 0.37))
    parts.append(shutter.turned(-90).moved((x1 - 0.02, y1, rise)))
    return parts
