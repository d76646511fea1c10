"""Parameters of squares.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `size_m` | [27, 46] | m | length of a side of the square, wall to wall |
| `alleys` | [1, 3] | count | number of alleys between the houses |
| `alley_m` | [3.6, 6] | m | width of an alley |
| `floor` | … | weights | arrangement of the paving: bands, rings, checker, plain |
| `centre` | … | weights | object in the centre: fountain, obelisk, statue, column, none |
| `off_centre` | [0, 0.25] | 0 to 1 | its distance from the centre, 0 to 1 (1: half way to the houses) |
| `trees` | {none: 1, rows: 3, grove: 2, corners: 2} | weights | arrangement of the trees: none, rows, grove, corners |
| `tree_height_m` | [5.2, 8] | m | height of the trees |
| `leaf_hue` | [0.1, 0.9] | 0 to 1 | colour of leaves, 0 blue-green to 1 yellow-green |
| `benches` | [4, 10] | count | number of benches |
| `cafes` | [1, 4] | count | number of café terraces in front of shops |
| `market_share` | 0.35 | share | probability of a market |
| `stalls` | [3, 8] | count | number of stalls of a market |
| `lamps` | [4, 8] | count | number of lamp posts |
| `furniture` | [5, 14] | count | number of bins, planters, bicycle stands and the like |
| `shop_share` | [0.5, 0.9] | share | share of the ground-floor bays that are shops |
| `balcony_share` | [0.2, 0.6] | share | share of the plaster and stone houses with balconies |
| `blank_walls` | [3, 5] | count | number of houses with a windowless section of ground floor |
| `soot` | [0.1, 0.6] | 0 to 1 | houses, 0 clean to 1 dirty |
| `dirt` | [0.2, 0.8] | 0 to 1 | paving, 0 clean to 1 dirty |
| `litter` | [0.05, 0.5] | 0 to 1 | ground, 0 clean to 1 littered |

The parameters of houses are in the docstring of `shared.houses.Houses`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec2, Vec3, Weights, only, pick, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.plaza.elements import (
    BUILDING_FIRST_ID,
    FURNITURE_FIRST_ID,
    INWARD,
    PARASOL_M,
    SIDES,
    TERRACE_M,
    Alley,
    Centre,
    CentreKind,
    FloorStyle,
    Paved,
    Side,
)
from blender_synth.world.scenery.plaza.spec import Spec
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.choices import choose, choose_weighted
from blender_synth.world.scenery.shared.furniture_placer import (
    FurnitureColours,
    FurniturePlacer,
)
from blender_synth.world.scenery.shared.houses import Houses
from blender_synth.world.scenery.shared.street_parts import (
    FURNITURE_SIZE_M,
    Building,
    Furniture,
    FurnitureKind,
    PavingPattern,
    WallMaterial,
)
from blender_synth.world.scenery.shared.town import (
    leaf_colour,
    shop_names,
    square,
)
from blender_synth.world.scenery.shared.town_cameras import (
    azimuth_deg,
)

EDGE_KINDS: tuple[FurnitureKind, ...] = ("bench", "bin", "planter", "bicycle_stand", "cabinet")
"""Furniture near the houses."""
PATTERNS: tuple[PavingPattern, ...] = ("slabs", "bond", "pavers", "setts")
FLOORS: tuple[FloorStyle, ...] = ("bands", "rings", "checker", "plain")
CENTRES: tuple[CentreKind, ...] = ("fountain", "obelisk", "statue", "column", "none")
Centres = Annotated[Weights, only(*CENTRES)]
Floors = Annotated[Weights, only(*FLOORS)]
Trees = Annotated[Weights, only("none", "rows", "grove", "corners")]


@plain
class Randomizer(SceneryRandomizerDefaults, Houses):
    """How squares vary; every parameter is described in the docstring of this file."""

    kind: Literal["plaza"] = "plaza"
    size_m: Range = (27.0, 46.0)
    alleys: Range = (1, 3)
    alley_m: Range = (3.6, 6.0)
    floor: Floors = Field(default_factory=lambda: {"bands": 3.0, "rings": 2.0, "checker": 1.5, "plain": 1.0})
    centre: Centres = Field(
        default_factory=lambda: {"fountain": 4.0, "obelisk": 1.5, "statue": 2.5, "column": 1.5, "none": 0.5}
    )
    off_centre: Range = (0.0, 0.25)
    trees: Trees = Field(default_factory=lambda: {"none": 1.0, "rows": 3.0, "grove": 2.0, "corners": 2.0})
    tree_height_m: Range = (5.2, 8.0)
    leaf_hue: Range = (0.1, 0.9)
    benches: Range = (4, 10)
    cafes: Range = (1, 4)
    market_share: float = Field(default=0.35, ge=0, le=1)
    stalls: Range = (3, 8)
    lamps: Range = (4, 8)
    furniture: Range = (5, 14)
    shop_share: Range = (0.5, 0.9)
    balcony_share: Range = (0.2, 0.6)
    blank_walls: Range = (3, 5)
    soot: Range = (0.1, 0.6)
    dirt: Range = (0.2, 0.8)
    litter: Range = (0.05, 0.5)

    def sample(self, streams: Streams) -> Spec:
        """One square; each part uses a random stream of its own name."""
        rng = streams.rng("layout")
        size = (uniform(rng, self.size_m), uniform(rng, self.size_m))
        size = (max(size), max(min(size), 0.62 * max(size)))
        gaps = self._gaps(rng, size)
        buildings, alleys = self._buildings(streams.rng("facades"), size, gaps)
        centre = self._centre(streams.rng("centre"), size)
        litter_rng, hue = streams.rng("litter"), uniform(streams.rng("leaves"), self.leaf_hue)
        spec = Spec(
            size_m=size,
            paved=self._paved(streams.rng("paving")),
            centre=centre,
            alleys=alleys,
            buildings=buildings,
            furniture=(),
            leaf_rgb=leaf_colour(hue),
            litter=uniform(litter_rng, self.litter),
            litter_seed=seed_of(litter_rng),
        )
        return replace(spec, furniture=self._furniture(streams, spec))

    def _gaps(self, rng: np.random.Generator, size: Vec2) -> dict[Side, tuple[float, float]]:
        """(start along the row of houses, width) of the alley of each side that has one."""
        gaps = {}
        sides = [SIDES[int(k)] for k in rng.permutation(len(SIDES))][: round(uniform(rng, self.alleys))]
        for side in sides:
            length, wide = size[SIDES.index(side) % 2], uniform(rng, self.alley_m)
            low, high = 8.5, length - 8.5 - wide
            if high > low:
                gaps[side] = (float(rng.uniform(low, high)), wide)
        return gaps

    def _paved(self, rng: np.random.Generator) -> Paved:
        pattern = choose(rng, PATTERNS, (0.3, 0.25, 0.25, 0.2))
        band_patterns: tuple[PavingPattern, ...] = ("slabs", "setts", "pavers")
        band = choose(rng, [p for p in band_patterns if p != pattern])
        rgb = palette.paving(rng, pattern)
        band_rgb = palette.blend(palette.paving(rng, band), rgb, 0.2)
        shade = float(rng.choice([0.55, 0.7, 1.35]))
        return Paved(
            floor=choose_weighted(rng, self.floor, FLOORS),
            pattern=pattern,
            rgb=rgb,
            band_pattern=band,
            band_rgb=palette.to_rgb(min(0.6, shade * c) for c in band_rgb),
            field_m=float(rng.uniform(3.5, 7.5)),
            band_m=float(rng.uniform(0.45, 1.1)),
            dirt=uniform(rng, self.dirt),
        )

    def _centre(self, rng: np.random.Generator, size: Vec2) -> Centre:
        kind = choose_weighted(rng, self.centre, CENTRES)
        off = uniform(rng, self.off_centre)
        turn = rng.uniform(0, 2 * math.pi)
        radius = {"fountain": rng.uniform(2.2, 4.0), "none": 0.5}.get(kind, rng.uniform(1.5, 2.6))
        high = {"fountain": rng.uniform(1.6, 3.4), "obelisk": rng.uniform(7.0, 12.0), "column": rng.uniform(6.0, 10.0),
                "statue": rng.uniform(3.6, 5.2), "none": 0.5}[kind]  # fmt: skip
        stone = palette.STONE[int(rng.integers(len(palette.STONE)))]
        return Centre(
            kind=kind,
            xy_m=(float(off * 0.5 * size[0] * math.cos(turn)), float(off * 0.5 * size[1] * math.sin(turn))),
            radius_m=float(radius),
            height_m=float(high),
            steps=int(rng.integers(1, 4)),
            corners=int(rng.choice([4, 8, 32])),
            rgb=palette.blend(palette.linear(stone), (0.3, 0.3, 0.29), 0.3),
            metal_rgb=((0.09, 0.16, 0.12), (0.05, 0.04, 0.03), (0.14, 0.10, 0.05))[int(rng.integers(3))],
            detail_seed=seed_of(rng),
        )

    def _buildings(
        self, rng: np.random.Generator, size: Vec2, gaps: dict[Side, tuple[float, float]]
    ) -> tuple[tuple[Building, ...], tuple[Alley, ...]]:
        half_x, half_y = size[0] / 2, size[1] / 2
        rows: dict[Side, tuple[Vec2, float, float]] = {
            "north": ((-half_x, half_y), 270.0, size[0]),
            "east": ((half_x, half_y), 180.0, size[1]),
            "south": ((half_x, -half_y), 90.0, size[0]),
            "west": ((-half_x, -half_y), 0.0, size[1]),
        }
        shops, balconies, soot = (uniform(rng, r) for r in (self.shop_share, self.balcony_share, self.soot))
        words = shop_names(rng)
        buildings: list[Building] = []
        alleys: list[Alley] = []
        plans: list[tuple[Side, float, float]] = []  # (side, start along the row, width) of each house
        for side, (_, _, length) in rows.items():
            gap = gaps.get(side)
            spans = [(0.0, length)] if gap is None else [(0.0, gap[0]), (gap[0] + gap[1], length)]
            for low, high in spans:
                along = low
                for width in self.widths(rng, high - low):
                    plans.append((side, along, width))
                    along += width
        blanks = {int(k) for k in rng.choice(len(plans), size=min(len(plans), round(uniform(rng, self.blank_walls))),
                                             replace=False)}  # fmt: skip
        counts = dict.fromkeys(SIDES, 0)
        last_wall: WallMaterial | None = None
        for number, (side, along, width) in enumerate(plans):
            start, facing, _ = rows[side]
            buildings.append(
                self.house(
                    rng,
                    instance_id=BUILDING_FIRST_ID + number,
                    name=f"building_{side}_{counts[side]}",
                    start=_along(start, facing, along),
                    facing_deg=facing,
                    width_m=width,
                    blank=number in blanks,
                    shop_share=shops,
                    balcony_share=balconies,
                    soot=soot,
                    last_wall=last_wall,
                    words=words,
                )
            )
            counts[side] += 1
            last_wall = buildings[-1].wall
        for side, (along, wide) in gaps.items():
            start, facing, _ = rows[side]
            depth = min(b.depth_m for b in buildings if b.facing_deg == facing) - 0.6
            a = math.radians(facing)
            x, y = _along(start, facing, along - 1.0)
            house = self.house(
                rng,
                instance_id=BUILDING_FIRST_ID + len(buildings),
                name=f"building_end_{side}",
                start=(x - depth * math.cos(a), y - depth * math.sin(a)),
                facing_deg=facing,
                width_m=wide + 2.0,
                blank=False,
                shop_share=0.0,
                balcony_share=0.0,
                soot=soot,
                last_wall=None,
                words=words,
            )
            buildings.append(house)
            alleys.append(
                Alley(side=side, start_xy_m=_along(start, facing, along), facing_deg=facing, width_m=wide,
                      depth_m=depth)
            )  # fmt: skip
        return tuple(buildings), tuple(alleys)

    def _furniture(self, streams: Streams, spec: Spec) -> tuple[Furniture, ...]:
        taken = [a.box(0.0) for a in spec.alleys]
        if spec.centre.kind != "none":
            taken.append(replace(spec.centre, radius_m=spec.centre.radius_m + 1.2).outline())
        placer = FurniturePlacer(FURNITURE_FIRST_ID, taken)
        rng = streams.rng("furniture")
        colours = FurnitureColours.sample(rng)
        half_x, half_y = (s / 2 for s in spec.size_m)
        for number in range(round(uniform(streams.rng("cafes"), self.cafes))):
            self._cafe(streams.rng(f"cafes/{number}"), spec, placer)
        self._trees(streams.rng("vegetation"), spec, placer)
        market = streams.rng("market")
        if market.random() < self.market_share:
            self._market(market, spec, placer)
        lamps = streams.rng("lamps")
        variant, rgb, scale = int(lamps.random() < 0.75), palette.ironwork(lamps), float(lamps.uniform(0.85, 1.05))
        count, start = round(uniform(lamps, self.lamps)), lamps.uniform(0, 2 * math.pi)
        for k in range(count):
            turn = start + 2 * math.pi * k / count
            for share in (0.62, 0.55, 0.7, 0.48):
                at = (share * half_x * math.cos(turn), share * half_y * math.sin(turn))
                if placer.add("lamp", at, math.degrees(turn) + 180.0, scale=scale, rgb=rgb, variant=variant, gap_m=0.6):
                    break
        for k in range(round(uniform(rng, self.benches))):
            turn, v = rng.uniform(0, 2 * math.pi), int(rng.integers(0, 2))
            if k % 2 and spec.centre.kind != "none":
                reach = spec.centre.radius_m + float(rng.uniform(1.8, 3.0))
                at = (spec.centre.xy_m[0] + reach * math.cos(turn), spec.centre.xy_m[1] + reach * math.sin(turn))
            else:
                at = (float(rng.uniform(-0.8, 0.8)) * half_x, float(rng.uniform(-0.8, 0.8)) * half_y)
            facing = azimuth_deg(at, spec.centre.xy_m) + (180.0 if rng.random() < 0.3 and k % 2 else 0.0)
            placer.add("bench", at, facing + 90.0, rgb=colours.paint, variant=v, gap_m=0.5)
        for _ in range(round(uniform(rng, self.furniture))):
            kind = choose(rng, EDGE_KINDS, (0.14, 0.28, 0.32, 0.16, 0.1))
            nx, ny = INWARD[int(rng.integers(4))]
            t, out, v = float(rng.uniform(-0.85, 0.85)), float(rng.uniform(2.6, 4.4)), int(rng.integers(0, 3))
            at = (-nx * (half_x - out) + abs(ny) * t * half_x, -ny * (half_y - out) + abs(nx) * t * half_y)
            heading = math.degrees(math.atan2(ny, nx)) + 90.0
            if kind == "cabinet":  # against a house, never amid the square
                if (place := _by_house(spec, t, FURNITURE_SIZE_M[kind])) is None:
                    continue
                at, heading = place
            placer.add(kind, at, heading, rgb=colours.of(kind), variant=v, gap_m=0.5)
        return tuple(placer.pieces)

    def _cafe(self, rng: np.random.Generator, spec: Spec, placer: FurniturePlacer) -> None:
        """Add tables, chairs and parasols in front of a shop."""
        doors = [(b, bay) for b in spec.buildings for bay in b.ground if bay.kind == "shop"]
        if not doors:
            return
        house, bay = doors[int(rng.integers(len(doors)))]
        start, end = house.bay_span(bay)
        wood, cloth = palette.furniture_paint(rng), palette.shop(rng)[2]
        if rng.random() < 0.5:
            wood = (0.20, 0.115, 0.062)
        canopy, rows = int(rng.integers(0, 4)), int(rng.integers(2, 4))
        pitch, turned = float(rng.uniform(2.1, 2.5)), float(rng.choice([0.0, 45.0]))
        columns = max(2, round((end - start + 3.0) / pitch))
        middle = (start + end) / 2
        table = palette.furniture_paint(rng) if rng.random() < 0.5 else (0.55, 0.54, 0.5)
        for i in range(rows):
            for j in range(columns):
                along, out = middle + (j - (columns - 1) / 2) * pitch, TERRACE_M + 0.7 + i * pitch
                at = house.point(along, out)
                if placer.collides(square(at, 0.95), 0.05) or not _within(at, spec.size_m, 1.0):
                    continue
                chairs = int(rng.integers(2, 5))
                first = turned + 90.0 * int(rng.integers(4)) + float(rng.normal(0, 6))
                placer.add("table", at, first, rgb=table, gap_m=0.0)
                for k in range(chairs):
                    turn = math.radians(house.facing_deg + first + (180.0 if chairs == 2 else 90.0) * k)
                    # chairs face the table at a small distance
                    seat = (at[0] + 0.66 * math.cos(turn), at[1] + 0.66 * math.sin(turn))
                    heading = math.degrees(turn) - 90.0 + float(rng.normal(0, 8))
                    placer.add("chair", seat, heading, rgb=wood, gap_m=0.0)
                if canopy < 3 and (i + j) % 2 == 0:
                    pole = house.point(along + pitch / 2, out)
                    if not _within(pole, spec.size_m, PARASOL_M):
                        continue  # it would intersect the next house
                    placer.add(
                        "parasol", pole, house.facing_deg, rgb=cloth, variant=canopy, crown_m=PARASOL_M, gap_m=0.05
                    )

    def _trees(self, rng: np.random.Generator, spec: Spec, placer: FurniturePlacer) -> None:
        where, height, kind = pick(rng, self.trees), uniform(rng, self.tree_height_m), int(rng.integers(0, 3))
        half_x, half_y = (s / 2 for s in spec.size_m)
        places: list[Vec2] = []
        if where == "rows":
            out = float(rng.uniform(6.5, 8.0))
            gap = float(rng.uniform(5.5, 8.0))
            both = rng.random() < 0.6
            for sign in (1.0, -1.0) if both else (float(rng.choice([-1, 1])),):
                places += [(float(x), sign * (half_y - out)) for x in np.arange(-half_x + 6.0, half_x - 5.0, gap)]
        elif where == "grove":
            sign, gap = float(rng.choice([-1, 1])), float(rng.uniform(4.6, 6.0))
            for i in range(3):
                places += [
                    (sign * (half_x - 6.5 - gap * i), float(y)) for y in np.arange(-half_y + 7.0, half_y - 6.0, gap)
                ]
        elif where == "corners":
            places = [(x * (half_x - 7.0), y * (half_y - 6.5)) for x in (-1, 1) for y in (-1, 1)]
        for x, y in places:
            turn, tall = rng.uniform(0, 360), height * rng.uniform(0.9, 1.1)
            placer.add_tree(
                (x + float(rng.normal(0, 0.12)), y + float(rng.normal(0, 0.12))), float(turn), float(tall), kind
            )

    def _market(self, rng: np.random.Generator, spec: Spec, placer: FurniturePlacer) -> None:
        """Add one or two rows of market stalls, back to back or face to face."""
        half_x, half_y = (s / 2 for s in spec.size_m)
        sign = float(rng.choice([-1, 1]))
        count, pitch = round(uniform(rng, self.stalls)), float(rng.uniform(3.5, 4.4))
        y0 = float(rng.uniform(0.3, 0.5)) * half_y * sign
        for k in range(count):
            row = k % 2
            x = (k // 2 - (count / 2 - 1) / 2) * pitch + float(rng.normal(0, 0.1))
            y = y0 + sign * row * 5.2
            rgb = palette.shop(rng)[2]
            if abs(x) < half_x - 5.0 and abs(y) < half_y - 4.5:
                placer.add("stall", (x, y), 180.0 * ((row == 1) == (sign > 0)) + 180.0, rgb=rgb, gap_m=0.3)


def _along(start: Vec2, facing_deg: float, along_m: float) -> Vec2:
    """A point along a row of houses, counted from its left end as seen from the square."""
    a = math.radians(facing_deg)
    return (start[0] - math.sin(a) * along_m, start[1] + math.cos(a) * along_m)


def _within(xy_m: Vec2, size_m: Vec2, margin_m: float) -> bool:
    """Whether a point lies in the square, `margin_m` or more from its edges."""
    return all(abs(c) <= size / 2 - margin_m for c, size in zip(xy_m, size_m, strict=True))


def _by_house(spec: Spec, share: float, size_m: Vec3) -> tuple[Vec2, float] | None:
    """Middle and heading of something that stands with its back to a house, under a window.

    Args:
        share: -1 to 1, which of these places. size_m: along the wall, out from it, high.
    """
    places = [
        (house, bay)
        for house in spec.buildings
        if not house.name.startswith("building_end")
        for bay in house.ground
        if bay.kind == "window" and house.bay_span(bay)[1] - house.bay_span(bay)[0] > size_m[0]
    ]
    if not places:
        return None
    house, bay = places[min(int((share + 1) / 2 * len(places)), len(places) - 1)]
    start, end = house.bay_span(bay)
    return house.point((start + end) / 2, size_m[1] / 2 + 0.12), house.facing_deg + 90.0
