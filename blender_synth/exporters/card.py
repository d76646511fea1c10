"""The card of a dataset: README.md with Hugging Face's front matter, and croissant.json (see `croissant`)."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from blender_synth import __version__
from blender_synth.attribution import licence_url
from blender_synth.cache import write_atomically
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import BlenderSynthError, ConfigError
from blender_synth.exporters import croissant
from blender_synth.exporters.contract import ExporterSettings, SourceFrame
from blender_synth.frames.run_folder import read_run_state
from blender_synth.frames.table import frame_row
from blender_synth.quoting import hydra_text, shell_command

FILE = "README.md"
DESCRIPTION = (
    "Synthetic images of people, their reflections in mirrors, glass and water, and weather, rendered with Blender by "
    "blender_synth, with exact masks, boxes, keypoints and the link from each reflection to its source."
)
_LIMITS = (
    "Everything is synthetic: appearance, motion and the mix of scenes differ from photographs, and models trained on "
    "them need real data for testing. No real person is shown.",
    "Reflections are labelled where mirrors are sharp, for up to four bounces; rough reflections are part of the "
    "picture and are not labelled.",
    "The outline of a reflection in a curved mirror is not known beyond what is visible (`amodal_px` is null), and "
    "keypoints behind two curved mirrors are left out.",
    "`visibility` of people in fog is geometric; `transmittance` and `contrast` say how much of them the air hides.",
)
_HUGGING_FACE_LICENCES = {
    "CC0-1.0": "cc0-1.0", "CC-BY-3.0": "cc-by-3.0", "CC-BY-4.0": "cc-by-4.0", "CC-BY-SA-3.0": "cc-by-sa-3.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0", "MIT": "mit", "Apache-2.0": "apache-2.0",
}  # fmt: skip
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_COUNTED = ("scene", "weather", "time_of_day", "rig")


@dataclass(frozen=True)
class Facts:
    """What the card says of a dataset.

    Attributes:
        name: of its folder. rows: one by the columns of `frames.table` for each picture. licences: SPDX ids of what the
            pictures show.
    """

    name: str
    rows: Sequence[Mapping[str, Any]]
    licences: Sequence[str]

    @property
    def licence_urls(self) -> list[str]:
        """Addresses of the licences; the id itself where there is none."""
        return [licence_url(licence) or licence for licence in self.licences]


def write_card(
    dataset: Path,
    folder: Path,
    frames: Sequence[SourceFrame],
    settings: ExporterSettings,
    develop: DevelopSettings,
    summary: str,
) -> None:
    """Write README.md and croissant.json into a finished dataset.

    Args:
        dataset: where the dataset will be. folder: where its files are now. summary: of the exporter.
    """
    licences = sorted({credit.licence for source in frames for credit in source.frame.meta.licences})
    facts = Facts(dataset.resolve().name or "dataset", _rows(folder, frames), licences)
    front = yaml.safe_dump(_front_matter(facts, folder), sort_keys=False, allow_unicode=True)
    sections = [
        f"# {_plain(facts.name)}", DESCRIPTION, f"{_plain(summary)}, made with blender_synth {__version__}.",
        *_counts(facts.rows), "## Licences", _licences(licences), "## Known limits",
        "\n".join(f"- {limit}" for limit in _LIMITS), "## Files", _files(folder), "## Make it again",
        *_commands(dataset, frames, settings, develop),
    ]  # fmt: skip
    write_atomically(folder / FILE, f"---\n{front}---\n\n" + "\n\n".join(sections) + "\n")
    described = croissant.describe(folder, facts.name, DESCRIPTION, facts.licence_urls, __version__)
    write_atomically(folder / croissant.FILE, json.dumps(described, indent=1) + "\n")


def _rows(folder: Path, frames: Sequence[SourceFrame]) -> list[dict[str, Any]]:
    """Of the dataset's own table, else of all frames."""
    for file in sorted(folder.glob("**/frames.parquet")):
        import pyarrow.parquet

        rows: list[dict[str, Any]] = pyarrow.parquet.read_table(file).to_pylist()
        return rows
    for file in sorted(folder.glob("**/frames.csv")):
        with open(file, newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))
    return [dict(frame_row(source.frame.meta)) for source in frames]


def _front_matter(facts: Facts, folder: Path) -> dict[str, Any]:
    ids = [_HUGGING_FACE_LICENCES.get(licence, "other") for licence in facts.licences]
    front: dict[str, Any] = {
        "pretty_name": facts.name,
        "license": (list(dict.fromkeys(ids)) if len(set(ids)) > 1 else ids[0]) if ids else "unknown",
        "annotations_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "task_categories": ["object-detection", "image-segmentation", "keypoint-detection"],
        "tags": ["synthetic", "blender", "pedestrians", "reflections", "mirrors", "weather"],
        "size_categories": [next((size for limit, size in _SIZES if len(facts.rows) < limit), "1M<n<10M")],
    }
    if "other" in ids:
        front |= {"license_name": "see-attribution", "license_link": "ATTRIBUTION.md"}
    images = folder / "images"
    splits = [path.name for path in sorted(images.iterdir()) if path.is_dir()] if images.is_dir() else []
    files = [
        {"split": _split_name(name), "path": f"images/{name}/**"} for name in splits if any((images / name).iterdir())
    ]
    if files:
        front["configs"] = [{"config_name": "default", "data_files": files}]
    return front


def _split_name(name: str) -> str:
    """Hugging Face's name of a split: validation is spelt out, and only word characters are allowed."""
    return "validation" if name == "val" else re.sub(r"\W", "_", name)


