"""What all procedural parts of a scene.yaml have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from blender_synth.seeds import Streams
from blender_synth.suggestions import hint_among
from blender_synth.values import Range, Rgb, Vec3, plain, uniform, vec3
from blender_synth.world.scenery.shared.choices import count_in
from blender_synth.world.scenery.shared.marks import CATEGORY
from blender_synth.world.scenery.shared.pieces import Pieces
from blender_synth.world.scenery.shared.street_palette import linear

COLOURS = {
    "brick": "#80493a", "plaster": "#e4dcc8", "stone": "#b7ad9a", "roof": "#7a4636", "trim": "#e4ded0",
    "paint": "#d9d7d0", "matt": "#8a8780", "metal": "#c4c6c8", "iron": "#2c2d30", "wood": "#8a5f3c",
    "rubber": "#2a2a2a", "cloth": "#a8432c", "asphalt": "#55565a", "kerb": "#8d8a84", "bark": "#5a4a3a",
    "painted_wall": "#e6e2d8", "ceiling_tiles": "#e6e4de", "planks": "#a87f52", "carpet": "#5f6468",
    "terrazzo": "#b5b0a6", "stone_floor": "#b0a99c", "rubber_floor": "#3a3d40", "marble": "#c9c5bd",
    "veneer": "#9a6f48", "fabric": "#4a6478", "steel": "#c4c6c8",
    "paving_slabs": "#a49e94", "paving_bond": "#a39c90", "paving_pavers": "#9a7d66", "paving_setts": "#7d7a76",
}  # fmt: skip
"""Default colour of each material."""
MATERIALS = tuple(COLOURS)
MOST_COPIES = 1000


def _colours(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _codes(colours: tuple[str, ...]) -> tuple[str, ...]:
    for code in colours:
        if len(code) != 7 or code[0] != "#" or any(c not in "0123456789abcdefABCDEF" for c in code[1:]):
            raise ValueError(f"{code!r} is no colour; write it as '#c8b58e', in quotes")
    return colours


def _known_material(name: str) -> str:
    if name not in COLOURS:
        raise ValueError(f"there is no material {name!r}; {hint_among(name, MATERIALS)}")
    return name


def _category(name: str) -> str:
    if name and (not CATEGORY.fullmatch(name) or name in ("pedestrian", "pedestrian_reflection", "mirror")):
        raise ValueError("use small letters, digits, - and _, and none of the program's own categories")
    return name


Colours = Annotated[tuple[str, ...], BeforeValidator(_colours), AfterValidator(_codes)]
Material = Annotated[str, AfterValidator(_known_material)]


def whole_numbers(interval: tuple[float, float]) -> tuple[float, float]:
    """Validator of a count or an index."""
    if interval[0] < 0 or interval[1] > MOST_COPIES or any(v != round(v) for v in interval):
        raise ValueError(f"a count is a whole number from 0 to {MOST_COPIES}")
    return interval


Category = Annotated[str, AfterValidator(_category)]
Place = tuple[Range, Range, Range]


@dataclass
class PartSample:
    """The random values of one copy of a part."""

    streams: Streams
    name: str
    shift: np.ndarray
    turn_deg: float
    rgb: Rgb
    wear: float

    def at(self, place: Place) -> Vec3:
        """A position within the ranges of a place, displaced as this copy is; rounded to 0.1 mm."""
        rng = self.streams.rng("place")
        x, y, z = (uniform(rng, axis) for axis in place)
        return vec3(round(float(v), 4) for v in np.array([x, y, z]) + self.shift)

    def value(self, what: str, interval: tuple[float, float]) -> float:
        """A value of a range, from the stream `what`."""
        return uniform(self.streams.rng(what), interval)


@plain
class PartBase:
    """Parameters of all parts.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `name` | "" | text | unique name; kind and number of the part if empty |
    | `category` | "" | text | category of its label; a default for each kind if empty |
    | `chance` | 1 | share | probability that it is present |
    | `count` | 1 | count | number of copies in a row |
    | `step_m` | [0, 0, 0] | m | offset from one copy to the next |
    | `jitter_m` | 0 | m | maximum random displacement of each copy along x and y |
    | `jitter_deg` | 0 | deg | maximum random rotation of each copy |
    | `colour` | [] | #rrggbb | one colour or several, of which one is sampled for all copies |
    | `each_colour` | false | flag | sample a colour for each copy |
    | `palette` | "" | text | parts with the same palette sample the same position of their lists of colours |
    | `wear` | [0.15, 0.5] | 0 to 1 | 0 new to 1 worn |
    """

    name: str = ""
    category: Category = ""
    chance: float = Field(default=1.0, ge=0, le=1)
    count: Annotated[Range, AfterValidator(whole_numbers)] = (1.0, 1.0)
    step_m: Place = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    jitter_m: float = Field(default=0.0, ge=0)
    jitter_deg: float = Field(default=0.0, ge=0)
    colour: Colours = ()
    each_colour: bool = False
    palette: str = ""
    wear: Range = (0.15, 0.5)

    def sample(self, streams: Streams, name: str, into: Pieces, palettes: Streams) -> None:
        """Add all copies of the part to `into`."""
        rng = streams.rng("row")
        if rng.random() >= self.chance:
            return
        count = count_in(rng, self.count)
        step = np.array([uniform(rng, s) for s in self.step_m])
        colours = self.colour or (self.default_colour(),)
        for k in range(max(count, 0)):
            child = streams.child(str(k))
            jitter = child.rng("jitter")
            shift = k * step + np.array([*(jitter.uniform(-self.jitter_m, self.jitter_m, 2)), 0.0])
            turn = float(jitter.uniform(-self.jitter_deg, self.jitter_deg))
            paint = (child if self.each_colour else streams).rng("colour")
            if self.palette:
                paint = palettes.rng(self.palette)
            rgb = _varied(paint, linear(colours[int(paint.integers(len(colours)))]))
            copy_name = name if count == 1 else f"{name}_{k + 1}"
            self._add_one(PartSample(child, copy_name, shift, turn, rgb, uniform(paint, self.wear)), into)

    def default_colour(self) -> str:
        """The colour without `colour`."""
        return COLOURS["matt"]

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        raise NotImplementedError


def _varied(rng: np.random.Generator, rgb: Rgb) -> Rgb:
    gain = float(np.exp(rng.normal(0, 0.05)))
    return vec3(float(np.clip(c * gain, 0.012, 0.85)) for c in rgb)
