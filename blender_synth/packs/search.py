"""Where packs are looked for: the program's own assets, the run's `packs`, the environment, installed packages."""

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
from blender_synth.packs.manifest import MANIFEST
from blender_synth.packs.pack import Pack, load_pack

ENVIRONMENT = "BLENDER_SYNTH_PACKS"
ENTRY_POINTS = "blender_synth.packs"


def find_packs(paths: Iterable[Path] = (), on_error: Literal["stop", "skip"] = "stop") -> tuple[Pack, ...]:
    """Every pack of a run, checked, in the order of the search.

    Args:
        paths: the config's `packs`: each a pack's folder, a folder of such folders, or an archive of either (`.zip`,
            `.tar.gz`), which is unpacked into the cache.
        on_error: what becomes of a damaged item (see `load_pack`).

    The environment variable BLENDER_SYNTH_PACKS adds folders, separated as in PATH. An installed package adds
    those in its own folder by an entry point of the group `blender_synth.packs` that names the package; its code
    is not run.

    Raises:
        AssetError: a folder without packs, a broken pack, or two packs of one name.
    """
    packs: dict[str, Pack] = {}
    for folder in pack_folders(paths):
        pack = load_pack(folder, on_error)
        if pack.name in packs:
            raise AssetError(
                "two asset packs have one name",
                file=pack.folder / MANIFEST,
                key="name",
                value=pack.name,
                hint=f"rename one of them, or leave one out; the other is {packs[pack.name].folder}",
            )
        packs[pack.name] = pack
    return tuple(packs.values())


def pack_folders(paths: Iterable[Path] = ()) -> list[Path]:
    """Folders of every pack of a run, unread, in the order of the search.

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
    """The pack at `place`, or those right below it. `key` says who asked; None is content with nothing."""
    place = place.expanduser().resolve()
    if place.is_file() and place.name.lower().endswith(ARCHIVES):
        place = unpacked(place)
    if (place / MANIFEST).is_file():
        return [place]
    found = sorted(manifest.parent.resolve() for manifest in place.glob(f"*/{MANIFEST}"))
    if not found and key is not None:
        problem = "no asset pack is there" if place.is_dir() else "the folder is missing"
        hint = f"name a folder that holds a {MANIFEST}, or a folder of such folders"
        raise AssetError(problem, key=key, value=str(place), hint=hint)
    return found


def _package_folders(module: str) -> list[Path]:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        hint = f"let the entry point name a package (a folder) that holds {MANIFEST}"
        raise AssetError(
            "an installed asset pack is not where it says", key=f"entry point {ENTRY_POINTS}", value=module, hint=hint
        )
    return [Path(folder) for folder in spec.submodule_search_locations]
