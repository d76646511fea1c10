"""What the pictures of the page of choices show (`make choices-page`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from blender_synth.dev import lookalikes_page, mirrors_page, scenes_page, weathers_page
from blender_synth.dev.sheets import size_words

SIZE_PX = (320, 180)

# --- choices of config groups: one picture each

_ROAD = ["scene=street", "seed=9", "mirrors=none", *size_words(SIZE_PX, 16)]
_SQUARE = ["scene=plaza", "seed=1", "mirrors=wall", "accept.min_reflected_people=0", *size_words(SIZE_PX, 16)]
_SHOPS = ["scene=shopping_arcade", "seed=3", "mirrors=none", "pedestrians=few", *size_words(SIZE_PX, 16)]

SCENE_SEEDS = {"car_park": 2, "crosswalk": 2}
"""Seeds of the sheet of scenes that show a scene better than the first one."""
WITHOUT_PICTURE = {
    "mirrors=pack": "needs a pack with mirrors",
}
"""Choices that no picture of built-in files can show, and why."""


def _camera(name: str) -> list[str]:
    return [*_ROAD, "pedestrians=street", f"camera={name}"]


PICTURES: dict[str, dict[str, list[str]]] = {
    "scene": {
        name: scenes_page.words(name, SCENE_SEEDS.get(name, 1))
        for name in (
            "street", "crosswalk", "plaza", "car_park", "shopping_arcade", "lobby", "gym", "lift", "courtyard",
            "waiting_room", "hallway", "clothes_shop", "restaurant", "studio",
        )
    },
    "pedestrians": {
        name: [*_ROAD, f"pedestrians={name}", "camera=dashcam"] for name in ("none", "few", "street", "crowd")
    },
    "mirrors": {
        "none": [word.replace("mirrors=wall", "mirrors=none") for word in mirrors_page.words("wall")],
        **{kind: mirrors_page.words(kind) for kind in mirrors_page.SCENES},
    },
    "lookalikes": {
        **{name: [*_SHOPS, f"lookalikes={name}"] for name in ("none", "few", "street")},
        **{kind: lookalikes_page.words(kind) for kind in lookalikes_page.SCENES},
    },
    "weather": {name: weathers_page.words(name, "day") for name in weathers_page.WEATHERS},
    "weather.time": {time: weathers_page.words("sunny", time) for time in ("day", "golden", "dusk", "night")},
    "weather.hdri": {
        name: [*_SQUARE, "pedestrians=few", "weather=sunny", f"weather.hdri={{{name}: 1}}"]
        for name in ("city", "courtyard", "forest", "interior", "night", "studio", "sunrise", "sunset")
    },
    "camera": {name: _camera(name) for name in ("handheld", "cctv", "dashcam")},
}  # fmt: skip
"""Overrides that show each choice, by group or key."""

# --- developing: one frame, several pictures

DEVELOPED_FRAME = weathers_page.words("sunny", "dusk")
DEVELOPED: dict[str, list[str]] = {
    "the defaults": [],
    "exposure_ev=1.5": ["develop.exposure_ev=1.5"],
    "exposure_ev=-1.5": ["develop.exposure_ev=-1.5"],
    "iso=12800": ["develop.iso=12800"],
    "warmth_ev=0.6": ["develop.warmth_ev=0.6"],
    "white_balance=daylight": ["develop.white_balance=daylight"],
    "tone_curve=linear": ["develop.tone_curve=linear"],
    "vignetting_ev=2": ["develop.vignetting_ev=2"],
    "blur_px=2": ["develop.blur_px=2"],
    "lens_drops=40": ["develop.lens_drops=40"],
    "lens_flakes=40": ["develop.lens_flakes=40"],
    "mor_m=100": ["develop.mor_m=100"],
}
"""Overrides of each picture of one frame, by what they set."""


# --- people: sheets of portraits


@dataclass(frozen=True)
class Portraits:
    """A sheet of people who differ in one key.

    Attributes:
        values: of the key, each with further overrides. woman: who is shown; None: by value, see `women`.
        view: a view of `VIEWS`. turn_deg: of the person away from the camera, where a value has none in `turns`.
    """

    key: str
    values: Mapping[str, Sequence[str]]
    woman: bool = False
    view: str = "whole"
    turn_deg: float = 25.0
    turns: Mapping[str, float] = field(default_factory=dict)
    women: Sequence[str] = ()

    def overrides(self, value: str) -> list[str]:
        """The config of one person."""
        sex = "female" if self.woman or value in self.women else "male"
        chosen = [] if not self.key else [f"{_PERSON}.{self.key}={{{value}: 1}}"]
        chosen += [f"{_PERSON}.body.sex={{{sex}: 1}}", *self.values[value]]
        keys = {word.partition("=")[0] for word in chosen}
        return [word for word in PERSON if word.partition("=")[0] not in keys] + chosen  # mappings would be merged


@dataclass(frozen=True)
class View:
    """What a portrait shows.

    Attributes:
        size_px: width and height. height_m: of the area. top_m: its upper edge over the crown; None: from the ground.
        aside_m: its middle to the right of the person.
    """

    size_px: tuple[int, int]
    height_m: float
    top_m: float | None = None
    aside_m: float = 0.0


VIEWS = {
    "whole": View((118, 210), 2.15),
    "wide": View((210, 210), 2.15, aside_m=0.55),
    "head": View((118, 118), 0.5, top_m=0.1),
    "feet": View((160, 100), 0.32),
}
_PERSON = "pedestrians.person"
PERSON = [
    "seed=4", "weather=overcast", "weather.temperature_c=17",
    f"{_PERSON}.body.age_years=[24,40]", f"{_PERSON}.body.child_share=0", f"{_PERSON}.body.bmi_deviate=[-0.9,-0.3]",
    f"{_PERSON}.outfit.male_lower={{jeans: 1}}", f"{_PERSON}.outfit.female_lower={{jeans: 1}}",
    f"{_PERSON}.outfit.tops={{tee: 1}}", f"{_PERSON}.outfit.outers={{none: 1}}", f"{_PERSON}.outfit.hats={{none: 1}}",
    f"{_PERSON}.outfit.glasses={{none: 1}}", f"{_PERSON}.outfit.shoes={{sneaker: 1}}",
    f"{_PERSON}.outfit.vest_share=0", f"{_PERSON}.outfit.glove_share=0",
    f"{_PERSON}.hair.beards={{none: 1}}", f"{_PERSON}.hair.male_styles={{short: 1}}",
    f"{_PERSON}.hair.female_styles={{ponytail: 1}}",
    f"{_PERSON}.pose.activity={{stand: 1}}", f"{_PERSON}.pose.gestures={{hang: 1}}",
    f"{_PERSON}.carried.male_bags={{none: 1}}", f"{_PERSON}.carried.female_bags={{none: 1}}",
    f"{_PERSON}.carried.umbrella_in_dry=0", f"{_PERSON}.carried.umbrella_in_rain=0",
]  # fmt: skip
"""One person, dressed plainly, who stands."""


def _plain(*values: str) -> dict[str, list[str]]:
    return {value: [] for value in values}


_OLIVE = [f"{_PERSON}.outfit.colours={{olive: 1}}", f"{_PERSON}.outfit.patterned_share=0"]
_SITS = [f"{_PERSON}.pose.activity={{sit: 1}}"]
_PUSHES = [f"{_PERSON}.pose.activity={{push: 1}}"]
PEOPLE: dict[str, Portraits] = {
    "activity": Portraits(
        "pose.activity",
        _plain("walk", "run", "stand") | {"wait": [f"{_PERSON}.pose.waiting={{folded: 1}}"]}
        | {"talk": [f"{_PERSON}.pose.talking={{talk: 1}}"]} | _plain("phone", "sit", "push", "cross"),
        turns={"walk": 60, "run": 60, "push": 10, "sit": 40}, women=("run", "talk", "push", "wait"),
    ),
    "gestures": Portraits(
        "pose.gestures",
        _plain("hang", "one_pocket", "pockets", "phone", "folded", "clasped", "behind", "call", "hip", "hips", "talk"),
        turns={"behind": 150}, women=("hip", "hips", "folded", "call"),
    ),
    "sitting": Portraits(
        "pose.sitting", dict.fromkeys(("lap", "clasped", "folded", "phone"), _SITS), turn_deg=40,
        women=("clasped", "phone"),
    ),
    "female_lower": Portraits(
        "outfit.female_lower", _plain("jeans", "trousers", "joggers", "leggings", "shorts", "skirt", "dress"), True
    ),
    "male_lower": Portraits("outfit.male_lower", _plain("jeans", "trousers", "joggers", "shorts")),
    "tops": Portraits(
        "outfit.tops", _plain("tee", "sleeveless", "long_sleeve", "shirt", "short_shirt", "sweater"),
        women=("sleeveless", "sweater"),
    ),
    "outers": Portraits(
        "outfit.outers",
        dict.fromkeys(("none", "hoodie", "jacket", "puffer", "coat", "rain_jacket"), _OLIVE), women=("coat", "hoodie"),
    ),
    "shoes": Portraits(
        "outfit.shoes", _plain("sneaker", "leather", "boot", "flat", "sandal"), view="feet", turn_deg=50,
        women=("flat", "sandal"),
    ),
    "hats": Portraits("outfit.hats", _plain("none", "cap", "beanie", "brim"), view="head"),
    "glasses": Portraits("outfit.glasses", _plain("none", "clear", "sun"), view="head"),
    "shares": Portraits(
        "",
        {
            "vest_share": [f"{_PERSON}.outfit.vest_share=1"],
            "scarf_share": [
                "weather.temperature_c=-8", f"{_PERSON}.outfit.scarf_share=1", f"{_PERSON}.outfit.outers={{coat: 1}}",
                *_OLIVE,
            ],
            "glove_share": [
                "weather.temperature_c=-20", f"{_PERSON}.outfit.glove_share=1",
                f"{_PERSON}.outfit.outers={{puffer: 1}}", f"{_PERSON}.outfit.scarf_share=0", *_OLIVE,
            ],
            "hood_up_share": [
                "weather=rainy", "weather.rain_mm_h=15", f"{_PERSON}.outfit.hood_up_share=1",
                f"{_PERSON}.outfit.outers={{rain_jacket: 1}}", *_OLIVE,
            ],
        },
        women=("scarf_share",),
    ),
    "female_styles": Portraits(
        "hair.female_styles", _plain("long", "bob", "fringe", "ponytail", "braid", "bun", "curly", "locs"), True,
        "head", turns={"ponytail": 75, "braid": 110, "bun": 75},
    ),
    "male_styles": Portraits(
        "hair.male_styles", _plain("short", "fade", "side_part", "buzz", "bald", "afro", "cornrows"), view="head"
    ),
    "beards": Portraits("hair.beards", _plain("none", "short", "full"), view="head"),
    "ancestry": Portraits("body.ancestry", _plain("african", "asian", "caucasian"), view="head"),
    "bags": Portraits(
        "carried.female_bags",
        _plain("none", "backpack", "shoulder_bag", "handbag", "shopping_bag", "suitcase"), True,
        turns={"backpack": 115, "suitcase": 70},
    ),
    "pushed": Portraits("carried.pushed", dict.fromkeys(("pram", "trolley"), _PUSHES), view="wide", turn_deg=65),
    "umbrellas": Portraits(
        "",
        {
            "umbrella_in_dry": [f"{_PERSON}.carried.umbrella_in_dry=1"],
            "umbrella_in_rain": ["weather=rainy", f"{_PERSON}.carried.umbrella_in_rain=1"],
        },
        women=("umbrella_in_rain",),
    ),
}  # fmt: skip
"""Sheets of portraits, by file."""
