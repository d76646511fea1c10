"""Skies that are files of asset packs: `pack/relative/file.hdr`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from blender_synth.errors import ConfigError
from blender_synth.packs.manifest import MANIFEST
from blender_synth.packs.pack import file_in_pack


def sky_file(name: str, folders: Mapping[str, Path], key: str = "weather.hdri") -> Path:
    """The file of a sky.

    Args:
        name: the pack's name, a slash, and the path in its folder. folders: of the run's asset packs, by name.

    Raises:
        ConfigError: no such pack. AssetError: the path leads out of the pack, or nothing is there.
    """
    pack, _, relative = name.partition("/")
    if pack not in folders:
        mend = f"add its folder to packs; known are: {', '.join(folders)}"
        raise ConfigError("there is no such asset pack", key=key, value=name, mend=mend)
    folder = folders[pack].resolve()
    return file_in_pack(folder, relative, folder / MANIFEST, key)
