"""Names of photographed skies: those that Blender ships, and files of asset packs."""

from __future__ import annotations

from pathlib import PurePosixPath

SHIPPED = ("city", "courtyard", "forest", "interior", "night", "studio", "sunrise", "sunset")
"""Blender's own (4.5): CC0, by Greg Zaal (Poly Haven), 1024 x 512."""
NONE = "none"
"""Among weights: the weather's own sky."""
SUFFIXES = (".hdr", ".exr")


def known(weights: dict[str, float] | None) -> dict[str, float] | None:
    """The weights, if each of their names can be one of a sky."""
    for name in weights or {}:
        if name not in (*SHIPPED, NONE) and not is_file(name):
            raise ValueError(f"there is no sky {name!r}: use one of {', '.join(SHIPPED)}, or pack/file.hdr of a pack")
    return weights


def is_file(name: str) -> bool:
    """Whether it names a file of an asset pack."""
    return "/" in name and PurePosixPath(name).suffix.lower() in SUFFIXES
