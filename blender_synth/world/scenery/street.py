"""A city street: two rows of houses, pavements, a carriageway with a crossing, trees, furniture and parked cars.

The street runs along +X with its middle at the origin and the carriageway at z = 0; traffic keeps right. Both ends
are closed by houses across a side street. `Spec` holds resolved values only, `Randomizer` the ranges.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec2, Weights, pick, plain, uniform
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.choices import only
from blender_synth.world.scenery.shared.houses import Houses, blank_walls, glass_hosts, seed_of, side_mirrors
from blender_synth.world.scenery.shared.street_parts import (
    CAR_SIZE_M,
    FURNITURE_SIZE_M,
    Building,
    Car,
    Crossing,
    Furniture,
    Lid,
    Pavement,
    Roadway,
    overlap,
    rectangle,
)
from blender_synth.world.scenery.shared.town import standing_obstacles

ROAD_ID = 3001
PAVEMENT_IDS = {"left": 3002, "right": 3003, "east": 3004, "west": 3005}
BUILDING_IDS = {"left": 3011, "right": 3031, "east": 3051, "west": 3071}
FURNITURE_FIRST_ID = 3101
CAR_FIRST_ID = 3401
WIRE_FIRST_ID = 3501

Sides = Annotated[Weights, only("none", "left", "right", "both")]

PARKING_LANE_M = 2.1
WALL_MARGIN_M = 0.40
"""Nobody walks nearer to a wall than this; doorsteps, downpipes and leaning mirrors' frames stay within it."""
CAMERA_END_MARGIN_M = 20.0
"""Cameras keep this far from the street's ends, so that none looks round the corner of the side streets."""


