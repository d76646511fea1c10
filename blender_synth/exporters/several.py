"""Several formats from one export: `exporter=[coco,yolo]`, each in a sub-folder of the dataset."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from blender_synth.develop.settings import DevelopSettings
from blender_synth.exporters.common import CommonSettings
from blender_synth.exporters.contract import Exporter, ExporterSettings, SourceFrame
from blender_synth.exporters.streams import PictureWriter, StreamingExporter, write_streams

_OWN = frozenset({"kind", "image_format", "stuff"})
"""Settings that do not affect which pictures and annotations there are."""


@dataclass(frozen=True)
class SeveralSettings:
    """The settings of several formats, by the name of their sub-folder."""

    parts: Mapping[str, ExporterSettings]
    kind: str = "several"


def write_several(
    frames: Sequence[SourceFrame], folder: Path, settings: SeveralSettings, develop: DevelopSettings
) -> str:
    """Write every format into its sub-folder.

    Formats that take one picture after the other (`streams.StreamingExporter`) and select alike share one pass: every
    picture is read, developed, annotated and encoded once.
    """
    summaries: dict[str, str] = {}
    passes: dict[str, list[tuple[str, StreamingExporter, CommonSettings]]] = {}
    for name, part in settings.parts.items():
        (folder / name).mkdir()
        module: object = importlib.import_module(f"blender_synth.exporters.{part.kind}")
        if isinstance(module, StreamingExporter) and isinstance(part, CommonSettings):
            passes.setdefault(_selection(part), []).append((name, module, part))
        elif isinstance(module, Exporter):
            summaries[name] = module.write(frames, folder / name, part, develop)
    for group in passes.values():
        writers: list[tuple[Path, PictureWriter]] = [
            (folder / name, module.writer(frames, folder / name, part)) for name, module, part in group
        ]
        written = write_streams(frames, writers, group[0][2], develop)
        summaries |= {name: summary for (name, _, _), summary in zip(group, written, strict=True)}
    return "; ".join(f"{name}: {summaries[name]}" for name in settings.parts)


def shared_selections(settings: SeveralSettings) -> list[CommonSettings]:
    """The settings of each pass over the frames: those of the first of the formats that share it."""
    first: dict[str, CommonSettings] = {}
    for part in settings.parts.values():
        module: object = importlib.import_module(f"blender_synth.exporters.{part.kind}")
        if isinstance(module, StreamingExporter) and isinstance(part, CommonSettings):
            first.setdefault(_selection(part), part)
    return list(first.values())


def _selection(settings: CommonSettings) -> str:
    """Equal for settings that give the same pictures and annotations."""
    shared = [field.name for field in dataclasses.fields(CommonSettings) if field.name not in _OWN]
    return repr([getattr(settings, name) for name in shared])
