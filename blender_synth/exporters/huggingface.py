"""Hugging Face: an image folder with metadata.jsonl, or Parquet files with pictures and masks.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `layout` | imagefolder | choice | imagefolder (pictures and metadata.jsonl) or parquet (all in Parquet files) |
| `shard_mb` | 500 | MB | a Parquet file holds about so much |

Files, either of:

    data/<split>/<run>_<frame>.jpg  metadata.jsonl     load_dataset("imagefolder", data_dir=".../data")
    data/<split>-00000-of-00002.parquet                load_dataset(".../data")

and frames.parquet, people.parquet, ATTRIBUTION.md. Both have a column `image`, the columns of the picture
(`.docs/tables.md`, with `image_name` for `image`) and `objects`: lists of `bbox` (x, y, width, height), `category`,
`object_id`, `area`, `ignore`, `reflection_of`, `visibility`, `distance_m` and `keypoints` (17 x 3 numbers, or none).
Parquet also has `masks`: PNG pictures, one for each object. Parquet needs the library pyarrow.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from blender_synth.attribution import Credits
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.common import CommonSettings, ImageRecord
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.pictures import encoded, encoded_picture, picture_file_name, write_picture
from blender_synth.exporters.rows import json_row, picture_row
from blender_synth.exporters.samples import needed
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.frames.table import FRAME_COLUMNS
from blender_synth.values import plain

_PICTURES_AT_ONCE = 16


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["huggingface"] = "huggingface"
    layout: Literal["imagefolder", "parquet"] = "imagefolder"
    shard_mb: float = Field(default=500.0, gt=0)


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`.

    Raises:
        ConfigError: `layout` is `parquet` and pyarrow is not installed.
    """
    (folder / "data").mkdir()
    if settings.layout == "imagefolder":
        return _ImageFolder(folder, settings)
    needed("pyarrow.parquet", "pyarrow", "huggingface exporter.layout=parquet")
    return _Parquet(folder, settings)


def _row(record: ImageRecord) -> dict[str, object]:
    row = json_row(picture_row(record))
    return {"image_name": row.pop("image"), **row, "objects": _objects(record)}


def _objects(record: ImageRecord) -> dict[str, list[Any]]:
    entries = record.annotations
    instances = [entry.instance for entry in entries]
    return {
        "bbox": [[float(v) for v in instance.bbox_xywh_px] for instance in instances],
        "category": [entry.category for entry in entries],
        "object_id": [instance.instance_id for instance in instances],
        "area": [instance.visible_px for instance in instances],
        "ignore": [entry.ignore for entry in entries],
        "reflection_of": [instance.reflection_of for instance in instances],
        "visibility": [instance.visibility for instance in instances],
        "distance_m": [instance.distance_m for instance in instances],
        "keypoints": [
            [] if instance.keypoints is None else [round(float(v), 2) for v in instance.keypoints.ravel()]
            for instance in instances
        ],
    }


class _ImageFolder:
    def __init__(self, folder: Path, settings: Settings):
        self.root, self.settings = folder / "data", settings
        self.pictures = self.objects = 0

    def add(self, record: ImageRecord) -> None:
        """Write one picture and its line."""
        folder = self.root / record.split
        folder.mkdir(exist_ok=True)
        file_name = picture_file_name(record.name, self.settings.image_format)
        write_picture(folder / file_name, record.shot, self.settings.image_format)
        with open(folder / "metadata.jsonl", "a", encoding="utf-8") as lines:
            lines.write(json.dumps({"file_name": file_name, **_row(record)}) + "\n")
        self.pictures += 1
        self.objects += len(record.annotations)

    def finish(self, credits: Credits) -> str:
        """Count what was written."""
        return f"{self.pictures} pictures, {self.objects} objects"


