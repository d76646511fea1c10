"""`render --help`, `export --help`, `run --help`: groups with their choices, and every key with its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from blender_synth.key_reference import Key, conf_folders, groups, keys_of
from blender_synth.settings import RunSettings

EXPORT_GROUPS = ("exporter",)
EXPORT_KEYS = ("runs", "dataset", "develop", "exporter")
"""Keys and sections that `export` reads."""
_NAME_COLUMNS = 44
_VALUE_MOST = 36
_FLAGS = """\
Flags, anywhere in the line:
  -m, --multirun         sweep over comma-separated values (weather=sunny,cloudy seed=1,2,3); hydra/launcher=joblib
                         runs the jobs in parallel, each in a folder of its own
  --cfg job              print the composed config and exit; with --resolve, with interpolations resolved
  --config-dir FOLDER    add your own groups and choices: FOLDER/weather/mine.yaml is weather=mine
  --info, --hydra-help   what Hydra has to say of itself
"""


def command_help(
    command: str, summary: str, settings: RunSettings, config_dirs: Sequence[str] = (), names: Sequence[str] = ()
) -> str:
    """The help of a command.

    Args:
        summary: one sentence. settings: whose values are shown. config_dirs: of `--config-dir`.
        names: groups to show choices of, with their folder names; by default all that the command reads.
    """
    exporting = command == "export"
    found = groups([*conf_folders(), *map(Path, config_dirs)])
    shown = {name: choices for name, choices in found.items() if not exporting or name in EXPORT_GROUPS}
    keys = [key for key in keys_of(settings) if not exporting or key.name.partition(".")[0] in EXPORT_KEYS]
    return "\n".join(
        [
            f"blender-synth {command}: {summary[0].lower()}{summary[1:]}",
            "",
            f"Usage: blender-synth {command} [GROUP=CHOICE ...] [KEY=VALUE ...] [flags]",
            "",
            "Groups and their choices (several weathers, mirrors or exporters at once: weather=[rainy,foggy]):",
            *_choice_lines(shown, {key.name: key.meaning for key in keys if not key.leaf}),
            "",
            "Keys with their values now (those of other choices: add them to this command, e.g. "
            f"{'exporter=yolo' if exporting else 'weather=rainy'} --help):",
            *key_lines(keys),
            "",
            _FLAGS,
            "`blender-synth keys GROUP` prints the keys of one group as YAML.",
        ]
    )


def _choice_lines(found: dict[str, dict[str, str]], meanings: dict[str, str]) -> Iterator[str]:
    from blender_synth.key_reference import GROUPS

    for group, choices in found.items():
        meaning = GROUPS.get(group) or meanings.get(group, "")
        yield f"  {group}: {meaning}".rstrip(": ") if meaning else f"  {group}:"
        width = max((len(name) for name in choices), default=0)
        for name, text in choices.items():
            yield f"    {name:{width}}  {text}".rstrip()


def key_lines(keys: Sequence[Key]) -> Iterator[str]:
    """One line for each key: `key=value`, unit and meaning; sections as headings."""
    for key in keys:
        if not key.leaf:
            if "." not in key.name or key.meaning:
                yield f"  {key.name}: {key.explained}".rstrip(": ")
            continue
        indent = "    " if "." in key.name else "  "
        value = flow(key.value)
        shown = value if len(value) <= _VALUE_MOST else "…"
        yield f"{indent}{f'{key.name}={shown}':{_NAME_COLUMNS}}  {key.explained}".rstrip()


def flow(value: object) -> str:
    """A value as YAML in one line, as the command line takes it."""
    if value == "":
        return "''"
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False)
    return text.removesuffix("...\n").strip()


def yaml_with_meanings(keys: Sequence[Key], prefix: str) -> str:
    """Keys as YAML with a comment after each value.

    Args:
        prefix: dotted key that they are all below; it is left out.
    """
    lines: list[tuple[str, str]] = []
    for key in keys:
        parts = key.path[len(prefix.split(".")) if prefix else 0 :]
        if not parts:
            continue
        head = "  " * (len(parts) - 1) + f"{yaml.safe_dump(parts[-1]).splitlines()[0]}:"
        lines.append((f"{head} {flow(key.value)}" if key.leaf else head, key.explained))
    column = min(max((len(text) for text, _ in lines), default=0), 48)
    return "".join(
        f"{text:{column}}  # {meaning}".rstrip() + "\n" if meaning else f"{text}\n" for text, meaning in lines
    )
