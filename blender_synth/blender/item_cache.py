"""Imported items of asset packs as `.blend` files in the cache folder: ten times as fast to read as to import.

The files hold only what the safe loader has let through. Each has its digest next to it and is ignored when it does not
match; when all together grow too large, those that were not used for longest are removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

import bpy

from blender_synth import __version__
from blender_synth.blender.shelf import Shape
from blender_synth.cache import cache_folder, write_atomically

MOST_BYTES = 2**30
_MOST_FILES = 5000
"""Items in folders with more files are imported each time: whether one of them was changed would take too long."""


def key_of(file: Path, choice: tuple[object, ...]) -> str | None:
    """What tells an imported item apart: versions, its file and those next to it, and what is taken from it.

    Args:
        file: of the item. choice: what of the file is imported, and how it is turned.
    """
    around = []
    for folder, _, names in os.walk(file.parent):
        for name in names:
            with contextlib.suppress(OSError):
                state = os.stat(os.path.join(folder, name))
                around.append((folder, name, state.st_size, state.st_mtime_ns))
        if len(around) > _MOST_FILES:
            return None
    known = (__version__, bpy.app.version_string, str(file), choice, sorted(around))
    return hashlib.sha256(repr(known).encode()).hexdigest()[:40]


def read(key: str | None) -> Shape | None:
    """The item of a key, loaded into Blender; None if there is none or its file is damaged."""
    if key is None:
        return None
    file, notes = _files(key)
    try:
        known = json.loads(notes.read_bytes())
        if hashlib.sha256(file.read_bytes()).hexdigest() != known["sha256"]:
            return None
        meshes, by_name = known["meshes"], known["materials"]
        with bpy.data.libraries.load(str(file), link=False) as (_, wanted):
            wanted.meshes, wanted.materials = list(meshes), list(dict.fromkeys(by_name.values()))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None
    for library in [library for library in bpy.data.libraries if bpy.path.abspath(library.filepath) == str(file)]:
        bpy.data.libraries.remove(library)
    if None in wanted.meshes or None in wanted.materials:
        return None
    with contextlib.suppress(OSError):
        os.utime(notes)
    loaded = dict(zip(dict.fromkeys(by_name.values()), wanted.materials, strict=True))
    return Shape(list(wanted.meshes), {name: loaded[material] for name, material in by_name.items()})


def write(key: str | None, shape: Shape) -> None:
    """Keep an item for the next process; a disk that is full or cannot be written is no error."""
    if key is None:
        return
    file, notes = _files(key)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        bpy.data.libraries.write(str(temporary), {*shape.meshes, *shape.by_name.values()}, path_remap="ABSOLUTE")
        known = {
            "sha256": hashlib.sha256(temporary.read_bytes()).hexdigest(),
            "meshes": [mesh.name for mesh in shape.meshes],
            "materials": {name: material.name for name, material in shape.by_name.items()},
        }
        os.replace(temporary, file)
        write_atomically(notes, json.dumps(known))
        _remove_oldest(file.parent)
    except (OSError, RuntimeError):
        temporary.unlink(missing_ok=True)


def _files(key: str) -> tuple[Path, Path]:
    folder = cache_folder("items")
    return folder / f"{key}.blend", folder / f"{key}.json"


def _remove_oldest(folder: Path) -> None:
    sizes, used = {}, {}
    for entry in os.scandir(folder):
        with contextlib.suppress(OSError):
            if entry.name.endswith(".blend"):
                sizes[entry.name] = entry.stat().st_size
                used[entry.name] = (folder / entry.name).with_suffix(".json").stat().st_mtime
    total = sum(sizes.values())
    for name in sorted(sizes, key=lambda name: used.get(name, 0.0)):
        if total <= MOST_BYTES:
            return
        total -= sizes[name]
        for file in (folder / name, (folder / name).with_suffix(".json")):
            file.unlink(missing_ok=True)
