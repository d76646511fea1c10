"""WebDataset: tar files of samples, in an order shuffled by a seed, for training from streams.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `shard_mb` | 256 | MB | a tar file holds at most so much, but at least one sample |
| `shard_samples` | 10000 | count | a tar file holds at most so many samples |
| `shuffle` | true | switch | whether samples are shuffled within their split |
| `shuffle_seed` | 0 | - | the same seed gives the same order |

Files:

    <split>/<split>-000000.tar ...     per sample: <name>.jpg, <name>.json, <name>.ids.png
    shards.json                        samples and bytes of every tar file
    frames.parquet  people.parquet  ATTRIBUTION.md

The JSON of a sample has the row of the picture (`.docs/tables.md`), the camera, and every annotation with its box,
mask (COCO's run-length encoding), links and keypoints. `ids.png` (16 bit) has the number of the annotation, counted
from 1, that owns each pixel; 0 is none, 65535 is to be ignored. Tar files are equal, byte for byte, whenever the
dataset is made again. Needs the library webdataset.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from blender_synth.attribution import Credits
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.common import CommonSettings, ImageRecord
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.label_maps import painting_order
from blender_synth.exporters.pictures import encoded, encoded_picture
from blender_synth.exporters.samples import needed, sample
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.seeds import rng_for
from blender_synth.values import plain

_IGNORED = 65535
_BLOCK = 512
"""Bytes of a block of a tar file; each member has one for its header and fills up its last one."""


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["webdataset"] = "webdataset"
    shard_mb: float = Field(default=256.0, gt=0)
    shard_samples: int = Field(default=10_000, ge=1)
    shuffle: bool = True
    shuffle_seed: int = Field(default=0, ge=0)


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`.

    Raises:
        ConfigError: the library webdataset is not installed.
    """
    needed("webdataset", "webdataset", "webdataset")
    return _Writer(folder, settings)


class _Writer:
    """Keeps samples as files until all are known, because their order is shuffled over the whole split."""

    def __init__(self, folder: Path, settings: Settings):
        self.folder, self.settings = folder, settings
        self.waiting = folder / ".waiting"
        self.waiting.mkdir()
        self.names: dict[str, list[str]] = {split: [] for split in settings.splits}
        self.suffix = settings.image_format.removesuffix("16")

    def add(self, record: ImageRecord) -> None:
        """Keep one sample."""
        width, height = record.frame.size_px
        ids = np.zeros((height, width), np.uint16)
        numbers = {id(entry): number for number, entry in enumerate(record.annotations, start=1)}
        for entry in painting_order(record.annotations):
            ids[entry.instance.mask] = _IGNORED if entry.ignore else numbers[id(entry)]
        parts = {
            self.suffix: encoded_picture(record.shot, self.settings.image_format),
            "json": json.dumps(sample(record)).encode(),
            "ids.png": encoded(ids, ".png"),
        }
        for suffix, data in parts.items():
            (self.waiting / f"{record.name}.{suffix}").write_bytes(data)
        self.names[record.split].append(record.name)

    def finish(self, credits: Credits) -> str:
        """Write the tar files."""
        shards: list[dict[str, object]] = []
        for split, names in self.names.items():
            if self.settings.shuffle:
                order = rng_for(self.settings.shuffle_seed, 0, f"webdataset/{split}").permutation(len(names))
                names = [names[number] for number in order]
            shards += self._write_split(split, names)
        shutil.rmtree(self.waiting)
        (self.folder / "shards.json").write_text(json.dumps(shards, indent=1), encoding="utf-8")
        return f"{sum(len(names) for names in self.names.values())} pictures in {len(shards)} tar files"

    def _write_split(self, split: str, names: Sequence[str]) -> list[dict[str, object]]:
        limit = self.settings.shard_mb * 1e6
        groups: list[list[str]] = []
        size = 0
        for name in names:
            needs = sum(_BLOCK + -(-file.stat().st_size // _BLOCK) * _BLOCK for file in self._files(name).values())
            if not groups or size + needs > limit or len(groups[-1]) >= self.settings.shard_samples:
                groups.append([])
                size = 2 * _BLOCK
            groups[-1].append(name)
            size += needs
        return [self._write_shard(split, number, group) for number, group in enumerate(groups)]

    def _write_shard(self, split: str, number: int, names: Sequence[str]) -> dict[str, object]:
        library = needed("webdataset", "webdataset", "webdataset")
        path = self.folder / split / f"{split}-{number:06d}.tar"
        path.parent.mkdir(exist_ok=True)
        with open(path, "wb") as stream, library.TarWriter(stream, encoder=False, mtime=0) as tar:
            for name in names:
                files = {suffix: file.read_bytes() for suffix, file in self._files(name).items()}
                tar.write({"__key__": name, **files})
        return {"file": f"{split}/{path.name}", "samples": len(names), "bytes": path.stat().st_size}

    def _files(self, name: str) -> dict[str, Path]:
        return {suffix: self.waiting / f"{name}.{suffix}" for suffix in (self.suffix, "json", "ids.png")}
