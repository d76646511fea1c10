"""Posters that show a person: framed on walls, on lit boards, and on advertising columns.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `place` | {wall: 3, board: 2, column: 1} | weights | wall; a lit board on a post; a column, outdoors only |
| `height_m` | [0.7, 1.9] | m | height of a poster on a wall, as far as there is room |
| `frame_share` | 0.6 | share | posters on walls that have a frame |
| `lit_nits` | [250, 900] | cd/m² | luminance of white on a lit board |
| `crop` | {full: 0.5, half: 0.3, bust: 0.2} | weights | how much of the person is shown |
| `words_share` | 0.7 | share | posters with a word on them |
| `pictures` | 40 | pictures | how many different ones a run has |
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
from blender_synth.world.lookalikes.placing import (
    GroundPlace,
    LookalikeContext,
    rectangle_points,
    upright_obstacle,
    wall_spot,
)
from blender_synth.world.people.choices import among
from blender_synth.world.people.pedestrian import Randomizer as People
from blender_synth.world.scenery.shared.street_parts import rectangle

Place = Literal["wall", "board", "column"]
PLACES: tuple[Place, ...] = ("wall", "board", "column")
SIZES_PX = ((336, 480),)
DEPTH_M = {"wall": 0.03, "board": 0.18, "column": 1.3}
FOOT_M = {"board": 0.55, "column": 0.75}
"""Height of a poster's lower edge."""
COLUMN_RADIUS_M = 0.62


@plain
class Spec(LookalikeDefaults):
    """One poster.

    Attributes:
        instance_id: of the person shown. holder_instance_id: of the poster with what carries it.
        position_m: middle of the poster's lower edge. facing_deg: azimuth of its front. ground_z_m: below it.
        place: what carries it; a board shows it on both sides, a column is round.
        width_m, height_m: of the picture. frame_m: width of the frame, 0 for none. frame_rgb: its colour.
        lit_nits: luminance of its white; 0 for one that is not lit.
        words: on it; empty for none. words_rgb: their colour. words_high: at the top rather than at the bottom.
    """

    kind: Literal["poster_person"] = "poster_person"
    instance_id: int
    holder_instance_id: int
    position_m: Vec3
    facing_deg: float
    ground_z_m: float
    place: Place
    picture: PictureSpec
    width_m: float = Field(gt=0)
    height_m: float = Field(gt=0)
    frame_m: float = Field(ge=0)
    frame_rgb: Rgb
    lit_nits: float = Field(default=0.0, ge=0)
    words: str = ""
    words_rgb: Rgb = (0.8, 0.8, 0.8)
    words_high: bool = False

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The person shown, and the poster."""
        number = self.instance_id
        return (
            LabelledInstance(instance_id=number, category="poster_person", name=f"poster_person_{number}"),
            LabelledInstance(instance_id=self.holder_instance_id, category="sign", name=f"poster_{number}"),
        )

    def obstacles(self) -> tuple[Obstacle, ...]:
        """What it takes up of the ground, or of the space before its wall."""
        name, x_y = f"poster_{self.instance_id}", self.position_m[:2]
        if self.place == "column":
            out = geometry.direction(self.facing_deg)[:2] * COLUMN_RADIUS_M
            middle = vec3((x_y[0] - out[0], x_y[1] - out[1], self.ground_z_m))
            return (upright_obstacle(name, middle, COLUMN_RADIUS_M + 0.05, 3.4),)
        deep = DEPTH_M[self.place]
        outline = rectangle(x_y, self.width_m + 2 * self.frame_m, 2 * deep, self.facing_deg + 90.0)
        low = self.position_m[2] - self.frame_m if self.place == "wall" else self.ground_z_m
        top = self.position_m[2] + self.height_m + self.frame_m
        return (Obstacle(name=name, polygon_xy_m=outline, height_m=top - low, base_z_m=low),)

    def pictures(self) -> tuple[PictureSpec, ...]:
        """What it shows."""
        return (self.picture,)


@plain
class Randomizer:
    """How posters vary."""

    kind: Literal["poster_person"] = "poster_person"
    place: Annotated[Weights, among(PLACES)] = Field(default_factory=lambda: {"wall": 3.0, "board": 2.0, "column": 1.0})
    height_m: PositiveRange = (0.7, 1.9)
    frame_share: float = Field(default=0.6, ge=0, le=1)
    lit_nits: PositiveRange = (250.0, 900.0)
    crop: Annotated[Weights, among(CROPS)] = Field(default_factory=lambda: {"full": 0.5, "half": 0.3, "bust": 0.2})
    words_share: float = Field(default=0.7, ge=0, le=1)
    pictures: int = Field(default=40, ge=1, le=100_000)
    person: People = Field(default_factory=People)

    def propose(self, streams: Streams, ids: tuple[int, int], context: LookalikeContext) -> Spec | None:
        """A poster; None where the scene has no place for any."""
        rng, form = streams.rng("place"), streams.rng("form")
        number = int(streams.rng("picture").integers(self.pictures))
        kept = Streams(streams.root_seed, 0).child("lookalikes/poster_person")
        picture = draw_picture(self.person, self.crop, SIZES_PX, number, kept)
        wanted, height = pick(rng, self.place), uniform(form, self.height_m)
        framed, frame = form.random() < self.frame_share, uniform(form, (0.02, 0.06))
        grey, nits = float(form.choice([0.03, 0.25, 0.6])), uniform(form, self.lit_nits)
        words, high = WORDS[int(form.integers(len(WORDS)))], bool(form.random() < 0.5)
        worded, light = form.random() < self.words_share, bool(form.random() < 0.6)
        allowed = [
            p for p in PLACES if self.place.get(p, 0.0) > 0 and (p != "column" or context.layout.indoor_c is None)
        ]
        for place in sorted(allowed, key=lambda p: p != wanted):
            spot = self._place(rng, place, height, picture.aspect, context)
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
                frame_m={"wall": frame if framed else 0.0, "board": 0.07, "column": 0.0}[place],
                frame_rgb=(grey, grey, grey),
                lit_nits=nits if place == "board" else 0.0,
                words=words if worded else "",
                words_rgb=(0.85, 0.85, 0.85) if light else (0.02, 0.02, 0.02),
                words_high=high,
            )
        return None

    @staticmethod
    def _place(
        rng: np.random.Generator, place: Place, height: float, aspect: float, context: LookalikeContext
    ) -> tuple[Vec3, float, float, float] | None:
        """(position, facing, height of the ground, height of the poster)."""
        if place == "wall":
            return wall_spot(rng, height, aspect, 0.07, DEPTH_M[place], context)
        tall = 1.75 if place == "board" else 1.65
        room = tall * aspect / 2 + 0.08 if place == "board" else COLUMN_RADIUS_M + 0.06
        free = context.ground_places(rng, room, FOOT_M[place] + tall + 0.2, room - 0.2, 3.0, 16.0)

        def seen(at: GroundPlace) -> tuple[float, float]:
            facing = None if place == "board" else at.heading_deg
            right = geometry.direction(at.heading_deg + 90.0)
            points = rectangle_points(np.array(at.position_m) + (0, 0, FOOT_M[place]), right, tall * aspect, tall)
            return context.shown_px(points, facing)

        chosen = context.best(rng, free, seen)
        if chosen is None:
            return None
        out = geometry.direction(chosen.heading_deg) * (COLUMN_RADIUS_M if place == "column" else 0.07)
        position = vec3(np.array(chosen.position_m) + out + (0.0, 0.0, FOOT_M[place]))
        return position, chosen.heading_deg, chosen.position_m[2], tall
