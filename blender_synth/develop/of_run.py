"""The settings that the pictures of a run are developed with where nothing else is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError
from blender_synth.frames.run_folder import CONFIG
from blender_synth.validation import validate


def config_of(run: Path) -> dict[str, Any]:
    """The config that a run was rendered with; empty where it has none that can be read."""
    try:
        config = yaml.safe_load((run / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return config if isinstance(config, dict) else {}


def develop_settings_of(run: Path) -> DevelopSettings:
    """The settings of a run's config; the defaults where it has none that are valid here."""
    try:
        return validate(DevelopSettings, config_of(run).get("develop", {}), "develop")
    except ConfigError:
        return DevelopSettings()
