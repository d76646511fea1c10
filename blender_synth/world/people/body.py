"""Bodies: the spec of a shape, and how shapes vary.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `sex` | {female: 0.5, male: 0.5} | weights | sex |
| `age_years` | [5.0, 82.0] | years | age |
| `child_share` | 0.08 | share | share of children; the crowd puts them next to adults |
| `stature_deviate` | [-2.2, 2.2] | 1 | limits of the standard normal score of the height for age and sex |
| `bmi_deviate` | [-1.6, 2.2] | 1 | limits of the standard normal score of the body-mass index for age and sex |
| `muscle` | [0.3, 0.75] | 0 to 1 | MakeHuman's muscle axis |
| `proportions` | [0.25, 0.75] | 0 to 1 | MakeHuman's axis from unusual to ideal proportions |
| `face_variety` | [0.15, 0.34] | 1 | standard deviation of the shapes of a face |
| `ancestry` | {african: 0.3, asian: 0.3, caucasian: 0.4} | weights | MakeHuman's shape that is most of a body |
"""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal, get_args

import numpy as np

from blender_synth.values import Range, Vec3, Weights, clamped, pick, plain, uniform
from blender_synth.world.people import anthropometry
from blender_synth.world.people.choices import among, one_of

Sex = Literal["female", "male"]
SEXES: tuple[Sex, ...] = get_args(Sex)


@plain
class BodySpec:
    """A body's shape.

    Attributes:
        masculinity: 0 is MakeHuman's female shape, 1 its male one.
        stature_m: height without shoes.
        weight, muscle, proportions, cup: MakeHuman's axes, 0 to 1, 0.5 in the middle; weight up to `HEAVIEST`.
        ancestry: shares of MakeHuman's african, asian and caucasian shapes.
        details: signed amounts of detail shapes, by name (-1 to 1).
    """

    sex: Sex
    masculinity: float
    age_years: float
    stature_m: float
    weight: float
    muscle: float
    proportions: float
    cup: float
    ancestry: Vec3
    details: dict[str, float]


FACE_DETAILS = (
    "head-scale-horiz",
    "head-scale-depth",
    "head-fat",
    "chin-width",
    "chin-height",
    "chin-prominent",
    "chin-bones",
    "cheek-bones",
    "cheek-volume",
    "eye-scale",
    "eye-trans",
    "eye-corner",
    "eyebrows-angle",
    "eyebrows-trans",
    "forehead-scale-vert",
    "forehead-trans",
    "nose-hump",
    "nose-point",
    "nose-scale-horiz",
    "nose-scale-vert",
    "nose-scale-depth",
    "nose-volume",
    "nose-width",
    "mouth-scale-horiz",
    "mouth-trans",
    "mouth-upperlip",
    "mouth-lowerlip",
    "ear-scale",
    "ear-wing",
    "asym-brow",
    "asym-eye",
    "asym-jaw",
    "asym-mouth",
    "asym-nose",
)
HEAD_SHAPES = ("oval", "round", "rectangular", "square", "triangular", "invertedtriangular", "diamond")
BODY_DETAILS = ("shoulder-dist", "hips-circ", "torso-vshape", "buttocks-volume", "neck-circ")


@plain
class BodyRanges:
    """How bodies vary. Heights and weights follow published tables for age and sex."""

    sex: Annotated[Weights, among(SEXES)] = field(default_factory=lambda: {"female": 0.5, "male": 0.5})
    age_years: Range = (5.0, 82.0)
    child_share: float = 0.08
    stature_deviate: Range = (-2.2, 2.2)
    bmi_deviate: Range = (-1.6, 2.2)
    muscle: Range = (0.3, 0.75)
    proportions: Range = (0.25, 0.75)
    face_variety: Range = (0.15, 0.34)
    ancestry: Annotated[Weights, among(("african", "asian", "caucasian"))] = field(
        default_factory=lambda: {"african": 0.3, "asian": 0.3, "caucasian": 0.4}
    )


