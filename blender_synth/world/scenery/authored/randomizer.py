"""Parameters of authored scenes: the keys of their `scene.yaml`.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `file` | "" | path | the .blend, relative to the folder of the scene; empty if there is none |
| `parts` | [] | list | procedural parts, see `shared/parts.py` |
| `marks` | {} | by name | marks written by hand, see `shared/yaml_marks.py` |
| `indoor_c` | null | °C | air temperature; null for an outdoor scene |
| `licence` | required | SPDX id | licence of the scene, recorded in every frame |
| `author` | "" | text | author, recorded in every frame |
| `source` | "" | text | where the scene comes from, recorded in every frame |
| `variants` | {} | by name | names of collections or objects with weights, one of which is present; `none` for none |
| `presence` | {} | by name | probability that collections or objects are present (`*` matches any letters) |
| `colours` | {} | by name | for materials: colours `#rrggbb` between which one is sampled |
| `jitter` | {} | by name | random displacement of objects |
| `light_scale` | [0.85, 1.15] | factor | brightness of the file's own lights |
| `spawn` | {} | by name | for areas: density and maximum number of people |
| `spots` | {} | by name | for prop spots: categories or tags of the props |
| `cameras` | {} | by name | for camera rigs: heights and pitch that replace those of the marks |

`scene_files` reads the marks of the .blend and fills in the last four; nothing here opens a file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.suggestions import hint_among, hint_for
from blender_synth.validation import NO_SUCH_KEY, explain, join_key
from blender_synth.values import NonNegativeRange, Range, Rgb, Vec3, Weights, pick, plain, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Area, PropSpot
from blender_synth.world.scenery.authored.layout import LayoutRules, authored_layout, moved
from blender_synth.world.scenery.authored.rules import CameraRule, Jitter, Spawn, is_absent, matching
from blender_synth.world.scenery.authored.spec import Spec
from blender_synth.world.scenery.shared.marks import Lamp, Marks, Record, words
from blender_synth.world.scenery.shared.near_misses import near_misses
from blender_synth.world.scenery.shared.part_base import Colours
from blender_synth.world.scenery.shared.parts import Part, sample_parts
from blender_synth.world.scenery.shared.pieces import Pieces
from blender_synth.world.scenery.shared.street_palette import blend, linear
from blender_synth.world.scenery.shared.yaml_marks import YAML_MARKS, YamlMark, read_yaml_marks

FIRST_ID, LAST_ID = 3001, 9999
NONE = "none"
"""In `variants`: none of the names is present."""


def _habitable(interval: tuple[float, float]) -> tuple[float, float]:
    if not -40 <= interval[0] <= interval[1] <= 60:
        raise ValueError("a room has between -40 and 60 degrees Celsius")
    return interval


IndoorRange = Annotated[Range, AfterValidator(_habitable)]


def _marks(marks: Any) -> Any:
    """Each YAML mark as an instance of the class of its kind."""
    if not isinstance(marks, Mapping):
        return marks
    parsed: dict[str, YamlMark] = {}
    for name, value in marks.items():
        kind = words(str(name))
        if miss := next(near_misses([Record(name=str(name), kind="EMPTY")]), None):
            hint = f"did you mean {miss.meant}? if it is meant otherwise, choose another name"
            raise ValueError(f"{name!r} is almost a mark; {hint}")
        if kind[0] not in YAML_MARKS or len(kind) < 2:
            kinds = ", ".join(f"{kind}." for kind in YAML_MARKS)
            raise ValueError(f"{name!r} is no mark; begin it with one of: {kinds}")
        try:
            parsed[str(name)] = TypeAdapter(YAML_MARKS[kind[0]]).validate_python(value)
        except ValidationError as error:
            first, where, hint = explain(error)
            if first["type"] in NO_SUCH_KEY:
                hint = f"there is no such key; {hint_for(where, YAML_MARKS[kind[0]].__dataclass_fields__)}"
            raise ValueError(f"{join_key(str(name), where)}: {hint}") from None
    return parsed


def _categories(wants: Any) -> Any:
    return (wants,) if isinstance(wants, str) else wants


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How an authored scene varies; every parameter is described in the docstring of this file."""

    kind: Literal["authored"] = "authored"
    file: str = ""
    parts: tuple[Part, ...] = ()
    marks: Annotated[dict[str, Any], BeforeValidator(_marks)] = Field(default_factory=dict)
    indoor_c: IndoorRange | None = None
    licence: str = Field(min_length=1)
    author: str = ""
    source: str = ""
    variants: dict[str, Weights] = Field(default_factory=dict)
    presence: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    colours: dict[str, Colours] = Field(default_factory=dict)
    jitter: dict[str, Jitter] = Field(default_factory=dict)
    light_scale: NonNegativeRange = (0.85, 1.15)
    spawn: dict[str, Spawn] = Field(default_factory=dict)
    spots: dict[str, Annotated[tuple[str, ...], BeforeValidator(_categories)]] = Field(default_factory=dict)
    cameras: dict[str, CameraRule] = Field(default_factory=dict)
    scene: str = Field(default="scene", repr=False)
    folder: str = Field(default="", repr=False)
    digest: str = Field(default="", repr=False)
    found: Marks = Field(default_factory=Marks, repr=False)

    def sample(self, streams: Streams) -> Spec:
        """One sample of the scene.

        Raises:
            ConfigError: a rule for a name that the scene does not have, or too many labelled objects.
        """
        by_hand = read_yaml_marks(self.marks, self.indoor_c is not None)
        pieces = sample_parts(self.parts, streams.child("parts"))
        self._check_names(by_hand, pieces)
        absent = self._absent(streams)
        moves = self._moves(streams)
        present = [o for o in self.found.things if not is_absent((*o.within, o.name.lower()), absent)]
        names = {o.name: o.category for o in self.found.things} | pieces.things
        if len(names) > LAST_ID - FIRST_ID:
            hint = f"use at most {LAST_ID - FIRST_ID}: join some in collections thing.<category>.<name>"
            raise ConfigError("the scene has too many labelled objects", key="scene.file", value=len(names), hint=hint)
        numbers = {name: FIRST_ID + n for n, name in enumerate(names)}
        shown = {o.name for o in present} | set(pieces.things)
        marked = [p for p in (*self.found.places, *by_hand.places) if not is_absent(p.within, absent)]
        pivots = {o.name: o.pivot_xy_m for o in self.found.things}
        marked = [moved(p, moves[p.of], pivots[p.of]) if p.of in moves else p for p in marked]
        warmth = streams.rng("warmth")
        rules = LayoutRules(
            spawn=self.spawn,
            spots=self.spots,
            cameras=self.cameras,
            indoor_c=None if self.indoor_c is None else uniform(warmth, self.indoor_c),
        )
        return Spec(
            scene=self.scene,
            file=self.file,
            digest=self.digest,
            licence=self.licence,
            author=self.author,
            source=self.source,
            absent=tuple(sorted(absent)),
            colours=self._colours(streams),
            moves=moves,
            light_scale=uniform(streams.rng("lights"), self.light_scale),
            labelled=tuple(
                LabelledInstance(instance_id=numbers[name], category=category, name=name)
                for name, category in names.items()
                if name in shown
            ),
            pieces=tuple(pieces.pieces),
            lights=tuple(pieces.lights),
            lamps=(*(p.what for p in marked if isinstance(p.what, Lamp)), *pieces.lamps),
            plan=authored_layout(marked, pieces, numbers, rules),
        )

    def _check_names(self, by_hand: Marks, pieces: Pieces) -> None:
        known = {name.lower() for name in (*self.found.names, *by_hand.names, *pieces.things)}
        areas = {p.what.name.lower() for p in (*self.found.places, *by_hand.places) if isinstance(p.what, Area)}
        spots = {p.what.name.lower() for p in (*self.found.places, *by_hand.places) if isinstance(p.what, PropSpot)}
        areas |= {area.name.lower() for area, _ in pieces.areas}
        for key, asked, names in (
            ("variants", [n for choices in self.variants.values() for n in choices if n != NONE], known),
            ("presence", self.presence, known),
            ("jitter", self.jitter, {o.name.lower() for o in self.found.things}),
            ("spawn", self.spawn, areas),
            ("spots", self.spots, spots),
            ("colours", self.colours, {material.lower() for material in self.found.materials}),
        ):
            for name in asked:
                if not matching(name, names):
                    raise ConfigError("the scene has nothing of that name", key=f"scene.{key}", value=name,
                                      hint=hint_among(name, names))  # fmt: skip

    def _absent(self, streams: Streams) -> set[str]:
        """Lower-case names of the collections and objects that are absent from this sample."""
        absent: set[str] = set()
        for variant, choices in self.variants.items():
            chosen = pick(streams.rng(f"variant/{variant}"), choices).lower()
            absent |= {name.lower() for name in choices if name.lower() not in (chosen, NONE)}
        known = sorted({name.lower() for name in (*self.found.names, *self.marks)})
        for pattern, chance in self.presence.items():
            for name in matching(pattern, known):
                if streams.rng(f"presence/{name}").random() >= chance:
                    absent.add(name)
        return absent

    def _moves(self, streams: Streams) -> dict[str, Vec3]:
        moves: dict[str, Vec3] = {}
        for pattern, jitter in self.jitter.items():
            for name in matching(pattern, sorted(o.name for o in self.found.things)):
                rng = streams.rng(f"jitter/{name}")
                distance, azimuth = uniform(rng, jitter.shift_m), rng.uniform(0, 2 * math.pi)
                moves[name] = (
                    distance * math.cos(azimuth),
                    distance * math.sin(azimuth),
                    uniform(rng, jitter.turn_deg),
                )
        return moves

    def _colours(self, streams: Streams) -> dict[str, Rgb]:
        """By material, a colour between two neighbours of its list."""
        colours: dict[str, Rgb] = {}
        for pattern, ramp in self.colours.items():
            for name in matching(pattern, self.found.materials):
                position = streams.rng(f"colour/{name}").uniform(0, len(ramp) - 1)
                low = min(int(position), len(ramp) - 1)
                colours[name] = blend(linear(ramp[low]), linear(ramp[min(low + 1, len(ramp) - 1)]), position - low)
        return colours
