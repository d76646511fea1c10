"""`blender-synth keys`: every key that a config may set, with the value it has now, its unit and its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from blender_synth.arguments import Parser
from blender_synth.config import compose
from blender_synth.errors import ConfigError
from blender_synth.help_text import flow, yaml_with_meanings
from blender_synth.key_reference import Key, keys_of
from blender_synth.settings import RunSettings
from blender_synth.strict_json import json_text
from blender_synth.suggestions import hint_for


def main(arguments: list[str]) -> None:
    """Print the keys below one key as YAML.

    Raises:
        ConfigError: there is no such key, or a bad override.
    """
    parser = Parser(prog="blender-synth keys", description=__doc__)
    parser.add_argument("key", nargs="?", default="", help="e.g. pedestrians.person.pose; all if left out")
    parser.add_argument("overrides", nargs="*", help="config, e.g. pedestrians=crowd weather=cloudy")
    parser.add_argument("--json", action="store_true", help="as a list of name, value, unit, meaning and choices")
    options = parser.parse_args(arguments)
    if "=" in options.key:
        options.key, options.overrides = "", [options.key, *options.overrides]
    found = keys_below(compose(options.overrides), options.key)
    if options.json:
        print(json_text([{"name": key.name, **asdict(key)} for key in found if key.leaf], indent=1))
    elif len(found) == 1 and found[0].leaf:
        meaning = f"  # {found[0].explained}" if found[0].explained else ""
        print(f"{flow(found[0].value)}{meaning}")
    else:
        print(yaml_with_meanings(found, options.key), end="")


def keys_below(settings: RunSettings, key: str) -> list[Key]:
    """A key and those below it.

    Raises:
        ConfigError: there is no such key; the message lists the valid ones.
    """
    every = list(keys_of(settings))
    found = [each for each in every if not key or each.name == key or each.name.startswith(f"{key}.")]
    if not found:
        known, parts = "", key.split(".")
        for number, name in enumerate(parts):
            names = {each.name[len(known) :].split(".")[0] for each in every if each.name.startswith(known)}
            if name not in names:
                hint = hint_for(name, names) if names else f"there is nothing below {parts[number - 1]}"
                raise ConfigError("there is no such key", key=".".join(parts[: number + 1]), value=name, hint=hint)
            known += f"{name}."
    return found


def values_at(settings: RunSettings, key: str) -> Any:
    """Plain values of the settings below a dotted key, with all defaults.

    Raises:
        ConfigError: there is no such key; the message lists the valid ones.
    """
    return _nested(keys_below(settings, key), key)


def _nested(keys: Sequence[Key], prefix: str) -> Any:
    """Keys as nested mappings; the value of `prefix` itself where it is a leaf."""
    result: dict[str, Any] = {}
    for key in keys:
        if key.name == prefix:
            if key.leaf:
                return key.value
            continue
        *parents, name = key.path[len(prefix.split(".")) if prefix else 0 :]
        below: Any = result
        for parent in parents:
            below = below[parent]
        below[name] = key.value if key.leaf else {}
    return result
