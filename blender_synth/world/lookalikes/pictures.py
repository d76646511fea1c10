"""Pictures of people, as posters and screens show them: who, how much of them, in what light, on what ground.

A run has a limited number of such pictures, which recur like those of a campaign; each is rendered once and kept in the
cache.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.seeds import Streams
from blender_synth.values import Rgb, pick, plain, seed_of, vec3
from blender_synth.world.lookalikes.figures import draw_figure
from blender_synth.world.people.choices import one_of
from blender_synth.world.people.pedestrian import PedestrianSpec
from blender_synth.world.people.pedestrian import Randomizer as People

Crop = Literal["full", "half", "bust"]
Ground = Literal["studio", "colour", "street", "landscape"]
GROUNDS: tuple[Ground, ...] = ("studio", "colour", "street", "landscape")
CROPS: tuple[Crop, ...] = ("full", "half", "bust")
POSES = {"hang": 0.3, "hip": 0.2, "hips": 0.1, "pockets": 0.2, "folded": 0.2}
WORDS = (
    "NEW", "SALE", "SUMMER", "CITY RUN", "FRESH", "STYLE", "MUSIC", "OPEN", "TRAVEL", "-30%", "LIVE", "MOVE", "HELLO",
    "AUTUMN", "WINTER", "TODAY", "JOIN US", "SPRING", "DANCE", "VOTE", "FESTIVAL", "YOU", "JOBS", "GREEN",
)  # fmt: skip


@plain
class PictureSpec:
    """One picture of a person.

    Attributes:
        person: at the origin. turn_deg: how far they are turned from the camera, left positive.
        crop: how much of them is in the picture. aside: where their middle is, -1 at the left to 1 at the right edge.
        width_px, height_px: of the picture.
        ground: what is behind them. ground_seed: of its details. ground_rgb: its main colour.
        key_deg: azimuth of the main light, left positive. soft: 0 hard light to 1 soft light.
    """

    person: PedestrianSpec
    turn_deg: float
    crop: Crop
    aside: float = Field(default=0.0, ge=-1, le=1)
    width_px: int = Field(ge=16, le=4096)
    height_px: int = Field(ge=16, le=4096)
    ground: Ground
    ground_seed: int
    ground_rgb: Rgb
    key_deg: float
    soft: float = Field(ge=0, le=1)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width_px / self.height_px


def draw_picture(
    people: People,
    crops: dict[str, float],
    sizes_px: tuple[tuple[int, int], ...],
    number: int,
    streams: Streams,
) -> PictureSpec:
    """One of a run's pictures.

    Args:
        people: how people vary. crops: weights of the crops. sizes_px: (width, height) of which one is drawn.
        number: of the picture in the run. streams: of the kind, in any scene.
    """
    streams = replace(streams, scene_index=number, attempt=0)
    rng = streams.rng("picture")
    crop = one_of(CROPS, pick(rng, crops))
    width, height = sizes_px[int(rng.integers(len(sizes_px)))]
    walks = crop == "full" and rng.random() < 0.3
    colour = np.clip(rng.uniform(0.03, 0.75) * np.exp(rng.normal(0, 0.5, 3)), 0.02, 0.85)
    wide = width > height
    return PictureSpec(
        person=draw_figure(people, streams, POSES, carries=rng.random() < 0.3, activity="walk" if walks else "stand"),
        turn_deg=float(rng.normal(0, 22)),
        crop=crop,
        aside=float(rng.choice([-0.4, 0.0, 0.4]) if wide else np.clip(rng.normal(0, 0.08), -0.2, 0.2)),
        width_px=width,
        height_px=height,
        ground=GROUNDS[int(rng.choice(4, p=[0.3, 0.2, 0.3, 0.2]))],
        ground_seed=seed_of(rng),
        ground_rgb=vec3(colour),
        key_deg=float(rng.uniform(-70, 70)),
        soft=float(rng.random()),
    )
