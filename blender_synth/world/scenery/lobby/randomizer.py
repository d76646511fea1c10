"""Parameters of lobbies.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `style` | {hotel: 1, office: 1} | weights | kind of building: hotel, office |
| `width_m` | [12, 19] | m | width of the room, along the front |
| `depth_m` | [9, 13] | m | distance from the front to the back wall |
| `height_m` | [3.3, 5] | m | height of the ceiling |
| `floor` | … | weights | floor: stone_floor, terrazzo, planks, carpet |
| `gloss` | [0.6, 1] | 0 to 1 | gloss of the floor, 0 matt to 1 polished |
| `lifts` | [2, 3] | count | number of lift doors |
| `columns` | [0, 2] | count | number of pairs of columns |
| `seats` | [1, 3] | count | number of groups of sofas and armchairs |
| `plants` | [2, 6] | count | number of potted plants |
| `lux` | [220, 480] | lx | illuminance of the floor |
| `kelvin` | [2800, 4300] | K | colour temperature of the lamps |
| `indoor_c` | [20, 23] | °C | air temperature |
"""

from __future__ import annotations

import dataclasses
import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec2, Weights, only, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.lobby.spec import Spec
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
from blender_synth.world.scenery.shared.street_parts import rectangle

NAMES = {
    "hotel": ("HOTEL AURORA", "GRAND HOTEL", "HOTEL MIRA", "THE LINDEN", "PARK HOTEL", "HOTEL ATLAS", "CITY SUITES",
              "HOTEL BELLEVUE", "THE HARBOUR", "HOTEL NORD"),
    "office": ("MERIDIAN", "NORTHGATE", "HALDEN & CO", "TOWER ONE", "ARCUS GROUP", "CENTRAL PLAZA", "LUMEN", "KESTREL",
               "RECEPTION", "QUAYSIDE"),
}  # fmt: skip
FLOORS: tuple[FloorMaterial, ...] = ("stone_floor", "terrazzo", "planks", "carpet")
LAMPS: tuple[LampStyle, ...] = ("panels", "downlights", "pendants", "lines")
Floors = Annotated[Weights, only(*FLOORS)]
STYLES: tuple[Literal["hotel", "office"], ...] = ("hotel", "office")
Styles = Annotated[Weights, only(*STYLES)]


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How lobbies vary; every parameter is described in the docstring of this file."""

    kind: Literal["lobby"] = "lobby"
    style: Styles = Field(default_factory=lambda: {"hotel": 1.0, "office": 1.0})
    width_m: Range = (12.0, 19.0)
    depth_m: Range = (9.0, 13.0)
    height_m: Range = (3.3, 5.0)
    floor: Floors = Field(default_factory=lambda: {"stone_floor": 5.0, "terrazzo": 2.5, "planks": 1.0, "carpet": 0.7})
    gloss: Range = (0.6, 1.0)
    lifts: Range = (2, 3)
    columns: Range = (0, 2)
    seats: Range = (1, 3)
    plants: Range = (2, 6)
    lux: Range = (220.0, 480.0)
    kelvin: Range = (2800.0, 4300.0)
    indoor_c: Range = (20.0, 23.0)

    def sample(self, streams: Streams) -> Spec:
        """One lobby; each part uses a random stream of its own name."""
        rng = streams.rng("room")
        style = choose_weighted(rng, self.style, STYLES)
        width, depth, height = uniform(rng, self.width_m), uniform(rng, self.depth_m), uniform(rng, self.height_m)
        half = width / 2
        desk_wall, lift_wall = (str(s) for s in rng.choice(["west", "north", "east"], 2, replace=False))
        if rng.random() < 0.5:
            desk_wall, lift_wall = "north", choose(rng, ("west", "east"))
        look = streams.rng("look")
        paint = palette.colour(look, palette.WALL_PAINT)
        stone = palette.colour(look, palette.STONE_TILES)
        wood = palette.colour(look, palette.VENEERS)
        metal = palette.colour(look, palette.METALS, 0.05)
        clad = choose(look, ("painted_wall", "veneer", "marble"), (0.45, 0.3, 0.25))
        clad_rgb = {
            "painted_wall": paint,
            "veneer": wood,
            "marble": palette.colour(look, palette.STONE_TILES[:4]),
        }[clad]
        walls = room_walls(-half, half, 0.0, depth, height)
        walls = {name: dataclasses.replace(w, material=clad, rgb=clad_rgb,
                                           panel_m={"painted_wall": 0.0, "veneer": 1.25, "marble": 1.5}[clad])
                 for name, w in walls.items()}  # fmt: skip
        if clad != "painted_wall":  # some walls are only painted
            for name in ("west", "east", "north"):
                if name != lift_wall and look.random() < 0.4:
                    walls[name] = dataclasses.replace(walls[name], material="painted_wall", rgb=paint, panel_m=0.0)
        walls["south"], panes, door = self._front(streams.rng("front"), walls["south"], height)
        walls[lift_wall] = self._lifts(streams.rng("lifts"), walls[lift_wall])
        columns, column_m, round_ = self._columns(streams.rng("columns"), width, depth)
        placer = Placer((-half + 0.06, 0.3), (half - 0.06, depth - 0.03))
        self._furnish(streams, placer, walls, desk_wall, lift_wall, columns, column_m, style, height, door, panes)
        names = NAMES[style]
        lamp = streams.rng("light")
        ceiling: Literal["plain", "coffers", "joists", "tiles"] = choose(
            look, ("plain", "coffers", "joists", "tiles"), (0.4, 0.25, 0.15, 0.2)
        )
        floor = self._floor(streams.rng("floor"), stone)
        column_kind = choose(look, ("painted_wall", "marble", "steel"), (0.4, 0.45, 0.15))
        column_rgb = {
            "painted_wall": paint,
            "marble": palette.colour(look, palette.STONE_TILES),
            "steel": (0.5, 0.5, 0.49),
        }
        accent: Literal["veneer", "marble", "slats"] = choose(look, ("veneer", "marble", "slats"))
        return Spec(
            style=style,
            width_m=width,
            depth_m=depth,
            height_m=height,
            floor=floor,
            walls=tuple(walls.values()),
            desk_wall=desk_wall,
            lift_wall=lift_wall,
            accent=accent,
            accent_rgb=palette.colour(look, palette.STONE_TILES if accent == "marble" else palette.VENEERS),
            ceiling=ceiling,
            ceiling_rgb=blend((0.72, 0.71, 0.69), paint, 0.25),
            columns_m=columns,
            column_m=column_m,
            column_round=round_,
            column_material=column_kind,
            column_rgb=column_rgb[column_kind],
            metal_rgb=metal,
            panes=panes,
            door=door,
            light=self._light(lamp, width, depth, height, style),
            words=names[int(look.integers(len(names)))],
            pieces=tuple(placer.pieces),
            spots=tuple(placer.spots),
            outside=sample_outside(streams.child("outside"), -0.35, 21.0),
            indoor_c=uniform(streams.rng("climate"), self.indoor_c),
        )

    def _floor(self, rng: np.random.Generator, stone: Rgb) -> Floor:
        material = choose_weighted(rng, self.floor, FLOORS)
        rgb = {
            "planks": palette.colour(rng, palette.VENEERS),
            "carpet": palette.colour(rng, palette.FABRICS),
        }.get(material, stone)
        other = palette.colour(rng, palette.STONE_TILES)
        tiled = material in ("stone_floor", "terrazzo")
        return Floor(
            material=material,
            rgb=rgb,
            rgb2=other,
            tile_m=float(rng.choice([0.45, 0.6, 0.8, 0.9])) if tiled else 0.0,
            pattern=choose(rng, ("plain", "checker", "border", "bands", "stars"), (0.45, 0.1, 0.2, 0.15, 0.1))
            if tiled
            else "plain",
            gloss=uniform(rng, self.gloss),
            seed=seed_of(rng),
        )

    def _front(self, rng: np.random.Generator, wall: Wall, height: float) -> tuple[Wall, int, int]:
        """(wall with the glazed front, number of panes, index of the entrance)."""
        side = float(rng.uniform(0.25, 1.6))
        top = min(height - 0.25, float(rng.uniform(2.8, 4.2)))
        length = wall.length_m - 2 * side
        panes = max(5, round(length / float(rng.uniform(1.5, 2.1))))
        opening = Opening(kind="glazing", start_m=side, end_m=side + length, top_m=top, seed=seed_of(rng))
        door = int(np.clip(panes // 2 + rng.integers(-1, 2), 1, panes - 2))
        return dataclasses.replace(wall, openings=(opening,)), panes, door

    def _lifts(self, rng: np.random.Generator, wall: Wall) -> Wall:
        count = count_in(rng, self.lifts)
        wide, pitch = float(rng.choice([0.9, 1.0, 1.1])), float(rng.uniform(2.1, 2.6))
        span = (count - 1) * pitch + wide
        start = float(rng.uniform(0.9, max(0.95, wall.length_m - span - 0.9)))
        start = float(rng.choice([0.9, start, wall.length_m - span - 0.9]))
        doors = tuple(
            Opening(
                kind="lift",
                start_m=start + k * pitch,
                end_m=start + k * pitch + wide,
                top_m=2.1,
                seed=seed_of(rng),
            )
            for k in range(count)
        )
        return dataclasses.replace(wall, openings=doors)

    def _columns(self, rng: np.random.Generator, width: float, depth: float) -> tuple[tuple[Vec2, ...], float, bool]:
        pairs = count_in(rng, self.columns)
        size, aside = float(rng.uniform(0.4, 0.62)), float(rng.uniform(0.24, 0.3)) * width
        ys = {0: (), 1: (0.5 * depth,), 2: (0.32 * depth, 0.7 * depth)}.get(pairs, np.linspace(0.2, 0.8, pairs) * depth)
        return tuple((float(s * aside), float(y)) for y in ys for s in (-1, 1)), size, bool(rng.random() < 0.5)

    def _light(self, rng: np.random.Generator, width: float, depth: float, height: float, style: str) -> Light:
        weights = {"panels": 1.0, "downlights": 2.0, "pendants": 2.0 if height > 3.5 else 0.0,
                   "lines": 1.5 if style == "office" else 0.3}  # fmt: skip
        kind = choose_weighted(rng, weights, LAMPS)
        pitch = {"panels": 2.4, "downlights": 1.5, "pendants": 3.6, "lines": 3.0}[kind]
        return Light(
            lux=uniform(rng, self.lux),
            kelvin=uniform(rng, self.kelvin),
            style=kind,
            rows=max(2, round(depth / pitch)),
            columns=max(2, round(width / pitch)),
        )

    def _furnish(
        self,
        streams: Streams,
        placer: Placer,
        walls: dict[str, Wall],
        desk_wall: str,
        lift_wall: str,
        columns: tuple[Vec2, ...],
        column_m: float,
        style: str,
        height: float,
        door: int,
        panes: int,
    ) -> None:
        rng = streams.rng("desk")
        wall = walls[desk_wall]
        for at in columns:
            placer.keep_free(rectangle(at, column_m + 0.5, column_m + 0.5, 0.0))
        # the desk, 1.3 m in front of its wall
        long = float(rng.uniform(2.4, min(4.6, wall.length_m - 3.0)))
        middle = wall.length_m * float(rng.uniform(0.42, 0.58))
        x, y = wall.point(middle, 1.75)
        heading = wall.facing_deg + 90.0
        wood = palette.colour(rng, palette.VENEERS)
        stone = palette.colour(rng, palette.STONE_TILES)
        placer.add("desk", x, y, heading, (long, 0.85, 1.12), wood if rng.random() < 0.5 else stone,
                   rgb2=palette.colour(rng, palette.STONE_TILES), variant=int(rng.integers(4)), force=True)  # fmt: skip
        placer.keep_free(wall.strip(middle - long / 2 - 0.5, middle + long / 2 + 0.5, 0.0, 3.4))
        # keep the entrance, the lifts and the mirrors accessible
        front = walls["south"]
        glazing = front.openings[0]
        wide = (glazing.end_m - glazing.start_m) / panes
        enter = glazing.start_m + (door + 0.5) * wide
        placer.keep_free(front.strip(enter - 1.2, enter + 1.2, 0.0, 3.0))
        lift = walls[lift_wall]
        placer.keep_free(lift.strip(lift.openings[0].start_m - 0.4, lift.openings[-1].end_m + 0.5, 0.0, 1.8))
        mirror = next(n for n in ("west", "east", "north") if n not in (desk_wall, lift_wall))
        for name in (mirror, lift_wall):
            for start, end in walls[name].free(1.0, 0.35):
                placer.keep_free(walls[name].strip(start, end, 0.0, 0.95 if name == mirror else 0.75))
        self._lounges(streams.rng("lounges"), placer, style)
        self._plants(streams.rng("plants"), placer, walls, column_m, columns)
        self._spots(streams.rng("spots"), placer)
        self._on_walls(streams.rng("pictures"), placer, walls, desk_wall, middle, long, height)

    def _lounges(self, rng: np.random.Generator, placer: Placer, style: str) -> None:
        """Add groups of a sofa, a table and armchairs on a rug."""
        wanted = count_in(rng, self.seats)
        cloth, other = palette.colour(rng, palette.FABRICS), palette.colour(rng, palette.FABRICS)
        wood, metal = palette.colour(rng, palette.VENEERS), palette.colour(rng, palette.METALS)
        variant, round_table = int(rng.integers(4)), int(rng.integers(2))
        (x0, y0), (x1, y1) = placer.low_xy_m, placer.high_xy_m
        made = 0
        for _ in range(70):
            if made >= wanted:
                break
            x, y = float(rng.uniform(x0 + 1.5, x1 - 1.5)), float(rng.uniform(y0 + 1.2, y1 - 1.5))
            turn = float(rng.choice([0, 90, 180, 270]))
            if not placer.fits(rectangle((x, y), 3.4, 3.0, turn), 0.15):
                continue
            a = math.radians(turn)

            def at(u: float, v: float, x: float = x, y: float = y, a: float = a) -> tuple[float, float]:
                return x + u * math.cos(a) - v * math.sin(a), y + u * math.sin(a) + v * math.cos(a)

            long = float(rng.choice([1.7, 2.1, 2.3]))
            if rng.random() < 0.7:
                placer.add("rug", x, y, turn, (2.9, 2.1, 0.011), palette.colour(rng, palette.FABRICS), rgb2=other)
            placer.add("sofa", *at(0, 0.95), turn, (long, 0.9, 0.82), cloth, rgb2=other, variant=variant, gap_m=0.0)
            size = (0.8, 0.8, 0.4) if round_table else (1.05, 0.6, 0.4)
            placer.add("coffee_table", *at(0, 0.0), turn, size, wood, rgb2=metal, variant=round_table,
                       seed=seed_of(rng), gap_m=0.02)  # fmt: skip
            if rng.random() < 0.75:
                for u, skew in ((-0.62, 20), (0.62, -20)):
                    placer.add("armchair", *at(u, -1.02), turn + 180 + skew, (0.82, 0.82, 0.78), other, rgb2=cloth,
                               variant=variant % 2, gap_m=0.02)  # fmt: skip
            else:
                placer.add("sofa", *at(0, -1.0), turn + 180, (long, 0.9, 0.82), cloth, rgb2=other, variant=variant,
                           gap_m=0.0)  # fmt: skip
            if rng.random() < 0.5:
                placer.add("floor_lamp", *at(long / 2 + 0.28, 1.1), turn, (0.36, 0.36, 1.6), metal, gap_m=0.02)
            placer.keep_free(rectangle((x, y), 3.4, 2.9, turn))
            made += 1

    def _plants(
        self,
        rng: np.random.Generator,
        placer: Placer,
        walls: dict[str, Wall],
        column_m: float,
        columns: tuple[Vec2, ...],
    ) -> None:
        wanted = count_in(rng, self.plants)
        pot = palette.colour(rng, ("#e8e6e0", "#2a2a2c", "#8a8780", "#b8664a", "#5a5f58"))
        shape = 3 * int(rng.integers(2))
        (x0, y0), (x1, y1) = placer.low_xy_m, placer.high_xy_m
        places = [(x0 + 0.5, y0 + 0.4), (x1 - 0.5, y0 + 0.4), (x0 + 0.5, y1 - 0.5), (x1 - 0.5, y1 - 0.5)]
        places += [(float(rng.uniform(x0 + 0.5, x1 - 0.5)), y0 + 0.4) for _ in range(6)]
        places += [(cx + s * (column_m / 2 + 0.62), cy) for cx, cy in columns for s in (-1, 1)]
        found = 0
        for n in rng.permutation(len(places)):
            if found < wanted:
                high = float(rng.choice([1.1, 1.5, 1.9]))
                x, y = places[n]
                found += placer.add("plant", x, y, float(rng.uniform(0, 360)), (0.6, 0.6, high), pot,
                                    variant=shape + int(rng.integers(3)), seed=int(rng.integers(5)))  # fmt: skip

    def _spots(self, rng: np.random.Generator, placer: Placer) -> None:
        """Add prop spots."""
        (x0, y0), (x1, y1) = placer.low_xy_m, placer.high_xy_m
        kinds = ((0.45, ("plant",)), (0.6, ("chair", "armchair", "seat")), (0.5, ("table",)),
                 (1.1, ("sofa", "bench", "furniture")), (0.4, ("lamp", "luggage", "lobby", "sign")))  # fmt: skip
        for _ in range(90):
            if len(placer.spots) >= 10:
                break
            room, wants = kinds[len(placer.spots) % len(kinds)]
            x, y = float(rng.uniform(x0 + room, x1 - room)), float(rng.uniform(y0 + room, y1 - room))
            placer.spot(x, y, float(rng.choice([0, 90, 180, 270])), room, wants)

    def _on_walls(
        self,
        rng: np.random.Generator,
        placer: Placer,
        walls: dict[str, Wall],
        desk_wall: str,
        middle: float,
        long: float,
        height: float,
    ) -> None:
        """Add pictures, a clock or a screen on both sides of the desk."""
        wall = walls[desk_wall]
        frame = palette.colour(rng, palette.METALS)
        for low, high in ((0.6, middle - long / 2 - 0.8), (middle + long / 2 + 0.8, wall.length_m - 0.6)):
            if high - low < 1.0:
                continue
            what: PieceKind = choose(rng, ("picture", "picture", "wall_clock", "screen"))
            x, y = wall.point((low + high) / 2, 0.05)
            if what == "wall_clock":
                placer.add(what, x, y, wall.facing_deg + 90.0, (0.5, 0.06, 0.5), (0.72, 0.71, 0.68), rgb2=frame,
                           z_m=2.1, seed=seed_of(rng))  # fmt: skip
            else:
                wide = min(high - low, float(rng.uniform(0.9, 1.6)))
                size = (wide, 0.045, wide * float(rng.uniform(0.55, 0.9)))
                placer.add(what, x, y, wall.facing_deg + 90.0, size, frame, rgb2=frame, z_m=1.05,
                           seed=seed_of(rng), variant=int(rng.integers(2)),
                           words="WELCOME" if what == "screen" else "")  # fmt: skip
