"""Folders outside the package that extend it, named in `BLENDER_SYNTH_PLUGINS` (separated as in PATH).

A plug-in folder mirrors the package: `world/weather/hail.py`, `blender/weather/hail.py` and `conf/weather/hail.yaml`
add a weather, `exporters/mine.py` and `conf/exporter/mine.yaml` an exporter, `scenes/yard/scene.yaml` a scene. Its
Python files are imported and run, so name only folders that you trust. Asset packs and scenes are data and are never
searched for plug-ins.
"""

from __future__ import annotations

import os
from pathlib import Path

from blender_synth.errors import ConfigError

ENVIRONMENT = "BLENDER_SYNTH_PLUGINS"


def plugin_folders() -> tuple[Path, ...]:
    """The folders, resolved, in the order given; also those that do not exist."""
    entries = os.environ.get(ENVIRONMENT, "").split(os.pathsep)
    return tuple(Path(entry).expanduser().resolve() for entry in entries if entry)


def check_plugin_folders() -> None:
    """Refuse folders that do not exist.

    Raises:
        ConfigError: one of them is missing.
    """
    for folder in plugin_folders():
        if not folder.is_dir():
            raise ConfigError(
                "the plug-in folder does not exist",
                key=ENVIRONMENT,
                value=str(folder),
                hint=f"correct or unset {ENVIRONMENT}",
            )


def plugin_paths(part: str) -> list[str]:
    """The sub-folders `part` (such as ``"world/weather"``) of the plug-in folders that have one.

    An extensible package appends them to its `__path__`, so that its modules are found there as well. Folders that do
    not exist are skipped here, because this runs while modules are imported; `check_plugin_folders` reports them.
    """
    return [str(folder / part) for folder in plugin_folders() if (folder / part).is_dir()]
