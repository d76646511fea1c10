"""`assets new`: a pack to begin with."""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

from blender_synth.errors import AssetError
from blender_synth.packs.manifest import MANIFEST

TEMPLATE = Path(__file__).parent / "template"
GUIDE = "GUIDE.md"


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser("new", help="begin a pack: a folder with a worked example and the artists' guide")
    parser.add_argument("name", help="the pack's name: letters, digits, _ and -")
    parser.add_argument("--at", type=Path, default=Path(), metavar="FOLDER", help="where its folder goes (here)")
    return parser


def run(options: argparse.Namespace) -> int:
    """Write the folder and say what to do next.

    Raises:
        AssetError: a name that no pack may have, or something is there already.
    """
    name, folder = options.name, options.at / options.name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        mend = "begin with a letter or digit; use letters, digits, _ and -"
        raise AssetError("a pack cannot have this name", key="name", value=name, mend=mend)
    if folder.exists() or folder.is_symlink():
        raise AssetError("it is there already and is left as it is", file=folder, mend="choose another name or --at")
    try:
        shutil.copytree(TEMPLATE, folder)
        manifest = folder / MANIFEST
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(re.sub(r"(?m)^name: \S+ ", f"name: {name} ", text, count=1), encoding="utf-8")
    except OSError as error:
        raise AssetError("the folder cannot be written", file=folder, mend=str(error)) from None
    print(
        f"{folder}: {MANIFEST}, an example of two items, and {GUIDE}, which leads from an empty Blender file to here."
    )
    print("\nNext:")
    print(f"  blender-synth assets check {folder}")
    print(f"  blender-synth assets preview {folder}")
    print(f"  blender-synth run packs=[{folder}] frames=2 output=out/{name} dataset=out/{name}_data")
    return 0
