"""Names of photographed skies: those that Blender ships, items and files of asset packs."""

from __future__ import annotations

from pathlib import PurePosixPath

SHIPPED = ("city", "courtyard", "forest", "interior", "night", "studio", "sunrise", "sunset")
"""Blender's own (4.5): CC0, by Greg Zaal (Poly Haven), 1024 x 512."""
NONE = "none"
"""Among weights: the computed sky."""
SUFFIXES = (".hdr", ".exr")


def known(weights: dict[str, float] | None) -> dict[str, float] | None:
    """The weights, unchanged.

    Raises:
        ValueError: a name cannot be that of a sky.
    """
    for name in weights or {}:
        if name not in (*SHIPPED, NONE) and not of_pack(name):
            raise ValueError(
                f"there is no sky {name!r}: use one of {', '.join(SHIPPED)}, or pack/item or pack/file.hdr of a pack"
            )
    return weights


def of_pack(name: str) -> bool:
    """Whether it names an item (`pack/item`, without a dot) or a sky file of an asset pack."""
    pack, _, rest = name.partition("/")
    return bool(pack and rest) and PurePosixPath(rest).suffix.lower() in ("", *SUFFIXES)
