"""Parameters of shopping arcades.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `length_m` | [30, 46] | m | distance between the ends |
| `width_m` | [4.6, 7.5] | m | distance between the shops |
| `ground_m` | [3.7, 4.6] | m | height of the ground floor |
| `storey_m` | [2.9, 3.8] | m | height of the upper storey |
| `bay_m` | [3.1, 4.4] | m | width of a bay, pier to pier |
| `blank_bays` | [1, 2] | count | number of closed bays on each side, where mirrors may hang |
| `storey` | {plain: 1, balconies: 1, gallery: 1.5} | weights | upper storey: plain, balconies, gallery |
| `roof` | {barrel: 1.5, gable: 1} | weights | shape of the roof: barrel, gable |
| `rise` | [0.28, 0.46] | ratio | height of the roof as a share of the arcade's width |
| `lamp_lux` | [90, 200] | lx | illuminance of the floor from the lamps |
| `kelvin` | [2700, 3600] | K | colour temperature of the lamps |
| `furniture_per_10_m` | [0.8, 1.8] | 1/10 m | benches, planters and bins along the arcade |
| `indoor_c` | [13, 19] | °C | air temperature; arcades are hardly heated |
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Weights, only, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.shared import room_palette as palette
from blender_synth.world.scenery.shared import street_palette
from blender_synth.world.scenery.shared.choices import choose, choose_weighted
from blender_synth.world.scenery.shared.outside import sample_outside
from blender_synth.world.scenery.shared.room_placer import Placer
from blender_synth.world.scenery.shared.rooms import Floor, PieceKind
from blender_synth.world.scenery.shared.street_parts import (
    Building,
    GroundBay,
    GroundKind,
    Shop,
    Surround,
    WallMaterial,
    WindowStyle,
)
from blender_synth.world.scenery.shopping_arcade.elements import DEPTH_M, LEFT_ID, RIGHT_ID
from blender_synth.world.scenery.shopping_arcade.spec import Spec

ROOFS: tuple[Literal["barrel", "gable"], ...] = ("barrel", "gable")
STOREYS: tuple[Literal["plain", "balconies", "gallery"], ...] = ("plain", "balconies", "gallery")
Roofs = Annotated[Weights, only(*ROOFS)]
Storeys = Annotated[Weights, only(*STOREYS)]


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How shopping arcades vary; every parameter is described in the docstring of this file."""

    kind: Literal["shopping_arcade"] = "shopping_arcade"
    length_m: Range = (30.0, 46.0)
    width_m: Range = (4.6, 7.5)
    ground_m: Range = (3.7, 4.6)
    storey_m: Range = (2.9, 3.8)
    bay_m: Range = (3.1, 4.4)
    blank_bays: Range = (1, 2)
    storey: Storeys = Field(default_factory=lambda: {"plain": 1.0, "balconies": 1.0, "gallery": 1.5})
    roof: Roofs = Field(default_factory=lambda: {"barrel": 1.5, "gable": 1.0})
    rise: Range = (0.28, 0.46)
    lamp_lux: Range = (90.0, 200.0)
    kelvin: Range = (2700.0, 3600.0)
    furniture_per_10_m: Range = (0.8, 1.8)
    indoor_c: Range = (13.0, 19.0)

    def sample(self, streams: Streams) -> Spec:
        """One passage; each part uses a random stream of its own name."""
        rng = streams.rng("passage")
        length, width = uniform(rng, self.length_m), uniform(rng, self.width_m)
        storey = choose_weighted(rng, self.storey, STOREYS)
        roof = choose_weighted(rng, self.roof, ROOFS)
        sides = self._sides(streams.rng("sides"), length, width, storey)
        eaves = sides[0].eaves_m
        rise = uniform(rng, self.rise) * width
        bays = len(sides[0].bay_widths_m)
        lamps = streams.rng("lamps")
        every = int(lamps.choice([2, 3]))
        high = min(eaves - 0.6, float(lamps.uniform(3.9, 5.2)))
        pitch = length / bays
        xs = (np.arange(every / 2, bays, every) - bays / 2) * pitch
        lux = uniform(lamps, self.lamp_lux)
        look = streams.rng("look")
        placer = self._furnish(streams.rng("furniture"), length, width, sides)
        return Spec(
            length_m=length,
            width_m=width,
            sides=sides,
            storey=storey,
            roof=roof,
            rise_m=rise,
            arches=bays + 1,
            iron_rgb=palette.colour(look, ("#1f2a26", "#22262b", "#3a3f42", "#d9d6cc", "#2f4a44", "#5b3a2a"), 0.06),
            floor=self._floor(streams.rng("floor")),
            border_rgb=palette.colour(look, palette.STONE_TILES),
            lamps_m=tuple((float(x), 0.0, high) for x in xs),
            lamp=choose(lamps, ("globes", "lanterns", "drums")),
            lamp_lumen=lux * length * width / 0.45 / max(1, len(xs)),
            kelvin=uniform(lamps, self.kelvin),
            pieces=tuple(placer.pieces),
            spots=tuple(placer.spots),
            ends=(
                sample_outside(streams.child("east"), -length / 2 - 0.4, 13.0, 0.0, 3901, "east", 90.0),
                sample_outside(streams.child("west"), -length / 2 - 0.4, 13.0, 0.0, 3951, "west", 270.0),
            ),
            indoor_c=uniform(streams.rng("climate"), self.indoor_c),
        )

    def _floor(self, rng: np.random.Generator) -> Floor:
        light = palette.colour(rng, ("#cfc6b4", "#d9d2c4", "#c2b8a6", "#b9b2a6"))
        dark = palette.colour(rng, ("#5c5a58", "#3f3d3c", "#7a4a3c", "#6b6f5c", "#8d6a4a", "#4a5560"))
        swap = rng.random() < 0.15
        return Floor(
            material=choose(rng, ("stone_floor", "terrazzo"), (0.65, 0.35)),
            rgb=dark if swap else light,
            rgb2=light if swap else dark,
            tile_m=float(rng.choice([0.4, 0.5, 0.6])),
            pattern=choose(rng, ("checker", "diamonds", "border", "bands", "stars"), (0.2, 0.3, 0.15, 0.15, 0.2)),
            gloss=float(rng.uniform(0.4, 0.95)),
            seed=seed_of(rng),
        )

    def _sides(self, rng: np.random.Generator, length: float, width: float, storey: str) -> tuple[Building, Building]:
        wall: WallMaterial = choose(rng, ("plaster", "stone"), (0.65, 0.35))
        look = street_palette.house(rng, wall)
        bays = max(6, round(length / uniform(rng, self.bay_m)))
        ground_m, storey_m = uniform(rng, self.ground_m), uniform(rng, self.storey_m)
        words = [str(w) for w in rng.permutation(street_palette.SHOP_WORDS)]
        style: WindowStyle = choose(rng, ("casement", "cross", "sash"), (0.45, 0.35, 0.2))
        surround: Surround = choose(rng, ("lintel", "frame"))
        uniform_fascia = street_palette.shop(rng) if rng.random() < 0.4 else None
        fine, cornice, window = (
            float(rng.uniform(0.05, 0.3)),
            float(rng.uniform(0.22, 0.4)),
            float(rng.uniform(1.05, 1.5)),
        )
        sides = []
        for name, number, start, facing in (("shops_left", LEFT_ID, (-length / 2, width / 2), 270.0),
                                            ("shops_right", RIGHT_ID, (length / 2, -width / 2), 90.0)):  # fmt: skip
            blanks = rng.choice(np.arange(1, bays - 1), round(uniform(rng, self.blank_bays)), replace=False)
            door = int(rng.choice([k for k in range(1, bays - 1) if k not in blanks]))
            ground, shops = [], []
            for k in range(bays):
                kind: GroundKind = "blank" if k in blanks else "door" if k == door else "shop"
                ground.append(GroundBay(kind=kind, first=k, count=1))
                if kind == "shop":
                    fascia, letters, _ = uniform_fascia or street_palette.shop(rng)
                    shops.append(Shop(words=words.pop() if words else "SHOP", fascia_rgb=fascia, letters_rgb=letters))
            sides.append(
                Building(
                    instance_id=number,
                    name=name,
                    start_xy_m=start,
                    facing_deg=facing,
                    bay_widths_m=(length / bays,) * bays,
                    depth_m=DEPTH_M,
                    storeys=2,
                    ground_m=ground_m,
                    storey_m=storey_m,
                    plinth_m=0.35,
                    wall=wall,
                    wall_rgb=look.wall_rgb,
                    trim_rgb=look.trim_rgb,
                    frame_rgb=look.frame_rgb,
                    door_rgb=look.door_rgb,
                    roof="flat",
                    roof_rgb=look.roof_rgb,
                    window_w_m=window,
                    window_h_m=min(storey_m - 0.9, 2.2 if storey == "balconies" else 1.9),
                    window_style=style,
                    surround=surround,
                    balcony="railing" if storey == "balconies" else "none",
                    shutters_rgb=None,
                    cornice_m=cornice,
                    quoins=False,
                    ground=tuple(ground),
                    shops=tuple(shops),
                    soot=fine,
                    detail_seed=seed_of(rng),
                )
            )
        left, right = sides
        return left, right

    def _furnish(
        self, rng: np.random.Generator, length: float, width: float, sides: tuple[Building, Building]
    ) -> Placer:
        """Add benches, planters, bins, prop spots, signs on the piers, and sometimes a clock."""
        half, wide = length / 2, width / 2
        placer = Placer((-half + 1.2, -wide + 0.7), (half - 1.2, wide - 0.7))
        for side in sides:
            for bay in side.ground:
                if bay.kind == "blank":
                    a, b = side.bay_span(bay)
                    (x0, _), (x1, _) = side.point(a), side.point(b)
                    y = side.start_xy_m[1]
                    inner = y - math.copysign(1.2, y)
                    low, high = sorted((y, inner))
                    x0, x1 = sorted((x0, x1))
                    placer.keep_free(((x0, low), (x1, low), (x1, high), (x0, high)))
        wood, iron = palette.colour(rng, palette.VENEERS), street_palette.ironwork(rng)
        pot = palette.colour(rng, ("#3a3f42", "#b8664a", "#d9d6cc", "#2f4a44", "#8a8780"))
        shape = int(rng.integers(6))
        middle = width > 5.6 and rng.random() < 0.6
        for _ in range(round(uniform(rng, self.furniture_per_10_m) * length / 10)):
            kind: PieceKind = choose(rng, ("bench_seat", "planter_box", "plant", "bin"), (0.38, 0.22, 0.28, 0.12))
            for _ in range(8):
                x = float(rng.uniform(-half + 2.0, half - 2.0))
                y = float(rng.normal(0, 0.1)) if middle else float(rng.choice([-1, 1])) * (wide - 0.7 - 0.32)
                size = {"bench_seat": (1.7, 0.5, 0.46), "planter_box": (1.3, 0.5, 1.15), "plant": (0.62, 0.62, 1.6),
                        "bin": (0.42, 0.42, 0.9)}[kind]  # fmt: skip
                turn = 0.0 if y > 0 else 180.0
                rgb = {"bench_seat": wood, "bin": (0.4, 0.4, 0.4)}.get(kind, pot)
                if placer.add(
                    kind, x, y, turn, size, rgb, rgb2=iron, variant=shape, seed=int(rng.integers(5)), gap_m=0.5
                ):
                    break
        for k in range(30):
            if len(placer.spots) >= 9:
                break
            room, wants = ((0.5, ("plant", "planter")), (0.9, ("bench", "seat")), (0.45, ("bin", "sign")),
                           (0.6, ("cafe", "clothes_rail", "market")))[k % 4]  # fmt: skip
            y = float(rng.choice([-1, 1])) * (wide - 0.75 - room)
            placer.spot(float(rng.uniform(-half + 2, half - 2)), y, 270.0 if y > 0 else 90.0, room, wants)
        names = [shop.words for side in sides for shop in side.shops]
        fascias = [(shop.fascia_rgb, shop.letters_rgb) for side in sides for shop in side.shops]
        number = 0
        for side in sides:
            for bay in (bay for bay in side.ground if bay.kind == "shop"):
                if rng.random() < 0.55:
                    a, _ = side.bay_span(bay)
                    x, y = side.point(a, 0.10)
                    rgb, ink = fascias[number]
                    placer.add("hang_sign", x, y, side.facing_deg + 90.0, (0.05, 0.75, 0.42), rgb, rgb2=ink,
                               words=names[number], z_m=min(2.95, side.ground_m - 0.75))  # fmt: skip
                number += 1
        if rng.random() < 0.6:
            x = float(rng.uniform(-0.3, 0.3)) * half
            placer.add("hang_clock", x, 0.0, 90.0, (0.8, 0.2, 2.0), (0.75, 0.74, 0.70), rgb2=iron,
                       seed=seed_of(rng), z_m=4.4)  # fmt: skip
        return placer
