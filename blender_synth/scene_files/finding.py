"""Search for scenes: built-in ones, those of plug-in folders, BLENDER_SYNTH_SCENES and asset packs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from blender_synth import resources
from blender_synth.errors import AssetError, ConfigError
from blender_synth.packs.manifest import MANIFEST, read_manifest
from blender_synth.packs.search import pack_folders
from blender_synth.plugins import plugin_paths
from blender_synth.scene_files.reading import SCENE_FILE
from blender_synth.suggestions import hint_for

ENVIRONMENT = "BLENDER_SYNTH_SCENES"


def scene_folders() -> dict[str, Path]:
    """Folders of scenes by name: built-in ones, those of plug-in folders, those in BLENDER_SYNTH_SCENES."""
    folders: dict[str, Path] = {}
    listed = [path for path in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if path]
    parents = [resources.scenes_dir(), *(Path(path) for path in [*plugin_paths("scenes"), *listed])]
    for parent in parents:
        for file in sorted(parent.expanduser().glob(f"*/{SCENE_FILE}")):
            folders.setdefault(file.parent.name, file.parent.resolve())
    return folders


def scene_folders_of_packs(packs: Iterable[Path] = ()) -> dict[str, Path]:
    """Folders of the scenes in asset packs, by `<pack>/<scene>`; they are in the pack's folder `scenes`.

    Args:
        packs: the config's `packs`; built-in and installed packs are searched as well.

    Raises:
        AssetError: a folder of packs is missing or contains none.
    """
    folders: dict[str, Path] = {}
    for pack in pack_folders(packs):
        files = sorted(pack.glob(f"scenes/*/{SCENE_FILE}"))
        if not files:
            continue
        with suppress(AssetError):  # broken packs are reported when packs are loaded
            name = read_manifest(pack / MANIFEST).get("name", pack.name)
            for file in files:
                folders.setdefault(f"{name}/{file.parent.name}", file.parent.resolve())
    return folders


def find_scene(name: str, packs: Iterable[Path] = ()) -> Path:
    """The folder of a scene. The name of a pack's scene may omit the pack if it is unambiguous.

    Raises:
        ConfigError: there is no such scene; the message lists all scenes.
    """
    known = scene_folders()
    if re.fullmatch(r"[\w-]+", name) and name in known:
        return known[name]
    known |= scene_folders_of_packs(packs)
    if re.fullmatch(r"[\w-]+(/[\w-]+)?", name):
        if name in known:
            return known[name]
        matches = [folder for full_name, folder in known.items() if full_name.partition("/")[2] == name]
        if len(matches) == 1:
            return matches[0]
    hint = (
        f"{hint_for(name, known)}; folders of your own scenes are listed in {ENVIRONMENT}, or are in a pack's scenes/"
    )
    raise ConfigError("there is no such scene", key="scene.name", value=name, hint=hint)
