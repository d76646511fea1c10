"""Parameters of streets.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `length_m` | [96, 124] | m | distance between the side streets at both ends |
| `lane_m` | [2.8, 3.4] | m | width of one of the two traffic lanes |
| `parking` | {none: 1, left: 2, right: 2, both: 1.5} | weights | sides with a parking lane: none, left, right, both |
| `pavement_m` | [3, 5] | m | width of a pavement, kerb to wall |
| `kerb_step_m` | [0.1, 0.15] | m | height of the kerb |
| `crossing_x` | [-0.35, 0.35] | -1 to 1 | position of the zebra crossing along the street, -1 to 1 |
| `shop_share` | [0.3, 0.7] | share | share of the ground-floor bays that are shops |
| `balcony_share` | [0.25, 0.6] | share | share of the plaster and stone houses with balconies |
| `blank_walls_per_side` | [2, 3] | count | houses with a windowless section of ground floor on each side |
| `trees` | {none: 1, left: 2, right: 2, both: 2} | weights | sides with trees: none, left, right, both |
| `tree_spacing_m` | [9, 15] | m | distance between trees |
| `tree_height_m` | [6.2, 9.5] | m | height of a tree |
| `leaf_hue` | [0.1, 0.9] | 0 to 1 | colour of leaves, 0 blue-green to 1 yellow-green |
| `lamp_spacing_m` | [18, 26] | m | distance between lamp posts |
| `furniture_per_10_m` | [1.2, 2.6] | 1/10 m | benches, bins, bollards, planters and signs on each side |
| `car_share` | [0.35, 0.8] | share | share of the parking places that are occupied |
| `wires` | [0, 3] | count | number of wires that span the street |
| `wear` | [0.25, 0.9] | 0 to 1 | road surface, 0 new to 1 worn |
| `paint_wear` | [0.3, 0.95] | 0 to 1 | road markings, 0 new to 1 worn |
| `soot` | [0.15, 0.75] | 0 to 1 | houses, 0 clean to 1 dirty |
| `litter` | [0.1, 0.8] | 0 to 1 | ground, 0 clean to 1 littered |

The parameters of houses are in the docstring of `shared.houses.Houses`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec2, Weights, only, pick, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.choices import choose
from blender_synth.world.scenery.shared.furniture_placer import (
    PAVEMENT_KINDS,
    FurnitureColours,
    FurniturePlacer,
    LampStyle,
    kerb_distance_m,
)
from blender_synth.world.scenery.shared.houses import Houses
from blender_synth.world.scenery.shared.street_parts import (
    CAR_SIZE_M,
    FURNITURE_SIZE_M,
    Building,
    Car,
    Crossing,
    Furniture,
    Lid,
    Roadway,
)
from blender_synth.world.scenery.shared.town import (
    CAR_BODIES,
    leaf_colour,
    make_car,
    sample_pavements,
    shop_names,
)
from blender_synth.world.scenery.street.elements import (
    BUILDING_IDS,
    FURNITURE_FIRST_ID,
    PARKING_LANE_M,
    PAVEMENT_IDS,
    SIDES,
    Side,
)
from blender_synth.world.scenery.street.spec import Spec

Sides = Annotated[Weights, only("none", "left", "right", "both")]


@plain
class Randomizer(SceneryRandomizerDefaults, Houses):
    """How streets vary; every parameter is described in the docstring of this file."""

    kind: Literal["street"] = "street"
    length_m: Range = (96.0, 124.0)
    lane_m: Range = (2.8, 3.4)
    parking: Sides = Field(default_factory=lambda: {"none": 1.0, "left": 2.0, "right": 2.0, "both": 1.5})
    pavement_m: Range = (3.0, 5.0)
    kerb_step_m: Range = (0.10, 0.15)
    crossing_x: Range = (-0.35, 0.35)
    shop_share: Range = (0.3, 0.7)
    balcony_share: Range = (0.25, 0.6)
    blank_walls_per_side: Range = (2, 3)
    trees: Sides = Field(default_factory=lambda: {"none": 1.0, "left": 2.0, "right": 2.0, "both": 2.0})
    tree_spacing_m: Range = (9.0, 15.0)
    tree_height_m: Range = (6.2, 9.5)
    leaf_hue: Range = (0.1, 0.9)
    lamp_spacing_m: Range = (18.0, 26.0)
    furniture_per_10_m: Range = (1.2, 2.6)
    car_share: Range = (0.35, 0.8)
    wires: Range = (0, 3)
    wear: Range = (0.25, 0.9)
    paint_wear: Range = (0.3, 0.95)
    soot: Range = (0.15, 0.75)
    litter: Range = (0.1, 0.8)

    def sample(self, streams: Streams) -> Spec:
        """One street; each part uses a random stream of its own name."""
        rng = streams.rng("layout")
        length = uniform(rng, self.length_m)
        parking = pick(rng, self.parking)
        left, right = parking in ("left", "both"), parking in ("right", "both")
        carriageway = 2 * uniform(rng, self.lane_m) + PARKING_LANE_M * (left + right)
        step = uniform(rng, self.kerb_step_m)
        widths: dict[str, float] = {side: uniform(rng, self.pavement_m) for side, _ in SIDES}
        strips = {side: min(1.15, 0.32 * widths[side]) for side in widths}
        side_street = float(rng.uniform(11.0, 14.0))
        crossing_x = uniform(rng, self.crossing_x) * length / 2

        road, crossing = self._road(streams.rng("road"), length, carriageway, crossing_x)
        pavements = sample_pavements(
            streams.rng("pavements"),
            ((number, side, widths.get(side, 2.5), strips.get(side, 0.8)) for side, number in PAVEMENT_IDS.items()),
        )
        wall_y = {side: carriageway / 2 + widths[side] for side in widths}
        buildings = self._buildings(streams.rng("facades"), length, side_street, wall_y)

        cars = self._cars(streams.rng("vehicles"), length, carriageway, left, right, crossing)
        placer = FurniturePlacer(
            FURNITURE_FIRST_ID,
            [car.footprint() for car in cars],
            step,
            is_forbidden=lambda piece: crossing.reaches(
                piece.position_m[0], FURNITURE_SIZE_M[piece.kind][0] * piece.scale / 2 + 0.2
            ),
        )
        furniture = self._furniture(streams, length, carriageway, strips, crossing, placer)
        wires_rng = streams.rng("wires")
        wires = tuple(float(x) for x in wires_rng.uniform(-0.4, 0.45, round(uniform(wires_rng, self.wires))) * length)
        hue = uniform(streams.rng("leaves"), self.leaf_hue)
        litter_rng = streams.rng("litter")
        return Spec(
            length_m=length,
            carriageway_m=carriageway,
            parking_left=left,
            parking_right=right,
            kerb_step_m=step,
            side_street_m=side_street,
            road=road,
            pavements=pavements,
            buildings=buildings,
            furniture=furniture,
            cars=cars,
            wires_x_m=wires,
            leaf_rgb=leaf_colour(hue),
            litter=uniform(litter_rng, self.litter),
            litter_seed=seed_of(litter_rng),
        )

    def _road(
        self, rng: np.random.Generator, length: float, carriageway: float, crossing_x: float
    ) -> tuple[Roadway, Crossing]:
        bar = float(rng.uniform(0.45, 0.55))
        lids = [Lid(kind="manhole", xy_m=(float(x), float(rng.uniform(-1.6, 1.6))), turn_deg=float(rng.uniform(0, 90)))
                for x in np.arange(-length / 2 + 9, length / 2 - 6, 23.0) + rng.uniform(-4, 4)]  # fmt: skip
        for sign in (1, -1):
            for x in np.arange(-length / 2 + 12, length / 2 - 6, 27.0) + rng.uniform(-4, 4):
                lids.append(Lid(kind="drain", xy_m=(float(x), sign * (carriageway / 2 - 0.24))))
        lids = [lid for lid in lids if abs(lid.xy_m[0] - crossing_x) > 3.0]
        paint_wear, wear = uniform(rng, self.paint_wear), uniform(rng, self.wear)
        tone, dash, gap = (float(rng.uniform(*interval)) for interval in ((0.75, 1.25), (2.0, 3.2), (3.0, 5.0)))
        edge_lines = bool(rng.random() < 0.5)
        crossing = Crossing(x_m=crossing_x, width_m=float(rng.uniform(3.2, 4.4)), bar_m=bar, gap_m=bar)
        road = Roadway(
            paint_wear=paint_wear,
            wear=wear,
            tone=tone,
            dash_m=dash,
            gap_m=gap,
            edge_lines=edge_lines,
            crossing=crossing,
            lids=tuple(lids),
            detail_seed=seed_of(rng),
        )
        return road, crossing

    def _buildings(
        self, rng: np.random.Generator, length: float, side_street: float, wall_y: dict[str, float]
    ) -> tuple[Building, ...]:
        half, reach = length / 2, 34.0
        rows: dict[str, tuple[Vec2, float, float]] = {
            "left": ((-half, wall_y["left"]), 270.0, length),
            "right": ((half, -wall_y["right"]), 90.0, length),
            "east": ((half + side_street, reach), 180.0, 2 * reach),
            "west": ((-half - side_street, -reach), 0.0, 2 * reach),
        }
        buildings: list[Building] = []
        shop_share, balcony_share = uniform(rng, self.shop_share), uniform(rng, self.balcony_share)
        soot = uniform(rng, self.soot)
        words = shop_names(rng)
        for row, (start, facing, row_m) in rows.items():
            widths = self.widths(rng, row_m)
            buildings += self.row(
                rng,
                first_id=BUILDING_IDS[row],
                name=row,
                start=start,
                facing_deg=facing,
                widths=widths,
                blanks=self._blank_houses(rng, row, len(widths)),
                shop_share=shop_share if row in ("left", "right") else 0.2,
                balcony_share=balcony_share,
                soot=soot,
                words=words,
            )
        return tuple(buildings)

    def _blank_houses(self, rng: np.random.Generator, row: str, count: int) -> set[int]:
        """Indices of the houses of a row with a windowless section; not those at the ends, which no camera reaches."""
        if row not in ("left", "right"):
            return set()
        inner = np.arange(1, count - 1) if count > 3 else np.arange(count)
        wanted = max(1, round(uniform(rng, self.blank_walls_per_side)))
        return {int(k) for k in rng.choice(inner, size=min(wanted, len(inner)), replace=False)}

    def _cars(
        self, rng: np.random.Generator, length: float, carriageway: float, left: bool, right: bool, crossing: Crossing
    ) -> tuple[Car, ...]:
        """Parked cars along the lanes that exist; none within 4 m of the crossing."""
        cars: list[Car] = []
        share = uniform(rng, self.car_share)
        clear = crossing.width_m / 2 + 4.0
        for has_lane, sign, heading in ((right, -1, 0.0), (left, 1, 180.0)):
            if not has_lane:
                continue
            x = -length / 2 + 4.0
            while x < length / 2 - 7.0:
                body = choose(rng, CAR_BODIES, (0.36, 0.18, 0.18, 0.2, 0.08))
                long, wide, _ = CAR_SIZE_M[body]
                middle = x + long / 2 + float(rng.uniform(0.3, 0.7))
                paint = palette.car(rng)
                y = sign * (carriageway / 2 - wide / 2 - float(rng.uniform(0.18, 0.38)))
                turn = float(rng.normal(0, 0.7)) + (180.0 if rng.random() < 0.08 else 0.0)
                dirt, seed = float(rng.uniform(0.05, 0.6)), seed_of(rng)
                if rng.random() < share and abs(middle - crossing.x_m) - long / 2 > clear:
                    cars.append(make_car(len(cars), body, (middle, y), heading + turn, paint, dirt, seed))
                x = middle + long / 2 + float(rng.uniform(0.3, 0.8))
        return tuple(cars)

    def _furniture(
        self, streams: Streams, length: float, carriageway: float, strips: dict[str, float], crossing: Crossing,
        placer: FurniturePlacer,
    ) -> tuple[Furniture, ...]:  # fmt: skip
        half, kerb = length / 2, carriageway / 2
        towards_road: dict[Side, float] = {"left": 270.0, "right": 90.0}
        lamps = LampStyle.sample(streams.rng("lamps"), self.lamp_spacing_m)
        for i, (side, sign) in enumerate(SIDES):
            for x in np.arange(-half + 5 + i * lamps.spacing_m / 2, half - 3, lamps.spacing_m):
                placer.add("lamp", (x, sign * (kerb + 0.48)), towards_road[side], scale=lamps.scale, rgb=lamps.rgb,
                           variant=lamps.variant)  # fmt: skip

        tree_rng = streams.rng("vegetation")
        tree_sides, spacing = pick(tree_rng, self.trees), uniform(tree_rng, self.tree_spacing_m)
        for side, sign in SIDES:
            for x in np.arange(-half + 4 + tree_rng.uniform(0, 4), half - 4, spacing):
                height, variant = uniform(tree_rng, self.tree_height_m), int(tree_rng.integers(0, 3))
                turn, jitter = tree_rng.uniform(0, 360), tree_rng.uniform(-0.4, 0.4)
                if tree_sides in (side, "both"):
                    placer.add_tree((x + jitter, sign * (kerb + 0.62)), turn, height, variant)

        rng = streams.rng("furniture")
        colours = FurnitureColours.sample(rng)
        bollards = rng.random() < 0.7
        for side, sign in SIDES:
            for edge in (-1, 1):
                for j in range(3 if bollards else 0):
                    x = crossing.x_m + edge * (crossing.width_m / 2 + 0.45 + 1.4 * j)
                    placer.add("bollard", (x, sign * (kerb + 0.34)), towards_road[side], rgb=colours.iron, gap_m=0.2)
            count = round(uniform(rng, self.furniture_per_10_m) * length / 10)
            kinds = rng.choice(len(PAVEMENT_KINDS), size=count, p=[0.24, 0.1, 0.14, 0.13, 0.17, 0.08, 0.09, 0.05])
            for kind in (PAVEMENT_KINDS[int(k)] for k in kinds):
                x, variant = rng.uniform(-half + 3, half - 3), int(rng.integers(0, 4))
                if kind == "bollard":
                    for j in range(int(rng.integers(2, 5))):
                        xy = (x + 1.5 * j, sign * (kerb + 0.34))
                        placer.add("bollard", xy, towards_road[side], rgb=colours.iron, gap_m=0.2)
                elif kind == "sign":  # faces the traffic of its side of the road
                    heading = 180.0 if sign < 0 else 0.0
                    placer.add("sign", (x, sign * (kerb + 0.42)), heading, rgb=colours.iron, variant=variant)
                else:  # the fronts (local -y) face the houses
                    xy = (x, sign * (kerb + kerb_distance_m(kind, strips[side])))
                    placer.add(kind, xy, 180.0 if sign > 0 else 0.0, rgb=colours.of(kind), variant=variant)
        return tuple(placer.pieces)
