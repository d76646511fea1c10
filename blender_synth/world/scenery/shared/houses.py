"""Randomized houses, and the mirror mounts of houses and parked cars."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from blender_synth.values import Range, Vec2, Weights, only, plain, seed_of, uniform
from blender_synth.world.layout import MirrorMount
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.choices import choose, choose_weighted, count_in
from blender_synth.world.scenery.shared.street_parts import (
    CAR_MIRROR_M,
    SHOP_PIER_M,
    SHOP_PLATFORM_M,
    SHOP_RECESS_M,
    SHOP_RISER_M,
    Balcony,
    Building,
    Car,
    GroundBay,
    RoofShape,
    Shop,
    Surround,
    WallMaterial,
    WindowStyle,
)

WALLS: tuple[WallMaterial, ...] = ("plaster", "brick", "stone")
ROOFS: tuple[RoofShape, ...] = ("pitched", "mansard", "flat")
WINDOWS: tuple[WindowStyle, ...] = ("casement", "cross", "sash", "modern")
SURROUNDS: tuple[Surround, ...] = ("plain", "lintel", "frame")
BALCONIES: tuple[Balcony, ...] = ("railing", "slab")
Walls = Annotated[Weights, only(*WALLS)]
Roofs = Annotated[Weights, only(*ROOFS)]


@plain
class Houses:
    """Parameters of houses, shared by all scenes with houses.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `house_width_m` | [9, 18] | m | width of a front |
    | `storeys` | [3, 6] | count | number of storeys, ground floor included |
    | `ground_storey_m` | [3.5, 4.3] | m | height of the ground floor |
    | `storey_m` | [2.9, 3.5] | m | height of the other storeys |
    | `bay_m` | [2.1, 3] | m | width of a bay (one window each) |
    | `wall` | {plaster: 5, brick: 3, stone: 2} | weights | material of the front |
    | `roof` | {pitched: 4, mansard: 2, flat: 1.5} | weights | shape of the roof |
    | `blank_wall_m` | [4.4, 7] | m | width of a windowless section of ground floor, where mirrors may hang |
    """

    house_width_m: Range = (9.0, 18.0)
    storeys: Range = (3, 6)
    ground_storey_m: Range = (3.5, 4.3)
    storey_m: Range = (2.9, 3.5)
    bay_m: Range = (2.1, 3.0)
    wall: Walls = Field(default_factory=lambda: {"plaster": 5.0, "brick": 3.0, "stone": 2.0})
    roof: Roofs = Field(default_factory=lambda: {"pitched": 4.0, "mansard": 2.0, "flat": 1.5})
    blank_wall_m: Range = (4.4, 7.0)

    def widths(self, rng: np.random.Generator, row_m: float) -> list[float]:
        """Widths of houses that fill a row of length `row_m`."""
        widths: list[float] = []
        while sum(widths) < row_m - 0.5 * self.house_width_m[0]:
            widths.append(uniform(rng, self.house_width_m))
        return [w * row_m / sum(widths) for w in widths]

    def house(
        self, rng: np.random.Generator, *, instance_id: int, name: str, start: Vec2, facing_deg: float, width_m: float,
        blank: bool, shop_share: float, balcony_share: float, soot: float, last_wall: WallMaterial | None,
        words: list[str],
    ) -> Building:  # fmt: skip
        """One house of a row.

        Args:
            start: left end of the front, as seen from the street.
            blank: whether it has a windowless section of ground floor.
            shop_share: share of the other bays that are shops.
            last_wall: wall material of its neighbour, which is repeated less often; None for the first house.
            words: names of shops; each one used is removed.
        """
        wall = choose_weighted(rng, self.wall, WALLS)
        if wall == last_wall and rng.random() < 0.5:
            wall = choose_weighted(rng, self.wall, WALLS)
        bays, ground = self._ground_floor(rng, width_m, blank, shop_share)
        ground_m, storey_m = uniform(rng, self.ground_storey_m), uniform(rng, self.storey_m)
        bay = min(b for b in bays)
        colours = palette.house(rng, wall)
        balcony: Balcony = "none"
        if wall != "brick" and rng.random() < balcony_share:
            balcony = choose(rng, BALCONIES, (0.65, 0.35))
        tall = balcony != "none"
        window_h = min(storey_m - 0.75, float(rng.uniform(2.0, 2.3)) if tall else float(rng.uniform(1.45, 1.95)))
        shutters = colours.shutters_rgb if wall != "stone" and rng.random() < 0.35 and bay > 2.05 else None
        shops = tuple(self._shop(rng, words) for g in ground if g.kind == "shop")
        return Building(
            instance_id=instance_id,
            name=name,
            start_xy_m=start,
            facing_deg=facing_deg,
            bay_widths_m=bays,
            depth_m=float(rng.uniform(10.0, 13.0)),
            storeys=count_in(rng, self.storeys),
            ground_m=ground_m,
            storey_m=storey_m,
            plinth_m=float(rng.uniform(0.35, 0.8)),
            wall=wall,
            wall_rgb=colours.wall_rgb,
            trim_rgb=colours.trim_rgb,
            frame_rgb=colours.frame_rgb,
            door_rgb=colours.door_rgb,
            roof=choose_weighted(rng, self.roof, ROOFS),
            roof_rgb=colours.roof_rgb,
            window_w_m=min(float(rng.uniform(0.95, 1.35)), bay - (1.15 if shutters else 0.75)),
            window_h_m=window_h,
            window_style=choose(rng, WINDOWS, (0.4, 0.25, 0.2, 0.15)),
            surround=choose(rng, SURROUNDS, (0.2, 0.35, 0.45)),
            balcony=balcony,
            shutters_rgb=shutters,
            cornice_m=float(rng.uniform(0.22, 0.5)),
            quoins=bool(wall != "stone" and rng.random() < 0.35),
            ground=ground,
            shops=shops,
            soot=float(np.clip(soot * rng.uniform(0.6, 1.5), 0, 1)),
            detail_seed=seed_of(rng),
        )

    def row(
        self, rng: np.random.Generator, *, first_id: int, name: str, start: Vec2, facing_deg: float,
        widths: Sequence[float], blanks: Collection[int], shop_share: float, balcony_share: float, soot: float,
        words: list[str],
    ) -> list[Building]:  # fmt: skip
        """Houses side by side from `start` to the right, as seen from the street.

        Args:
            name: of the row; house k is named `building_<name>_<k>`.
            widths: of the houses, see `widths`.
            blanks: indices of the houses with a windowless section of ground floor.
        """
        houses: list[Building] = []
        for k, width in enumerate(widths):
            houses.append(
                self.house(
                    rng,
                    instance_id=first_id + k,
                    name=f"building_{name}_{k}",
                    start=start,
                    facing_deg=facing_deg,
                    width_m=width,
                    blank=k in blanks,
                    shop_share=shop_share,
                    balcony_share=balcony_share,
                    soot=soot,
                    last_wall=houses[-1].wall if houses else None,
                    words=words,
                )
            )
            start = houses[-1].point(width)
        return houses

    def _ground_floor(
        self, rng: np.random.Generator, width: float, blank: bool, shop_share: float
    ) -> tuple[tuple[float, ...], tuple[GroundBay, ...]]:
        """(widths of the bays, sections of the ground floor) of a front of some width."""
        count = max(3, round(width / uniform(rng, self.bay_m)))
        bays = [width / count] * count
        ground: list[GroundBay] = []
        closed = range(0)
        if blank:
            span = min(uniform(rng, self.blank_wall_m), width - 2.4)
            taken = max(1, round(span / bays[0]))
            taken = min(taken, count - 1)
            rest = (width - span) / (count - taken)
            if rest < 2.0 and count - taken > 1:
                count -= 1
                rest = (width - span) / (count - taken)
            first = int(rng.integers(0, count - taken + 1))
            closed = range(first, first + taken)
            bays = [span / taken if i in closed else rest for i in range(count)]
        door = int(rng.choice([i for i in range(count) if i not in closed]))
        i = 0
        while i < count:
            if i in closed:
                ground.append(GroundBay(kind="blank", first=i, count=len(closed)))
                i += len(closed)
                continue
            if i == door:
                ground.append(GroundBay(kind="door", first=i, count=1))
                i += 1
                continue
            run = 1
            while i + run < count and i + run != door and i + run not in closed and run < 3:
                run += 1
            if rng.random() < shop_share:
                ground.append(GroundBay(kind="shop", first=i, count=run))
                i += run
            elif rng.random() < 0.12 and bays[i] > 2.3:
                ground.append(GroundBay(kind="gate", first=i, count=1))
                i += 1
            else:
                ground.append(GroundBay(kind="window", first=i, count=1))
                i += 1
        return tuple(bays), tuple(ground)

    def _shop(self, rng: np.random.Generator, words: list[str]) -> Shop:
        fascia, letters, awning = palette.shop(rng)
        word = words.pop() if words else str(rng.choice(palette.SHOP_WORDS))
        return Shop(
            words=word, fascia_rgb=fascia, letters_rgb=letters, awning_rgb=awning if rng.random() < 0.45 else None
        )


def blank_walls(house: Building, ground_z_m: float) -> list[MirrorMount]:
    """Mounts for mirrors on the windowless sections of a house's ground floor."""
    mounts = []
    for bay in house.ground:
        if bay.kind != "blank":
            continue
        start, end = house.bay_span(bay)
        mounts.append(
            MirrorMount(
                name=f"{house.name}_blank_{bay.first}",
                host_id=house.instance_id,
                start_xy_m=house.point(start + 0.2),
                end_xy_m=house.point(end - 0.2),
                facing_deg=house.facing_deg,
                base_z_m=ground_z_m,
                clear_height_m=house.ground_m - 0.45,
            )
        )
    return mounts