@plain
class Spec:
    """One street, down to its last bollard.

    Attributes:
        carriageway_m: kerb to kerb, parking lanes included.
        parking_left, parking_right: whether there is a parking lane on that side (left is +Y).
        side_street_m: width of the streets that cross at both ends, wall to wall.
        wires_x_m: where wires are strung between the houses over the street.
        litter_seed: feeds leaves and litter on the ground.
    """

    kind: Literal["street"] = "street"
    length_m: float
    carriageway_m: float
    parking_left: bool
    parking_right: bool
    kerb_step_m: float
    side_street_m: float
    road: Roadway
    pavements: tuple[Pavement, ...]
    buildings: tuple[Building, ...]
    furniture: tuple[Furniture, ...]
    cars: tuple[Car, ...]
    wires_x_m: tuple[float, ...]
    leaf_rgb: tuple[float, float, float]
    litter: float
    litter_seed: int

    def pavement(self, name: str) -> Pavement:
        """The pavement on side ``"left"``, ``"right"``, ``"east"`` or ``"west"``."""
        return next(p for p in self.pavements if p.name == f"pavement_{name}")

    @property
    def kerb_y_m(self) -> float:
        """Distance of both kerb faces from the street's middle line."""
        return self.carriageway_m / 2

    def wall_y_m(self, side: Literal["left", "right"]) -> float:
        """y of the house fronts on one side."""
        sign = 1 if side == "left" else -1
        return sign * (self.kerb_y_m + self.pavement(side).width_m)

    def lane_y_m(self, side: Literal["left", "right"]) -> float:
        """y of the middle of the traffic lane on one side."""
        low = -self.kerb_y_m + PARKING_LANE_M * self.parking_right
        high = self.kerb_y_m - PARKING_LANE_M * self.parking_left
        return low + (high - low) * (0.75 if side == "left" else 0.25)

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything in the street that gets labels, with its stable instance id."""
        return (
            LabelledInstance(instance_id=ROAD_ID, category="road", name="road"),
            *(LabelledInstance(instance_id=p.instance_id, category="pavement", name=p.name) for p in self.pavements),
            *(LabelledInstance(instance_id=b.instance_id, category="building", name=b.name) for b in self.buildings),
            *(LabelledInstance(instance_id=f.instance_id, category=f.category, name=f.name) for f in self.furniture),
            *(LabelledInstance(instance_id=c.instance_id, category="vehicle", name=c.name) for c in self.cars),
            *(
                LabelledInstance(instance_id=WIRE_FIRST_ID + k, category="street_furniture", name=f"wire_{k}")
                for k in range(len(self.wires_x_m))
            ),
        )

    def layout(self) -> Layout:
        """Where people walk, mirrors hang, cameras stand and props may be put."""
        return Layout(
            areas=self._areas(),
            mirror_mounts=self._mounts(),
            hosts=self._hosts(),
            cameras=self._cameras(),
            obstacles=self._obstacles(),
            prop_spots=self._prop_spots(),
            seats=tuple(seat for piece in self.furniture for seat in piece.seats()),
        )

    def _areas(self) -> tuple[Area, ...]:
        half, areas = self.length_m / 2, []
        for side, sign in (("left", 1), ("right", -1)):
            pavement = self.pavement(side)
            inner = self.kerb_y_m + pavement.strip_m
            outer = self.kerb_y_m + pavement.width_m - WALL_MARGIN_M
            areas.append(
                Area(
                    name=pavement.name,
                    use="pavement",
                    polygon_xy_m=rectangle((0.0, sign * (inner + outer) / 2), 2 * half, outer - inner, 0.0),
                    z_m=self.kerb_step_m,
                    flow_deg=0.0,
                    ground_id=pavement.instance_id,
                )
            )
        if self.road.crossing is not None:
            cross = self.road.crossing
            shape = rectangle((cross.x_m, 0.0), cross.width_m, self.carriageway_m, 0.0)
            areas.append(
                Area(name="crossing", use="crossing", polygon_xy_m=shape, z_m=0.0, flow_deg=90.0, ground_id=ROAD_ID)
            )
        low = -self.kerb_y_m + PARKING_LANE_M * self.parking_right
        high = self.kerb_y_m - PARKING_LANE_M * self.parking_left
        lanes = rectangle((0.0, (low + high) / 2), 2 * half, high - low, 0.0)
        areas.append(Area(name="lanes", use="road", polygon_xy_m=lanes, z_m=0.0, flow_deg=0.0, ground_id=ROAD_ID))
        return tuple(areas)

    def _mounts(self) -> tuple[MirrorMount, ...]:
        mounts = []
        for house in self.buildings:
            if house.name.startswith(("building_left", "building_right")):
                mounts.extend(blank_walls(house, self.kerb_step_m))
        return tuple(mounts)

    def _hosts(self) -> tuple[MirrorMount, ...]:
        """Shopfronts, ground floors that could be clad in glass, and the side mirrors of parked cars."""
        hosts = []
        for house in self.buildings:
            if house.name.startswith(("building_left", "building_right")):
                hosts.extend(glass_hosts(house, self.kerb_step_m))
        for car in self.cars:
            hosts.extend(side_mirrors(car))
        return tuple(hosts)

    def _obstacles(self) -> tuple[Obstacle, ...]:
        return standing_obstacles(self.buildings, self.furniture, self.cars)

    def _cameras(self) -> tuple[CameraAnchor, ...]:
        reach = self.length_m / 2 - CAMERA_END_MARGIN_M
        anchors = [
            CameraAnchor(
                name="lane_right",
                rig="dashcam",
                start_xy_m=(-reach, self.lane_y_m("right")),
                end_xy_m=(reach - 25.0, self.lane_y_m("right")),
                base_z_m=0.0,
                facing_deg=0.0,
            ),
            CameraAnchor(
                name="lane_left",
                rig="dashcam",
                start_xy_m=(reach, self.lane_y_m("left")),
                end_xy_m=(-reach + 25.0, self.lane_y_m("left")),
                base_z_m=0.0,
                facing_deg=180.0,
            ),
        ]
        for side, sign in (("left", 1), ("right", -1)):
            pavement = self.pavement(side)
            walk_y = sign * (self.kerb_y_m + pavement.strip_m + 0.35)
            kerb_y = sign * (self.kerb_y_m + 0.25)
            out_deg = 270.0 if side == "left" else 90.0
            for name, facing, start, end in (
                ("walk_east", 0.0, -reach, reach - 20.0),
                ("walk_west", 180.0, reach, -reach + 20.0),
            ):
                anchors.append(
                    CameraAnchor(
                        name=f"{name}_{side}",
                        rig="handheld",
                        start_xy_m=(start, walk_y),
                        end_xy_m=(end, walk_y),
                        base_z_m=self.kerb_step_m,
                        facing_deg=facing,
                    )
                )
            for low, high in self._free_stretches(kerb_y, reach, clear_m=0.6, least_m=2.0)[:3]:
                # across the carriageway, and slanting towards the houses of one's own side, either way along
                turned = 36.0 * sign
                for name, facing in (("across", out_deg), ("slant_east", turned), ("slant_west", 180.0 - turned)):
                    anchors.append(
                        CameraAnchor(
                            name=f"{name}_{side}_{low:+.0f}",
                            rig="handheld",
                            start_xy_m=(low, kerb_y),
                            end_xy_m=(high, kerb_y),
                            base_z_m=self.kerb_step_m,
                            facing_deg=facing % 360.0,
                        )
                    )
            anchors.extend(self._mount_cameras(side, walk_y, reach))
            anchors.extend(self._wall_cameras(side, out_deg, reach))
        return tuple(anchors)

    def _mount_cameras(self, side: str, walk_y: float, reach: float) -> list[CameraAnchor]:
        """Where passers-by would stand to photograph a mirror: on the same pavement, a few metres along from it."""
        anchors = []
        for mount in self._mounts():
            if mount.name.split("_")[1] != side:
                continue
            x = (mount.start_xy_m[0] + mount.end_xy_m[0]) / 2
            for name, way in (("east", -1), ("west", 1)):
                near, far = x + way * 2.0, x + way * 4.6
                if max(abs(near), abs(far)) > reach:
                    continue
                facing = math.degrees(math.atan2(mount.start_xy_m[1] - walk_y, x - (near + far) / 2))
                anchors.append(
                    CameraAnchor(
                        name=f"mirror_{name}_{mount.name}",
                        rig="handheld",
                        start_xy_m=(near, walk_y),
                        end_xy_m=(far, walk_y),
                        base_z_m=self.kerb_step_m,
                        facing_deg=facing % 360.0,
                    )
                )
        return anchors

    def _wall_cameras(self, side: str, out_deg: float, reach: float) -> list[CameraAnchor]:
        """Places 0.45 m in front of a wall, over no awning and away from tree crowns, looking along the pavement."""
        anchors: list[CameraAnchor] = []
        crowded: list[int] = []
        for house in self.buildings:
            if not house.name.startswith(f"building_{side}"):
                continue
            shops = iter(house.shops)
            for bay in house.ground:
                shop = next(shops, None) if bay.kind == "shop" else None
                if (shop is not None and shop.awning_rgb is not None) or house.balcony != "none":
                    continue
                start, end = house.bay_span(bay)
                a, b = house.point(start + 0.6, 0.45), house.point(end - 0.6, 0.45)
                if end - start < 2.0 or max(abs(a[0]), abs(b[0])) > reach:
                    continue
                middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
                facings = []
                for towards in (0.0, 180.0) if middle[0] < 0 else (180.0, 0.0):
                    turn = (towards - out_deg + 180.0) % 360.0 - 180.0
                    facings.append((out_deg + 0.68 * turn) % 360.0)
                leaves, facing = min(((self._leaves_before(middle, f), f) for f in facings), key=lambda pair: pair[0])
                crowded.append(leaves)
                anchors.append(
                    CameraAnchor(
                        name=f"wall_{house.name}_{bay.first}",
                        rig="cctv",
                        start_xy_m=a,
                        end_xy_m=b,
                        base_z_m=self.kerb_step_m,
                        facing_deg=facing,
                    )
                )
        least = min(crowded, default=0)
        anchors = [anchor for anchor, leaves in zip(anchors, crowded, strict=True) if leaves == least]
        if anchors:
            return anchors
        y = self.wall_y_m(side) - math.copysign(0.7, self.wall_y_m(side))
        turn = 60.0 if side == "left" else -60.0
        return [
            CameraAnchor(
                name=f"wall_{side}",
                rig="cctv",
                start_xy_m=(-reach, y),
                end_xy_m=(-reach + 6.0, y),
                base_z_m=self.kerb_step_m,
                facing_deg=(out_deg + turn) % 360.0,
            )
        ]

    def _leaves_before(self, eye: Vec2, facing_deg: float) -> int:
        """How many trees crowd the view of a camera high on a wall: round it, or within 9 m before it."""
        count = 0
        for tree in (f for f in self.furniture if f.kind == "tree"):
            dx, dy = tree.position_m[0] - eye[0], tree.position_m[1] - eye[1]
            bearing = (math.degrees(math.atan2(dy, dx)) - facing_deg + 180.0) % 360.0 - 180.0
            distance = math.hypot(dx, dy)
            count += distance < tree.crown_m + 0.8 or (abs(bearing) < 38.0 and distance < 9.0)
        return count

    def _free_stretches(self, y_m: float, reach: float, clear_m: float, least_m: float) -> list[tuple[float, float]]:
        """Stretches along x at `y_m` that keep `clear_m` from furniture and cars, longest first."""
        blocked = []
        for piece in (*self.furniture, *self.cars):
            xs, ys = zip(*piece.footprint(), strict=True)
            if min(ys) - clear_m <= y_m <= max(ys) + clear_m:
                blocked.append((min(xs) - clear_m, max(xs) + clear_m))
        free, x = [], -reach
        for low, high in sorted(blocked):
            if low - x >= least_m:
                free.append((x, min(low, reach)))
            x = max(x, high)
        if reach - x >= least_m:
            free.append((x, reach))
        return sorted((s for s in free if s[1] - s[0] >= least_m), key=lambda s: s[0] - s[1])

    def _prop_spots(self) -> tuple[PropSpot, ...]:
        reach, spots = self.length_m / 2 - 6.0, []
        taken = [o.polygon_xy_m for o in self._obstacles()]
        for side, sign in (("left", 1), ("right", -1)):
            out_deg = 270.0 if side == "left" else 90.0
            pavement = self.pavement(side)
            room = min(0.95, 0.24 * pavement.width_m)  # a bench fits; three quarters of the width stay free
            y_kerb = sign * (self.kerb_y_m + 0.15 + room)
            found = 0
            for k in range(int(2 * reach)):
                x = -reach + (k * 7.3) % (2 * reach)
                circle = rectangle((x, y_kerb), 2 * room, 2 * room, 0.0)
                if found < 4 and not any(overlap(circle, t, 0.15) for t in taken) and not self._on_crossing(x, room):
                    spots.append(
                        PropSpot(
                            name=f"kerb_{side}_{found}",
                            use="pavement",
                            position_m=(x, y_kerb, self.kerb_step_m),
                            heading_deg=out_deg,
                            room_m=room,
                        )
                    )
                    taken.append(circle)
                    found += 1
        for house in self.buildings:
            if not house.name.startswith(("building_left", "building_right")):
                continue
            for bay in house.ground:
                start, end = house.bay_span(bay)
                x, y = house.point((start + end) / 2, 0.42)
                if bay.kind == "window" and abs(x) < reach and len(spots) < 14:
                    spots.append(
                        PropSpot(
                            name=f"wall_{house.name}_{bay.first}",
                            use="wall",
                            position_m=(x, y, self.kerb_step_m),
                            heading_deg=house.facing_deg,
                            room_m=0.40,
                        )
                    )
        return (*spots, *self._parking_places())

    def _parking_places(self) -> list[PropSpot]:
        """Free stretches of the parking lanes, cut into places that hold one vehicle each."""
        places = []
        reach, crossing = self.length_m / 2 - 6.0, self.road.crossing
        for side, sign, free in (("left", 1, self.parking_left), ("right", -1, self.parking_right)):
            y = sign * (self.kerb_y_m - PARKING_LANE_M / 2)
            stretches = self._free_stretches(y, reach, clear_m=0.3, least_m=3.0) if free else []
            if crossing is not None:  # nobody parks on a crossing or before it
                low, high = (crossing.x_m + way * (crossing.width_m / 2 + 5.0) for way in (-1, 1))
                stretches = [(max(a, c), min(b, d)) for a, b in stretches for c, d in ((a, low), (high, b))]
            for start, end in sorted(s for s in stretches if s[1] - s[0] >= 3.0):
                count = max(1, int((end - start) / 5.6))
                length = (end - start) / count
                for k in range(count):
                    places.append(
                        PropSpot(
                            name=f"parking_{side}_{len(places)}",
                            use="parking",
                            position_m=(start + (k + 0.5) * length, y, 0.0),
                            heading_deg=0.0 if side == "right" else 180.0,  # traffic keeps right
                            room_m=PARKING_LANE_M / 2,
                            bay_m=(length - 0.4, PARKING_LANE_M),
                            wants=("vehicle", "car"),
                        )
                    )
        return places

    def _on_crossing(self, x_m: float, room_m: float) -> bool:
        cross = self.road.crossing
        return cross is not None and abs(x_m - cross.x_m) < cross.width_m / 2 + room_m


@plain
class Randomizer(Houses):
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
