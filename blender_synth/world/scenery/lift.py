"""Inside a lift: a small cabin of brushed steel with a wall for a mirror, its doors open towards a landing.

The cabin spans x about 0 and y from 0, where its doors are, to `depth_m`; the landing lies before it, at y < 0.
`Spec` holds resolved values only, `Randomizer` the ranges.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Weights, pick, plain, uniform
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot
from blender_synth.world.scenery.shared import rooms as rooms
from blender_synth.world.scenery.shared.choices import only
from blender_synth.world.scenery.shared.rooms import Floor, Light, Opening, Piece, Placer, Wall

SILL_M = 0.28
"""From the cabin's front to the landing's wall: doors, sill and the wall between."""
CABIN_FLOOR_ID, CABIN_CEILING_ID, CABIN_LAMPS_ID, DOORS_ID = 3004, 3005, 3006, 3007
LANDING_WALL_FIRST_ID = 3021
RAIL_M = 0.92
"""Height of the handrail."""
ROOM_M = 0.2
"""How far a mirror on a cabin's wall may reach into the cabin."""

Claddings = Annotated[Weights, only("steel", "veneer", "painted_wall")]


@plain
class Spec:
    """One cabin with its landing.

    Attributes:
        walls: of the cabin: south (the front, its door open), north (the back), west, east. landing: likewise, with the
            same door in its north wall.
        door_m: width of the opening; door_x_m: its middle; door_top_m: its height. closing: how far the leaves have
            come in, 0 wide open to 1.
        panel_side: the side wall beside the door with the buttons. floors: that the building has; level: where it is.
        lamp: how the cabin is lit.
    """

    kind: Literal["lift"] = "lift"
    width_m: float
    depth_m: float
    height_m: float
    walls: tuple[Wall, ...]
    landing: tuple[Wall, ...]
    landing_width_m: float
    landing_depth_m: float
    landing_height_m: float
    door_x_m: float
    door_m: float
    door_top_m: float
    closing: float
    door_rgb: Rgb
    metal_rgb: Rgb
    rail_rgb: Rgb
    cabin_floor: Floor
    landing_floor: Floor
    ceiling_rgb: Rgb
    lamp: Literal["panel", "downlights", "lines"]
    light: Light
    landing_light: Light
    panel_side: Literal["west", "east"]
    floors: int
    level: int
    sign_rgb: Rgb
    pieces: tuple[Piece, ...]
    spots: tuple[PropSpot, ...]
    indoor_c: float

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Everything in cabin and landing that gets labels."""
        return (
            LabelledInstance(instance_id=rooms.FLOOR_ID, category="floor", name="landing_floor"),
            LabelledInstance(instance_id=rooms.CEILING_ID, category="ceiling", name="landing_ceiling"),
            LabelledInstance(instance_id=rooms.LAMPS_ID, category="lamp", name="landing_lamps"),
            LabelledInstance(instance_id=CABIN_FLOOR_ID, category="floor", name="cabin_floor"),
            LabelledInstance(instance_id=CABIN_CEILING_ID, category="ceiling", name="cabin_ceiling"),
            LabelledInstance(instance_id=CABIN_LAMPS_ID, category="lamp", name="cabin_lamps"),
            LabelledInstance(instance_id=DOORS_ID, category="door", name="lift_doors"),
            *(wall.thing() for wall in (*self.walls, *self.landing)),
            *(piece.thing() for piece in self.pieces),
        )

    def layout(self) -> Layout:
        """Where people stand, mirrors hang and cameras look from."""
        half, wide, near = self.width_m / 2, self.landing_width_m / 2, -SILL_M
        far = near - self.landing_depth_m
        x, door = self.door_x_m, self.door_m / 2
        cabin = ((-half, 0.0), (half, 0.0), (half, self.depth_m), (-half, self.depth_m))
        sill = ((x - door, near - 0.3), (x + door, near - 0.3), (x + door, 0.3), (x - door, 0.3))
        landing = ((-wide, far), (wide, far), (wide, near), (-wide, near))
        mounts = self._mounts()
        return Layout(
            areas=(
                Area(name="cabin", use="indoors", polygon_xy_m=cabin, flow_deg=270.0, ground_id=CABIN_FLOOR_ID),
                Area(name="landing", use="indoors", polygon_xy_m=landing, ground_id=rooms.FLOOR_ID),
                Area(name="sill", use="indoors", polygon_xy_m=sill, flow_deg=90.0, ground_id=rooms.FLOOR_ID),
            ),
            mirror_mounts=mounts,
            cameras=self._cameras(),
            obstacles=tuple(self._obstacles()),
            prop_spots=self.spots,
            indoor_c=self.indoor_c,
            camera_clearance_m=0.55,
        )

    def wall(self, name: str) -> Wall:
        """The cabin's wall `"south"`, `"north"`, `"west"` or `"east"`."""
        return next(w for w in self.walls if w.name == f"cabin_{name}")

    def _mounts(self) -> tuple[MirrorMount, ...]:
        back = self.wall("north")
        mounts = [back.mount("cabin_back", 0.02, back.length_m - 0.02, self.height_m - 0.06, ROOM_M)]
        side = self.wall("west" if self.panel_side == "east" else "east")
        start, end = (0.25, side.length_m - 0.06) if side.name == "cabin_west" else (0.06, side.length_m - 0.25)
        mounts.append(side.mount("cabin_side", start, end, self.height_m - 0.06, ROOM_M))
        far = next(w for w in self.landing if w.name == "landing_south")
        taken = [(p.position_m, p.size_m[0]) for p in self.pieces if p.kind in ("picture", "plant", "screen")]
        cuts = []
        for (x, y, _), wide in taken:
            if abs(y - far.start_xy_m[1]) < 0.8:
                along = abs(x - far.start_xy_m[0])
                cuts.append((along - wide / 2 - 0.1, along + wide / 2 + 0.1))
        for a, b in far.free(1.2, 0.25, cuts)[:2]:
            mounts.append(far.mount(f"landing_{a:.1f}", a, b, min(self.landing_height_m - 0.25, 2.7)))
        return tuple(mounts)

    def _obstacles(self) -> list[Obstacle]:
        half = self.width_m / 2
        obstacles = [o for wall in self.walls if wall.name != "cabin_south" for o in wall.obstacles()]
        x, door, top = self.door_x_m, self.door_m / 2, self.landing_height_m
        wide = self.landing_width_m / 2
        for name, a, b in (("jamb_west", -wide - rooms.WALL_M, x - door), ("jamb_east", x + door, wide + rooms.WALL_M)):
            shape = ((a, -SILL_M), (b, -SILL_M), (b, 0.0), (a, 0.0))
            obstacles.append(Obstacle(name=name, polygon_xy_m=shape, height_m=top))
        obstacles += [o for wall in self.landing if wall.name != "landing_north" for o in wall.obstacles()]
        obstacles += [o for piece in self.pieces for o in piece.obstacles()]
        for side in (-1, 1):  # the handrails: nobody leans on them
            a, b = sorted((side * half, side * (half - 0.07)))
            shape = ((a, 0.35), (b, 0.35), (b, self.depth_m), (a, self.depth_m))
            obstacles.append(Obstacle(name=f"rail_{side}", polygon_xy_m=shape, height_m=RAIL_M))
        return obstacles

    def _cameras(self) -> tuple[CameraAnchor, ...]:
        half, deep = self.width_m / 2, self.depth_m
        top = self.height_m - 0.16
        inset = 0.28
        cameras = [
            CameraAnchor(
                name=f"cabin_{name}",
                rig="cctv",
                start_xy_m=(x, y),
                end_xy_m=(x, y),
                base_z_m=0.0,
                facing_deg=facing,
                height_m=(top - 0.06, top),
                tilt_deg=-9.0,
            )
            for name, x, y, facing in (
                ("front_west", -half + inset, inset, 62.0),
                ("front_east", half - inset, inset, 118.0),
                ("back_west", -half + inset, deep - inset, 296.0),
                ("back_east", half - inset, deep - inset, 244.0),
            )
        ]
        x = self.door_x_m
        lines = {
            "landing_near": ((x - 0.25, -SILL_M - 0.9), (x + 0.25, -SILL_M - 1.5), 90.0),
            "landing_far": ((x - 0.5, -SILL_M - 1.6), (x + 0.5, -SILL_M - min(2.3, self.landing_depth_m - 0.4)), 90.0),
            "in_the_door": ((x - 0.15, -0.15), (x + 0.15, 0.15), 90.0),
            "from_back": ((-0.3 * half, deep - 0.32), (0.3 * half, deep - 0.34), 270.0),
        }
        cameras += [
            CameraAnchor(name=name, rig="handheld", start_xy_m=start, end_xy_m=end, base_z_m=0.0, facing_deg=facing)
            for name, (start, end, facing) in lines.items()
        ]
        return tuple(cameras)


