"""Checks of `frames.parquet` and `people.parquet` (or CSV), which every dataset has: ids, splits, pictures, pairs."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path
from typing import Any

from blender_synth import checksums
from blender_synth.verify.findings import Findings
from blender_synth.verify.source_frames import SourceFrames

_PICTURES = (".jpg", ".jpeg", ".png")
Row = dict[str, Any]


def check(dataset: Path, frames: SourceFrames, damaged: Collection[str], findings: Findings) -> None:
    """Check the tables of a dataset, and of each of its formats where there are several."""
    for suffix in ("parquet", "csv"):
        for file in sorted(dataset.glob(f"**/frames.{suffix}")):
            if file.relative_to(dataset).parts[0] == "report":
                continue
            rows = _rows(file, dataset, damaged, findings)
            people_file = file.with_name(f"people.{suffix}")
            if rows is None:
                continue
            findings.checked["rows of tables"] += len(rows)
            _check_frames(file, rows, findings)
            people = _rows(people_file, dataset, damaged, findings) if people_file.is_file() else None
            names = {row.get("image") for row in rows}
            for name in sorted({str(row.get("image")) for row in people or () if row.get("image") not in names}):
                findings.fault("orphan-annotation", people_file, f"{file.name} has no such picture", "image", name)


def _rows(file: Path, dataset: Path, damaged: Collection[str], findings: Findings) -> list[Row] | None:
    """The rows of a table; None where it is damaged or cannot be read here."""
    if file.relative_to(dataset).as_posix() in damaged:
        return None
    try:
        if file.suffix == ".csv":
            with open(file, newline="", encoding="utf-8") as stream:
                return [{key: value or None for key, value in row.items()} for row in csv.DictReader(stream)]
        import pyarrow.parquet

        rows: list[Row] = pyarrow.parquet.read_table(file).to_pylist()
        return rows
    except ImportError:
        findings.notes.append(f"{file.name} is not checked: pip install 'blender-synth-people[formats]'")
    except (OSError, ValueError, csv.Error) as error:  # pyarrow's errors are of these
        findings.fault("unreadable-file", file, str(error))
    return None


def _check_frames(file: Path, rows: list[Row], findings: Findings) -> None:
    scenes: dict[object, object] = {}
    for key in ("image", "image_id"):
        seen: set[object] = set()
        for row in rows:
            if row.get(key) is None:
                findings.fault("missing-key", file, "a picture has none", key)
            elif row[key] in seen:
                findings.fault("duplicate-id", file, "two pictures have it", key, row[key])
            seen.add(row.get(key))
    by_id = {str(row.get("image_id")): row for row in rows}
    for row in rows:
        scene = (row.get("seed"), row.get("scene_index"))
        if None not in scene and scenes.setdefault(scene, row.get("split")) != row.get("split"):
            findings.fault("split-leak", file, f"its scene is in {scenes[scene]}, too", f"image {row.get('image')}")
        twin = by_id.get(str(row["pair_image_id"])) if row.get("pair_image_id") is not None else None
        if row.get("pair_image_id") is not None and (
            twin is None or str(twin.get("pair_image_id")) != str(row.get("image_id"))
        ):
            findings.fault("wrong-link", file, "the twin does not exist or does not link back", "pair_image_id",
                           row["pair_image_id"])  # fmt: skip
    pictures = {Path(path).stem for path in checksums.files_below(file.parent) if path.lower().endswith(_PICTURES)}
    names = {str(row.get("image")) for row in rows}
    if names & pictures:  # formats that pack pictures, or number them anew, have none of these names
        for name in sorted(names - pictures):
            findings.fault("missing-file", file, "there is no such picture", "image", name)