def glass_hosts(house: Building, ground_z_m: float) -> list[MirrorMount]:
    """Mounts of shop windows, and of the whole ground floor where it may be clad in glass."""
    hosts = []
    shops = iter(house.shops)
    sill = SHOP_RISER_M + 0.05
    for bay in (bay for bay in house.ground if bay.kind == "shop"):
        start, end = house.bay_span(bay)
        awning = next(shops).awning_rgb is not None
        hosts.append(
            MirrorMount(
                name=f"{house.name}_shop_{bay.first}",
                use="shop",
                host_id=house.instance_id,
                start_xy_m=house.point(start + SHOP_PIER_M + 0.06, -SHOP_RECESS_M),
                end_xy_m=house.point(end - SHOP_PIER_M - 0.06, -SHOP_RECESS_M),
                facing_deg=house.facing_deg,
                base_z_m=ground_z_m + sill,
                clear_height_m=house.shop_top_m - sill - (0.25 if awning else 0.0),
                display_top_m=SHOP_PLATFORM_M - sill,
            )
        )
    if all(shop.awning_rgb is None for shop in house.shops):
        hosts.append(
            MirrorMount(
                name=f"{house.name}_front",
                use="front",
                host_id=house.instance_id,
                start_xy_m=house.point(0.0),
                end_xy_m=house.point(house.width_m),
                facing_deg=house.facing_deg,
                base_z_m=ground_z_m,
                clear_height_m=house.ground_m - 0.15,
            )
        )
    return hosts


def side_mirrors(car: Car) -> list[MirrorMount]:
    """Mounts of the two side mirrors of a car."""
    along, out, high = CAR_MIRROR_M[car.body]
    a = math.radians(car.heading_deg)
    hosts = []
    for side, y in (("left", out), ("right", -out)):
        position = (
            car.position_m[0] + along * math.cos(a) - y * math.sin(a),
            car.position_m[1] + along * math.sin(a) + y * math.cos(a),
        )
        hosts.append(
            MirrorMount(
                name=f"{car.name}_{side}",
                use="car",
                host_id=car.instance_id,
                start_xy_m=position,
                end_xy_m=position,
                facing_deg=(car.heading_deg + 180.0) % 360.0,
                base_z_m=car.position_m[2] + high,
                clear_height_m=0.13,
            )
        )
    return hosts
