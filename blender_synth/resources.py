"""Locations of the data that ships with the program: conf/ (config groups), assets/ (built-in packs) and scenes/."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def root() -> Path:
    """The folder that holds conf/, assets/ and scenes/.

    In a checkout (or an editable install) it is the top of the checkout. A wheel ships the same three folders as
    `blender_synth/_data`.
    """
    packed = _PACKAGE / "_data"
    return packed if packed.is_dir() else _PACKAGE.parent


def conf_dir() -> Path:
    """The folder of Hydra's config groups."""
    return root() / "conf"


def built_in_packs_dir() -> Path:
    """The folder `assets/`; its sub-folders are the built-in asset packs."""
    return root() / "assets"


def scenes_dir() -> Path:
    """The folder `scenes/`; its sub-folders are the built-in scenes."""
    return root() / "scenes"
