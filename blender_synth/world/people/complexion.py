"""Skin and hair: their specs, and how they vary."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

import numpy as np

from blender_synth.values import Range, Rgb, Weights, pick, plain, uniform
from blender_synth.world.people.body import BodySpec
from blender_synth.world.people.choices import among
from blender_synth.world.people.colours import rounded_rgb


@plain
class SkinSpec:
    """Colours of skin and eyes, linear.

    Attributes:
        tone: 0 palest to 1 darkest; `rgb` is the resulting colour.
        ruddiness: redness of cheeks, nose, ears and knuckles, 0 to 1.
        stubble: density of the beard's shadow, 0 to 1.
    """

    tone: float
    rgb: Rgb
    lip_rgb: Rgb
    iris_rgb: Rgb
    ruddiness: float
    stubble: float


@plain
class HairSpec:
    """Hair on the head and in the face.

    Attributes:
        style: one of `HAIR_STYLES`.
        length_m: length of the longest strands.
        volume_m: how far the hair stands off the scalp.
        wave: 0 straight to 1 curly.
        parting_deg: azimuth of the parting from the middle, left positive.
        hairline: 0 full to 1 receded.
        beard: ``"none"``, ``"short"`` or ``"full"``; `beard_length` 0 to 1 of a full one.
        lock_seed: seed of the irregularities of locks.
    """

    style: str
    length_m: float
    volume_m: float
    wave: float
    parting_deg: float
    hairline: float
    rgb: Rgb
    brow_rgb: Rgb
    beard: str
    lock_seed: int
    beard_length: float = 0.5


HAIR_STYLES = (
    "bald",
    "buzz",
    "fade",
    "short",
    "side_part",
    "bob",
    "fringe",
    "long",
    "ponytail",
    "braid",
    "bun",
    "curly",
    "afro",
    "cornrows",
    "locs",
)

# Linear albedo along the range of human skin. The second and fourth follow the "light skin" and "dark skin" patches of
# the ColorChecker (C. S. McCamy et al., J. Appl. Photogr. Eng. 2, 1976); the ends lie on the same melanin line.
_TONES = (0.0, 0.28, 0.52, 0.78, 1.0)
_TONE_RGB = ((0.66, 0.42, 0.33), (0.54, 0.30, 0.21), (0.34, 0.175, 0.108), (0.17, 0.084, 0.054), (0.062, 0.032, 0.024))
_HAIR_RGB = {
    "black": (0.010, 0.0085, 0.008),
    "dark_brown": (0.024, 0.014, 0.009),
    "brown": (0.060, 0.032, 0.017),
    "light_brown": (0.13, 0.075, 0.038),
    "blond": (0.32, 0.21, 0.105),
    "red": (0.17, 0.048, 0.016),
    "grey": (0.26, 0.25, 0.24),
    "white": (0.56, 0.54, 0.51),
}
_HAIR_BY_ANCESTRY = {
    "african": {"black": 0.85, "dark_brown": 0.15},
    "asian": {"black": 0.75, "dark_brown": 0.2, "brown": 0.05},
    "caucasian": {"black": 0.1, "dark_brown": 0.3, "brown": 0.28, "light_brown": 0.16, "blond": 0.12, "red": 0.04},
}
_COILED = {
    "female": {"afro": 0.27, "locs": 0.2, "cornrows": 0.15, "bun": 0.16, "curly": 0.14, "buzz": 0.08},
    "male": {"buzz": 0.34, "fade": 0.24, "afro": 0.16, "locs": 0.12, "cornrows": 0.14},
}
_IRIS_RGB = {
    "brown": (0.05, 0.022, 0.01),
    "hazel": (0.10, 0.065, 0.025),
    "green": (0.10, 0.12, 0.07),
    "blue": (0.13, 0.2, 0.3),
    "grey": (0.16, 0.18, 0.2),
}


@plain
class SkinRanges:
    """How skin varies; the tone of each ancestry is drawn from its own interval.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `tone_african` | [0.55, 1.0] | 0 to 1 | tone of that ancestry, 0 palest to 1 darkest |
    | `tone_asian` | [0.12, 0.62] | 0 to 1 | likewise |
    | `tone_caucasian` | [0.0, 0.42] | 0 to 1 | likewise |
    | `ruddiness` | [0.15, 0.8] | 0 to 1 | redness of cheeks, nose, ears and knuckles |
    """

    tone_african: Range = (0.55, 1.0)
    tone_asian: Range = (0.12, 0.62)
    tone_caucasian: Range = (0.0, 0.42)
    ruddiness: Range = (0.15, 0.8)


_Beards = Annotated[Weights, among(("none", "short", "full"))]


@plain
class HairRanges:
    """How hair varies.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `female_styles` | … | weights | styles of women, of `HAIR_STYLES` |
    | `male_styles` | … | weights | styles of men, of `HAIR_STYLES` |
    | `beards` | {none: 0.62, short: 0.23, full: 0.15} | weights | beards of men over 19 |
    """

    female_styles: Annotated[Weights, among(HAIR_STYLES)] = field(
        default_factory=lambda: {
            "long": 0.3,
            "bob": 0.15,
            "fringe": 0.08,
            "ponytail": 0.17,
            "braid": 0.05,
            "bun": 0.12,
            "short": 0.06,
            "side_part": 0.04,
            "curly": 0.06,
        }
    )
    male_styles: Annotated[Weights, among(HAIR_STYLES)] = field(
        default_factory=lambda: {
            "short": 0.36,
            "fade": 0.14,
            "side_part": 0.2,
            "buzz": 0.13,
            "bald": 0.08,
            "curly": 0.07,
            "bob": 0.03,
        }
    )
    beards: _Beards = field(default_factory=lambda: {"none": 0.62, "short": 0.23, "full": 0.15})


def draw_skin(ranges: SkinRanges, body: BodySpec, rng: np.random.Generator) -> SkinSpec:
    """Skin and eyes of one person."""
    limits = (ranges.tone_african, ranges.tone_asian, ranges.tone_caucasian)
    tone = sum(share * uniform(rng, interval) for share, interval in zip(body.ancestry, limits, strict=True))
    tone = float(np.clip(tone / sum(body.ancestry), 0, 1))
    rgb = np.array([np.interp(tone, _TONES, [c[k] for c in _TONE_RGB]) for k in range(3)])
    warmth = float(rng.normal(0, 0.05))
    rgb *= np.exp([0.5 * warmth, 0.0, -warmth])
    lip = (
        rgb * np.interp(tone, (0, 1), (0.82, 0.95)) * np.array([0.95, 0.62, 0.66]) ** np.interp(tone, (0, 1), (1, 0.5))
    )
    lip *= np.array([1.05, 0.8, 0.85]) if body.sex == "female" and rng.random() < 0.5 else 1.0
    blue = body.ancestry[2] * 0.45
    iris = pick(
        rng, {"brown": 1 - blue, "hazel": blue * 0.25, "green": blue * 0.2, "blue": blue * 0.4, "grey": blue * 0.15}
    )
    stubble = float(rng.beta(1.2, 2.0)) if body.sex == "male" and body.age_years > 17 else 0.0
    return SkinSpec(
        tone=round(tone, 4),
        rgb=rounded_rgb(rgb),
        lip_rgb=rounded_rgb(lip),
        iris_rgb=_IRIS_RGB[iris],
        ruddiness=round(uniform(rng, ranges.ruddiness), 4),
        stubble=round(stubble, 4),
    )


def draw_hair(ranges: HairRanges, body: BodySpec, rng: np.random.Generator) -> HairSpec:
    """Hair of one person."""
    style = pick(rng, ranges.female_styles if body.sex == "female" else ranges.male_styles)
    ancestry = dict(zip(("african", "asian", "caucasian"), body.ancestry, strict=True))
    main = max(ancestry, key=lambda name: ancestry[name])
    chance = rng.random(4)
    if body.age_years < 18 and style == "bald":
        style = "short"
    if main == "african" and style not in ("bald", "buzz", "bun"):  # straight styles are rare in tightly curled hair
        style = pick(rng, _COILED[body.sex])
    if body.sex == "female" and body.age_years > 62 and style in ("long", "ponytail", "braid") and chance[1] < 0.75:
        style = "short" if chance[1] < 0.35 else "bob"
    colour = pick(rng, _HAIR_BY_ANCESTRY[main])
    grey = float(np.clip((body.age_years - 38 - 12 * chance[2]) / 30, 0, 1))
    dyed = body.sex == "female" and chance[3] < 0.5
    grey *= 0.25 if dyed else 1.0
    target = _HAIR_RGB["white" if body.age_years > 66 else "grey"]
    tint = float(np.exp(rng.normal(0, 0.18)))
    rgb = np.array(_HAIR_RGB[colour]) * tint
    rgb = rgb * (1 - grey) + np.array(target) * grey
    length = {
        "short": uniform(rng, (0.035, 0.06)),
        "side_part": uniform(rng, (0.06, 0.09)),
        "bob": uniform(rng, (0.2, 0.3)),
        "fringe": uniform(rng, (0.22, 0.42)),
        "fade": uniform(rng, (0.02, 0.045)),
        "locs": uniform(rng, (0.16, 0.42)),
        "braid": uniform(rng, (0.3, 0.5)),
        "cornrows": 0.01,
        "long": uniform(rng, (0.36, 0.55)),
        "ponytail": uniform(rng, (0.22, 0.42)),
        "bun": 0.15,
        "curly": uniform(rng, (0.12, 0.3)),
        "afro": uniform(rng, (0.04, 0.09)),
        "buzz": 0.008,
        "bald": 0.0,
    }
    volume = {
        "short": (0.014, 0.026),
        "side_part": (0.018, 0.032),
        "bob": (0.014, 0.024),
        "fringe": (0.014, 0.022),
        "fade": (0.010, 0.020),
        "locs": (0.010, 0.018),
        "braid": (0.008, 0.013),
        "cornrows": (0.006, 0.006),
        "long": (0.012, 0.022),
        "ponytail": (0.008, 0.013),
        "bun": (0.008, 0.013),
        "curly": (0.03, 0.05),
        "afro": (0.04, 0.08),
        "buzz": (0.001, 0.001),
        "bald": (0.0, 0.0),
    }
    wave = {"curly": uniform(rng, (0.7, 1.0)), "afro": 1.0}.get(style, float(rng.beta(1.5, 2.5)) * 0.7)
    recede = float(rng.random()) * float(np.clip((body.age_years - 25) / 40, 0, 1)) if body.sex == "male" else 0.0
    beard = pick(rng, ranges.beards) if body.sex == "male" and body.age_years > 19 else "none"
    return HairSpec(
        style=style,
        length_m=round(length[style], 4),
        volume_m=round(uniform(rng, volume[style]), 4),
        wave=round(wave, 4),
        parting_deg=round(float(rng.choice([-1, 1])) * uniform(rng, (12, 38) if style == "side_part" else (0, 14)), 2),
        hairline=round(recede, 4),
        rgb=rounded_rgb(rgb),
        brow_rgb=rounded_rgb(np.array(_HAIR_RGB[colour]) * 0.8 * (1 - 0.6 * grey) + np.array(target) * 0.5 * grey),
        beard=beard,
        lock_seed=int(rng.integers(1 << 31)),
        beard_length=round(float(rng.beta(1.3, 2.2)), 4),
    )
