"""Curves of a training as CSV: one row per report, which a resumed training continues."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from blender_synth.cache import write_atomically
from blender_synth.errors import RunError

CURVE = "curve.csv"
"""Name of the file in the folder of a training."""


class Curve:
    """A CSV file with the columns `step` and others, by step."""

    def __init__(self, file: Path, columns: Sequence[str], from_step: int = 0):
        """Open a curve; rows at or after `from_step`, of a training that was stopped after its last checkpoint, go.

        Raises:
            OSError: the file cannot be written.
        """
        self.file, self.columns = file, ("step", *columns)
        kept = [row for row in read_curve(file) if row["step"] < from_step] if file.is_file() and from_step else []
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, _csv(self.columns, kept, header=True))

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Append a row; columns that are not given stay empty."""
        with open(self.file, "a", encoding="utf-8", newline="") as stream:
            stream.write(_csv(self.columns, [{"step": step, **values}], header=False))


def read_curve(file: Path) -> list[dict[str, float]]:
    """The rows of a curve; empty fields and a last line that is incomplete are left out.

    Raises:
        RunError: it cannot be read.
    """
    try:
        with open(file, encoding="utf-8", newline="") as stream:
            found = list(csv.DictReader(stream))
    except (OSError, UnicodeError, csv.Error) as error:
        raise RunError(f"the curve cannot be read ({error})", file=file, hint="delete it") from None
    rows = []
    for fields in found:
        try:
            row = {name: float(text) for name, text in fields.items() if name and text and isinstance(text, str)}
        except ValueError:
            continue
        if "step" in row:
            rows.append(row)
    return rows


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, float]], header: bool) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="", extrasaction="raise")
    if header:
        writer.writeheader()
    writer.writerows({name: f"{value:.6g}" for name, value in row.items()} for row in rows)
    return text.getvalue()
