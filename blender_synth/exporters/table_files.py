"""`frames.parquet` and `people.parquet` of a dataset; CSV where pyarrow is not installed."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from blender_synth.exporters.rows import json_row, people_rows, picture_row
from blender_synth.frames.table import FRAME_COLUMNS, PERSON_COLUMNS, Column, Row

if TYPE_CHECKING:
    from blender_synth.exporters.common import ImageRecord

_ROWS_AT_ONCE = 512


class TableFiles:
    """Writes the tables of a dataset, some hundred rows at a time."""

    def __init__(self, folder: Path):
        self._frames: _Parquet | _Csv
        self._people: _Parquet | _Csv
        try:
            self._frames = _Parquet(folder, "frames", FRAME_COLUMNS)
            self._people = _Parquet(folder, "people", PERSON_COLUMNS)
        except ImportError:
            self._frames, self._people = _Csv(folder, "frames", FRAME_COLUMNS), _Csv(folder, "people", PERSON_COLUMNS)

    def add(self, record: ImageRecord) -> None:
        """Add the rows of one picture."""
        self._frames.add([picture_row(record)])
        self._people.add(people_rows(record))

    def finish(self) -> None:
        """Write the last rows and close the files."""
        self._frames.close()
        self._people.close()


class _Parquet:
    def __init__(self, folder: Path, name: str, columns: Sequence[Column]):
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {
            "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "flag": pa.bool_(),
            "texts": pa.list_(pa.string()), "numbers": pa.list_(pa.float64()),
        }  # fmt: skip
        self._schema = pa.schema(
            [pa.field(c.name, types[c.type], metadata={"unit": c.unit, "meaning": c.meaning}) for c in columns]
        )
        self._table: Any = pa.Table
        self._writer = pq.ParquetWriter(folder / f"{name}.parquet", self._schema)
        self._rows: list[Row] = []

    def add(self, rows: list[Row]) -> None:
        self._rows += rows
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._table.from_pylist(self._rows, schema=self._schema))
        self._rows = []

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()


class _Csv:
    def __init__(self, folder: Path, name: str, columns: Sequence[Column]):
        self._file: TextIO = open(folder / f"{name}.csv", "w", encoding="utf-8", newline="")  # noqa: SIM115
        self._writer = csv.DictWriter(self._file, [column.name for column in columns], restval="")
        self._writer.writeheader()

    def add(self, rows: list[Row]) -> None:
        for row in rows:
            plain = json_row(row)
            self._writer.writerow({k: json.dumps(v) if isinstance(v, list) else v for k, v in plain.items()})

    def close(self) -> None:
        self._file.close()