def draw_body(ranges: BodyRanges, rng: np.random.Generator, generation: str | None = None) -> BodySpec:
    """One body; `generation` (``"adult"`` or ``"child"``) overrules `child_share`."""
    sex = one_of(SEXES, pick(rng, ranges.sex))
    low, high = ranges.age_years
    child = rng.random() < ranges.child_share
    child = child if generation is None else generation == "child"
    young, grown = uniform(rng, (low, max(low, min(16.0, high)))), low + (high - low) * float(rng.beta(1.6, 2.2))
    adult = grown if grown >= 16 or high < 16 else uniform(rng, (min(max(16.0, low), high), min(max(45.0, low), high)))
    age = young if child and low < 16 else adult
    main = pick(rng, ranges.ancestry)
    purity = float(rng.beta(5, 1.2))
    other = rng.dirichlet((1.0, 1.0, 1.0)) * (1 - purity)
    shares = {n: purity * (n == main) + float(o) for n, o in zip(("african", "asian", "caucasian"), other, strict=True)}
    stature = anthropometry.stature_m(sex, age, _clipped_normal(rng, ranges.stature_deviate))
    index = anthropometry.bmi(sex, age, _clipped_normal(rng, ranges.bmi_deviate))
    muscle = uniform(rng, ranges.muscle)
    if age < 16:
        muscle = min(muscle, 0.5)
    elif age > 55:
        muscle = max(0.15, muscle - 0.005 * (age - 55))
    if index > 22:  # the heavy shapes of the data are those of little muscle
        muscle = max(0.3, min(muscle, 0.62 - 0.05 * (index - 22)))
    masculinity = float(np.clip(rng.normal(0.93 if sex == "male" else 0.06, 0.05), 0, 1))
    variety = uniform(rng, ranges.face_variety)
    details = {n: round(clamped(rng.normal() * variety, 1.0), 4) for n in FACE_DETAILS}
    details[f"head-{HEAD_SHAPES[int(rng.integers(len(HEAD_SHAPES)))]}"] = round(uniform(rng, (0.0, 0.4)), 4)
    details |= {n: round(clamped(rng.normal() * 0.35, 0.8), 4) for n in BODY_DETAILS}
    details["eye-height"] = round(uniform(rng, (0.15, 0.6)), 4)
    details["smile"] = round(max(0.0, float(rng.normal(0.05, 0.2))), 4)
    details["stomach-tone"] = round(uniform(rng, (-0.3, 0.6)), 4)
    cup = uniform(rng, (0.3, 0.62)) if sex == "female" else 0.5
    return BodySpec(
        sex=sex,
        masculinity=masculinity,
        age_years=round(age, 2),
        stature_m=round(stature, 4),
        weight=round(_weight_axis(sex, age, muscle, index), 4),
        muscle=round(muscle, 4),
        proportions=round(uniform(rng, ranges.proportions), 4),
        cup=round(cup, 4),
        ancestry=(round(shares["african"], 4), round(shares["asian"], 4), round(shares["caucasian"], 4)),
        details=details,
    )


def _clipped_normal(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    return float(np.clip(rng.normal(), limits[0], limits[1]))


# Body-mass index (volume x 1010 kg/m3 / stature^2) of MakeHuman's adult bodies at weight axis 0, 0.5 and 1, for muscle
# axis 0.3, 0.5 and 0.75; and the factor for children. Measured on the baked shapes.
_BMI_OF_AXES = {
    "female": ((14.5, 19.8, 26.0), (16.3, 19.1, 21.6), (16.4, 18.8, 22.8)),
    "male": ((17.2, 22.3, 29.3), (19.5, 21.5, 23.4), (18.9, 20.9, 26.6)),
}
_CHILD_SHARE = {"female": (0.79, 0.89, 1.0), "male": (0.78, 0.87, 1.0)}
HEAVIEST = 1.35
"""MakeHuman's weight axis ends at 1; its targets stay sound a good way beyond."""


def _weight_axis(sex: str, age_years: float, muscle: float, bmi: float) -> float:
    """MakeHuman's weight axis at which a body has this body-mass index."""
    rows = np.array(_BMI_OF_AXES[sex])
    row = np.array([np.interp(muscle, (0.3, 0.5, 0.75), rows[:, k]) for k in range(3)])
    row = row * np.interp(age_years, (9, 14, 22), _CHILD_SHARE[sex])
    axis = float(np.interp(bmi, row, (0.0, 0.5, 1.0)))
    if bmi > row[2]:
        axis = 1 + 0.5 * (bmi - row[2]) / (row[2] - row[1])
    return float(np.clip(axis, 0.05, HEAVIEST))
