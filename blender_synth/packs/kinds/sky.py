"""Photographed skies: an equirectangular `.hdr` or `.exr`, twice as wide as high.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |

A sky has only the keys that every item has.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from blender_synth.packs.data_files import check_panorama
from blender_synth.packs.kinds.base import Terms
from blender_synth.packs.reading import check_once


class SkyTerms(Terms):
    """Keys of a sky."""

    suffixes: ClassVar[tuple[str, ...]] = (".hdr", ".exr")

    def check_data(self, file: Path | None, root: Path) -> Mapping[str, str]:
        """Check that the panorama is readable, twice as wide as high, finite and not black.

        Raises:
            AssetError: it is not.
        """
        if file is not None:
            check_once(file, "sky", check_panorama)
        return {}


TERMS = SkyTerms
