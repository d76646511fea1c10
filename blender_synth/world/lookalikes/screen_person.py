"""Screens that show a person: on walls, on free-standing totems, and on terminals such as pay stations.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `place` | {wall: 3, totem: 2, terminal: 0.7} | weights | what carries the screen |
| `height_m` | [0.5, 1.1] | m | height of a screen on a wall, as far as there is room |
| `lit_nits` | [180, 450] | cd/m² | luminance of white indoors |
| `outdoor_nits` | [1500, 4000] | cd/m² | luminance of white outdoors |
| `crop` | {full: 0.3, half: 0.35, bust: 0.35} | weights | how much of the person is shown |
| `words_share` | 0.5 | share | screens with a word on them |
| `pictures` | 30 | pictures | how many different ones a run has of each orientation |
| `person` | {} | `Randomizer` | who is shown, see `pedestrian` |

Where the place drawn does not exist, the others are tried.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from blender_synth import geometry
from blender_synth.seeds import Streams
from blender_synth.values import PositiveRange, Rgb, Vec3, Weights, pick, plain, uniform, vec3
from blender_synth.world.contracts import LookalikeDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Obstacle
from blender_synth.world.lookalikes.pictures import CROPS, WORDS, PictureSpec, draw_picture
from blender_synth.world.lookalikes.placing import GroundPlace, LookalikeContext, rectangle_points, wall_spot
from blender_synth.world.people.choices import among, one_of
from blender_synth.world.people.pedestrian import Randomizer as People
from blender_synth.world.scenery.shared.street_parts import rectangle

Place = Literal["wall", "totem", "terminal"]
PLACES: tuple[Place, ...] = ("wall", "totem", "terminal")
UPRIGHT_PX, LEVEL_PX = ((270, 480),), ((480, 270),)
DEPTH_M = {"wall": 0.05, "totem": 0.14, "terminal": 0.34}
FOOT_M = {"wall": 1.0, "totem": 0.5, "terminal": 1.18}
HEIGHT_M = {"totem": 1.22, "terminal": 0.24}
"""Of the picture on a totem or a terminal."""
BEZEL_M = {"wall": 0.018, "totem": 0.05, "terminal": 0.06}


@plain
class Spec(LookalikeDefaults):
    """One screen.

    Attributes:
        instance_id: of the person shown. holder_instance_id: of the screen with what carries it.
        position_m: middle of the picture's lower edge. facing_deg: azimuth of its front. ground_z_m: below it.
        width_m, height_m: of the picture. lit_nits: luminance of its white. body_rgb: colour of the housing.
        words: on it, at the bottom; empty for none.
    """

    kind: Literal["screen_person"] = "screen_person"
    instance_id: int
    holder_instance_id: int
    position_m: Vec3
    facing_deg: float
    ground_z_m: float
    place: Place
    picture: PictureSpec
    width_m: float = Field(gt=0)
    height_m: float = Field(gt=0)
    lit_nits: float = Field(gt=0)
    body_rgb: Rgb
    words: str = ""

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The person shown, and the screen."""
        number = self.instance_id
        holder = "pay_station" if self.place == "terminal" else "sign"
        return (
            LabelledInstance(instance_id=number, category="screen_person", name=f"screen_person_{number}"),
            LabelledInstance(instance_id=self.holder_instance_id, category=holder, name=f"screen_{number}"),
        )

    def obstacles(self) -> tuple[Obstacle, ...]:
        """What it takes up of the ground, or of the space before its wall."""
        bezel, deep = BEZEL_M[self.place], DEPTH_M[self.place]
        outline = rectangle(self.position_m[:2], self.width_m + 2 * bezel, 2 * deep, self.facing_deg + 90.0)
        low = self.position_m[2] - bezel if self.place == "wall" else self.ground_z_m
        top = self.position_m[2] + self.height_m + bezel
        return (Obstacle(name=f"screen_{self.instance_id}", polygon_xy_m=outline, height_m=top - low, base_z_m=low),)

    def pictures(self) -> tuple[PictureSpec, ...]:
        """What it shows."""
        return (self.picture,)


