"""The page of all keys, of all choices of all groups: value, unit, range and meaning, from the parameter tables."""

from __future__ import annotations

from collections.abc import Iterator

from blender_synth.config import compose
from blender_synth.help_text import flow
from blender_synth.key_reference import GROUPS, SECTIONS, Key, groups, keys_of, top_level

_HEAD = """# All keys

Made from the settings' own tables. Each key is set on the command line as `key=value`; `blender-synth keys` prints
those of one config, with its values. A value here is the one of the first choice that has the key. A range such as
`[2, 5]` is sampled anew for each scene, and so is a mapping of weights (`{a: 1, b: 3}`). Ranges hold for each number.
"""
_LONG = 60


def key_page() -> str:
    """The page as Markdown."""
    parts = [_HEAD, "## Run and dataset\n"]
    usual = list(keys_of(compose([])))
    parts.append(_table([key for key in usual if len(key.path) == 1 and key.leaf]))
    choices = groups()
    for group in [*(name for name in GROUPS if name in SECTIONS), *(name for name in SECTIONS if name not in GROUPS)]:
        meaning = GROUPS.get(group) or top_level().get(group, (None, ""))[1]
        parts.append(f"## {group}\n")
        parts.append(f"{meaning[:1].upper()}{meaning[1:]}.\n" if meaning else "")
        named = choices.get(group, {})
        if named:
            rows = "\n".join(f"| `{group}={name}` | {_cell(text)} |" for name, text in named.items())
            parts.append(f"| choice | |\n| --- | --- |\n{rows}\n")
        parts.extend(_keys_by_choice(group, list(named), usual))
    return "\n".join(parts)


def _keys_by_choice(group: str, named: list[str], usual: list[Key]) -> Iterator[str]:
    """The table of the keys that all choices have, then one for each choice with further keys."""
    of = {name: _leaves(group, list(keys_of(compose([f"{group}={name}"])))) for name in named}
    of = of or {"": _leaves(group, usual)}
    names = [{key.name for key in keys} for keys in of.values()]
    shared = set.intersection(*names)
    if common := [key for key in next(iter(of.values())) if key.name in shared]:
        yield _table(common)
    told = set(shared)
    for choice, keys in of.items():
        if fresh := [key for key in keys if key.name not in told]:
            yield f"### {group}={choice}\n"
            yield _table(fresh)
            told |= {key.name for key in fresh}


def _leaves(group: str, keys: list[Key]) -> list[Key]:
    return [key for key in keys if key.leaf and key.path[0] == group and len(key.path) > 1]


def _table(keys: list[Key]) -> str:
    rows = [f"| `{key.name}` | {_value(key)} | {_unit(key)} | {_range(key)} | {_cell(key.meaning)} |" for key in keys]
    return "\n".join(["| key | value | unit | range | meaning |", "| --- | --- | --- | --- | --- |", *rows, ""])


def _value(key: Key) -> str:
    text = flow(key.value)
    return f"`{_cell(text if len(text) <= _LONG else text[: _LONG - 1] + '…')}`"


def _unit(key: Key) -> str:
    return "" if key.unit in ("-", "") else _cell(key.unit)


def _range(key: Key) -> str:
    if key.choices:
        return _cell(", ".join(key.choices))
    return "{:,.6g} to {:,.6g}".format(*key.bounds) if key.bounds else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
