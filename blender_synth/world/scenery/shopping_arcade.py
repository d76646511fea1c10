"""A covered passage: shops on both sides under a roof of glass and iron, a storey with windows or a gallery above.

The passage runs along +X, its middle is the origin; its ends are closed by glazed screens with a street behind each.
`Spec` holds resolved values only, `Randomizer` the ranges.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec3, Weights, pick, plain, uniform
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.shared import rooms as rooms
from blender_synth.world.scenery.shared import street_palette as palette
from blender_synth.world.scenery.shared.choices import only
from blender_synth.world.scenery.shared.rooms import Floor, Outside, Piece, Placer
from blender_synth.world.scenery.shared.street_parts import (
    SHOP_PIER_M,
    SHOP_RECESS_M,
    SHOP_RISER_M,
    Building,
    GroundBay,
    Shop,
    rectangle,
)

LEFT_ID, RIGHT_ID, END_IDS = 3011, 3012, {"east": 3013, "west": 3014}
DEPTH_M = 2.5
"""Of the shops, behind their fronts."""
GALLERY_M = 1.0
"""How far a gallery stands out."""

Roofs = Annotated[Weights, only("barrel", "gable")]
Storeys = Annotated[Weights, only("plain", "balconies", "gallery")]


@plain
class Spec:
    """One passage.

    Attributes:
        sides: the two rows of shops, left (+Y) and right.
        storey: what the upper storey has.
        roof: its shape. rise_m: from its springing to its ridge. arches: number of iron arches. iron_rgb: theirs.
        lamps_m: where lamps hang. lamp: their make. lamp_lumen: of each. kelvin: their colour.
    """

    kind: Literal["shopping_arcade"] = "shopping_arcade"
    length_m: float
    width_m: float
    sides: tuple[Building, Building]
    storey: Literal["plain", "balconies", "gallery"]
    roof: Literal["barrel", "gable"]
    rise_m: float
    arches: int
    iron_rgb: Rgb
    floor: Floor
    border_rgb: Rgb
    lamps_m: tuple[Vec3, ...]
    lamp: Literal["globes", "lanterns", "drums"]
    lamp_lumen: float
    kelvin: float
    pieces: tuple[Piece, ...]
    spots: tuple[PropSpot, ...]
    ends: tuple[Outside, ...]
    indoor_c: float

    @property
    def springing_m(self) -> float:
        """Height at which the roof begins."""
        return self.sides[0].eaves_m

    def roof_m(self, y: float) -> float:
        """Height of the roof over a place across the passage."""
        u = min(abs(2 * y / self.width_m), 1.0)
        share = math.sqrt(max(0.0, 1 - u * u)) if self.roof == "barrel" else 1 - u
        return self.springing_m + self.rise_m * share

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything in the passage and at its ends that gets labels."""
        return (
            LabelledInstance(instance_id=rooms.FLOOR_ID, category="floor", name="floor"),
            LabelledInstance(instance_id=rooms.CEILING_ID, category="ceiling", name="glass_roof"),
            LabelledInstance(instance_id=rooms.LAMPS_ID, category="lamp", name="lamps"),
            *(LabelledInstance(instance_id=b.instance_id, category="building", name=b.name) for b in self.sides),
            *(LabelledInstance(instance_id=n, category="wall", name=f"end_{name}") for name, n in END_IDS.items()),
            *(piece.thing() for piece in self.pieces),
            *(thing for end in self.ends for thing in end.labelled_instances()),
        )

    def layout(self) -> Layout:
        """Where people walk, mirrors hang and cameras stand."""
        half, wide = self.length_m / 2, self.width_m / 2
        obstacles = self._obstacles()
        mounts = self._mounts()
        walk = rectangle((0.0, 0.0), self.length_m - 0.6, self.width_m - 0.5, 0.0)
        return Layout(
            areas=(Area(name="passage", use="indoors", polygon_xy_m=walk, flow_deg=0.0, ground_id=rooms.FLOOR_ID),),
            mirror_mounts=mounts,
            hosts=self._hosts(),
            cameras=self._cameras(half, wide, mounts, obstacles),
            obstacles=obstacles,
            prop_spots=self.spots,
            seats=tuple(seat for piece in self.pieces for seat in piece.seats()),
            indoor_c=self.indoor_c,
        )

    def _mounts(self) -> tuple[MirrorMount, ...]:
        mounts = []
        for side in self.sides:
            for bay in (bay for bay in side.ground if bay.kind == "blank"):
                start, end = side.bay_span(bay)
                mounts.append(
                    MirrorMount(
                        name=f"{side.name}_blank_{bay.first}",
                        host_id=side.instance_id,
                        start_xy_m=side.point(start + 0.22),
                        end_xy_m=side.point(end - 0.22),
                        facing_deg=side.facing_deg,
                        base_z_m=0.0,
                        clear_height_m=min(side.ground_m - 0.55, 3.2),
                    )
                )
        return tuple(mounts)

    def _hosts(self) -> tuple[MirrorMount, ...]:
        foot = SHOP_RISER_M + 0.05
        return tuple(
            MirrorMount(
                name=f"{side.name}_shop_{bay.first}",
                use="shop",
                host_id=side.instance_id,
                start_xy_m=side.point(side.bay_span(bay)[0] + SHOP_PIER_M + 0.06, -SHOP_RECESS_M),
                end_xy_m=side.point(side.bay_span(bay)[1] - SHOP_PIER_M - 0.06, -SHOP_RECESS_M),
                facing_deg=side.facing_deg,
                base_z_m=foot,
                clear_height_m=side.shop_top_m - foot,
            )
            for side in self.sides
            for bay in side.ground
            if bay.kind == "shop"
        )

    def _obstacles(self) -> tuple[Obstacle, ...]:
        half, wide = self.length_m / 2, self.width_m / 2
        ends = [
            Obstacle(
                name=f"end_{name}",
                polygon_xy_m=rectangle((sign * (half + 0.2), 0.0), 0.4, 2 * wide, 0.0),
                height_m=self.springing_m + self.rise_m,
            )
            for name, sign in (("east", 1), ("west", -1))
        ]
        return (
            *(Obstacle(name=b.name, polygon_xy_m=b.footprint(), height_m=b.eaves_m) for b in self.sides),
            *ends,
            *(o for piece in self.pieces for o in piece.obstacles()),
        )

    def _cameras(self, half: float, wide: float, mounts, obstacles) -> tuple[CameraAnchor, ...]:
        cameras = []
        reach = half - 2.0
        for name, y in (("left", 0.42 * wide), ("right", -0.42 * wide)):
            for way, facing in (("east", 0.0), ("west", 180.0)):
                sign = -1 if way == "east" else 1
                near, far = (sign * reach, y), (sign * 0.35 * reach, y)
                spans = self._clear(near, far, obstacles)
                towards = -14.0 if (name == "left") == (way == "east") else 14.0
                for number, (a, b) in enumerate(spans[:2]):
                    cameras.append(
                        CameraAnchor(name=f"walk_{way}_{name}_{number}", rig="handheld", start_xy_m=a, end_xy_m=b,
                                     base_z_m=0.0, facing_deg=(facing + towards) % 360.0)
                    )  # fmt: skip
        for name, y, out in (("left", 0.5 * wide, 270.0), ("right", -0.5 * wide, 90.0)):
            for number, (a, b) in enumerate(self._clear((-0.7 * reach, y), (0.7 * reach, y), obstacles)[:2]):
                for way, turn in (("east", 42.0), ("west", -42.0)):
                    facing = out + (turn if name == "left" else -turn)
                    cameras.append(
                        CameraAnchor(name=f"slant_{way}_{name}_{number}", rig="handheld", start_xy_m=a, end_xy_m=b,
                                     base_z_m=0.0, facing_deg=facing % 360.0)
                    )  # fmt: skip
        for mount in mounts[:3]:
            cameras += rooms.anchors_at(mount, (-half, -wide), (half, wide), obstacles)
        under = self.sides[0].ground_m - 0.35
        for name, sign, out in (("left", 1, 270.0), ("right", -1, 90.0)):
            for way, x, turn in (("east", -0.55, 62.0), ("west", 0.55, -62.0), ("mid", -0.1, 62.0)):
                facing = out + (turn if name == "left" else -turn)
                at = (x * half, sign * (wide - 0.45))
                cameras.append(
                    CameraAnchor(name=f"wall_{way}_{name}", rig="cctv", start_xy_m=at, end_xy_m=(at[0] + 2.0, at[1]),
                                 base_z_m=0.0, facing_deg=facing % 360.0, height_m=(2.95, max(3.0, under)))
                )  # fmt: skip
        return tuple(cameras)

    def _clear(self, start, end, obstacles) -> list:
        """Pieces of a line along x that keep clear of what stands in the passage."""
        xs = np.linspace(start[0], end[0], 7)
        return [((float(a), start[1]), (float(b), start[1])) for a, b in pairwise(xs)
                if not rooms.line_blocked((a, start[1]), (b, start[1]), obstacles, 0.4)]  # fmt: skip


