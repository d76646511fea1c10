"""`assets new`: create a pack from the template."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
from pathlib import Path

from blender_synth import resources
from blender_synth.errors import AssetError
from blender_synth.packs.manifest import MANIFEST

TEMPLATE = Path(__file__).parent / "template"
GUIDE = "GUIDE.md"
_SCENES = "../../../scenes/README.md"
"""Path of the scenes' guide, as the template's guide links it."""


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser("new", help="create a pack: a folder with an example and the artists' guide")
    parser.add_argument("name", help="the pack's name: letters, digits, _ and -")
    parser.add_argument(
        "--at", type=Path, default=Path(), metavar="FOLDER", help="parent of its folder (default: here)"
    )
    return parser


def run(options: argparse.Namespace) -> int:
    """Create the folder and print the next steps.

    Raises:
        AssetError: the name is not allowed, or the folder exists.
    """
    name, folder = options.name, options.at / options.name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        hint = "begin with a letter or digit; use letters, digits, _ and -"
        raise AssetError("a pack cannot have this name", key="name", value=name, hint=hint)
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
