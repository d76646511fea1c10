"""`blender-synth keys`: every key that a config may set, with the value it has now."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import yaml
from pydantic import TypeAdapter

from blender_synth.config import compose
from blender_synth.errors import ConfigError
from blender_synth.exporters.several import SeveralSettings
from blender_synth.settings import RunSettings
from blender_synth.suggestions import hint_for

_SECTIONS = {
    "scene": "scenery", "pedestrians": "pedestrians", "mirrors": "mirrors", "weather": "weather", "camera": "camera",
    "props": "props", "render": "render", "accept": "accept", "worker": "worker", "develop": "develop",
    "exporter": "exporter", "views": "views",
}  # fmt: skip
"""Config groups and sections, and their attributes of `RunSettings`."""


def main(arguments: list[str]) -> None:
    """Print the keys below one key as YAML.

    Raises:
        ConfigError: there is no such key, or a bad override.
    """
    parser = argparse.ArgumentParser(prog="blender-synth keys", description=__doc__)
    parser.add_argument("key", nargs="?", default="", help="e.g. pedestrians.person.pose; all if left out")
    parser.add_argument("overrides", nargs="*", help="config, e.g. pedestrians=crowd weather=cloudy")
    options = parser.parse_args(arguments)
    if "=" in options.key:
        options.key, options.overrides = "", [options.key, *options.overrides]
    print(
        yaml.safe_dump(values_at(compose(options.overrides), options.key), sort_keys=False, allow_unicode=True), end=""
    )


def values_at(settings: RunSettings, key: str) -> Any:
    """Plain values of the settings below a dotted key, with all defaults.

    Raises:
        ConfigError: there is no such key; the message lists the valid ones.
    """
    found: Any = {name: _plain(getattr(settings, part)) for name, part in _SECTIONS.items()}
    path: list[str] = []
    for name in key.split(".") if key else []:
        path.append(name)
        if not isinstance(found, Mapping) or name not in found:
            hint = hint_for(name, found) if isinstance(found, Mapping) else f"there is nothing below {path[-2]}"
            raise ConfigError("there is no such key", key=".".join(path), value=name, hint=hint)
        found = found[name]
    return found


def _plain(value: Any) -> Any:
    """A settings object as mappings, lists and numbers."""
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, SeveralSettings):
        return {name: _plain(part) for name, part in value.parts.items()}
    if is_dataclass(value) and not isinstance(value, type):
        # fields that are not in the repr are set by the program
        entries = {field.name: getattr(value, field.name) for field in fields(value) if field.repr}
        found = {name: _plain(entry) for name, entry in entries.items() if not isinstance(entry, type)}
        return found | found.pop("randomizer", {})  # in a config, a mirror group's own keys are next to its count
    return TypeAdapter(Any).dump_python(value, mode="json")
