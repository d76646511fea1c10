"""Every key that a config may set, with value, unit and meaning: from the parameter tables of the settings classes.

Meanings of top-level keys and sections are the comments of `conf/config.yaml`, those of choices the first comment of
their file.
"""

from __future__ import annotations

import math
import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any

import yaml
from pydantic import TypeAdapter

from blender_synth import resources
from blender_synth.bounds import Bounds, bounds_of
from blender_synth.exporters.several import SeveralSettings
from blender_synth.parameter_tables import Parameter, table_of
from blender_synth.plugins import plugin_paths
from blender_synth.settings import MirrorGroup, RunSettings
from blender_synth.world.placement.lookalikes import LookalikeGroup

GROUPS = {
    "scene": "the place (scenes/<name>)",
    "pedestrians": "how many people, and of what kind",
    "mirrors": "reflecting surfaces",
    "lookalikes": "what may be taken for people or mirrors",
    "weather": "sky, sun and air",
    "camera": "rig, position and lens",
    "render": "picture size, samples, device",
    "exporter": "format of the dataset",
    "experiment": "overlays that set several of these at once",
}
"""Config groups with built-in meanings; further folders of conf/ are groups too."""
SECTIONS = {
    "scene": "scenery", "pedestrians": "pedestrians", "mirrors": "mirrors", "lookalikes": "lookalikes",
    "weather": "weather", "camera": "camera",
    "props": "props", "render": "render", "accept": "accept", "views": "views", "worker": "worker",
    "develop": "develop", "exporter": "exporter",
}  # fmt: skip
"""Config groups and sections, and their attributes of `RunSettings`."""
_PATHS = ("output", "dataset", "runs", "packs")
_TOP_LEVEL = re.compile(r"^(\w+):[ ]*([^#\n]*?)[ ]*#[ ]*(.+)$", re.MULTILINE)
_NOT_KEYS = ("hydra", "defaults")


@dataclass(frozen=True)
class Key:
    """One key of a config.

    Attributes:
        path: its parts; those that a scene's author named may contain full stops.
        value: plain, as it is now. unit, meaning: of its table; empty where it has none.
        choices: the values that it takes, where they are few. leaf: whether it has a value rather than keys below it.
        bounds: its lowest and highest number.
    """

    path: tuple[str, ...]
    value: Any = None
    unit: str = ""
    meaning: str = ""
    choices: tuple[str, ...] = ()
    leaf: bool = True
    bounds: Bounds | None = None

    @property
    def name(self) -> str:
        """The path, dotted."""
        return ".".join(self.path)

    @property
    def explained(self) -> str:
        """Unit and meaning in one line."""
        unit = "" if self.unit in ("", "-") else f"{self.unit}: "
        return f"{unit}{self.meaning}" if self.meaning else self.unit.strip("-")


def keys_of(settings: RunSettings) -> Iterator[Key]:
    """All keys of a config, parents before what is below them."""
    meanings = top_level()
    for name, (value, meaning) in meanings.items():
        if name not in SECTIONS and name not in GROUPS:
            choices = ("stop", "skip") if name == "packs_on_error" else ()
            yield Key((name,), settings.plain.get(name, value), "", meaning, choices)
    for name, attribute in SECTIONS.items():
        meaning = meanings[name][1] if name in meanings else GROUPS.get(name, "")
        yield Key((name,), meaning=meaning, leaf=False)
        if hasattr(settings, attribute):
            yield from _below(getattr(settings, attribute), (name,))


def _below(value: Any, key: tuple[str, ...]) -> Iterator[Key]:
    if isinstance(value, Mapping):
        for name, entry in value.items():
            yield Key((*key, name), leaf=False)
            yield from _below(entry, (*key, name))
        return
    if isinstance(value, SeveralSettings):
        yield from _below(value.parts, key)
        return
    if isinstance(value, MirrorGroup | LookalikeGroup):  # in a config, its randomizer's keys are next to its count
        unit = "mirrors" if isinstance(value, MirrorGroup) else "look-alikes"
        yield Key((*key, "count"), _plain(value.count), unit, "number of them in a scene")
        yield from _below(value.randomizer, key)
        return
    rows = {row.key: row for row in _table(type(value))}
    hints = _hints(type(value))
    for field in fields(value):
        entry = getattr(value, field.name)
        if not field.repr or isinstance(entry, type):  # set by the program
            continue
        name, row = (*key, field.name), rows.get(field.name)
        unit, meaning = (row.unit, row.meaning) if row else ("", "")
        if _has_keys(entry):
            yield Key(name, None, unit, meaning, leaf=False)
            yield from _below(entry, name)
        else:
            meaning = "which kind of it" if field.name == "kind" and not meaning else meaning
            bounds = _bounds(type(value), field, row) if row else None
            yield Key(name, _plain(entry), unit, meaning, choices_of(hints.get(field.name)), bounds=bounds)


