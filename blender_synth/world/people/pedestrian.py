"""Pedestrians: what one person is (`Spec`) and how people vary (`Randomizer`)."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

import numpy as np

from blender_synth.seeds import Streams
from blender_synth.world.people import anthropometry
from blender_synth.world.people.choices import choice
from blender_synth.world.people.wardrobe import OutfitRanges, OutfitSpec, draw_outfit
from blender_synth.world.values import Range, Rgb, Vec3, pick, plain, uniform

Sex = Literal["female", "male"]


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


@plain
class SkinSpec:
    """Colours of skin and eyes, linear.

    Attributes:
        tone: 0 palest to 1 darkest; `rgb` is what it comes to for this person.
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
        beard: ``"none"``, ``"short"`` or ``"full"``.
        lock_seed: number that the locks' irregularities are computed from.
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


@plain
class PoseSpec:
    """What the person is doing, in angles.

    Attributes:
        activity: ``"walk"``, ``"run"`` or ``"stand"``.
        phase: of the gait cycle, 0 to 1, from left heel strike.
        speed_mps: forward speed of the gait.
        arm_swing: 1 is the published mean.
        elbow_deg: flexion of the hanging arm's elbow.
        toe_out_deg: turn of the feet.
        lean_deg: trunk's forward lean; slouch_deg rounds the back.
        weight_shift: -1 on the right leg, 0 on both, 1 on the left leg (standing).
        stance_m: distance of the feet sideways; stagger_m: of the left foot before the right.
        left_arm, right_arm: ``"hang"``, ``"pocket"``, ``"hip"``, ``"folded"``, ``"phone"``, ``"call"``, ``"carry"``,
            ``"behind"``, ``"talk"``.
        head_yaw_deg, head_pitch_deg, head_roll_deg: left, down and to the left positive.
        offsets_deg: small deviations added to joints, by channel (e.g. ``"shoulder_abduction.L"``).
    """

    activity: str
    phase: float
    speed_mps: float
    arm_swing: float
    elbow_deg: float
    toe_out_deg: float
    lean_deg: float
    slouch_deg: float
    weight_shift: float
    stance_m: float
    stagger_m: float
    left_arm: str
    right_arm: str
    head_yaw_deg: float
    head_pitch_deg: float
    head_roll_deg: float
    finger_curl: float
    offsets_deg: dict[str, float]


@plain
class Spec:
    """One pedestrian, resolved: the same spec always builds the same person.

    The person's own frame has its origin on the ground under the pelvis, +X forward, +Y left, +Z up;
    world = Rz(heading_deg) . local + position_m.
    """

    kind: Literal["pedestrian"] = "pedestrian"
    instance_id: int
    position_m: Vec3
    heading_deg: float
    body: BodySpec
    skin: SkinSpec
    hair: HairSpec
    outfit: OutfitSpec
    pose: PoseSpec


PedestrianSpec = Spec

GESTURES = ("hang", "one_pocket", "pockets", "phone", "folded", "call", "hip", "carry", "talk", "behind")
HAIR_STYLES = ("bald", "buzz", "short", "side_part", "bob", "long", "ponytail", "bun", "curly", "afro")
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
OFFSET_CHANNELS = {  # channel -> standard deviation, degrees
    "shoulder_abduction": 2.0,
    "shoulder_flexion": 3.0,
    "shoulder_rotation": 6.0,
    "elbow": 4.0,
    "pronation": 9.0,
    "wrist": 4.0,
    "clavicle": 1.5,
    "hip": 1.2,
    "knee": 1.5,
    "toe_out": 2.5,
    "finger1": 5.0,
    "finger2": 6.0,
    "finger3": 6.0,
    "finger4": 6.0,
    "finger5": 6.0,
}
CENTRE_CHANNELS = {"pelvis_yaw": 1.5, "pelvis_roll": 0.8, "pelvis_tilt": 2.0, "trunk_yaw": 2.0, "trunk_roll": 1.0}

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
_IRIS_RGB = {
    "brown": (0.05, 0.022, 0.01),
    "hazel": (0.10, 0.065, 0.025),
    "green": (0.10, 0.12, 0.07),
    "blue": (0.13, 0.2, 0.3),
    "grey": (0.16, 0.18, 0.2),
}


@plain
class BodyRanges:
    """How bodies vary. Heights and weights follow published tables for age and sex."""

    sex: choice("female", "male") = field(default_factory=lambda: {"female": 0.5, "male": 0.5})
    age_years: Range = (8.0, 80.0)
    child_share: float = 0.08
    stature_deviate: Range = (-2.2, 2.2)
    bmi_deviate: Range = (-1.6, 2.2)
    muscle: Range = (0.3, 0.75)
    proportions: Range = (0.3, 0.9)
    face_variety: Range = (0.15, 0.34)
    ancestry: choice("african", "asian", "caucasian") = field(
        default_factory=lambda: {"african": 0.3, "asian": 0.3, "caucasian": 0.4}
    )


