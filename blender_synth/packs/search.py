"""Search for packs: the built-in ones, the run's `packs`, BLENDER_SYNTH_PACKS and installed packages."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from blender_synth import resources
from blender_synth.errors import AssetError
from blender_synth.packs.archive import ARCHIVES, unpacked
from blender_synth.packs.items import Pack
from blender_synth.packs.loading import load_pack
from blender_synth.packs.manifest import MANIFEST

ENVIRONMENT = "BLENDER_SYNTH_PACKS"
ENTRY_POINTS = "blender_synth.packs"


def find_packs(paths: Iterable[Path] = (), on_error: Literal["stop", "skip"] = "stop") -> tuple[Pack, ...]:
    """All packs of a run, checked, in the order of the search.

    Args:
        paths: the config's `packs`: folders of packs, folders that contain such folders, or archives of either (`.zip`,
            `.tar.gz`), which are unpacked into the cache.
        on_error: what to do about a damaged item, see `load_pack`.

    The environment variable BLENDER_SYNTH_PACKS adds folders, separated as in PATH. An installed package adds
    those in its folder by an entry point of the group `blender_synth.packs` that names the package; its code is not
    run.

    Raises:
        AssetError: a folder without packs, a broken pack, or two packs of one name.
    """
    packs: dict[str, Pack] = {}
    for folder in pack_folders(paths):
        pack = load_pack(folder, on_error)
        if pack.name in packs:
            raise AssetError(
                "two asset packs have the same name",
                file=pack.folder / MANIFEST,
                key="name",
                value=pack.name,
                hint=f"rename one of them, or leave one out; the other is {packs[pack.name].folder}",
            )
        packs[pack.name] = pack
    return tuple(packs.values())


def pack_folders(paths: Iterable[Path] = ()) -> list[Path]:
    """Folders of all packs of a run, unread, in the order of the search.

    Raises:
        AssetError: a folder without packs.
    """
    places: list[tuple[Path, str | None]] = [(resources.built_in_packs_dir(), None)]
    places += [(Path(path), "packs") for path in paths]
    places += [(Path(path), ENVIRONMENT) for path in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if path]
    for entry in entry_points(group=ENTRY_POINTS):
        places += [(folder, f"entry point {ENTRY_POINTS}:{entry.name}") for folder in _package_folders(entry.module)]
    return list(dict.fromkeys(folder for place, key in places for folder in _pack_folders(place, key)))


def _pack_folders(place: Path, key: str | None) -> list[Path]:
    """The pack at `place`, or those directly below it. `key` is for the message; None allows that there are none."""
    place = place.expanduser().resolve()
    if place.is_file() and place.name.lower().endswith(ARCHIVES):
        place = unpacked(place)
    if (place / MANIFEST).is_file():
        return [place]
    found = sorted(manifest.parent.resolve() for manifest in place.glob(f"*/{MANIFEST}"))
    if not found and key is not None:
        problem = "there is no asset pack in this folder" if place.is_dir() else "the folder is missing"
        hint = f"name a folder that contains a {MANIFEST}, or a folder of such folders"
        raise AssetError(problem, key=key, value=str(place), hint=hint)
    return found


def _package_folders(module: str) -> list[Path]:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        hint = f"the entry point must name a package (a folder) that contains {MANIFEST}"
        raise AssetError(
            "an installed asset pack is not where its entry point says",
            key=f"entry point {ENTRY_POINTS}",
            value=module,
            hint=hint,
        )
    return [Path(folder) for folder in spec.submodule_search_locations]
