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

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.values import NonNegativeRange, Range, Rgb, Vec3, Weights, pick, plain, uniform
from blender_synth.world.contracts import SceneryRandomizerDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Area, BuiltInMirror, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot, Seat
from blender_synth.world.scenery.authored.layout import moved
from blender_synth.world.scenery.authored.rules import CameraRule, Jitter, Spawn, is_absent, matching
from blender_synth.world.scenery.authored.spec import Spec
from blender_synth.world.scenery.shared.marks import Lamp, Marked, Marks, words
from blender_synth.world.scenery.shared.part_base import Colours
from blender_synth.world.scenery.shared.parts import Part, draw_parts
from blender_synth.world.scenery.shared.pieces import Pieces
from blender_synth.world.scenery.shared.street_palette import blend, linear
from blender_synth.world.scenery.shared.yaml_marks import YAML_MARKS, read_yaml_marks

FIRST_ID, LAST_ID = 3001, 9999
NONE = "none"
"""In `variants`: nothing of them."""


def _marks(marks: Any) -> Any:
    """YAML marks, each as its kind's class."""
    if not isinstance(marks, Mapping):
        return marks
    found = {}
    for name, value in marks.items():
        kind = words(str(name))
        if kind[0] not in YAML_MARKS or len(kind) < 2:
            raise ValueError(f"{name!r} is no mark; begin it with one of: {', '.join(f'{k}.' for k in YAML_MARKS)}")
        try:
            found[str(name)] = TypeAdapter(YAML_MARKS[kind[0]]).validate_python(value)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"{name}: {where}: {first['msg'].removeprefix('Value error, ')}") from None
    return found