class _Parquet:
    def __init__(self, folder: Path, settings: Settings):
        self.root, self.settings = folder / "data", settings
        self.rows: dict[str, list[dict[str, object]]] = {split: [] for split in settings.splits}
        self.writers: dict[str, Any] = {}
        self.files: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self.pictures = self.objects = 0

    def add(self, record: ImageRecord) -> None:
        """Keep one picture; some of them are written together."""
        image_format = self.settings.image_format
        picture = encoded_picture(record.shot, image_format)
        masks = [encoded(entry.instance.mask.astype(np.uint8) * 255, ".png") for entry in record.annotations]
        row = {
            "image": {"bytes": picture, "path": picture_file_name(record.name, image_format)},
            **_row(record),
            "masks": [{"bytes": mask, "path": None} for mask in masks],
        }
        split = record.split
        self.rows[split].append(row)
        self.bytes[split] += len(picture) + sum(map(len, masks))
        self.pictures += 1
        self.objects += len(record.annotations)
        if len(self.rows[split]) >= _PICTURES_AT_ONCE:
            self._flush(split)

    def _flush(self, split: str) -> None:
        pa = needed("pyarrow", "pyarrow", "huggingface")
        parquet = needed("pyarrow.parquet", "pyarrow", "huggingface")
        if split not in self.writers:
            path = self.root / f"{split}-{self.files[split]:05d}.parquet"
            self.writers[split] = parquet.ParquetWriter(path, _schema(pa))
            self.files[split] += 1
        self.writers[split].write_table(pa.Table.from_pylist(self.rows[split], schema=_schema(pa)))
        self.rows[split] = []
        if self.bytes[split] > self.settings.shard_mb * 1e6:
            self._close(split)

    def _close(self, split: str) -> None:
        self.writers.pop(split).close()
        self.bytes[split] = 0

    def finish(self, credits: Credits) -> str:
        """Write what is left; name the files as Hugging Face does."""
        for split, rows in self.rows.items():
            if rows:
                self._flush(split)
            if split in self.writers:
                self._close(split)
            for number in range(self.files[split]):
                name = f"{split}-{number:05d}-of-{self.files[split]:05d}.parquet"
                (self.root / f"{split}-{number:05d}.parquet").rename(self.root / name)
        return f"{self.pictures} pictures, {self.objects} objects in {sum(self.files.values())} Parquet files"


def _schema(pa: Any) -> Any:
    """Arrow's schema of a row, with the features that make `datasets` decode pictures and masks."""
    number, text = pa.float64(), pa.string()
    types = {
        "text": text, "integer": pa.int64(), "number": number, "flag": pa.bool_(), "texts": pa.list_(text),
        "numbers": pa.list_(number),
    }  # fmt: skip
    picture = pa.struct([("bytes", pa.binary()), ("path", text)])
    columns = [("image_name" if c.name == "image" else c.name, types[c.type]) for c in FRAME_COLUMNS]
    objects = {
        "bbox": pa.list_(number), "category": text, "object_id": pa.int64(), "area": pa.int64(), "ignore": pa.bool_(),
        "reflection_of": pa.int64(), "visibility": number, "distance_m": number, "keypoints": pa.list_(number),
    }  # fmt: skip
    fields = [
        ("image", picture),
        *columns,
        ("objects", pa.struct([(name, pa.list_(type_)) for name, type_ in objects.items()])),
        ("masks", pa.list_(picture)),
    ]
    return pa.schema(fields).with_metadata({"huggingface": json.dumps({"info": {"features": _features()}})})


def _features() -> dict[str, object]:
    def value(dtype: str) -> dict[str, object]:
        return {"dtype": dtype, "_type": "Value"}

    def many(feature: object) -> dict[str, object]:
        return {"feature": feature, "_type": "Sequence"}

    names = {"text": "string", "integer": "int64", "number": "float64", "flag": "bool"}
    columns: dict[str, object] = {}
    for column in FRAME_COLUMNS:
        name = "image_name" if column.name == "image" else column.name
        one = value(names[column.type]) if column.type in names else None
        columns[name] = one or many(value("string" if column.type == "texts" else "float64"))
    numbers = many(value("float64"))
    objects = {
        "bbox": many(numbers), "category": many(value("string")), "object_id": many(value("int64")),
        "area": many(value("int64")), "ignore": many(value("bool")), "reflection_of": many(value("int64")),
        "visibility": numbers, "distance_m": numbers, "keypoints": many(numbers),
    }  # fmt: skip
    return {"image": {"_type": "Image"}, **columns, "objects": objects, "masks": many({"_type": "Image"})}