@plain
class Randomizer:
    """How lifts vary.

    Attributes:
        width_m, depth_m: of the cabin, inside; makers' sizes go from 1.1 x 1.4 m (8 persons, EN 81-20) up to goods and
            bed lifts. height_m: of its ceiling.
        cladding: of its walls.
        landing_m: from the lift's doors to the wall opposite.
        closing: how far the doors have closed, 0 open to 1.
        lux: in the cabin. landing_lux: before it. kelvin: colour of the lamps. indoor_c: air temperature.
    """

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
        """One lift; every draw comes from a stream named after its part."""
        rng, look = streams.rng("cabin"), streams.rng("look")
        width, depth, height = uniform(rng, self.width_m), uniform(rng, self.depth_m), uniform(rng, self.height_m)
        half = width / 2
        door = min(width - 0.1, float(rng.choice([0.8, 0.9, 1.0, 1.1, 1.2])))
        aside = (width - door) / 2 - 0.03
        door_x = float(rng.uniform(-1, 1)) * max(0.0, aside) if rng.random() < 0.4 else 0.0
        top = min(2.1, height - 0.08)
        metal = rooms.colour(look, ("#b9b9b6", "#a8a8a5", "#c4c1ba", "#b59f78"), 0.05)
        cladding = pick(look, self.cladding)
        clad_rgb = {
            "steel": metal,
            "veneer": rooms.colour(look, rooms.VENEERS),
            "painted_wall": rooms.colour(look, (*rooms.WALL_PAINT, "#5f6f7a", "#7a5f4a")),
        }[cladding]
        cabin = rooms.room_walls(-half, half, 0.0, depth, height)
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

    def _with_landing(self, streams: Streams, walls, width, depth, height, door_x, door, top, metal) -> Spec:
        rng, look = streams.rng("landing"), streams.rng("landing_look")
        deep, wide = uniform(rng, self.landing_m), float(rng.uniform(4.0, 7.0))
        high = max(float(rng.uniform(2.5, 3.0)), height + 0.25)
        paint = rooms.colour(look, rooms.WALL_PAINT)
        feature = str(look.choice(["painted_wall", "marble", "veneer"], p=[0.5, 0.3, 0.2]))
        feature_rgb = {
            "painted_wall": rooms.colour(look, rooms.FABRICS) if look.random() < 0.4 else paint,
            "marble": rooms.colour(look, rooms.STONE_TILES[:5]),
            "veneer": rooms.colour(look, rooms.VENEERS),
        }[feature]
        landing = []
        for number, (name, wall) in enumerate(
            rooms.room_walls(-wide / 2, wide / 2, -SILL_M - deep, -SILL_M, high).items()
        ):
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
                openings = (Opening(kind="door", start_m=at, end_m=at + 0.95, top_m=2.05, seed=rooms.seed_of(rng)),)
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
            rail_rgb=rooms.colour(look, ("#c9c9c6", "#6a6a68", "#8a6242", "#2b2b2d"), 0.05),
            cabin_floor=self._cabin_floor(streams.rng("floor")),
            landing_floor=self._landing_floor(streams.rng("landing_floor")),
            ceiling_rgb=rooms.colour(look, ("#e8e8e4", "#d8d8d5", "#b9b9b6")),
            lamp=str(lamp.choice(["panel", "downlights", "lines"])),
            light=Light(lux=uniform(lamp, self.lux), kelvin=kelvin, style="panels", rows=1, columns=1),
            landing_light=Light(
                lux=uniform(lamp, self.landing_lux),
                kelvin=kelvin if lamp.random() < 0.5 else uniform(lamp, self.kelvin),
                style=str(lamp.choice(["panels", "downlights", "lines"])),
                rows=1 if deep < 2.8 else 2,
                columns=max(2, round(wide / 2.0)),
            ),
            panel_side=str(floors.choice(["west", "east"])),
            floors=count,
            level=int(floors.integers(1, count + 1)),
            sign_rgb=rooms.colour(look, rooms.ACCENTS, 0.1),
            pieces=tuple(placer.pieces),
            spots=tuple(placer.spots),
            indoor_c=uniform(streams.rng("climate"), self.indoor_c),
        )

    def _cabin_floor(self, rng: np.random.Generator) -> Floor:
        material = str(rng.choice(["rubber_floor", "stone_floor", "terrazzo", "carpet"], p=[0.4, 0.3, 0.2, 0.1]))
        rgb = rooms.colour(
            rng, {"carpet": rooms.FABRICS, "rubber_floor": rooms.STONE_TILES}.get(material, rooms.STONE_TILES)
        )
        tile = 0.4 if material == "stone_floor" else 0.0
        return Floor(material=material, rgb=rgb, rgb2=rooms.colour(rng, rooms.STONE_TILES), tile_m=tile,
                     pattern="checker" if tile and rng.random() < 0.3 else "plain", gloss=float(rng.uniform(0.4, 1.0)),
                     seed=rooms.seed_of(rng))  # fmt: skip

    def _landing_floor(self, rng: np.random.Generator) -> Floor:
        material = str(rng.choice(["stone_floor", "terrazzo", "carpet", "planks"], p=[0.4, 0.2, 0.25, 0.15]))
        codes = {"carpet": rooms.FABRICS, "planks": rooms.VENEERS}.get(material, rooms.STONE_TILES)
        tile = float(rng.choice([0.3, 0.45, 0.6])) if material == "stone_floor" else 0.0
        return Floor(material=material, rgb=rooms.colour(rng, codes), rgb2=rooms.colour(rng, rooms.STONE_TILES),
                     tile_m=tile,
                     pattern="border" if tile and rng.random() < 0.3 else "plain", gloss=float(rng.uniform(0.4, 1.0)),
                     seed=rooms.seed_of(rng))  # fmt: skip

    def _furnish(self, rng: np.random.Generator, landing: list[Wall], wide: float, deep: float) -> Placer:
        """A picture or plant on the landing, and places for props in its corners."""
        y0, y1 = -SILL_M - deep, -SILL_M
        placer = Placer((-wide / 2 + 0.05, y0 + 0.05), (wide / 2 - 0.05, y1 - 0.05))
        for wall in landing:
            for o in wall.openings:
                placer.keep_free(wall.strip(o.start_m - 0.15, o.end_m + 0.15, 0.0, 1.0))
        far = landing[0]
        frame = rooms.colour(rng, rooms.METALS)
        if rng.random() < 0.8:
            side = float(rng.choice([-1, 1]))
            size = (float(rng.uniform(0.6, 0.95)), 0.04, float(rng.uniform(0.6, 0.9)))
            x, y = far.point(wide / 2 + side * min(0.33 * wide, wide / 2 - 0.8), 0.045)
            placer.add("picture", x, y, far.facing_deg + 90.0, size, frame, rgb2=frame, z_m=1.15,
                       seed=rooms.seed_of(rng), variant=int(rng.integers(2)))  # fmt: skip
        pot = rooms.colour(rng, ("#e8e6e0", "#2a2a2c", "#8a8780", "#b8664a"))
        for x, y in ((-wide / 2 + 0.45, y1 - 0.42), (wide / 2 - 0.45, y1 - 0.42)):
            if rng.random() < 0.55:
                placer.add("plant", x, y, 0.0, (0.55, 0.55, float(rng.choice([1.1, 1.5]))), pot,
                           seed=int(rng.integers(5)), variant=int(rng.integers(6)))  # fmt: skip
            else:
                placer.spot(x, y + 0.03, 270.0, 0.33, ("plant", "bin", "fire_extinguisher", "lamp"))
        return placer