@plain
class Randomizer:
    """How passages vary.

    Attributes:
        length_m, width_m: between the ends and between the shops.
        ground_m: height of the shops' storey. storey_m: of the one above it.
        bay_m: from pier to pier. blank_bays: closed bays a side, where mirrors may hang.
        storey: what the upper storey has. roof: its shape. rise: of the roof, by the passage's width.
        lamp_lux: what the lamps give the floor. kelvin: their colour.
        furniture_per_10_m: benches, planters and bins along the middle.
        indoor_c: air temperature; such passages are hardly heated.
    """

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
        """One passage; every draw comes from a stream named after its part."""
        rng = streams.rng("passage")
        length, width = uniform(rng, self.length_m), uniform(rng, self.width_m)
        storey = pick(rng, self.storey)
        roof = pick(rng, self.roof)
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
            iron_rgb=rooms.colour(look, ("#1f2a26", "#22262b", "#3a3f42", "#d9d6cc", "#2f4a44", "#5b3a2a"), 0.06),
            floor=self._floor(streams.rng("floor")),
            border_rgb=rooms.colour(look, rooms.STONE_TILES),
            lamps_m=tuple((float(x), 0.0, high) for x in xs),
            lamp=str(lamps.choice(["globes", "lanterns", "drums"])),
            lamp_lumen=lux * length * width / 0.45 / max(1, len(xs)),
            kelvin=uniform(lamps, self.kelvin),
            pieces=tuple(placer.pieces),
            spots=tuple(placer.spots),
            ends=(
                rooms.draw_outside(streams.child("east"), -length / 2 - 0.4, 13.0, 0.0, 3901, "east", 90.0),
                rooms.draw_outside(streams.child("west"), -length / 2 - 0.4, 13.0, 0.0, 3951, "west", 270.0),
            ),
            indoor_c=uniform(streams.rng("climate"), self.indoor_c),
        )

    def _floor(self, rng: np.random.Generator) -> Floor:
        light = rooms.colour(rng, ("#cfc6b4", "#d9d2c4", "#c2b8a6", "#b9b2a6"))
        dark = rooms.colour(rng, ("#5c5a58", "#3f3d3c", "#7a4a3c", "#6b6f5c", "#8d6a4a", "#4a5560"))
        swap = rng.random() < 0.15
        return Floor(
            material=str(rng.choice(["stone_floor", "terrazzo"], p=[0.65, 0.35])),
            rgb=dark if swap else light,
            rgb2=light if swap else dark,
            tile_m=float(rng.choice([0.4, 0.5, 0.6])),
            pattern=str(rng.choice(["checker", "diamonds", "border", "bands", "stars"], p=[0.2, 0.3, 0.15, 0.15, 0.2])),
            gloss=float(rng.uniform(0.4, 0.95)),
            seed=rooms.seed_of(rng),
        )

    def _sides(self, rng: np.random.Generator, length: float, width: float, storey: str) -> tuple[Building, Building]:
        wall = str(rng.choice(["plaster", "stone"], p=[0.65, 0.35]))
        look = palette.house(rng, wall)
        bays = max(6, round(length / uniform(rng, self.bay_m)))
        ground_m, storey_m = uniform(rng, self.ground_m), uniform(rng, self.storey_m)
        words = [str(w) for w in rng.permutation(palette.SHOP_WORDS)]
        style = str(rng.choice(["casement", "cross", "sash"], p=[0.45, 0.35, 0.2]))
        surround = str(rng.choice(["lintel", "frame"]))
        uniform_fascia = palette.shop(rng) if rng.random() < 0.4 else None
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
                kind = "blank" if k in blanks else "door" if k == door else "shop"
                ground.append(GroundBay(kind=kind, first=k, count=1))
                if kind == "shop":
                    fascia, letters, _ = uniform_fascia or palette.shop(rng)
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
                    detail_seed=rooms.seed_of(rng),
                )
            )
        return tuple(sides)

    def _furnish(self, rng: np.random.Generator, length: float, width: float, sides) -> Placer:
        """Benches, planters and bins along the middle, signs on the piers, perhaps a clock."""
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
        wood, iron = rooms.colour(rng, rooms.VENEERS), palette.ironwork(rng)
        pot = rooms.colour(rng, ("#3a3f42", "#b8664a", "#d9d6cc", "#2f4a44", "#8a8780"))
        shape = int(rng.integers(6))
        middle = width > 5.6 and rng.random() < 0.6
        for _ in range(round(uniform(rng, self.furniture_per_10_m) * length / 10)):
            kind = str(rng.choice(["bench_seat", "planter_box", "plant", "bin"], p=[0.38, 0.22, 0.28, 0.12]))
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
                       seed=rooms.seed_of(rng), z_m=4.4)  # fmt: skip
        return placer
