"""Where the files that travel with the program are: conf/, assets/ and scenes/."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def root() -> Path:
    """The folder that holds conf/, assets/ and scenes/.

    In a checkout (or an editable install) that is the top of the checkout; in an installed wheel it is
    `blender_synth/_data`, where the wheel puts the same three folders.
    """
    packed = _PACKAGE / "_data"
    return packed if packed.is_dir() else _PACKAGE.parent


def conf_dir() -> Path:
    """The folder of Hydra's config groups."""
    return root() / "conf"


def assets_dir() -> Path:
    """The folder whose sub-folders are the asset packs that come with the program."""
    return root() / "assets"


def scenes_dir() -> Path:
    """The folder whose sub-folders are the scenes that come with the program."""
    return root() / "scenes"
