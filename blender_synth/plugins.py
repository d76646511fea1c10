"""Folders outside the package that extend it, named in `BLENDER_SYNTH_PLUGINS` (separated as in PATH).

A plug-in folder mirrors the package: `world/weather/hail.py`, `blender/weather/hail.py` and `conf/weather/hail.yaml`
add a weather, `exporters/mine.py` and `conf/exporter/mine.yaml` an exporter. Its Python files are imported and run, so
name only folders that you trust. Asset packs and scenes are data and are never searched for plug-ins.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from blender_synth.errors import ConfigError

ENVIRONMENT = "BLENDER_SYNTH_PLUGINS"


@cache
def _folders(value: str) -> tuple[Path, ...]:
    folders = tuple(Path(entry).expanduser().resolve() for entry in value.split(os.pathsep) if entry)
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(
                "there is no such folder of plug-ins",
                key=ENVIRONMENT,
                value=str(folder),
                hint=f"correct or unset {ENVIRONMENT}",
            )
    return folders


def plugin_folders() -> tuple[Path, ...]:
    """The folders, resolved, in the order given.

    Raises:
        ConfigError: one of them is missing.
    """
    return _folders(os.environ.get(ENVIRONMENT, ""))


def plugin_paths(part: str) -> list[str]:
    """The sub-folders `part` (such as ``"world/weather"``) of the plug-in folders that have one.

    An extensible package appends them to its `__path__`, so that its modules are found there as well.
    """
    return [str(folder / part) for folder in plugin_folders() if (folder / part).is_dir()]
