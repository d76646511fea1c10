"""Parameters of lifts.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [1.1, 2] | m | width of the cabin, inside |
| `depth_m` | [1.4, 2.4] | m | depth of the cabin, inside |
| `height_m` | [2.2, 2.5] | m | height of the cabin, inside |
| `cladding` | {steel: 5, veneer: 1.5, painted_wall: 0.8} | weights | walls of the cabin: steel, veneer, painted_wall |
| `landing_m` | [2.2, 3.6] | m | distance from the lift doors to the wall opposite |
| `closing` | [0, 0.15] | 0 to 1 | position of the doors, 0 open to 1 closed |
| `lux` | [150, 280] | lx | illuminance of the cabin's floor |
| `landing_lux` | [120, 260] | lx | illuminance of the landing |
| `kelvin` | [3000, 5000] | K | colour temperature of the lamps |
| `indoor_c` | [16, 22] | °C | air temperature |
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, only, pick, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.lift.elements import (
    LANDING_WALL_FIRST_ID,
    SILL_M,
)
from blender_synth.world.scenery.lift.spec import Spec
from blender_synth.world.scenery.shared import room_palette as palette
from blender_synth.world.scenery.shared.choices import choose
from blender_synth.world.scenery.shared.room_placer import Placer
from blender_synth.world.scenery.shared.rooms import Floor, FloorMaterial, Light, Opening, Wall, room_walls

Claddings = Annotated[Weights, only("steel", "veneer", "painted_wall")]


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How lifts vary; every parameter is described in the docstring of this file."""

    kind: Literal["lift"] = "lift"
    width_m: Range = (1.1, 2.0)
    depth_m: Range = (1.4, 2.4)
    height_m: Range = (2.2, 2.5)
    cladding: Claddings = Field(default_factory=lambda: {"steel": 5.0, "veneer": 1.5, "painted_wall": 0.8})
    landing_m: Range = (2.2, 3.6)
    closing: Range = (0.0, 0.15)
    lux: Range = (150.0, 280.0)
    landing_lux: Range = (120.0, 260.0)
    kelvin: Range = (3000.0, 5000.0)
    indoor_c: Range = (16.0, 22.0)

    def sample(self, streams: Streams) -> Spec:
        """One lift; each part uses a random stream of its own name."""
        rng, look = streams.rng("cabin"), streams.rng("look")
        width, depth, height = uniform(rng, self.width_m), uniform(rng, self.depth_m), uniform(rng, self.height_m)
        half = width / 2
        door = min(width - 0.1, float(rng.choice([0.8, 0.9, 1.0, 1.1, 1.2])))
        aside = (width - door) / 2 - 0.03
        door_x = float(rng.uniform(-1, 1)) * max(0.0, aside) if rng.random() < 0.4 else 0.0
        top = min(2.1, height - 0.08)
        metal = palette.colour(look, ("#b9b9b6", "#a8a8a5", "#c4c1ba", "#b59f78"), 0.05)
        cladding = pick(look, self.cladding)
        clad_rgb = {
            "steel": metal,
            "veneer": palette.colour(look, palette.VENEERS),
            "painted_wall": palette.colour(look, (*palette.WALL_PAINT, "#5f6f7a", "#7a5f4a")),
        }[cladding]
        cabin = room_walls(-half, half, 0.0, depth, height)
        opening = Opening(kind="passage", start_m=half - door_x - door / 2, end_m=half - door_x + door / 2, top_m=top)
        panel = {"steel": float(look.choice([0.0, 0.45, 0.6])), "veneer": 0.55}.get(cladding, 0.0)
        walls = []
        for name, wall in cabin.items():
            front = name == "south"
            walls.append(
                dataclasses.replace(
                    wall,
                    name=f"cabin_{name}",
                    material="steel" if front else cladding,
                    rgb=metal if front else clad_rgb,
                    panel_m=0.0 if front else panel,
                    openings=(opening,) if front else (),
                )
            )
        return self._with_landing(streams, walls, width, depth, height, door_x, door, top, metal)

    def _with_landing(
        self,
        streams: Streams,
        walls: list[Wall],
        width: float,
        depth: float,
        height: float,
        door_x: float,
        door: float,
        top: float,
        metal: Rgb,
    ) -> Spec:
        rng, look = streams.rng("landing"), streams.rng("landing_look")
        deep, wide = uniform(rng, self.landing_m), float(rng.uniform(4.0, 7.0))
        high = max(float(rng.uniform(2.5, 3.0)), height + 0.25)
        paint = palette.colour(look, palette.WALL_PAINT)
        feature = choose(look, ("painted_wall", "marble", "veneer"), (0.5, 0.3, 0.2))
        feature_rgb = {
            "painted_wall": palette.colour(look, palette.FABRICS) if look.random() < 0.4 else paint,
            "marble": palette.colour(look, palette.STONE_TILES[:5]),
            "veneer": palette.colour(look, palette.VENEERS),
        }[feature]
        landing = []
        for number, (name, wall) in enumerate(room_walls(-wide / 2, wide / 2, -SILL_M - deep, -SILL_M, high).items()):
            north = name == "north"
            openings: tuple[Opening, ...] = ()
            if north:
                openings = (
                    Opening(
                        kind="passage",
                        start_m=wide / 2 + door_x - door / 2,
                        end_m=wide / 2 + door_x + door / 2,
                        top_m=top,
                    ),
                )
            elif name in ("west", "east") and rng.random() < 0.7:
                at = (deep - 0.95) / 2
                openings = (Opening(kind="door", start_m=at, end_m=at + 0.95, top_m=2.05, seed=seed_of(rng)),)
            landing.append(
                dataclasses.replace(
                    wall,
                    instance_id=LANDING_WALL_FIRST_ID + number,
                    name=f"landing_{name}",
                    material=feature if north else "painted_wall",
                    rgb=feature_rgb if north else paint,
                    panel_m=1.2 if north and feature != "painted_wall" else 0.0,
                    openings=openings,
                )
            )
        placer = self._furnish(streams.rng("furniture"), landing, wide, deep)
        lamp = streams.rng("light")
        kelvin = uniform(lamp, self.kelvin)
        floors = streams.rng("floors")
        count = int(floors.integers(3, 19))
        return Spec(
            width_m=width,
            depth_m=depth,
            height_m=height,
            walls=tuple(walls),
            landing=tuple(landing),
            landing_width_m=wide,
            landing_depth_m=deep,
            landing_height_m=high,
            door_x_m=door_x,
            door_m=door,
            door_top_m=top,
            closing=uniform(streams.rng("doors"), self.closing),
            door_rgb=metal,
            metal_rgb=metal,
            rail_rgb=palette.colour(look, ("#c9c9c6", "#6a6a68", "#8a6242", "#2b2b2d"), 0.05),
            cabin_floor=self._cabin_floor(streams.rng("floor")),
            landing_floor=self._landing_floor(streams.rng("landing_floor")),
            ceiling_rgb=palette.colour(look, ("#e8e8e4", "#d8d8d5", "#b9b9b6")),
            lamp=choose(lamp, ("panel", "downlights", "lines")),
            light=Light(lux=uniform(lamp, self.lux), kelvin=kelvin, style="panels", rows=1, columns=1),
            landing_light=Light(
                lux=uniform(lamp, self.landing_lux),
                kelvin=kelvin if lamp.random() < 0.5 else uniform(lamp, self.kelvin),
                style=choose(lamp, ("panels", "downlights", "lines")),
                rows=1 if deep < 2.8 else 2,
                columns=max(2, round(wide / 2.0)),
            ),
            panel_side=choose(floors, ("west", "east")),
            floors=count,
            level=int(floors.integers(1, count + 1)),
            sign_rgb=palette.colour(look, palette.ACCENTS, 0.1),
            pieces=tuple(placer.pieces),
            spots=tuple(placer.spots),
            indoor_c=uniform(streams.rng("climate"), self.indoor_c),
        )

    def _cabin_floor(self, rng: np.random.Generator) -> Floor:
        material: FloorMaterial = choose(
            rng, ("rubber_floor", "stone_floor", "terrazzo", "carpet"), (0.4, 0.3, 0.2, 0.1)
        )
        rgb = palette.colour(
            rng,
            {"carpet": palette.FABRICS, "rubber_floor": palette.STONE_TILES}.get(material, palette.STONE_TILES),
        )
        tile = 0.4 if material == "stone_floor" else 0.0
        return Floor(material=material, rgb=rgb, rgb2=palette.colour(rng, palette.STONE_TILES), tile_m=tile,
                     pattern="checker" if tile and rng.random() < 0.3 else "plain", gloss=float(rng.uniform(0.4, 1.0)),
                     seed=seed_of(rng))  # fmt: skip

    def _landing_floor(self, rng: np.random.Generator) -> Floor:
        material: FloorMaterial = choose(rng, ("stone_floor", "terrazzo", "carpet", "planks"), (0.4, 0.2, 0.25, 0.15))
        codes = {"carpet": palette.FABRICS, "planks": palette.VENEERS}.get(material, palette.STONE_TILES)
        tile = float(rng.choice([0.3, 0.45, 0.6])) if material == "stone_floor" else 0.0
        return Floor(material=material, rgb=palette.colour(rng, codes), rgb2=palette.colour(rng, palette.STONE_TILES),
                     tile_m=tile,
                     pattern="border" if tile and rng.random() < 0.3 else "plain", gloss=float(rng.uniform(0.4, 1.0)),
                     seed=seed_of(rng))  # fmt: skip

    def _furnish(self, rng: np.random.Generator, landing: list[Wall], wide: float, deep: float) -> Placer:
        """Add a picture and plants to the landing, and prop spots in its corners."""
        y0, y1 = -SILL_M - deep, -SILL_M
        placer = Placer((-wide / 2 + 0.05, y0 + 0.05), (wide / 2 - 0.05, y1 - 0.05))
        for wall in landing:
            for o in wall.openings:
                placer.keep_free(wall.strip(o.start_m - 0.15, o.end_m + 0.15, 0.0, 1.0))
        far = landing[0]
        frame = palette.colour(rng, palette.METALS)
        if rng.random() < 0.8:
            side = float(rng.choice([-1, 1]))
            size = (float(rng.uniform(0.6, 0.95)), 0.04, float(rng.uniform(0.6, 0.9)))
            x, y = far.point(wide / 2 + side * min(0.33 * wide, wide / 2 - 0.8), 0.045)
            placer.add("picture", x, y, far.facing_deg + 90.0, size, frame, rgb2=frame, z_m=1.15,
                       seed=seed_of(rng), variant=int(rng.integers(2)))  # fmt: skip
        pot = palette.colour(rng, ("#e8e6e0", "#2a2a2c", "#8a8780", "#b8664a"))
        for x, y in ((-wide / 2 + 0.45, y1 - 0.42), (wide / 2 - 0.45, y1 - 0.42)):
            if rng.random() < 0.55:
                placer.add("plant", x, y, 0.0, (0.55, 0.55, float(rng.choice([1.1, 1.5]))), pot,
                           seed=int(rng.integers(5)), variant=int(rng.integers(6)))  # fmt: skip
            else:
                placer.spot(x, y + 0.03, 270.0, 0.33, ("plant", "bin", "fire_extinguisher", "lamp"))
        return placer
