"""Skies of asset packs: items (`pack/item`) and files (`pack/relative/file.hdr`), listed in a manifest or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from blender_synth.errors import ConfigError
from blender_synth.packs.items import Item, Pack
from blender_synth.packs.manifest import MANIFEST
from blender_synth.packs.paths import file_in_pack


def sky_file(name: str, folders: Mapping[str, Path], key: str = "weather.hdri") -> Path:
    """The file of a sky.

    Args:
        name: the pack's name, a slash, and the path in its folder. folders: of the run's asset packs, by name.

    Raises:
        ConfigError: no such pack. AssetError: the path leads out of the pack, or there is no such file.
    """
    pack, _, relative = name.partition("/")
    if pack not in folders:
        hint = f"add its folder to packs; known packs are: {', '.join(folders)}"
        raise ConfigError("there is no such asset pack", key=key, value=name, hint=hint)
    folder = folders[pack].resolve()
    return file_in_pack(folder, relative, folder / MANIFEST, key)


def sky_of_packs(name: str, packs: Sequence[Pack], key: str = "weather.hdri") -> tuple[str, Pack, Item[Any] | None]:
    """The file of a sky as `pack/relative/file.hdr`, its pack, and its item (None if the manifest does not list it).

    Args:
        name: `pack/item` or `pack/relative/file.hdr`. packs: from `find_packs`. key: for the message.

    Raises:
        ConfigError: no such pack or item. AssetError: the path leads out of the pack, or there is no such file.
    """
    owner, _, rest = name.partition("/")
    pack = next((pack for pack in packs if pack.name == owner), None)
    skies = [item for item in pack.items if item.kind == "sky"] if pack else []
    item = next((item for item in skies if rest in (item.name, item.file)), None)
    if item is None and pack is not None and "." not in rest:
        hint = f"its skies are: {', '.join(i.name for i in skies)}" if skies else "list it there with `kind: sky`"
        raise ConfigError("the asset pack has no such sky", key=key, value=name, hint=hint)
    name = f"{owner}/{item.file}" if item else name
    sky_file(name, {pack.name: pack.folder for pack in packs}, key)
    assert pack is not None  # sky_file refuses unknown packs
    return name, pack, item
