"""What all procedural parts of a scene.yaml have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, Vec3, plain, uniform
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
"""Materials by name, each with its usual colour."""
MATERIALS = tuple(COLOURS)
MOST_COPIES = 1000


def _colours(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _codes(colours: tuple[str, ...]) -> tuple[str, ...]:
    for code in colours:
        if len(code) != 7 or code[0] != "#" or any(c not in "0123456789abcdefABCDEF" for c in code[1:]):
            raise ValueError(f"{code!r} is no colour; write it as '#c8b58e', in quotes")
    return colours


def _category(name: str) -> str:
    if name and (not CATEGORY.fullmatch(name) or name in ("pedestrian", "pedestrian_reflection", "mirror")):
        raise ValueError("use small letters, digits, - and _, and none of the program's own categories")
    return name


Colours = Annotated[tuple[str, ...], BeforeValidator(_colours), AfterValidator(_codes)]
Material = Literal[MATERIALS]
Category = Annotated[str, AfterValidator(_category)]
Place = tuple[Range, Range, Range]


@plain
class _Part:
    """What all parts may say.

    Attributes:
        name: unique in the scene; the part's kind and number if left out. category: label of the thing.
        chance: of being there at all. count: how many stand in a row. step_m: from one to the next.
        jitter_m, jitter_deg: how far each is off its place.
        colour: one, or several of which one is drawn for all of the row; `each_colour` draws for each. Parts with one
            `palette` draw alike: of lists of one length, they take the same place.
    """

    name: str = ""
    category: Category = ""
    chance: float = Field(default=1.0, ge=0, le=1)
    count: Annotated[Range, AfterValidator(lambda r: _whole(r))] = (1.0, 1.0)
    step_m: Place = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    jitter_m: float = Field(default=0.0, ge=0)
    jitter_deg: float = Field(default=0.0, ge=0)
    colour: Colours = ()
    each_colour: bool = False
    palette: str = ""
    wear: Range = (0.15, 0.5)

    def draw(self, streams: Streams, name: str, into: Pieces, palettes: Streams) -> None:
        """Put the part, with all of its row, into `into`."""
        rng = streams.rng("row")
        if rng.random() >= self.chance:
            return
        count = count_in(rng, self.count)
        step = np.array([uniform(rng, s) for s in self.step_m])
        material = getattr(self, "material", "matt")
        palette = self.colour or (COLOURS.get(material, "#8a8780"),)
        for k in range(max(count, 0)):
            own = streams.child(str(k))
            off = own.rng("jitter")
            shift = k * step + np.array([*(off.uniform(-self.jitter_m, self.jitter_m, 2)), 0.0])
            turn = float(off.uniform(-self.jitter_deg, self.jitter_deg))
            paint = (own if self.each_colour else streams).rng("colour")
            if self.palette:
                paint = palettes.rng(self.palette)
            rgb = _varied(paint, linear(palette[int(paint.integers(len(palette)))]))
            draw = _Draw(own, name if count == 1 else f"{name}_{k + 1}", shift, turn, rgb, uniform(paint, self.wear))
            self._one(draw, into)

    def _one(self, draw: _Draw, into: Pieces) -> None:
        raise NotImplementedError


@dataclass
class _Draw:
    """What is drawn for one of a row."""

    streams: Streams
    name: str
    shift: np.ndarray
    turn_deg: float
    rgb: Rgb
    wear: float

    def at(self, place: Sequence) -> Vec3:
        rng = self.streams.rng("place")
        p = np.array([uniform(rng, axis) for axis in place]) + self.shift
        return tuple(round(float(v), 4) for v in p)

    def value(self, what: str, interval) -> float:
        return uniform(self.streams.rng(what), interval)


def _whole(interval: tuple[float, float]) -> tuple[float, float]:
    if interval[0] < 0 or interval[1] > MOST_COPIES or any(v != round(v) for v in interval):
        raise ValueError(f"a count is a whole number from 0 to {MOST_COPIES}")
    return interval


def _varied(rng: np.random.Generator, rgb: Rgb) -> Rgb:
    gain = float(np.exp(rng.normal(0, 0.05)))
    return tuple(float(np.clip(c * gain, 0.012, 0.85)) for c in rgb)
