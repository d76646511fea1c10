"""Dataset formats: each is a module with `Settings` and `write` (see `contract`), found by its name."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import shutil
from collections.abc import Mapping
from pathlib import Path

from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError, RunError
from blender_synth.exporters.contract import Exporter, ExporterSettings, SourceFrame
from blender_synth.frames.run_folder import frames_of
from blender_synth.plugins import plugin_paths
from blender_synth.validation import validate

__path__ += plugin_paths("exporters")

MARKER = "dataset.json"


def exporter_kinds() -> list[str]:
    """Names of the formats: the modules of this package and of plug-in folders that have `Settings` and `write`."""
    return [name for name in _module_names() if _exporter(name) is not None]


def exporter_settings(data: object) -> ExporterSettings:
    """The validated settings of the exporter that a config chooses.

    Raises:
        ConfigError: unknown kind, key or value.
    """
    given = dict(data) if isinstance(data, Mapping) else {}
    kind = given.get("kind")
    exporter = _exporter(kind) if isinstance(kind, str) else None
    if exporter is None:
        raise ConfigError(
            "there is no such exporter",
            key="exporter.kind",
            value=kind,
            hint=f"use one of: {', '.join(exporter_kinds())}",
        )
    return validate(exporter.Settings, given, "exporter")


def export_dataset(runs: list[Path], dataset: Path, settings: ExporterSettings, develop: DevelopSettings) -> str:
    """Write the frames of some runs as one dataset, atomically.

    Args:
        runs: run folders. dataset: folder to make; a dataset made here before is replaced.
        settings: of the exporter. develop: how pictures are made from radiance.

    Returns:
        A line that reports what was written where.

    Raises:
        RunError: no frames, or `dataset` holds other files.
        FrameError: a frame is damaged.
    """
    frames = [SourceFrame(run, frame) for run in runs for frame in frames_of(run)]
    if not frames:
        raise RunError(
            "these runs hold no complete frames", key="runs", value=[str(r) for r in runs], hint="render them first"
        )
    if dataset.exists() and not (dataset / MARKER).is_file() and (not dataset.is_dir() or any(dataset.iterdir())):
        raise RunError(
            "the dataset folder holds other files",
            file=dataset,
            key="dataset",
            value=str(dataset),
            hint="choose another folder, or empty it",
        )
    exporter = _exporter(settings.kind)
    if exporter is None:
        raise ConfigError("there is no such exporter", key="exporter.kind", value=settings.kind)
    dataset.parent.mkdir(parents=True, exist_ok=True)
    temporary = dataset.with_name(f".{dataset.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        summary = exporter.write(frames, temporary, settings, develop)
        marker = {"exporter": settings.kind, "runs": [str(run) for run in runs], "frames": len(frames)}
        (temporary / MARKER).write_text(json.dumps(marker, indent=1), encoding="utf-8")
        old = dataset.with_name(f".{dataset.name}.{os.getpid()}.old")
        if dataset.exists():
            os.rename(dataset, old)
        os.rename(temporary, dataset)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return f"{summary} in {dataset}"


def _module_names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def _exporter(kind: str) -> Exporter | None:
    """The module of a format; None where there is none, or it has no `Settings` and `write`."""
    if kind not in _module_names():
        return None
    module: object = importlib.import_module(f"{__name__}.{kind}")
    return module if isinstance(module, Exporter) else None
