"""Dataset formats: each file is one. It defines `Settings` and `write(...)`; nothing else needs to know of it."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError, RunError
from blender_synth.frames.run_folder import frames_of

MARKER = "dataset.json"


def exporter_settings(data: Any) -> Any:
    """The validated settings of the exporter that a config chooses.

    Raises:
        ConfigError: unknown kind, key or value.
    """
    from blender_synth.settings import validate

    kinds = sorted(m.name for m in pkgutil.iter_modules(__path__))
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if kind not in kinds:
        raise ConfigError(
            "there is no such exporter", key="exporter.kind", value=kind, hint=f"use one of: {', '.join(kinds)}"
        )
    return validate(importlib.import_module(f"{__name__}.{kind}").Settings, dict(data), "exporter")


def export_dataset(runs: list[Path], dataset: Path, settings: Any, develop: DevelopSettings) -> str:
    """Write the frames of some runs as one dataset, which appears whole or not at all.

    Args:
        runs: run folders. dataset: folder to make; a dataset made here before is replaced.
        settings: of the exporter. develop: how pictures are made of radiance.

    Returns:
        A line that says what was written where.

    Raises:
        RunError: no frames, or `dataset` holds something else.
        FrameError: a frame is damaged.
    """
    frames = [(run, frame) for run in runs for frame in frames_of(run)]
    if not frames:
        raise RunError(
            "these runs hold no whole frames", key="runs", value=[str(r) for r in runs], hint="render them first"
        )
    if dataset.exists() and not (dataset / MARKER).is_file() and (not dataset.is_dir() or any(dataset.iterdir())):
        raise RunError(
            "the dataset folder holds other things",
            file=dataset,
            key="dataset",
            value=str(dataset),
            hint="choose another folder, or empty it",
        )
    module = importlib.import_module(f"{__name__}.{settings.kind}")
    dataset.parent.mkdir(parents=True, exist_ok=True)
    temporary = dataset.with_name(f".{dataset.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        summary = module.write(frames, temporary, settings, develop)
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