@plain
class SkinRanges:
    """How skin varies; the tone of each ancestry is drawn from its own interval."""

    tone_african: Range = (0.55, 1.0)
    tone_asian: Range = (0.12, 0.62)
    tone_caucasian: Range = (0.0, 0.42)
    ruddiness: Range = (0.15, 0.8)


@plain
class HairRanges:
    """How hair varies."""

    female_styles: choice(*HAIR_STYLES) = field(
        default_factory=lambda: {
            "long": 0.34,
            "bob": 0.2,
            "ponytail": 0.18,
            "bun": 0.12,
            "short": 0.06,
            "side_part": 0.04,
            "curly": 0.06,
        }
    )
    male_styles: choice(*HAIR_STYLES) = field(
        default_factory=lambda: {
            "short": 0.44,
            "side_part": 0.24,
            "buzz": 0.14,
            "bald": 0.08,
            "curly": 0.07,
            "bob": 0.03,
        }
    )
    beards: choice("none", "short", "full") = field(default_factory=lambda: {"none": 0.62, "short": 0.23, "full": 0.15})


@plain
class PoseRanges:
    """What people do."""

    activity: choice("walk", "stand", "run") = field(default_factory=lambda: {"walk": 0.72, "stand": 0.27, "run": 0.01})
    walk_speed_mps: Range = (0.8, 1.7)
    run_speed_mps: Range = (2.4, 3.8)
    arm_swing: Range = (0.5, 1.2)
    elbow_deg: Range = (12.0, 26.0)
    toe_out_deg: Range = (2.0, 12.0)
    lean_deg: Range = (0.0, 4.0)
    joint_variety: Range = (0.6, 1.2)
    gestures: choice(*GESTURES) = field(
        default_factory=lambda: {
            "hang": 0.5,
            "one_pocket": 0.13,
            "pockets": 0.1,
            "phone": 0.1,
            "folded": 0.07,
            "call": 0.03,
            "talk": 0.05,
            "behind": 0.02,
            "hip": 0.03,
            "carry": 0.04,
        }
    )


@plain
class Randomizer:
    """Draws pedestrians. Bodies, skin, hair, clothes and poses each come from a stream of their own, so that a change
    to one never changes another.

    Attributes:
        dress: ``"fixed"`` draws clothes whatever the weather.
    """

    body: BodyRanges = field(default_factory=BodyRanges)
    skin: SkinRanges = field(default_factory=SkinRanges)
    hair: HairRanges = field(default_factory=HairRanges)
    outfit: OutfitRanges = field(default_factory=OutfitRanges)
    pose: PoseRanges = field(default_factory=PoseRanges)
    dress: Literal["fixed"] = "fixed"

    def sample(self, streams: Streams, instance_id: int, position_m: Vec3, heading_deg: float) -> Spec:
        """One pedestrian.

        Args:
            streams: the streams of this person alone, e.g. ``scene_streams.child("people/3")``.
            instance_id: its number in the label pass.
            position_m: the ground under its pelvis.
            heading_deg: azimuth it faces.
        """
        body = _draw_body(self.body, streams.rng("body"))
        return Spec(
            instance_id=instance_id,
            position_m=tuple(float(v) for v in position_m),
            heading_deg=float(heading_deg),
            body=body,
            skin=_draw_skin(self.skin, body, streams.rng("skin")),
            hair=_draw_hair(self.hair, body, streams.rng("hair")),
            outfit=draw_outfit(self.outfit, body.sex, body.age_years, streams.rng("outfit")),
            pose=_draw_pose(self.pose, body, streams.rng("pose")),
        )


PedestrianRandomizer = Randomizer


def _clipped_normal(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    return float(np.clip(rng.normal(), limits[0], limits[1]))


def _draw_body(ranges: BodyRanges, rng: np.random.Generator) -> BodySpec:
    sex = pick(rng, ranges.sex)
    low, high = ranges.age_years
    child = rng.random() < ranges.child_share
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
    details = {n: round(float(np.clip(rng.normal() * variety, -1, 1)), 4) for n in FACE_DETAILS}
    details[f"head-{HEAD_SHAPES[int(rng.integers(len(HEAD_SHAPES)))]}"] = round(uniform(rng, (0.0, 0.4)), 4)
    details |= {n: round(float(np.clip(rng.normal() * 0.35, -0.8, 0.8)), 4) for n in BODY_DETAILS}
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
        ancestry=tuple(round(shares[n], 4) for n in ("african", "asian", "caucasian")),
        details=details,
    )


# Body-mass index (volume x 1010 kg/m3 / stature^2) of MakeHuman's adult bodies at weight axis 0, 0.5 and 1, for muscle
# axis 0.3, 0.5 and 0.75; and what children come to beside adults. Measured on the baked shapes.
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


def _draw_skin(ranges: SkinRanges, body: BodySpec, rng: np.random.Generator) -> SkinSpec:
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
        rgb=_rgb(rgb),
        lip_rgb=_rgb(lip),
        iris_rgb=_IRIS_RGB[iris],
        ruddiness=round(uniform(rng, ranges.ruddiness), 4),
        stubble=round(stubble, 4),
    )