def _categories(wants: Any) -> Any:
    return (wants,) if isinstance(wants, str) else wants


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How an authored scene varies; every parameter is described in the docstring of this file."""

    kind: Literal["authored"] = "authored"
    file: str = ""
    parts: tuple[Part, ...] = ()
    marks: Annotated[dict[str, Any], BeforeValidator(_marks)] = Field(default_factory=dict)
    indoor_c: Annotated[Range | None, AfterValidator(lambda r: _bearable(r))] = None
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
        """One drawing of the scene.

        Raises:
            ConfigError: a rule for a name that the scene does not have, or a layout that nothing can be done in.
        """
        by_hand = read_yaml_marks(self.marks, self.indoor_c is not None)
        pieces = draw_parts(self.parts, streams.child("parts"))
        self._check_names(by_hand, pieces)
        absent = self._absent(streams)
        moves = self._moves(streams, absent)
        there = [thing for thing in self.found.things if not is_absent((*thing.within, thing.name.lower()), absent)]
        names = {thing.name: thing.category for thing in self.found.things} | pieces.things
        if len(names) > LAST_ID - FIRST_ID:
            hint = f"have at most {LAST_ID - FIRST_ID}: join some in collections thing.<category>.<name>"
            raise ConfigError("the scene has too many things", key="scene.file", value=len(names), hint=hint)
        numbers = {name: FIRST_ID + n for n, name in enumerate(names)}
        shown = {thing.name for thing in there} | set(pieces.things)
        places = [p for p in (*self.found.places, *by_hand.places) if not is_absent(p.within, absent)]
        pivots = {thing.name: thing.pivot_xy_m for thing in self.found.things}
        places = [moved(place, moves[place.of], pivots[place.of]) if place.of in moves else place for place in places]
        warmth = streams.rng("warmth")
        plan = self._plan(places, pieces, numbers, None if self.indoor_c is None else uniform(warmth, self.indoor_c))
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
            lamps=(*(p.what for p in places if isinstance(p.what, Lamp)), *pieces.lamps),
            plan=plan,
        )

    def _check_names(self, by_hand: Marks, pieces: Pieces) -> None:
        known = {name.lower() for name in (*self.found.names, *by_hand.names, *pieces.things)}
        areas = {p.what.name.lower() for p in (*self.found.places, *by_hand.places) if isinstance(p.what, Area)}
        spots = {p.what.name.lower() for p in (*self.found.places, *by_hand.places) if isinstance(p.what, PropSpot)}
        areas |= {area.name.lower() for area, _ in pieces.areas}
        for key, asked, names in (
            ("variants", [n for choices in self.variants.values() for n in choices if n != NONE], known),
            ("presence", self.presence, known),
            ("jitter", self.jitter, {thing.name.lower() for thing in self.found.things}),
            ("spawn", self.spawn, areas),
            ("spots", self.spots, spots),
            ("colours", self.colours, {material.lower() for material in self.found.materials}),
        ):
            for name in asked:
                if not matching(name, names):
                    told = ", ".join(sorted(names)[:40]) or "none"
                    raise ConfigError("the scene has nothing of that name", key=f"scene.{key}", value=name,
                                      hint=f"use one of: {told}")  # fmt: skip

    def _absent(self, streams: Streams) -> set[str]:
        """Lower-case names of what is left out this time."""
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

    def _moves(self, streams: Streams, absent: set[str]) -> dict[str, Vec3]:
        moves: dict[str, Vec3] = {}
        for pattern, jitter in self.jitter.items():
            for name in matching(pattern, sorted(thing.name for thing in self.found.things)):
                rng = streams.rng(f"jitter/{name}")
                far, where = uniform(rng, jitter.shift_m), rng.uniform(0, 2 * math.pi)
                moves[name] = (far * math.cos(where), far * math.sin(where), uniform(rng, jitter.turn_deg))
        return moves

    def _colours(self, streams: Streams) -> dict[str, Rgb]:
        """One colour on each material's ramp."""
        drawn = {}
        for pattern, ramp in self.colours.items():
            for name in matching(pattern, self.found.materials):
                at = streams.rng(f"colour/{name}").uniform(0, len(ramp) - 1)
                low = min(int(at), len(ramp) - 1)
                drawn[name] = blend(linear(ramp[low]), linear(ramp[min(low + 1, len(ramp) - 1)]), at - low)
        return drawn

    def _plan(self, places: Sequence[Marked], pieces: Pieces, numbers: Mapping[str, int], warm: float | None) -> Layout:
        def of(kind: type) -> list:
            return [p.what for p in places if isinstance(p.what, kind)]

        drawn = [(p.what, p.on) for p in places if isinstance(p.what, Area)] + pieces.areas
        areas = []
        for area, ground in drawn:
            rules = [rule for pattern, rule in self.spawn.items() if matching(pattern, [area.name])]
            told = {"share": rules[-1].share, "most": rules[-1].most} if rules else {}
            areas.append(dataclasses.replace(area, ground_id=numbers.get(ground), **told))
        spots = []
        for spot in of(PropSpot):
            wants = [rule for pattern, rule in self.spots.items() if matching(pattern, [spot.name])]
            spots.append(dataclasses.replace(spot, wants=wants[-1]) if wants else spot)
        cameras = []
        for camera in of(CameraAnchor):
            rule = self.cameras.get(camera.rig, CameraRule())
            told = {k: v for k in ("height_m", "pitch_deg") if (v := getattr(rule, k)) is not None}
            cameras.append(dataclasses.replace(camera, **told))
        mounts = [
            dataclasses.replace(p.what, host_id=numbers.get(p.of)) if p.what.use != "wall" else p.what
            for p in places
            if isinstance(p.what, MirrorMount)
        ] + pieces.mounts
        return Layout(
            areas=tuple(areas),
            mirror_mounts=tuple(m for m in mounts if m.use == "wall"),
            hosts=tuple(m for m in mounts if m.use != "wall"),
            cameras=tuple(cameras),
            obstacles=(*of(Obstacle), *pieces.obstacles),
            prop_spots=tuple(spots),
            seats=(*of(Seat), *pieces.seats),
            built_in_mirrors=(*of(BuiltInMirror), *pieces.built_in_mirrors),
            placed=tuple(pieces.placed),
            indoor_c=warm,
        )


def _bearable(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    if interval is not None and not -40 <= interval[0] <= interval[1] <= 60:
        raise ValueError("a room has between -40 and 60 degrees Celsius")
    return interval