def _bounds(cls: type, field: Field[Any], row: Parameter) -> Bounds | None:
    """The bounds of a key's numbers: those of its unit, narrowed by those of its type."""
    found = bounds_of(cls, field, row)
    info = getattr(cls, "__pydantic_fields__", {}).get(field.name)
    for limit in info.metadata if info else ():
        low, high = found or (-math.inf, math.inf)
        found = max(low, getattr(limit, "ge", low)), min(high, getattr(limit, "le", high))
    return found if found and found != (-math.inf, math.inf) else None


def _has_keys(value: Any) -> bool:
    """Whether a value is a settings object, or a mapping of such."""
    if isinstance(value, Mapping):
        return bool(value) and all(_has_keys(entry) for entry in value.values())
    return is_dataclass(value) and not isinstance(value, type)


_tables: dict[type, tuple[Parameter, ...]] = {}
_types: dict[type, dict[str, Any]] = {}


def _table(cls: type) -> tuple[Parameter, ...]:
    if cls not in _tables:
        _tables[cls] = table_of(cls)
    return _tables[cls]


def _hints(cls: type) -> dict[str, Any]:
    if cls not in _types:
        _types[cls] = typing.get_type_hints(cls, include_extras=True)
    return _types[cls]


def choices_of(hint: Any) -> tuple[str, ...]:
    """The words that a type consists of, as YAML writes them: of literals, booleans and null; empty for others."""
    if hint is bool:
        return ("true", "false")
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return choices_of(typing.get_args(hint)[0])
    if origin is typing.Literal:
        return tuple(str(value) for value in typing.get_args(hint))
    if origin in (typing.Union, UnionType):
        return tuple(name for part in typing.get_args(hint) if part is not type(None) for name in choices_of(part))
    return ()


def _plain(value: Any) -> Any:
    return TypeAdapter(Any).dump_python(value, mode="json")


@cache
def top_level() -> dict[str, tuple[Any, str]]:
    """Keys of conf/config.yaml with a comment: default and comment."""
    text = (resources.conf_dir() / "config.yaml").read_text(encoding="utf-8")
    found = {match[1]: (yaml.safe_load(match[2] or "null"), match[3]) for match in _TOP_LEVEL.finditer(text)}
    return {name: entry for name, entry in found.items() if name not in _NOT_KEYS}


def conf_folders() -> list[Path]:
    """Folders with config groups: the built-in one and those of plug-ins."""
    return [resources.conf_dir(), *(Path(folder) for folder in plugin_paths("conf"))]


def groups(folders: list[Path] | None = None) -> dict[str, dict[str, str]]:
    """Choices of every config group, with the first comment of each.

    Args:
        folders: to search in; by default the built-in one and those of plug-ins.
    """
    found: dict[str, dict[str, str]] = {name: {} for name in GROUPS}
    for folder in conf_folders() if folders is None else folders:
        for file in sorted(folder.glob("*/*.yaml")):
            if file.parent.name not in _NOT_KEYS:
                found.setdefault(file.parent.name, {})[file.stem] = _first_comment(file)
    return {group: dict(sorted(names.items())) for group, names in found.items()}


def _first_comment(file: Path) -> str:
    """The first sentence in a file's comments, but for Hydra's `# @package`."""
    lines: list[str] = []
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    for line in text.splitlines():
        if line.startswith("#") and not line.startswith("# @"):
            lines.append(line.strip("# "))
        elif lines:
            break
    sentence = " ".join(lines)
    return re.split(r"(?<=[^.])\.(?:\s|$)|;\s", sentence, maxsplit=1)[0]
