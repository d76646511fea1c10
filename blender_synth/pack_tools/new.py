"""`assets new`: create a pack from the template, or from a folder of files."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from blender_synth import resources
from blender_synth.errors import AssetError
from blender_synth.pack_tools import check
from blender_synth.pack_tools.guesses import Guess, Guesses, files_of, guess
from blender_synth.packs.drafts import name_from
from blender_synth.packs.manifest import MANIFEST

TEMPLATE = Path(__file__).parent / "template"
GUIDE = "GUIDE.md"
LARGEST_COPY_BYTES = 4_000_000_000
_SCENES = "../../../scenes/README.md"
"""Path of the scenes' guide, as the template's guide links it."""
_MOST_LISTED = 30


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser(
        "new",
        help="create a pack: a folder with an example and the artists' guide, or the manifest for files that are there",
        description="Create a folder with an example and the artists' guide. With --from, write the manifest for the "
        "models, textures, skies and motions of a folder instead: kinds, categories and sizes are guessed, and marked "
        "as guesses. The folder's own files are never changed.",
    )
    parser.add_argument("name", nargs="?", help="the pack's name: letters, digits, _ and - (with --from: the folder's)")
    parser.add_argument("--from", dest="source", type=Path, metavar="FOLDER", help="folder of files to make a pack of")
    parser.add_argument(
        "--at", type=Path, metavar="FOLDER",
        help="parent of the new folder (default: here); with --from, files are copied to it",
    )  # fmt: skip
    parser.add_argument("--licence", default="", help="with --from: SPDX id of the files' licence, e.g. CC0-1.0")
    parser.add_argument("--author", default="", help="with --from: who made the files")
    parser.set_defaults(usage_error=parser.error)
    return parser


def run(options: argparse.Namespace) -> int:
    """Create the folder and print the next steps.

    Raises:
        AssetError: the name is not allowed, or the folder exists.
    """
    if options.source is not None:
        return _from_files(options)
    if options.name is None:
        options.usage_error("write `assets new NAME`, or `assets new --from FOLDER`")
    name = _checked_name(options.name)
    folder = (options.at or Path()) / name
    if folder.exists() or folder.is_symlink():
        raise AssetError(
            "the folder already exists and was not changed", file=folder, hint="choose another name or --at"
        )
    try:
        shutil.copytree(TEMPLATE, folder)
        manifest = folder / MANIFEST
        guide = folder / GUIDE
        scenes = (resources.scenes_dir() / "README.md").as_posix()
        guide.write_text(guide.read_text(encoding="utf-8").replace(_SCENES, scenes), encoding="utf-8")
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(re.sub(r"(?m)^name: \S+ ", f"name: {name} ", text, count=1), encoding="utf-8")
    except OSError as error:
        raise AssetError("the folder cannot be written", file=folder, hint=str(error)) from None
    print(f"{folder}: {MANIFEST}, two example items, and {GUIDE}, a guide that starts with an empty Blender file.")
    where = shlex.quote(str(folder))
    print("\nNext:")
    print(f"  blender-synth assets check {where}")
    print(f"  blender-synth assets preview {where}")
    packs = shlex.quote(f"packs=[{folder}]")
    print(f"  blender-synth run {packs} 'props.count=[8,15]' frames=4 output=out/{name} dataset=out/{name}_data")
    return 0


def _checked_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        hint = "begin with a letter or digit; use letters, digits, _ and -"
        raise AssetError("a pack cannot have this name", key="name", value=name, hint=hint)
    return name


def _from_files(options: argparse.Namespace) -> int:
    source: Path = options.source
    if not source.is_dir():
        raise AssetError("there is no such folder", file=source, hint="give the folder that holds the files")
    name = _checked_name(options.name or name_from(source.resolve().name) or "pack")
    folder = source if options.at is None else options.at / name
    manifest = folder / MANIFEST
    if options.at is None and (manifest.exists() or manifest.is_symlink()):
        hint = "`assets check` says what it takes and leaves out; rename it, or give --at to copy the files elsewhere"
        raise AssetError("the folder has a manifest already, which was not changed", file=manifest, hint=hint)
    if options.at is not None and (folder.exists() or folder.is_symlink()):
        hint = "choose another name or --at"
        raise AssetError("the folder already exists and was not changed", file=folder, hint=hint)
    guesses = guess(source.resolve())
    if not guesses.items:
        hint = "models (.blend .glb .gltf .fbx .obj .usd), texture sets, .hdr and .exr skies, .bvh motions"
        raise AssetError("the folder holds nothing that can be an item", file=source, hint=hint)
    text = "\n".join(_manifest(name, guesses, options)) + "\n"
    try:
        if options.at is not None:
            copy_files(source, folder)
        with manifest.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise AssetError("the pack cannot be written", file=folder, hint=error.strerror or str(error)) from None
    number = sum(len(item.why) for item in guesses.items)
    print(f"{manifest}: {len(guesses.items)} items, {number} guesses, each with `# guess`: please read them")
    if guesses.left:
        print(f"left out {len(guesses.left)} files, listed at the end of the manifest")
    print()
    check.run(argparse.Namespace(path=folder, json=False, strict=False))
    print("\nNext:")
    print(f"  edit {shlex.quote(str(manifest))}")
    print(f"  blender-synth assets preview {shlex.quote(str(folder))}")
    return 0


def copy_files(source: Path, folder: Path, but: str = "") -> None:
    """Copy the regular files of a folder, without links and hidden ones, to a new one.

    Args:
        but: relative path of a file that is not copied.

    Raises:
        AssetError: they are too many or too large. OSError: one cannot be copied.
    """
    files, _ = files_of(source.resolve())
    size = sum((source / file).stat().st_size for file in files)
    if size > LARGEST_COPY_BYTES:
        raise AssetError(
            "the files are too large to be copied", file=source, value=f"{size:,} bytes",
            hint=f"keep them below {LARGEST_COPY_BYTES:,} bytes",
        )  # fmt: skip
    folder.mkdir(parents=True)
    for file in files:
        if file.as_posix() != but:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, folder / file)


def _manifest(name: str, guesses: Guesses, options: argparse.Namespace) -> Iterator[str]:
    """Lines of the manifest."""
    yield "# Written by `blender-synth assets new --from`. Guesses are marked: correct them, then remove the mark."
    yield f"name: {name}"
    if options.licence:
        yield f"licence: {_scalar(options.licence)}"
    elif guesses.licence is not None:
        yield f"licence: {guesses.licence[0]}  # guess: from {_comment(guesses.licence[1])}"
    else:
        yield "# licence: CC0-1.0   <- missing: whoever made the files decides; an SPDX id, or LicenseRef-<name>"
    yield f"author: {_scalar(options.author)}" if options.author else "# author: who made the files"
    yield "items:"
    for item in guesses.items:
        yield from _entry(item)
    if guesses.left:
        yield ""
        yield "# left out:"
        for file, reason in guesses.left[:_MOST_LISTED]:
            yield f"#   {_comment(file)}: {reason}"
        if len(guesses.left) > _MOST_LISTED:
            yield f"#   ... {len(guesses.left)} in all"


def _entry(item: Guess) -> Iterator[str]:
    lead = "  - "
    if item.note:
        yield f"  # {_comment(item.note)}"
    for key, value in item.values.items():
        mark = f"  # guess: {_comment(item.why[key])}" if key in item.why else ""
        yield f"{lead}{key}: {_scalar(value)}{mark}"
        lead = "    "


def _scalar(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_scalar(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    plain = re.fullmatch(r"[A-Za-z_][\w./ -]*", value, re.ASCII) and yaml.safe_load(value) == value
    return value if plain else json.dumps(value)


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
