"""Formats that take one picture after the other, so that several can be written from one pass over the frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from blender_synth.attribution import Credits
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.common import CommonSettings, ImageRecord, image_records, warn_hidden_by_air
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.table_files import TableFiles


class PictureWriter(Protocol):
    """Writes one dataset, picture by picture, into the folder that it was made for."""

    def add(self, record: ImageRecord) -> None:
        """Write one picture and what it shows."""

    def finish(self, credits: Credits) -> str:
        """Write what needs all pictures; returns a summary such as ``"12 pictures, 40 boxes"``."""


@runtime_checkable
class StreamingExporter(Protocol):
    """A format module that offers a `PictureWriter`, in addition to `contract.Exporter`."""

    def writer(self, frames: Sequence[SourceFrame], folder: Path, settings: CommonSettings) -> PictureWriter:
        """A writer into an empty folder. `settings`: an instance of the module's own `Settings`."""


def write_streams(
    frames: Sequence[SourceFrame],
    writers: Sequence[tuple[Path, PictureWriter]],
    settings: CommonSettings,
    develop: DevelopSettings,
) -> list[str]:
    """Develop and annotate every picture once and give it to all writers; returns their summaries.

    Each folder also gets the tables of frames and people, and the credits.

    Args:
        writers: with their folders. settings: what the writers share.
    """
    credits = Credits()
    tables = [TableFiles(folder) for folder, _ in writers]
    hidden: list[str] = []
    for record in image_records(frames, settings, develop, credits):
        for table in tables:
            table.add(record)
        for _, writer in writers:
            writer.add(record)
        if record.air_hides_everybody:
            hidden.append(record.name)
    summaries = []
    for table, (folder, writer) in zip(tables, writers, strict=True):
        table.finish()
        credits.write(folder)
        summaries.append(writer.finish(credits))
    warn_hidden_by_air(hidden)
    return summaries
