"""Counts of the instances in each picture.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `separator` | "," | text | between the columns |
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from blender_synth.attribution import Credits
from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.common import CommonSettings, image_records
from blender_synth.exporters.contract import SourceFrame
from blender_synth.values import plain


@plain
class Settings(CommonSettings):
    """Settings of this format."""

    kind: Literal["counts"] = "counts"
    separator: str = ","


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write one line for each picture: split, name, number of instances."""
    lines = [
        settings.separator.join((record.split, record.name, str(len(record.annotations))))
        for record in image_records(frames, settings, develop, Credits())
    ]
    (folder / "counts.csv").write_text("\n".join(lines))
    return f"{len(lines)} lines"
