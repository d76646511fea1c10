"""Where two streets cross: zebras over all four arms, signals or signs, waiting cars, houses at the corners.

The junction's middle is the origin, one street runs along +X, the other along +Y, the carriageways lie at z = 0 and
traffic keeps right. Each arm is closed by houses across a side street. `Spec` holds resolved values only,
`Randomizer` the ranges.

An arm's own frame: `along` counts from the middle of the junction outwards, `left` to the left of that. Cars drive
towards the junction on the left half of an arm so seen, and away from it on the right half.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec2, Weights, only, pick, plain, seed_of, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.scenery.crosswalk.elements import (
    ARMS,
    BUILDING_FIRST_ID,
    CAR_FIRST_ID,
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
)
from blender_synth.world.scenery.crosswalk.spec import Spec
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.houses import Houses
from blender_synth.world.scenery.shared.street_parts import (
    CAR_SIZE_M,
    FURNITURE_SIZE_M,
    Building,
    Car,
    Crossing,
    Furniture,
    GroundBay,
    Lid,
    Pavement,
    Roadway,
)
from blender_synth.world.scenery.shared.town import (
    Standing,
)

Islands = Annotated[Weights, only("none", "x", "y")]
Controls = Annotated[Weights, only("signals", "signs")]


@plain
class Randomizer(SceneryRandomizerDefaults, Houses):
    """How crossings vary. Ranges are `[low, high]` or one number; weights a mapping, a list or one name.

    Attributes:
        arm_m: from the middle of the junction to the houses that close an arm's sides.
        lane_m: one lane. pavement_m: kerb to wall. corner_radius_m: of the kerbs. kerb_step_m: their height.
        zebra_m: width of the zebras, along the way of the cars. bar_m: of a bar and of a gap.
        control: signals, or signs only; with signs people walk everywhere.
        all_walk_share: how often signals let people walk over all arms at once.
        island: which street has refuge islands. island_m: their width.
        queue: cars that wait before a stop line. other_cars: on the rest of an arm.
        shop_share, balcony_share, soot: as in a street. blank_share: of the houses near the corner, how many have a
            closed stretch.
        tree_share: of the arms' sides, how many have trees; tree_spacing_m, tree_height_m, leaf_hue.
        lamp_spacing_m: between lamp posts. furniture_per_10_m: on each side of an arm.
        wear, paint_wear, litter: 0 new or clean to 1.
    """

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
        """One crossing; every draw comes from a stream named after its part."""
        rng = streams.rng("layout")
        island, island_m = pick(rng, self.island), uniform(rng, self.island_m)
        shapes = {}
        for name in ("x", "y"):
            lane, pavement, half = uniform(rng, self.lane_m), uniform(rng, self.pavement_m), uniform(rng, self.arm_m)
            shapes[name] = (2 * lane + island_m * (island == name), pavement, half)
        radius = min(uniform(rng, self.corner_radius_m), *(p for _, p, _ in shapes.values()))
        step, side_street = uniform(rng, self.kerb_step_m), float(rng.uniform(10.5, 13.0))
        arms = self._arms(streams.rng("crossings"), shapes, radius)
        control_rng = streams.rng("control")
        control = pick(control_rng, self.control)
        arms = self._phases(control_rng, arms, control)
        roads = streams.rng("road")
        streets = tuple(
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
        hue, litter_rng = uniform(streams.rng("leaves"), self.leaf_hue), streams.rng("litter")
        spec = Spec(
            streets=streets,
            arms=arms,
            corner_radius_m=radius,
            kerb_step_m=step,
            side_street_m=side_street,
            free_arm="",
            pavements=self._pavements(streams.rng("pavements"), streets),
            buildings=self._buildings(streams.rng("facades"), streets, side_street),
            signals=(),
            furniture=(),
            cars=(),
            leaf_rgb=palette.blend((0.045, 0.085, 0.030), (0.115, 0.145, 0.035), hue),
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

    def _arms(self, rng: np.random.Generator, shapes: dict, radius: float) -> tuple[Arm, ...]:
        arms = []
        for number, name in enumerate(ARMS):
            across = shapes["yx"[number % 2]][0] / 2  # half of the street that this arm comes out of
            width, bar = uniform(rng, self.zebra_m), uniform(rng, self.bar_m)
            middle = across + radius + RAMP_SIDE_M + float(rng.uniform(0.1, 1.6)) + width / 2
            zebra = Crossing(x_m=middle, width_m=width, bar_m=bar, gap_m=bar)
            stop = middle + width / 2 + float(rng.uniform(0.9, 2.2)) + NOSE_M * 0.5
            arms.append(Arm(name=name, zebra=zebra, stop_m=stop, walks=True))
        return tuple(arms)

    def _phases(self, rng: np.random.Generator, arms, control: str) -> tuple[Arm, ...]:
        """Which arms people may walk over: those of one street, or all."""
        both, street = rng.random() < self.all_walk_share, int(rng.integers(2))
        if control == "signs" or both:
            return arms
        return tuple(replace(arm, walks=number % 2 == street) for number, arm in enumerate(arms))

    def _road(self, rng: np.random.Generator, half: float, carriageway: float, arms) -> Roadway:
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

    def _pavements(self, rng: np.random.Generator, streets) -> tuple[Pavement, ...]:
        pattern = str(rng.choice(["slabs", "bond", "pavers", "setts"], p=[0.35, 0.3, 0.25, 0.1]))
        rgb, kerb, dirt = palette.paving(rng, pattern), palette.kerb(rng), float(rng.uniform(0.25, 0.9))
        names = [*((PAVEMENT_FIRST_ID + i, CORNERS[i]) for i in range(4))]
        names += [(END_PAVEMENT_FIRST_ID + i, f"end_{ARMS[i]}") for i in range(4)]
        return tuple(
            Pavement(
                instance_id=number,
                name=f"pavement_{name}",
                width_m=streets[0].pavement_m,
                strip_m=RAMP_M,
                pattern=pattern,
                rgb=rgb,
                kerb_rgb=kerb,
                dirt=dirt,
                detail_seed=seed_of(rng),
            )
            for number, name in names
        )

    def _buildings(self, rng: np.random.Generator, streets, side_street: float) -> tuple[Building, ...]:
        buildings: list[Building] = []
        shops, balconies = uniform(rng, self.shop_share), uniform(rng, self.balcony_share)
        soot, blank = uniform(rng, self.soot), uniform(rng, self.blank_share)
        words = list(palette.SHOP_WORDS)
        rng.shuffle(words)

        def row(first_id, name, start, facing, row_m, blanks=(), shop_share=shops):
            houses, last, at = [], "", start
            widths = self.widths(rng, row_m)
            for k, width in enumerate(widths):
                houses.append(
                    self.house(
                        rng,
                        instance_id=first_id + k,
                        name=f"building_{name}_{k}",
                        start=at,
                        facing_deg=facing,
                        width_m=width,
                        blank=k in blanks or k - len(widths) in blanks,
                        shop_share=shop_share,
                        balcony_share=balconies,
                        soot=soot,
                        last_wall=last,
                        words=words,
                    )
                )
                last, at = houses[-1].wall, houses[-1].point(width)
            return houses

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
            # the other front of the corner, seen from the next arm: its last house is the first one of `along`
            start = arm.point(corner, other.half_length_m)
            beside = row(first + 6, f"{CORNERS[number]}_beside", start, (a + 180.0) % 360.0, other_m,
                         {-2} if rng.random() < 0.6 else {-1})  # fmt: skip
            along[0], beside[-1] = _corner_house(along[0], beside[-1])
            buildings += [*along, *beside]
        for number, name in enumerate(ARMS):
            half = streets[number % 2].half_length_m + side_street
            arm = Arm(name=name, zebra=Crossing(x_m=0, width_m=1, bar_m=1, gap_m=1), stop_m=0, walks=False)
            buildings += row(END_BUILDING_FIRST_ID + 8 * number, f"end_{name}", arm.point(half, END_REACH_M),
                             (arm.azimuth_deg + 180.0) % 360.0, 2 * END_REACH_M, (), 0.25)  # fmt: skip
        return tuple(buildings)

    def _car(self, rng: np.random.Generator, number: int, xy: Vec2, heading: float, body: str) -> Car:
        rgb, metallic = palette.car(rng)
        return Car(
            instance_id=CAR_FIRST_ID + number,
            name=f"car_{number}",
            body=body,
            position_m=(float(xy[0]), float(xy[1]), 0.0),
            heading_deg=(heading + float(rng.normal(0, 0.7))) % 360.0,
            rgb=rgb,
            metallic=metallic,
            dirt=float(rng.uniform(0.05, 0.6)),
            detail_seed=seed_of(rng),
        )

    def _cars(self, rng: np.random.Generator, spec: Spec) -> tuple[Car, ...]:
        """Queues at the lines where people may walk, and cars on their way elsewhere."""
        cars: list[Car] = []
        bodies = list(CAR_SIZE_M)

        def body() -> str:
            return str(rng.choice(bodies, p=[0.36, 0.18, 0.18, 0.2, 0.08]))

        for arm in spec.arms:
            street, a = spec.street(arm), arm.azimuth_deg
            reach = street.half_length_m - 6.0
            along = arm.stop_m + float(rng.uniform(0.4, 1.2))
            for _ in range(round(uniform(rng, self.queue)) if arm.walks and arm.name != spec.free_arm else 0):
                kind = body()
                long = CAR_SIZE_M[kind][0]
                left = street.lane_m + float(rng.normal(0, 0.08))
                if along + long < reach:
                    cars.append(self._car(rng, len(cars), arm.point(along + long / 2, left), a + 180.0, kind))
                along += long + float(rng.uniform(0.9, 2.2))
            for _ in range(round(uniform(rng, self.other_cars))):
                kind, away = body(), bool(rng.random() < 0.7)
                if arm.name == spec.free_arm or arm.walks:
                    away = True  # the lane towards the junction belongs to who waits there
                long = CAR_SIZE_M[kind][0]
                at = float(rng.uniform(arm.stop_m + 7.0, reach - long))
                left = street.lane_m * (-1.0 if away else 1.0) + float(rng.normal(0, 0.1))
                car = self._car(rng, len(cars), arm.point(at, left), a + (0.0 if away else 180.0), kind)
                if not Standing(0, [c.footprint() for c in cars]).touches(car.footprint(), 2.0):
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
        taken = [s.footprint() for s in spec.signals]
        for arm in spec.arms:  # ramps and where cameras look over the zebra stay free
            street, zebra = spec.street(arm), arm.zebra
            reach, half = street.kerb_m + street.pavement_m, zebra.width_m / 2 + RAMP_SIDE_M + 0.1
            taken.append(arm.box(zebra.x_m - half, zebra.x_m + half, -reach, reach))
        standing = Standing(FURNITURE_FIRST_ID, taken, spec.kerb_step_m)
        lamp_rng, tree_rng, rng = (streams.rng(name) for name in ("lamps", "vegetation", "furniture"))
        spacing, variant = uniform(lamp_rng, self.lamp_spacing_m), int(lamp_rng.integers(0, 2))
        lamp_rgb, lamp_scale = palette.ironwork(lamp_rng), float(lamp_rng.uniform(0.85, 1.1))
        share, tree_gap = uniform(tree_rng, self.tree_share), uniform(tree_rng, self.tree_spacing_m)
        tree_kind, height = int(tree_rng.integers(0, 3)), uniform(tree_rng, self.tree_height_m)
        iron, paint = palette.ironwork(rng), palette.furniture_paint(rng)
        railing_corner = rng.random() < 0.55
        for number, arm in enumerate(spec.arms):
            street, other, a = spec.street(arm), spec.cross_street(arm), arm.azimuth_deg
            k, q, r = street.kerb_m, other.kerb_m, spec.corner_radius_m
            if control == "signs":
                for sign in (1.0, -1.0):
                    at = arm.point(arm.zebra.x_m + arm.zebra.width_m / 2 + 0.8, sign * (k + 0.42))
                    standing.add("sign", at, a, rgb=iron, variant=3, gap_m=0.02)
            for turn in np.radians(np.linspace(190, 260, 5)) if railing_corner else ():
                at = arm.point(q + r + (r - 0.35) * math.cos(turn), k + r + (r - 0.35) * math.sin(turn))
                standing.add("bollard", at, a, rgb=iron, gap_m=0.15)
            start = arm.zebra.x_m + arm.zebra.width_m / 2 + 1.0
            for side, sign in enumerate((1.0, -1.0)):
                out = a - 90.0 * sign  # towards the carriageway
                first = start + 0.4 + spacing * 0.5 * ((number + side) % 2)
                for along in np.arange(first, street.half_length_m - 2.0, spacing):
                    standing.add("lamp", arm.point(float(along), sign * (k + 0.48)), out, scale=lamp_scale,
                                 rgb=lamp_rgb, variant=variant)  # fmt: skip
                leafy = tree_rng.random() < share
                offset, turns = tree_rng.uniform(3.0, 6.0), tree_rng.uniform(0, 360, 8)
                for n, along in enumerate(np.arange(start + offset, street.half_length_m - 3.0, tree_gap)):
                    if leafy:
                        at = arm.point(float(along), sign * (k + 0.62))
                        standing.add_tree(at, float(turns[n % 8]), height * (0.92 + 0.02 * (n % 5)), tree_kind)
                count = round(uniform(rng, self.furniture_per_10_m) * (street.half_length_m - start) / 10)
                kinds = rng.choice(
                    ["bollard", "bench", "bin", "planter", "sign", "cabinet", "bicycle_stand", "parking_meter"],
                    size=count,
                    p=[0.2, 0.12, 0.16, 0.12, 0.14, 0.1, 0.1, 0.06],
                )
                for kind in kinds:
                    along, v = float(rng.uniform(start + 0.5, street.half_length_m - 3.0)), int(rng.integers(0, 3))
                    deep = FURNITURE_SIZE_M[kind][1]
                    left = sign * (k + max(0.36, min(RAMP_M - deep / 2 - 0.02, 0.6)))
                    if kind == "sign":
                        standing.add(
                            "sign", arm.point(along, left), a + (0.0 if sign > 0 else 180.0), rgb=iron, variant=v
                        )
                        continue
                    rgb = paint if kind in ("bench", "planter", "bin") else iron
                    standing.add(str(kind), arm.point(along, left), out + 90.0 + 180.0, rgb=rgb, variant=v)
        return tuple(standing.pieces)


def _corner_house(along: Building, beside: Building) -> tuple[Building, Building]:
    """Two fronts at a corner as one house: of one height, material and roof, without balconies or awnings."""
    depth = min(along.depth_m, beside.width_m - 0.2)
    along = replace(along, depth_m=depth, roof="flat", balcony="none")
    same = {
        name: getattr(along, name)
        for name in (
            "instance_id", "storeys", "ground_m", "storey_m", "plinth_m", "wall", "wall_rgb", "trim_rgb", "frame_rgb",
            "door_rgb", "roof", "roof_rgb", "window_style", "window_h_m", "surround", "balcony", "cornice_m", "quoins",
            "soot", "detail_seed", "shutters_rgb",
        )
    }  # fmt: skip
    beside = replace(beside, **same, depth_m=min(beside.depth_m, along.width_m - 0.2))
    if beside.shutters_rgb is not None and min(beside.bay_widths_m) < beside.window_w_m + 1.15:
        along, beside = replace(along, shutters_rgb=None), replace(beside, shutters_rgb=None)
    beside = _open_bay(beside, last=True)
    return tuple(replace(h, shops=tuple(replace(s, awning_rgb=None) for s in h.shops)) for h in (along, beside))


def _open_bay(house: Building, last: bool) -> Building:
    """Windows instead of a shop next to the corner, whose room would reach into that of the other front."""
    ground, shops = list(house.ground), list(house.shops)
    at = len(ground) - 1 if last else 0
    bay = ground[at]
    if bay.kind != "shop":
        return house
    del shops[-1 if last else 0]
    ground[at : at + 1] = [GroundBay(kind="window", first=bay.first + i, count=1) for i in range(bay.count)]
    return replace(house, ground=tuple(ground), shops=tuple(shops))