def _rgb(values) -> Rgb:
    return tuple(round(float(np.clip(v, 0, 1)), 5) for v in values)


def _draw_hair(ranges: HairRanges, body: BodySpec, rng: np.random.Generator) -> HairSpec:
    style = pick(rng, ranges.female_styles if body.sex == "female" else ranges.male_styles)
    ancestry = dict(zip(("african", "asian", "caucasian"), body.ancestry, strict=True))
    main = max(ancestry, key=ancestry.get)
    chance = rng.random(4)
    if body.age_years < 18 and style == "bald":
        style = "short"
    if main == "african" and style in ("side_part", "bob", "long", "curly", "short"):
        style = (
            "afro"
            if chance[0] < 0.35
            else "buzz"
            if body.sex == "male" or chance[0] < 0.45
            else "bun"
            if chance[0] < 0.7
            else "curly"
        )
    if body.sex == "female" and body.age_years > 62 and style in ("long", "ponytail") and chance[1] < 0.75:
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
        "long": (0.012, 0.022),
        "ponytail": (0.008, 0.013),
        "bun": (0.008, 0.013),
        "curly": (0.03, 0.05),
        "afro": (0.04, 0.08),
        "buzz": (0.004, 0.006),
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
        rgb=_rgb(rgb),
        brow_rgb=_rgb(np.array(_HAIR_RGB[colour]) * 0.8 * (1 - 0.6 * grey) + np.array(target) * 0.5 * grey),
        beard=beard,
        lock_seed=int(rng.integers(1 << 31)),
    )


def _draw_pose(ranges: PoseRanges, body: BodySpec, rng: np.random.Generator) -> PoseSpec:
    activity = pick(rng, ranges.activity)
    if activity == "run" and body.age_years > 62:
        activity = "walk"
    size = body.stature_m / 1.7
    slow = 1 - max(0.0, body.age_years - 60) * 0.008  # gait slows by about a fifth from 60 to 85 years (Winter 1991)
    walking, running = uniform(rng, ranges.walk_speed_mps), uniform(rng, ranges.run_speed_mps)
    gesture = pick(rng, ranges.gestures)
    main = "left" if rng.random() < 0.35 else "right"
    arms = {"left": "hang", "right": "hang"}
    if activity != "run":
        if gesture in ("phone", "call", "hip", "carry", "talk"):
            arms[main] = gesture
        elif gesture == "one_pocket":
            arms[main] = "pocket"
        elif gesture == "pockets":
            arms = {"left": "pocket", "right": "pocket"}
        elif gesture in ("folded", "behind") and activity == "stand":
            arms = {"left": gesture, "right": gesture}
    shift = float(rng.choice([-1, 1])) * float(rng.beta(2.5, 1.4)) if rng.random() < 0.7 else 0.0
    variety = uniform(rng, ranges.joint_variety)
    offsets = {
        f"{n}.{s}": round(float(np.clip(rng.normal(), -2, 2)) * sd * variety, 3)
        for n, sd in OFFSET_CHANNELS.items()
        for s in "LR"
    }
    offsets |= {n: round(float(np.clip(rng.normal(), -2, 2)) * sd * variety, 3) for n, sd in CENTRE_CHANNELS.items()}
    yaw, pitch, roll = rng.normal(0, 16 if activity == "stand" else 9), rng.normal(3, 4), rng.normal(0, 2.5)
    if "phone" in arms.values():
        yaw, pitch = yaw * 0.3, 24 + abs(rng.normal(0, 5))
    old = max(0.0, body.age_years - 60)
    return PoseSpec(
        activity=activity,
        phase=round(float(rng.random()), 4),
        speed_mps=round(walking * slow if activity == "walk" else running if activity == "run" else 0.0, 4),
        arm_swing=round(uniform(rng, ranges.arm_swing), 4),
        elbow_deg=round(uniform(rng, (80, 100)) if activity == "run" else uniform(rng, ranges.elbow_deg), 3),
        toe_out_deg=round(uniform(rng, ranges.toe_out_deg), 3),
        lean_deg=round(uniform(rng, ranges.lean_deg) + (6.0 if activity == "run" else 0.12 * old), 3),
        slouch_deg=round(uniform(rng, (0, 10)) + 0.35 * old, 3),
        weight_shift=round(shift if activity == "stand" else 0.0, 4),
        stance_m=round(uniform(rng, (0.13, 0.30) if activity == "stand" else (0.09, 0.15)) * size, 4),
        stagger_m=round(float(rng.normal(0, 0.05)) * size if activity == "stand" else 0.0, 4),
        left_arm=arms["left"],
        right_arm=arms["right"],
        head_yaw_deg=round(float(np.clip(yaw, -50, 50)), 3),
        head_pitch_deg=round(float(np.clip(pitch, -12, 38)), 3),
        head_roll_deg=round(float(np.clip(roll, -8, 8)), 3),
        finger_curl=round(uniform(rng, (0.6, 1.3)), 4),
        offsets_deg=offsets,
    )
