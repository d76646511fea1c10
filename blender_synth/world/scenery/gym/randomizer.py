"""Parameters of gyms.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [10, 17] | m | width of the room, along the mirrors |
| `depth_m` | [8, 12.5] | m | distance from the windows to the mirrors |
| `height_m` | [3, 4.2] | m | height of the ceiling |
| `floor` | {rubber_floor: 4, planks: 1} | weights | floor: rubber_floor, planks |
| `treadmills` | [2, 5] | count | number of treadmills |
| `bikes` | [2, 4] | count | number of exercise bikes |
| `benches` | [3, 6] | count | number of weight benches |
| `racks` | [1, 3] | count | number of dumb-bell racks |
| `balls` | [2, 5] | count | number of exercise balls |
| `lux` | [260, 420] | lx | illuminance of the floor |
| `kelvin` | [3800, 5600] | K | colour temperature of the lamps |
| `indoor_c` | [19, 22.5] | °C | air temperature |
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec3, Weights, only, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.gym.spec import Spec
from blender_synth.world.scenery.shared import room_palette as palette
from blender_synth.world.scenery.shared.choices import choose, choose_weighted, count_in
from blender_synth.world.scenery.shared.outside import sample_outside
from blender_synth.world.scenery.shared.room_placer import Placer
from blender_synth.world.scenery.shared.rooms import (
    Floor,
    FloorMaterial,
    LampStyle,
    Light,
    Opening,
    PieceKind,
    Wall,
    room_walls,
)
from blender_synth.world.scenery.shared.street_palette import blend

WORDS = ("STRONGER EVERY DAY", "NO EXCUSES", "MOVE MORE", "TRAIN HARD", "FITNESS FIRST", "ONE MORE REP", "POWER HOUSE",
         "KEEP GOING", "IRON WORKS", "BODY & MIND", "LIFT RUN REPEAT", "STAY ACTIVE")  # fmt: skip
FLOORS: tuple[FloorMaterial, ...] = ("rubber_floor", "planks")
Floors = Annotated[Weights, only(*FLOORS)]


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How gyms vary; every parameter is described in the docstring of this file."""

    kind: Literal["gym"] = "gym"
    width_m: Range = (10.0, 17.0)
    depth_m: Range = (8.0, 12.5)
    height_m: Range = (3.0, 4.2)
    floor: Floors = Field(default_factory=lambda: {"rubber_floor": 4.0, "planks": 1.0})
    treadmills: Range = (2, 5)
    bikes: Range = (2, 4)
    benches: Range = (3, 6)
    racks: Range = (1, 3)
    balls: Range = (2, 5)
    lux: Range = (260.0, 420.0)
    kelvin: Range = (3800.0, 5600.0)
    indoor_c: Range = (19.0, 22.5)

    def sample(self, streams: Streams) -> Spec:
        """One gym; each part uses a random stream of its own name."""
        rng, look = streams.rng("room"), streams.rng("look")
        width, depth, height = uniform(rng, self.width_m), uniform(rng, self.depth_m), uniform(rng, self.height_m)
        half = width / 2
        accent = palette.colour(look, palette.ACCENTS, 0.1)
        paint = palette.colour(look, palette.WALL_PAINT)
        dark = palette.colour(look, ("#3b3e42", "#4a4642", "#2f3a44", "#5a5a58"))
        metal = palette.colour(look, ("#1c1c1e", "#2d2f33", "#8d9092", "#c8c8c4"), 0.05)
        walls = room_walls(-half, half, 0.0, depth, height)
        shades = {name: dark if look.random() < 0.25 else paint for name in ("west", "east")}
        for name in walls:
            walls[name] = dataclasses.replace(walls[name], rgb=shades.get(name, paint))
        brick = look.random()
        if brick < 0.25:
            side = choose(look, ("west", "east"))
            walls[side] = dataclasses.replace(
                walls[side], material="brick", rgb=palette.colour(look, ("#8d5845", "#b7a99c"))
            )
        walls["south"] = self._windows(streams.rng("windows"), walls["south"], height)
        entry = choose(rng, ("west", "east"))
        wall = walls[entry]
        at = float(rng.uniform(0.6, 1.6))
        at = at if rng.random() < 0.5 else wall.length_m - at - 1.0
        door = Opening(kind="door", start_m=at, end_m=at + 1.0, top_m=2.1, seed=seed_of(rng))
        walls[entry] = dataclasses.replace(wall, openings=(door,))
        placer = Placer((-half + 0.08, 0.08), (half - 0.08, depth - 0.08))
        placer.keep_free(walls[entry].strip(at - 0.2, at + 1.2, 0.0, 1.3))
        placer.keep_free(walls["north"].strip(0.2, width - 0.2, 0.0, 1.0))
        other = "east" if entry == "west" else "west"
        turf = self._turf(streams.rng("turf"), depth)
        self._furnish(streams, placer, walls, other, width, depth, height, accent, metal)
        material = choose_weighted(look, self.floor, FLOORS)
        ceiling: Literal["tiles", "raw", "plain"] = choose(look, ("tiles", "raw", "plain"), (0.45, 0.3, 0.25))
        raw = palette.colour(look, ("#2b2c2e", "#55585a", "#8a8a86"))
        lamp = streams.rng("light")
        style: LampStyle = choose(lamp, ("lines", "panels"), (0.65, 0.35))
        return Spec(
            width_m=width,
            depth_m=depth,
            height_m=height,
            floor=Floor(
                material=material,
                rgb=palette.colour(look, ("#c9a878", "#a9825a", "#d8bd92"))
                if material == "planks"
                else blend(accent, (0.5, 0.5, 0.5), 0.4),
                rgb2=paint,
                tile_m=0.0,
                gloss=float(look.uniform(0.3, 0.9)),
            ),
            walls=tuple(walls.values()),
            accent_rgb=accent,
            stripe=choose(look, ("none", "band", "wedge", "lower"), (0.15, 0.3, 0.25, 0.3)),
            words=WORDS[int(look.integers(len(WORDS)))],
            words_wall=other,
            ceiling=ceiling,
            ceiling_rgb=raw if ceiling == "raw" else (0.70, 0.70, 0.68),
            frame_rgb=palette.colour(look, ("#e9e9e6", "#2c2d2f", "#6a6c6e"), 0.05),
            door_rgb=accent if look.random() < 0.4 else palette.colour(look, ("#8a8d90", "#d8d8d4", "#5a4636")),
            turf_m=turf,
            turf_rgb=palette.colour(look, ("#3f7d3a", "#2f5d8a", "#4a4d50", "#2f6a4a")),
            light=Light(
                lux=uniform(lamp, self.lux),
                kelvin=uniform(lamp, self.kelvin),
                style=style,
                rows=max(2, round(depth / (2.6 if style == "lines" else 2.4))),
                columns=max(2, round(width / (2.8 if style == "lines" else 2.4))),
            ),
            pieces=tuple(placer.pieces),
            spots=tuple(placer.spots),
            outside=sample_outside(
                streams.child("outside"), -4.0, 21.0, float(streams.rng("storey").choice([0.0, 0.4, 3.4]))
            ),
            indoor_c=uniform(streams.rng("climate"), self.indoor_c),
        )

    def _windows(self, rng: np.random.Generator, wall: Wall, height: float) -> Wall:
        wide, pier = float(rng.uniform(1.5, 3.2)), float(rng.uniform(0.4, 1.2))
        foot = float(rng.choice([0.5, 1.0, 1.7]))
        top = min(height - 0.35, foot + float(rng.uniform(1.1, 2.0)))
        count = max(1, int((wall.length_m - 1.0 + pier) / (wide + pier)))
        start = (wall.length_m - count * wide - (count - 1) * pier) / 2
        return dataclasses.replace(
            wall,
            openings=tuple(
                Opening(
                    kind="window",
                    start_m=start + k * (wide + pier),
                    end_m=start + k * (wide + pier) + wide,
                    foot_m=foot,
                    top_m=top,
                    seed=seed_of(rng),
                )
                for k in range(count)
            ),
        )

    def _turf(self, rng: np.random.Generator, depth: float) -> tuple[float, float] | None:
        if rng.random() < 0.5:
            return None
        start = float(rng.uniform(0.36, 0.46)) * depth
        return start, start + float(rng.uniform(1.4, 2.0))

    def _furnish(
        self,
        streams: Streams,
        placer: Placer,
        walls: dict[str, Wall],
        side: str,
        width: float,
        depth: float,
        height: float,
        accent: Rgb,
        metal: Rgb,
    ) -> None:
        """Add cardio machines along the windows, weights near the mirrors, wall bars on a side wall."""
        rng = streams.rng("cardio")
        half = width / 2
        count = [count_in(rng, r) for r in (self.treadmills, self.bikes)]
        to_windows = bool(rng.random() < 0.6)
        heading = 180.0 if to_windows else 0.0
        flip = 1 if rng.random() < 0.5 else -1
        x = -half + 1.1
        machines: tuple[tuple[PieceKind, int, float, Vec3], ...] = (
            ("treadmill", count[0], 1.35, (0.86, 1.95, 1.5)),
            ("exercise_bike", count[1], 1.05, (0.56, 1.35, 1.2)),
        )
        for kind, n, wide, size in machines:
            for _ in range(n):
                placer.add(kind, flip * x, 0.4 + size[1] / 2 + 0.3, heading, size, accent, rgb2=metal, gap_m=0.15)
                x += wide
            x += 0.4
        rng = streams.rng("weights")
        wall = walls[side]
        along = abs(wall.start_xy_m[1] - (depth - 2.4))
        for k in range(count_in(rng, self.racks)):
            px, py = wall.point(along + (1.9 if side == "east" else -1.9) * k, 0.36)
            placer.add("dumbbell_rack", px, py, wall.facing_deg + 90.0, (1.7, 0.6, 1.0), accent, rgb2=metal, gap_m=0.05)
        for k in range(count_in(rng, self.benches)):
            for _ in range(12):
                px = float(rng.uniform(-half + 1.2, half - 1.2))
                py = depth - float(rng.uniform(1.8, 3.4))
                turn = float(rng.choice([0.0, 0.0, 90.0, 180.0])) + float(rng.normal(0, 5))
                if placer.add("gym_bench", px, py, turn, (0.56, 1.35, 0.5), (0.03, 0.03, 0.032) if k % 2 else accent,
                              rgb2=metal, variant=int(rng.integers(2)), gap_m=0.45):  # fmt: skip
                    break
        if height > 2.6 and rng.random() < 0.75:
            for _ in range(10):
                px = float(rng.choice([-1, 1])) * (half - float(rng.uniform(1.6, 2.6)))
                if placer.add("squat_rack", px, depth * float(rng.uniform(0.45, 0.6)), 90.0 if px < 0 else 270.0,
                              (1.3, 1.3, 2.3), accent, rgb2=metal, gap_m=0.5):  # fmt: skip
                    break
        self._bars(streams.rng("bars"), placer, walls[side], height)
        rng = streams.rng("small")
        (x0, y0), (x1, y1) = placer.low_xy_m, placer.high_xy_m
        for k in range(count_in(rng, self.balls)):
            rgb = palette.colour(rng, palette.ACCENTS) if k % 2 else accent
            diameter = float(rng.choice([0.55, 0.65, 0.75]))
            for _ in range(8):
                edge = float(rng.choice([x0 + 0.5, x1 - 0.5]))
                if placer.add("ball", edge + rng.uniform(-0.1, 0.1), rng.uniform(y0 + 0.6, y1 - 1.2), 0.0,
                              (diameter, diameter, diameter), rgb, gap_m=0.03):  # fmt: skip
                    break
        others: tuple[tuple[PieceKind, Vec3, int], ...] = (
            ("kettlebells", (1.1, 0.3, 0.35), 8),
            ("plate_tree", (0.62, 0.62, 1.1), 8),
            ("punch_bag", (0.38, 0.38, height), 6),
            ("water_cooler", (0.34, 0.34, 1.38), 8),
            ("mat", (0.62, 1.75, 0.014), 4),
            ("mat", (0.62, 1.75, 0.014), 4),
        )
        for kind, size, tries in others:
            if rng.random() < 0.25 and kind != "mat":
                continue
            for _ in range(tries):
                if kind in ("kettlebells", "water_cooler"):
                    east = rng.random() < 0.5
                    px, py = (
                        (x1 - size[1] / 2 - 0.1 if east else x0 + size[1] / 2 + 0.1),
                        float(rng.uniform(y0 + 1, y1 - 1.6)),
                    )
                    turn = 270.0 if east else 90.0
                else:
                    px, py, turn = float(rng.uniform(x0 + 1, x1 - 1)), float(rng.uniform(y0 + 3.2, y1 - 1.6)), 0.0
                rgb = (
                    (0.12, 0.12, 0.13)
                    if kind == "punch_bag"
                    else palette.colour(rng, palette.ACCENTS)
                    if kind == "mat"
                    else accent
                )
                if placer.add(kind, px, py, turn, size, rgb, rgb2=metal, gap_m=0.3 if kind != "mat" else 0.1,
                              seed=seed_of(rng)):  # fmt: skip
                    break
        self._spots(streams.rng("spots"), placer)

    def _bars(self, rng: np.random.Generator, placer: Placer, wall: Wall, height: float) -> None:
        """Add wall bars on a free section of a side wall."""
        wide = float(rng.choice([0.94, 1.84, 2.74]))
        for _ in range(12):
            at = float(rng.uniform(1.2, wall.length_m - 1.2))
            x, y = wall.point(at, 0.08)
            strip = wall.strip(at - wide / 2 - 0.1, at + wide / 2 + 0.1, 0.1, 0.75)
            if any(o.start_m - wide / 2 < at < o.end_m + wide / 2 for o in wall.openings) or not placer.fits(
                strip, 0.0
            ):
                continue
            placer.keep_free(strip)
            high = min(2.5, height - 0.15)
            placer.add("wall_bars", x, y, wall.facing_deg + 90.0, (wide, 0.14, high), (0.4, 0.3, 0.2), force=True)
            return

    def _spots(self, rng: np.random.Generator, placer: Placer) -> None:
        (x0, y0), (x1, y1) = placer.low_xy_m, placer.high_xy_m
        kinds = ((0.9, ("gym", "weights")), (0.45, ("ball", "kettlebell")), (1.1, ("gym", "treadmill")),
                 (0.5, ("water_cooler", "bin", "plant")))  # fmt: skip
        for _ in range(80):
            if len(placer.spots) >= 8:
                return
            room, wants = kinds[len(placer.spots) % len(kinds)]
            x, y = float(rng.uniform(x0 + room, x1 - room)), float(rng.uniform(y0 + room, y1 - room - 0.9))
            placer.spot(x, y, float(rng.choice([0, 90, 180, 270])), room, wants)
