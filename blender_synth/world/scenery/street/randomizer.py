"""A city street: two rows of houses, pavements, a carriageway with a crossing, trees, furniture and parked cars.

The street runs along +X with its middle at the origin and the carriageway at z = 0; traffic keeps right. Both ends
are closed by houses across a side street. `Spec` holds resolved values only, `Randomizer` the ranges.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec2, Weights, only, pick, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.houses import Houses
from blender_synth.world.scenery.shared.street_parts import (
    CAR_SIZE_M,
    FURNITURE_SIZE_M,
    Car,
    Crossing,
    Furniture,
    Lid,
    Pavement,
    Roadway,
    overlap,
)
from blender_synth.world.scenery.street.elements import (
    BUILDING_IDS,
    CAR_FIRST_ID,
    FURNITURE_FIRST_ID,
    PARKING_LANE_M,
    PAVEMENT_IDS,
)
from blender_synth.world.scenery.street.spec import Spec

Sides = Annotated[Weights, only("none", "left", "right", "both")]


@plain
class Randomizer(SceneryRandomizerDefaults, Houses):
    """How streets vary. Ranges are `[low, high]` or one number; weights a mapping, a list or one name.

    Attributes:
        length_m: house row to house row at the ends.
        lane_m: one of the two traffic lanes.
        parking: which sides have a parking lane: none, left, right, both.
        pavement_m: kerb to wall.
        kerb_step_m: height of the kerb.
        crossing_x: where the zebra lies along the street, -1 to 1.
        shop_share: share of the ground-floor bays that are shops.
        balcony_share: share of plaster and stone houses with balconies.
        blank_walls_per_side: houses with a closed stretch of ground floor, where mirrors may hang.
        trees: which sides have trees; tree_spacing_m, tree_height_m, leaf_hue (0 blue-green to 1 yellow-green).
        lamp_spacing_m: between lamp posts.
        furniture_per_10_m: benches, bins, bollards, planters and signs on each side.
        car_share: share of the parking places that are taken.
        wires: number of wires strung over the street.
        wear: 0 new to 1 worn; paint_wear: likewise for the paint; soot: likewise for the houses; litter: likewise.
    """

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
        """One street; every draw comes from a stream named after its part."""
        rng = streams.rng("layout")
        length = uniform(rng, self.length_m)
        parking = pick(rng, self.parking)
        left, right = parking in ("left", "both"), parking in ("right", "both")
        carriageway = 2 * uniform(rng, self.lane_m) + PARKING_LANE_M * (left + right)
        step = uniform(rng, self.kerb_step_m)
        widths = {side: uniform(rng, self.pavement_m) for side in ("left", "right")}
        strips = {side: min(1.15, 0.32 * widths[side]) for side in widths}
        side_street = float(rng.uniform(11.0, 14.0))
        crossing_x = uniform(rng, self.crossing_x) * length / 2

        road = self._road(streams.rng("road"), length, carriageway, crossing_x)
        pavements = self._pavements(streams.rng("pavements"), widths, strips)
        wall_y = {side: carriageway / 2 + widths[side] for side in widths}
        buildings = self._buildings(streams.rng("facades"), length, side_street, wall_y)

        cars = self._cars(streams.rng("vehicles"), length, carriageway, left, right, road.crossing)
        taken: list[tuple[Vec2, ...]] = [c.footprint() for c in cars]
        furniture = self._furniture(streams, length, carriageway, strips, step, road.crossing, taken)
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
            leaf_rgb=palette.blend((0.045, 0.085, 0.030), (0.115, 0.145, 0.035), hue),
            litter=uniform(litter_rng, self.litter),
            litter_seed=seed_of(litter_rng),
        )

    def _road(self, rng: np.random.Generator, length: float, carriageway: float, crossing_x: float) -> Roadway:
        bar = float(rng.uniform(0.45, 0.55))
        lids = [Lid(kind="manhole", xy_m=(float(x), float(rng.uniform(-1.6, 1.6))), turn_deg=float(rng.uniform(0, 90)))
                for x in np.arange(-length / 2 + 9, length / 2 - 6, 23.0) + rng.uniform(-4, 4)]  # fmt: skip
        for side in (1, -1):
            for x in np.arange(-length / 2 + 12, length / 2 - 6, 27.0) + rng.uniform(-4, 4):
                lids.append(Lid(kind="drain", xy_m=(float(x), side * (carriageway / 2 - 0.24))))
        lids = [lid for lid in lids if abs(lid.xy_m[0] - crossing_x) > 3.0]
        return Roadway(
            paint_wear=uniform(rng, self.paint_wear),
            wear=uniform(rng, self.wear),
            tone=float(rng.uniform(0.75, 1.25)),
            dash_m=float(rng.uniform(2.0, 3.2)),
            gap_m=float(rng.uniform(3.0, 5.0)),
            edge_lines=bool(rng.random() < 0.5),
            crossing=Crossing(x_m=crossing_x, width_m=float(rng.uniform(3.2, 4.4)), bar_m=bar, gap_m=bar),
            lids=tuple(lids),
            detail_seed=seed_of(rng),
        )

    def _pavements(self, rng: np.random.Generator, widths: dict, strips: dict) -> tuple[Pavement, ...]:
        pattern = str(rng.choice(["slabs", "bond", "pavers", "setts"], p=[0.35, 0.3, 0.25, 0.1]))
        rgb, kerb, dirt = palette.paving(rng, pattern), palette.kerb(rng), float(rng.uniform(0.25, 0.9))
        return tuple(
            Pavement(
                instance_id=PAVEMENT_IDS[side],
                name=f"pavement_{side}",
                width_m=widths.get(side, 2.5),
                strip_m=strips.get(side, 0.8),
                pattern=pattern,
                rgb=rgb,
                kerb_rgb=kerb,
                dirt=dirt,
                detail_seed=seed_of(rng),
            )
            for side in PAVEMENT_IDS
        )

    def _buildings(self, rng: np.random.Generator, length: float, side_street: float, wall_y: dict) -> tuple:
        half, reach = length / 2, 34.0
        rows = {
            "left": ((-half, wall_y["left"]), 270.0, length),
            "right": ((half, -wall_y["right"]), 90.0, length),
            "east": ((half + side_street, reach), 180.0, 2 * reach),
            "west": ((-half - side_street, -reach), 0.0, 2 * reach),
        }
        buildings = []
        shares = uniform(rng, self.shop_share), uniform(rng, self.balcony_share)
        soot = uniform(rng, self.soot)
        words = list(palette.SHOP_WORDS)
        rng.shuffle(words)
        for row, (start, facing, row_m) in rows.items():
            widths = self.widths(rng, row_m)
            blanks = self._blank_houses(rng, row, len(widths))
            last_wall = ""
            x, y = start
            for k, width in enumerate(widths):
                house = self.house(
                    rng,
                    instance_id=BUILDING_IDS[row] + k,
                    name=f"building_{row}_{k}",
                    start=(x, y),
                    facing_deg=facing,
                    width_m=width,
                    blank=k in blanks,
                    shop_share=shares[0] if row in ("left", "right") else 0.2,
                    balcony_share=shares[1],
                    soot=soot,
                    last_wall=last_wall,
                    words=words,
                )
                last_wall = house.wall
                buildings.append(house)
                x, y = house.point(width)
        return tuple(buildings)

    def _blank_houses(self, rng: np.random.Generator, row: str, count: int) -> set[int]:
        """Which houses of a row have a closed stretch: never those at the ends, which cameras do not reach."""
        if row not in ("left", "right"):
            return set()
        inner = np.arange(1, count - 1) if count > 3 else np.arange(count)
        wanted = max(1, round(uniform(rng, self.blank_walls_per_side)))
        return {int(k) for k in rng.choice(inner, size=min(wanted, len(inner)), replace=False)}

    def _cars(self, rng, length, carriageway, left, right, crossing: Crossing) -> tuple[Car, ...]:
        cars: list[Car] = []
        share = uniform(rng, self.car_share)
        for has_lane, sign, heading in ((right, -1, 0.0), (left, 1, 180.0)):
            if not has_lane:
                continue
            x = -length / 2 + 4.0
            while x < length / 2 - 7.0:
                body = str(rng.choice(list(CAR_SIZE_M), p=[0.36, 0.18, 0.18, 0.2, 0.08]))
                size = CAR_SIZE_M[body]
                middle = x + size[0] / 2 + float(rng.uniform(0.3, 0.7))
                clear = crossing.width_m / 2 + 5.0
                rgb, metallic = palette.car(rng)
                y = sign * (carriageway / 2 - size[1] / 2 - float(rng.uniform(0.18, 0.38)))
                turn = float(rng.normal(0, 0.7)) + (180.0 if rng.random() < 0.08 else 0.0)
                dirt, seed = float(rng.uniform(0.05, 0.6)), seed_of(rng)
                if rng.random() < share and abs(middle - crossing.x_m) - size[0] / 2 > clear - 1.0:
                    k = len(cars)
                    cars.append(
                        Car(
                            instance_id=CAR_FIRST_ID + k,
                            name=f"car_{k}",
                            body=body,
                            position_m=(middle, y, 0.0),
                            heading_deg=(heading + turn) % 360.0,
                            rgb=rgb,
                            metallic=metallic,
                            dirt=dirt,
                            detail_seed=seed,
                        )
                    )
                x = middle + size[0] / 2 + float(rng.uniform(0.3, 0.8))
        return tuple(cars)

    def _furniture(self, streams, length, carriageway, strips, step, crossing: Crossing, taken) -> tuple:
        pieces: list[Furniture] = []

        def try_add(kind, x, y, heading, *, scale=1.0, rgb=(0.05, 0.05, 0.055), variant=0, crown=0.0, gap=0.35) -> None:
            piece = Furniture(
                instance_id=FURNITURE_FIRST_ID + len(pieces),
                name=f"{kind}_{len(pieces)}",
                kind=kind,
                position_m=(float(x), float(y), step),
                heading_deg=float(heading) % 360.0,
                scale=float(scale),
                rgb=rgb,
                variant=int(variant),
                crown_m=float(crown),
            )
            half = FURNITURE_SIZE_M[kind][0] * scale / 2
            in_crossing = abs(x - crossing.x_m) < crossing.width_m / 2 + half + 0.2
            if in_crossing or any(overlap(piece.footprint(), t, gap) for t in taken):
                return
            taken.append(piece.footprint())
            pieces.append(piece)

        half = length / 2
        sides = {"left": (1, 270.0), "right": (-1, 90.0)}
        lamp_rng = streams.rng("lamps")
        lamp_gap, lamp_kind = uniform(lamp_rng, self.lamp_spacing_m), int(lamp_rng.integers(0, 2))
        lamp_rgb, lamp_scale = palette.ironwork(lamp_rng), float(lamp_rng.uniform(0.85, 1.1))
        for i, (sign, out) in enumerate(sides.values()):
            y = sign * (carriageway / 2 + 0.48)
            for x in np.arange(-half + 5 + i * lamp_gap / 2, half - 3, lamp_gap):
                try_add("lamp", x, y, out, scale=lamp_scale, rgb=lamp_rgb, variant=lamp_kind)

        tree_rng = streams.rng("vegetation")
        which, spacing = pick(tree_rng, self.trees), uniform(tree_rng, self.tree_spacing_m)
        for side, (sign, _) in sides.items():
            for x in np.arange(-half + 4 + tree_rng.uniform(0, 4), half - 4, spacing):
                height, variant, turn = (
                    uniform(tree_rng, self.tree_height_m),
                    tree_rng.integers(0, 3),
                    tree_rng.uniform(0, 360),
                )
                jitter = tree_rng.uniform(-0.4, 0.4)
                if which not in (side, "both"):
                    continue
                scale = height / FURNITURE_SIZE_M["tree"][2]
                y = sign * (carriageway / 2 + 0.62)
                try_add("tree", x + jitter, y, turn, scale=scale, variant=variant, crown=2.6 * scale, gap=0.6)

        rng = streams.rng("furniture")
        iron, paint = palette.ironwork(rng), palette.furniture_paint(rng)
        bollards = rng.random() < 0.7
        for side, (sign, out) in sides.items():
            kerb = carriageway / 2
            for edge in (-1, 1):
                for j in range(3 if bollards else 0):
                    x = crossing.x_m + edge * (crossing.width_m / 2 + 0.45 + 1.4 * j)
                    try_add("bollard", x, sign * (kerb + 0.34), out, rgb=iron, gap=0.2)
            count = round(uniform(rng, self.furniture_per_10_m) * length / 10)
            kinds = rng.choice(
                ["bollard", "bench", "bin", "planter", "sign", "cabinet", "bicycle_stand", "parking_meter"],
                size=count,
                p=[0.24, 0.1, 0.14, 0.13, 0.17, 0.08, 0.09, 0.05],
            )
            for kind in kinds:
                x, v = rng.uniform(-half + 3, half - 3), rng.integers(0, 4)
                deep = FURNITURE_SIZE_M[kind][1]
                y = sign * (kerb + max(0.36, min(strips[side] - deep / 2 - 0.02, 0.6)))
                rgb = paint if kind in ("bench", "planter", "bin") else iron
                if kind == "bollard":
                    for j in range(int(rng.integers(2, 5))):
                        try_add("bollard", x + 1.5 * j, sign * (kerb + 0.34), out, rgb=iron, gap=0.2)
                    continue
                if kind == "sign":
                    # a traffic sign faces the traffic of its own side, which keeps right
                    heading = 180.0 if sign < 0 else 0.0
                    try_add("sign", x, sign * (kerb + 0.42), heading, rgb=iron, variant=v)
                    continue
                # fronts (-y of the piece) look towards the houses
                try_add(kind, x, y, 180.0 if sign > 0 else 0.0, rgb=rgb, variant=v)
        return tuple(pieces)
