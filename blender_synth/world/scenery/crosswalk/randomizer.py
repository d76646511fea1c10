"""Parameters of crossings.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `arm_m` | [38, 48] | m | length of an arm from the centre of the junction |
| `lane_m` | [2.9, 3.4] | m | width of a lane |
| `pavement_m` | [3.4, 4.8] | m | width of a pavement, kerb to wall |
| `corner_radius_m` | [2.4, 4] | m | radius of the kerbs at the corners |
| `kerb_step_m` | [0.1, 0.15] | m | height of the kerb |
| `zebra_m` | [3.2, 5] | m | width of a zebra crossing, along the road |
| `bar_m` | [0.42, 0.58] | m | width of a bar of the zebra crossing, and of a gap |
| `control` | {signals: 4, signs: 1} | weights | signals or signs; with signs, pedestrians cross every arm |
| `all_walk_share` | 0.35 | share | probability that the signals let pedestrians cross all arms at once |
| `island` | {none: 2, x: 1, y: 1} | weights | which street has refuge islands: none, x, y |
| `island_m` | [1.7, 2.2] | m | width of a refuge island |
| `queue` | [1, 3] | count | number of cars that wait at a stop line |
| `other_cars` | [0, 2] | count | number of other cars on an arm |
| `shop_share` | [0.35, 0.75] | share | share of the ground-floor bays that are shops |
| `balcony_share` | [0.2, 0.5] | share | share of the plaster and stone houses with balconies |
| `blank_share` | [0.35, 0.6] | share | share of the corners whose first house has a windowless section |
| `tree_share` | [0, 0.8] | share | share of the sides of the arms that have trees |
| `tree_spacing_m` | [8, 13] | m | distance between trees |
| `tree_height_m` | [6.2, 9] | m | height of the trees |
| `leaf_hue` | [0.1, 0.9] | 0 to 1 | colour of leaves, 0 blue-green to 1 yellow-green |
| `lamp_spacing_m` | [16, 24] | m | distance between lamp posts |
| `furniture_per_10_m` | [1, 2.2] | 1/10 m | furniture on each side of an arm |
| `wear` | [0.25, 0.9] | 0 to 1 | road surface, 0 new to 1 worn |
| `paint_wear` | [0.1, 0.75] | 0 to 1 | road markings, 0 new to 1 worn |
| `soot` | [0.15, 0.7] | 0 to 1 | houses, 0 clean to 1 dirty |
| `litter` | [0.1, 0.7] | 0 to 1 | ground, 0 clean to 1 littered |

The parameters of houses are in the docstring of `shared.houses.Houses`.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec2, Weights, only, pick, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.crosswalk.corner_house import corner_house
from blender_synth.world.scenery.crosswalk.elements import (
    ARMS,
    BUILDING_FIRST_ID,
    CORNERS,
    END_BUILDING_FIRST_ID,
    END_PAVEMENT_FIRST_ID,
    END_REACH_M,
    FURNITURE_FIRST_ID,
    NOSE_M,
    PAVEMENT_FIRST_ID,
    RAMP_M,
    RAMP_SIDE_M,
    SIGNAL_FIRST_ID,
    Arm,
    Signal,
    Street,
    StreetName,
)
from blender_synth.world.scenery.crosswalk.spec import Spec
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
    Building,
    Car,
    CarBody,
    Crossing,
    Furniture,
    Lid,
    Roadway,
)
from blender_synth.world.scenery.shared.town import CAR_BODIES, leaf_colour, make_car, sample_pavements, shop_names

Islands = Annotated[Weights, only("none", "x", "y")]
Controls = Annotated[Weights, only("signals", "signs")]

STREETS: tuple[StreetName, ...] = ("x", "y")
Arms = tuple[Arm, Arm, Arm, Arm]


@plain
class Randomizer(SceneryRandomizerDefaults, Houses):
    """How crossings vary; every parameter is described in the docstring of this file."""

    kind: Literal["crosswalk"] = "crosswalk"
    arm_m: Range = (38.0, 48.0)
    lane_m: Range = (2.9, 3.4)
    pavement_m: Range = (3.4, 4.8)
    corner_radius_m: Range = (2.4, 4.0)
    kerb_step_m: Range = (0.10, 0.15)
    zebra_m: Range = (3.2, 5.0)
    bar_m: Range = (0.42, 0.58)
    control: Controls = Field(default_factory=lambda: {"signals": 4.0, "signs": 1.0})
    all_walk_share: float = Field(default=0.35, ge=0, le=1)
    island: Islands = Field(default_factory=lambda: {"none": 2.0, "x": 1.0, "y": 1.0})
    island_m: Range = (1.7, 2.2)
    queue: Range = (1, 3)
    other_cars: Range = (0, 2)
    shop_share: Range = (0.35, 0.75)
    balcony_share: Range = (0.2, 0.5)
    blank_share: Range = (0.35, 0.6)
    tree_share: Range = (0.0, 0.8)
    tree_spacing_m: Range = (8.0, 13.0)
    tree_height_m: Range = (6.2, 9.0)
    leaf_hue: Range = (0.1, 0.9)
    lamp_spacing_m: Range = (16.0, 24.0)
    furniture_per_10_m: Range = (1.0, 2.2)
    wear: Range = (0.25, 0.9)
    paint_wear: Range = (0.1, 0.75)
    soot: Range = (0.15, 0.7)
    litter: Range = (0.1, 0.7)

    def sample(self, streams: Streams) -> Spec:
        """One crossing; each part uses a random stream of its own name."""
        rng = streams.rng("layout")
        island, island_m = pick(rng, self.island), uniform(rng, self.island_m)
        shapes: dict[StreetName, tuple[float, float, float]] = {}  # carriageway, pavement, length of an arm
        for name in STREETS:
            lane, pavement, half = uniform(rng, self.lane_m), uniform(rng, self.pavement_m), uniform(rng, self.arm_m)
            shapes[name] = (2 * lane + island_m * (island == name), pavement, half)
        radius = min(uniform(rng, self.corner_radius_m), *(p for _, p, _ in shapes.values()))
        step, side_street = uniform(rng, self.kerb_step_m), float(rng.uniform(10.5, 13.0))
        arms = self._arms(streams.rng("crossings"), shapes, radius)
        control_rng = streams.rng("control")
        control = pick(control_rng, self.control)
        arms = self._phases(control_rng, arms, control)
        roads = streams.rng("road")
        street_x, street_y = (
            Street(
                name=name,
                half_length_m=half,
                carriageway_m=wide,
                island_m=island_m if island == name else 0.0,
                pavement_m=pavement,
                road=self._road(roads, half, wide, arms),
            )
            for name, (wide, pavement, half) in shapes.items()
        )
        streets = (street_x, street_y)
        hue, litter_rng = uniform(streams.rng("leaves"), self.leaf_hue), streams.rng("litter")
        spec = Spec(
            streets=streets,
            arms=arms,
            corner_radius_m=radius,
            kerb_step_m=step,
            side_street_m=side_street,
            free_arm="",
            pavements=sample_pavements(streams.rng("pavements"), _pavement_surfaces(streets[0].pavement_m)),
            buildings=self._buildings(streams.rng("facades"), streets, side_street),
            signals=(),
            furniture=(),
            cars=(),
            leaf_rgb=leaf_colour(hue),
            litter=uniform(litter_rng, self.litter),
            litter_seed=seed_of(litter_rng),
        )
        cars_rng = streams.rng("vehicles")
        walking = [arm.name for arm in arms if arm.walks]
        spec = replace(spec, free_arm=walking[int(cars_rng.integers(len(walking)))])
        spec = replace(spec, cars=self._cars(cars_rng, spec))
        if control == "signals":
            spec = replace(spec, signals=self._signals(streams.rng("signals"), spec))
        return replace(spec, furniture=self._furniture(streams, spec, control))

    def _arms(
        self, rng: np.random.Generator, shapes: dict[StreetName, tuple[float, float, float]], radius: float
    ) -> Arms:
        arms = []
        for number, name in enumerate(ARMS):
            across = shapes[STREETS[(number + 1) % 2]][0] / 2  # half the width of the crossing street
            width, bar = uniform(rng, self.zebra_m), uniform(rng, self.bar_m)
            middle = across + radius + RAMP_SIDE_M + float(rng.uniform(0.1, 1.6)) + width / 2
            zebra = Crossing(x_m=middle, width_m=width, bar_m=bar, gap_m=bar)
            stop = middle + width / 2 + float(rng.uniform(0.9, 2.2)) + NOSE_M * 0.5
            arms.append(Arm(name=name, zebra=zebra, stop_m=stop, walks=True))
        east, north, west, south = arms
        return east, north, west, south

    def _phases(self, rng: np.random.Generator, arms: Arms, control: str) -> Arms:
        """The arms with `walks` set: those of one street, or all."""
        both, street = rng.random() < self.all_walk_share, int(rng.integers(2))
        if control == "signs" or both:
            return arms
        east, north, west, south = (replace(arm, walks=number % 2 == street) for number, arm in enumerate(arms))
        return east, north, west, south

    def _road(self, rng: np.random.Generator, half: float, carriageway: float, arms: Arms) -> Roadway:
        lids = []
        furthest = max(arm.stop_m for arm in arms)
        for sign in (-1, 1):
            for along in np.arange(furthest + 2.0, half - 4.0, 17.0) + rng.uniform(0, 4):
                lids.append(
                    Lid(kind="manhole", xy_m=(sign * float(along), float(rng.uniform(-1.4, 1.4))),
                        turn_deg=float(rng.uniform(0, 90)))
                )  # fmt: skip
                for side in (1, -1):
                    lids.append(Lid(kind="drain", xy_m=(sign * float(along - 1.0), side * (carriageway / 2 - 0.24))))
        return Roadway(
            paint_wear=uniform(rng, self.paint_wear),
            wear=uniform(rng, self.wear),
            tone=float(rng.uniform(0.75, 1.25)),
            dash_m=float(rng.uniform(2.0, 3.2)),
            gap_m=float(rng.uniform(3.0, 5.0)),
            edge_lines=False,
            crossing=None,
            lids=tuple(lids),
            detail_seed=seed_of(rng),
        )

    def _buildings(
        self, rng: np.random.Generator, streets: tuple[Street, Street], side_street: float
    ) -> tuple[Building, ...]:
        buildings: list[Building] = []
        shops, balconies = uniform(rng, self.shop_share), uniform(rng, self.balcony_share)
        soot, blank = uniform(rng, self.soot), uniform(rng, self.blank_share)
        words = shop_names(rng)

        def row(
            first_id: int, name: str, start: Vec2, facing: float, row_m: float, blanks: Collection[int] = (),
            shop_share: float = shops,
        ) -> list[Building]:  # fmt: skip
            """A row of houses; negative `blanks` count from its end."""
            widths = self.widths(rng, row_m)
            return self.row(
                rng,
                first_id=first_id,
                name=name,
                start=start,
                facing_deg=facing,
                widths=widths,
                blanks={k % len(widths) if k < 0 else k for k in blanks},
                shop_share=shop_share,
                balcony_share=balconies,
                soot=soot,
                words=words,
            )

        for number, name in enumerate(ARMS):
            own, other = streets[number % 2], streets[(number + 1) % 2]
            arm = Arm(name=name, zebra=Crossing(x_m=0, width_m=1, bar_m=1, gap_m=1), stop_m=0, walks=False)
            a = arm.azimuth_deg
            wall, corner = own.kerb_m + own.pavement_m, other.kerb_m + other.pavement_m
            at_corner = bool(rng.random() < blank)
            first = BUILDING_FIRST_ID + 12 * number
            own_m, other_m = own.half_length_m - corner, other.half_length_m - wall
            along = row(first, CORNERS[number], arm.point(corner, wall), (a + 270.0) % 360.0, own_m,
                        {0} if at_corner else {1})  # fmt: skip
            # the row around the corner, along the next arm: its last house is the first one of `along`
            start = arm.point(corner, other.half_length_m)
            beside = row(first + 6, f"{CORNERS[number]}_beside", start, (a + 180.0) % 360.0, other_m,
                         {-2} if rng.random() < 0.6 else {-1})  # fmt: skip
            along[0], beside[-1] = corner_house(along[0], beside[-1])
            buildings += [*along, *beside]
        for number, name in enumerate(ARMS):
            half = streets[number % 2].half_length_m + side_street
            arm = Arm(name=name, zebra=Crossing(x_m=0, width_m=1, bar_m=1, gap_m=1), stop_m=0, walks=False)
            buildings += row(END_BUILDING_FIRST_ID + 8 * number, f"end_{name}", arm.point(half, END_REACH_M),
                             (arm.azimuth_deg + 180.0) % 360.0, 2 * END_REACH_M, (), 0.25)  # fmt: skip
        return tuple(buildings)

    def _car(self, rng: np.random.Generator, number: int, xy: Vec2, heading: float, body: CarBody) -> Car:
        paint, turn = palette.car(rng), float(rng.normal(0, 0.7))
        dirt, seed = float(rng.uniform(0.05, 0.6)), seed_of(rng)
        return make_car(number, body, xy, heading + turn, paint, dirt, seed)

    def _cars(self, rng: np.random.Generator, spec: Spec) -> tuple[Car, ...]:
        """Queues at the stop lines where pedestrians cross, and moving cars."""
        cars: list[Car] = []

        def sample_body() -> CarBody:
            return choose(rng, CAR_BODIES, (0.36, 0.18, 0.18, 0.2, 0.08))

        for arm in spec.arms:
            street, a = spec.street(arm), arm.azimuth_deg
            reach = street.half_length_m - 6.0
            along = arm.stop_m + float(rng.uniform(0.4, 1.2))
            for _ in range(round(uniform(rng, self.queue)) if arm.walks and arm.name != spec.free_arm else 0):
                body = sample_body()
                long = CAR_SIZE_M[body][0]
                left = street.lane_m + float(rng.normal(0, 0.08))
                if along + long < reach:
                    cars.append(self._car(rng, len(cars), arm.point(along + long / 2, left), a + 180.0, body))
                along += long + float(rng.uniform(0.9, 2.2))
            for _ in range(round(uniform(rng, self.other_cars))):
                body, away = sample_body(), bool(rng.random() < 0.7)
                if arm.name == spec.free_arm or arm.walks:
                    away = True  # waiting cars use the lane towards the junction
                long = CAR_SIZE_M[body][0]
                at = float(rng.uniform(arm.stop_m + 7.0, reach - long))
                left = street.lane_m * (-1.0 if away else 1.0) + float(rng.normal(0, 0.1))
                car = self._car(rng, len(cars), arm.point(at, left), a + (0.0 if away else 180.0), body)
                if not FurniturePlacer(occupied=[c.footprint() for c in cars]).collides(car.footprint(), 2.0):
                    cars.append(car)
        return tuple(cars)

    def _signals(self, rng: np.random.Generator, spec: Spec) -> tuple[Signal, ...]:
        signals: list[Signal] = []
        rgb = palette.ironwork(rng)
        mast = float(rng.uniform(2.4, 3.4)) if rng.random() < 0.35 else 0.0
        both = bool(rng.random() < 0.6)
        for arm in spec.arms:
            street, a = spec.street(arm), arm.azimuth_deg
            for sign in (1.0, -1.0):
                along = arm.zebra.x_m + arm.zebra.width_m / 2 + RAMP_SIDE_M + 0.12
                at = arm.point(along, sign * (street.kerb_m + 0.42))
                signals.append(
                    Signal(
                        instance_id=SIGNAL_FIRST_ID + len(signals),
                        name=f"signal_{arm.name}_{'left' if sign > 0 else 'right'}",
                        position_m=(*at, spec.kerb_step_m),
                        heading_deg=a,
                        across_deg=(a - sign * 90.0) % 360.0,
                        traffic=sign > 0 or both,
                        walks=arm.walks,
                        mast_m=mast if sign > 0 else 0.0,
                        rgb=rgb,
                    )
                )
        return tuple(signals)

    def _furniture(self, streams: Streams, spec: Spec, control: str) -> tuple[Furniture, ...]:
        occupied = [s.footprint() for s in spec.signals]
        for arm in spec.arms:  # kerb ramps and the views along the zebra crossings stay free
            street, zebra = spec.street(arm), arm.zebra
            reach, half = street.kerb_m + street.pavement_m, zebra.width_m / 2 + RAMP_SIDE_M + 0.1
            occupied.append(arm.box(zebra.x_m - half, zebra.x_m + half, -reach, reach))
        placer = FurniturePlacer(FURNITURE_FIRST_ID, occupied, spec.kerb_step_m)
        lamp_rng, tree_rng, rng = (streams.rng(name) for name in ("lamps", "vegetation", "furniture"))
        lamps = LampStyle.sample(lamp_rng, self.lamp_spacing_m)
        share, tree_gap = uniform(tree_rng, self.tree_share), uniform(tree_rng, self.tree_spacing_m)
        tree_kind, height = int(tree_rng.integers(0, 3)), uniform(tree_rng, self.tree_height_m)
        colours = FurnitureColours.sample(rng)
        railing_corner = rng.random() < 0.55
        for number, arm in enumerate(spec.arms):
            street, other, a = spec.street(arm), spec.cross_street(arm), arm.azimuth_deg
            k, q, r = street.kerb_m, other.kerb_m, spec.corner_radius_m
            if control == "signs":
                for sign in (1.0, -1.0):
                    at = arm.point(arm.zebra.x_m + arm.zebra.width_m / 2 + 0.8, sign * (k + 0.42))
                    placer.add("sign", at, a, rgb=colours.iron, variant=3, gap_m=0.02)
            for turn in np.radians(np.linspace(190, 260, 5)) if railing_corner else ():
                at = arm.point(q + r + (r - 0.35) * math.cos(turn), k + r + (r - 0.35) * math.sin(turn))
                placer.add("bollard", at, a, rgb=colours.iron, gap_m=0.15)
            start = arm.zebra.x_m + arm.zebra.width_m / 2 + 1.0
            for side, sign in enumerate((1.0, -1.0)):
                out = a - 90.0 * sign  # towards the carriageway
                first = start + 0.4 + lamps.spacing_m * 0.5 * ((number + side) % 2)
                for along in np.arange(first, street.half_length_m - 2.0, lamps.spacing_m):
                    placer.add("lamp", arm.point(float(along), sign * (k + 0.48)), out, scale=lamps.scale,
                                 rgb=lamps.rgb, variant=lamps.variant)  # fmt: skip
                leafy = tree_rng.random() < share
                offset, turns = tree_rng.uniform(3.0, 6.0), tree_rng.uniform(0, 360, 8)
                for n, along in enumerate(np.arange(start + offset, street.half_length_m - 3.0, tree_gap)):
                    if leafy:
                        at = arm.point(float(along), sign * (k + 0.62))
                        placer.add_tree(at, float(turns[n % 8]), height * (0.92 + 0.02 * (n % 5)), tree_kind)
                count = round(uniform(rng, self.furniture_per_10_m) * (street.half_length_m - start) / 10)
                kinds = rng.choice(len(PAVEMENT_KINDS), size=count, p=[0.2, 0.12, 0.16, 0.12, 0.14, 0.1, 0.1, 0.06])
                for kind in (PAVEMENT_KINDS[int(k)] for k in kinds):
                    along, v = float(rng.uniform(start + 0.5, street.half_length_m - 3.0)), int(rng.integers(0, 3))
                    left = sign * (k + kerb_distance_m(kind, RAMP_M))
                    if kind == "sign":
                        placer.add(
                            "sign",
                            arm.point(along, left),
                            a + (0.0 if sign > 0 else 180.0),
                            rgb=colours.iron,
                            variant=v,
                        )
                        continue
                    placer.add(kind, arm.point(along, left), out + 270.0, rgb=colours.of(kind), variant=v)
        return tuple(placer.pieces)


def _pavement_surfaces(width_m: float) -> list[tuple[int, str, float, float]]:
    """The pavements at the four corners and at the ends of the arms, for `sample_pavements`."""
    surfaces = [(PAVEMENT_FIRST_ID + i, CORNERS[i]) for i in range(4)]
    surfaces += [(END_PAVEMENT_FIRST_ID + i, f"end_{ARMS[i]}") for i in range(4)]
    return [(instance_id, name, width_m, RAMP_M) for instance_id, name in surfaces]