def _counts(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "## Counts"
    by_split = Counter(str(row.get("split") or "all") for row in rows)
    yield _table(("split", "pictures"), [(name, str(number)) for name, number in sorted(by_split.items())])
    for column in _COUNTED:
        counts = Counter(str(row[column]) for row in rows if row.get(column) not in (None, ""))
        if counts:
            yield _table((column.replace("_", " "), "pictures"), [(k, str(n)) for k, n in counts.most_common()])
    totals = [
        (label, _total(rows, column))
        for label, column in (("people", "people_seen"), ("reflections", "reflections_seen"))
    ]
    if any(number is not None for _, number in totals):
        yield _table(("annotated", "number"), [(label, str(number)) for label, number in totals])
    sizes = Counter(f"{row.get('width_px')} x {row.get('height_px')}" for row in rows)
    yield "Size in pixels: " + ", ".join(f"{size} ({number} pictures)" for size, number in sizes.most_common(5)) + "."


def _total(rows: Sequence[Mapping[str, Any]], column: str) -> int | None:
    values = [row[column] for row in rows if row.get(column) not in (None, "")]
    return sum(int(value) for value in values) if values else None


def _licences(licences: Sequence[str]) -> str:
    named = ", ".join(f"[{_plain(name)}]({url})" if (url := licence_url(name)) else _plain(name) for name in licences)
    return (
        f"The pictures show items under {named or 'no licence'}. Authors and sources are in `ATTRIBUTION.md`; keep "
        "that file with them."
    )


def _files(folder: Path) -> str:
    patterns = croissant.patterns(folder)
    lines = [
        f"- `{pattern}`" + (f" ({len(paths)} files)" if len(paths) > 1 else "") for pattern, paths in patterns.items()
    ]
    lines += ["- `SHA256SUMS`, `dataset.json`: checksums of all files; `blender-synth verify` checks them"]
    lines += ["- `croissant.json`: this card for machines (Croissant 1.0)"]
    return "\n".join(lines)


def _commands(
    dataset: Path, frames: Sequence[SourceFrame], settings: ExporterSettings, develop: DevelopSettings
) -> Iterator[str]:
    """Commands, seeds, versions and configs. The same versions on any machine give the same scenes and labels."""
    runs = list(dict.fromkeys(source.run for source in frames))
    configs: list[str] = []
    commands: list[str] = []
    versions: Counter[str] = Counter()
    for source in frames:
        versions[", ".join(f"{name} {value}" for name, value in sorted(source.frame.meta.versions.items()))] += 1
    for run in runs:
        config, command = _run_config(run)
        if command:
            commands.append(command)
        head = f"<details><summary>Config of <code>{_plain(str(run))}</code></summary>"
        configs.append(f"{head}\n\n{_fenced(config, 'yaml')}\n\n</details>")
    words = ["blender-synth", "export", f"runs=[{','.join(hydra_value(str(run)) for run in runs)}]",
             f"dataset={hydra_value(str(dataset))}", *_exporter_overrides(settings),
             *overrides("develop", develop, DevelopSettings())]  # fmt: skip
    commands.append(shell_command(words, "utf-8"))
    yield _fenced("\n".join(commands), "sh")
    seeds = sorted({str(source.frame.meta.spec.get("root_seed")) for source in frames})
    recorded = "; ".join(name for name in versions if name) or "not recorded"
    yield f"Seeds: {', '.join(seeds)}. Versions: {_plain(recorded)}."
    yield from configs


def _run_config(run: Path) -> tuple[str, str]:
    """The text of a run's config.yaml, and the command that rendered it where it is recorded."""
    try:
        state = read_run_state(run)
        config = (run / "config.yaml").read_text(encoding="utf-8")
    except (OSError, ValueError, BlenderSynthError):
        return "not recorded", ""
    command = state.get("command")
    return config, command if isinstance(command, str) and "\n" not in command else ""


def _exporter_overrides(settings: ExporterSettings) -> list[str]:
    parts: Mapping[str, ExporterSettings] | None = getattr(settings, "parts", None)
    if parts is None:
        return [f"exporter={settings.kind}", *overrides("exporter", settings, type(settings)())]
    words = [f"exporter=[{','.join(part.kind for part in parts.values())}]"]
    for name, part in parts.items():
        words += overrides(f"exporter.{name}", part, type(part)())
    return words


def overrides(section: str, settings: Any, defaults: Any) -> list[str]:
    """The settings of a dataclass that differ from defaults, as `section.key=value` of Hydra's grammar."""
    return [
        f"{section}.{field.name}={hydra_value(value)}"
        for field in dataclasses.fields(settings)
        if field.name != "kind" and (value := getattr(settings, field.name)) != getattr(defaults, field.name)
    ]


def hydra_value(value: object) -> str:
    """A value as an override of Hydra's command line has it.

    Raises:
        ConfigError: it cannot be written that way.
    """
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str | os.PathLike):
        return hydra_text(os.fspath(value))
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{hydra_value(str(key))}:{hydra_value(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        entries = sorted(value) if isinstance(value, set | frozenset) else value
        return "[" + ",".join(hydra_value(entry) for entry in entries) + "]"
    raise ConfigError("the value cannot be written as an override", value=value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| --- | ---: |"]
    return "\n".join([*lines, *("| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows)])


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _plain(text: str) -> str:
    """Untrusted text for a paragraph or a cell of a table."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\|`*\[\]])", r"\\\1", text)