@plain
class Randomizer:
    """How screens vary."""

    kind: Literal["screen_person"] = "screen_person"
    place: Annotated[Weights, among(PLACES)] = Field(
        default_factory=lambda: {"wall": 3.0, "totem": 2.0, "terminal": 0.7}
    )
    height_m: PositiveRange = (0.5, 1.1)
    lit_nits: PositiveRange = (180.0, 450.0)
    outdoor_nits: PositiveRange = (1500.0, 4000.0)
    crop: Annotated[Weights, among(CROPS)] = Field(default_factory=lambda: {"full": 0.3, "half": 0.35, "bust": 0.35})
    words_share: float = Field(default=0.5, ge=0, le=1)
    pictures: int = Field(default=30, ge=1, le=100_000)
    person: People = Field(default_factory=People)

    def propose(self, streams: Streams, ids: tuple[int, int], context: LookalikeContext) -> Spec | None:
        """A screen; None where the scene has no place for any."""
        rng, form = streams.rng("place"), streams.rng("form")
        wanted, height = pick(rng, self.place), uniform(form, self.height_m)
        number, level = int(form.integers(self.pictures)), form.random() < 0.6
        nits = uniform(form, self.lit_nits if context.layout.indoor_c is not None else self.outdoor_nits)
        grey = float(form.choice([0.01, 0.03, 0.4]))
        words = WORDS[int(form.integers(len(WORDS)))] if form.random() < self.words_share else ""
        allowed = [p for p in PLACES if self.place.get(p, 0.0) > 0]
        for name in sorted(allowed, key=lambda p: p != wanted):
            place = one_of(PLACES, name)
            lies = place == "terminal" or (place == "wall" and level)
            kept = Streams(streams.root_seed, 0).child(f"lookalikes/screen_person/{'level' if lies else 'upright'}")
            picture = draw_picture(self.person, self.crop, LEVEL_PX if lies else UPRIGHT_PX, number, kept)
            tall = height * (0.8 if lies else 1.3) if place == "wall" else HEIGHT_M[place]
            spot = self._place(rng, place, tall, picture.aspect, context)
            if spot is None:
                continue
            position, facing, ground_z, tall = spot
            return Spec(
                instance_id=ids[0],
                holder_instance_id=ids[1],
                position_m=position,
                facing_deg=facing,
                ground_z_m=ground_z,
                place=place,
                picture=picture,
                width_m=tall * picture.aspect,
                height_m=tall,
                lit_nits=nits,
                body_rgb=(0.01, 0.01, 0.01) if place == "wall" else (grey, grey, grey),
                words=words,
            )
        return None

    @staticmethod
    def _place(
        rng: np.random.Generator, place: Place, tall: float, aspect: float, context: LookalikeContext
    ) -> tuple[Vec3, float, float, float] | None:
        """(position, facing, height of the ground, height of the picture)."""
        if place == "wall":
            return wall_spot(rng, tall, aspect, BEZEL_M[place], DEPTH_M[place], context)
        room = max(tall * aspect / 2 + BEZEL_M[place], 0.26) + 0.05
        free = context.ground_places(rng, room, FOOT_M[place] + tall + 0.2, room, 1.8, 11.0)

        def seen(at: GroundPlace) -> tuple[float, float]:
            right = geometry.direction(at.heading_deg + 90.0)
            points = rectangle_points(np.array(at.position_m) + (0, 0, FOOT_M[place]), right, tall * aspect, tall)
            return context.shown_px(points, at.heading_deg)

        chosen = context.best(rng, free, seen)
        if chosen is None:
            return None
        out = geometry.direction(chosen.heading_deg) * DEPTH_M[place] / 2
        position = vec3(np.array(chosen.position_m) + out + (0.0, 0.0, FOOT_M[place]))
        return position, chosen.heading_deg, chosen.position_m[2], tall
