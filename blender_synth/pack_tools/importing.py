"""`assets import`: create packs from published model libraries."""

from __future__ import annotations

import argparse
import fnmatch
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from blender_synth.blender_process import BlenderProcess, JobError
from blender_synth.cache import write_atomically
from blender_synth.durable import take_place
from blender_synth.errors import BlenderSynthError, ConfigError, RunError
from blender_synth.pack_tools.numbers import count
from blender_synth.packs.limits import MOST_MEMORY_BYTES
from blender_synth.packs.manifest import MANIFEST
from blender_synth.packs.sweethome3d import DEBIAN_FOLDER, Piece, find_libraries, read_libraries, unpack
from blender_synth.progress import Progress

PACK = "sweethome3d"
CONVERTER = "blender_synth.blender.pack_loader.convert"
TIMEOUT_S = 180.0
_HEAD = """\
# Made by `blender-synth assets import sweethome3d`. Every item keeps its own licence, author and source.
# Items of weight 0 do not stand by themselves (they hang, lie on something, or are parts of a building): they are never
# used unless you give them a weight.
"""


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser("import", help="create a pack from a published model library")
    parser.add_argument("what", choices=[PACK], help="furniture libraries of Sweet Home 3D (.sh3f)")
    parser.add_argument(
        "source",
        nargs="?",
        type=Path,
        help=f"a .sh3f file or a folder of them; by default {DEBIAN_FOLDER}, where the package "
        "sweethome3d-furniture of Debian and Ubuntu installs 820 pieces",
    )
    parser.add_argument("--to", type=Path, help="folder of the pack to create or continue")
    parser.add_argument("--category", nargs="+", default=[], help="only these, e.g. bench car Exterior (see --list)")
    parser.add_argument("--name", nargs="+", default=[], help="only these names; * matches anything")
    parser.add_argument("--licence", nargs="+", default=[], help="only under these, e.g. CC0-1.0 CC-BY-3.0")
    parser.add_argument("--list", action="store_true", help="list what would be imported, without importing")
    parser.add_argument("--again", action="store_true", help="convert pieces again that the pack already contains")
    parser.add_argument("--max-triangles", type=count, default=20_000, help="of an item (%(default)s)")
    parser.add_argument("--texture-px", type=count, default=1024, help="longest side of a texture (%(default)s)")
    return parser


def run(options: argparse.Namespace) -> int:
    """Import; returns 1 if some pieces could not be imported.

    Raises:
        BlenderSynthError: nothing can be imported.
    """
    pieces, problems = read_libraries(find_libraries(options.source))
    pieces = select(pieces, options.category, options.name, options.licence)
    if options.list:
        _show(pieces)
        return 0
    if options.to is None:
        raise ConfigError(
            "the folder of the pack is missing", key="--to", hint="add --to FOLDER, or --list to see what there is"
        )
    folder = options.to.expanduser()
    existing = _prepare(folder)
    done, failed = import_pieces(
        pieces,
        folder,
        {"max_triangles": options.max_triangles, "texture_px": options.texture_px},
        skip=() if options.again else existing,
    )
    problems += failed
    for line in problems:
        print(line, file=sys.stderr)
    licences = Counter(piece.licence for piece in done)
    print(f"{len(done)} items in {folder}: " + ", ".join(f"{n} under {name}" for name, n in licences.most_common()))
    if problems:
        print(f"{len(problems)} problems, see above", file=sys.stderr)
    return 1 if len(done) < len(pieces) else 0


def select(
    pieces: list[Piece], categories: Iterable[str], names: Iterable[str], licences: Iterable[str]
) -> list[Piece]:
    """The pieces with one of the categories, names and licences; an empty list accepts all.

    Raises:
        ConfigError: there is no such piece.
    """
    wanted = {_licence(text) for text in licences}
    folded = {text.lower() for text in categories}
    patterns = [text.lower() for text in names]
    chosen = [
        piece
        for piece in pieces
        if (not folded or {piece.category, piece.shelf.lower(), *piece.tags} & folded)
        and (not patterns or any(fnmatch.fnmatchcase(piece.name, pattern) for pattern in patterns))
        and (not wanted or piece.licence in wanted)
    ]
    if not chosen:
        known = ", ".join(sorted({piece.category for piece in pieces}))
        hint = f"categories are: {known}; licences: {', '.join(sorted({piece.licence for piece in pieces}))}"
        raise ConfigError("there is no such piece", value=[*categories, *names, *licences], hint=hint)
    return chosen


def import_pieces(
    pieces: list[Piece], folder: Path, options: dict[str, Any], skip: Iterable[str] = ()
) -> tuple[list[Piece], list[str]]:
    """Convert pieces to `.glb` files in a folder and write its manifest; broken pieces are left out.

    Args:
        folder: exists. options: of `blender/pack_loader/convert.py`. skip: names of files that need no conversion.

    Returns:
        The pieces that are now in the pack, and a line for each problem.
    """
    converted, problems = set(skip), list[str]()
    done: list[Piece] = []
    with (
        BlenderProcess(CONVERTER, TIMEOUT_S, memory_limit_bytes=MOST_MEMORY_BYTES) as converter,
        Progress(len(pieces), "import", "item") as bar,
    ):
        try:
            for number, piece in enumerate(pieces):
                bar.note = piece.name
                bar.show(number, len(pieces))
                if f"{piece.name}.glb" not in converted:
                    try:
                        problems += [f"{piece.name}: {text}" for text in _import(piece, folder, options, converter)]
                    except (BlenderSynthError, JobError) as error:
                        problems.append(f"{piece.name} left out: {' '.join(str(error).split())}")
                        continue
                done.append(piece)
        finally:
            write_manifest(folder, done)
    return done, problems


def write_manifest(folder: Path, pieces: list[Piece]) -> None:
    """Write the `pack.yaml` of the pack, atomically."""
    head = {
        "name": PACK,
        "version": 1,
        "licence": "CC0-1.0",
        "description": "furniture of Sweet Home 3D, each item under its own licence",
    }
    text = _HEAD + yaml.safe_dump(
        head | {"items": [piece.terms() for piece in pieces]}, sort_keys=False, allow_unicode=True, width=120
    )
    write_atomically(folder / MANIFEST, text)


def _import(piece: Piece, folder: Path, options: dict[str, Any], converter: BlenderProcess) -> Iterator[str]:
    """Convert one piece; yields its problems."""
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = Path(scratch) / "piece"
        unpacked.mkdir()
        model, outside = unpack(piece, unpacked)
        out = Path(scratch) / "piece.glb"
        job = {"file": str(model), "root": str(unpacked), "out": str(out), "rotation": piece.rotation} | options
        answer = converter.ask("convert", **{"size_m": piece.size_m} | job)
        partial = folder / f".{piece.name}.tmp"
        shutil.move(out, partial)
        take_place(partial, folder / f"{piece.name}.glb")
    yield from (f"refers to a file outside its folder, left out: {name}" for name in outside)
    yield from (text.replace(f"{unpacked}{os.sep}", "") for text in answer["problems"])


def _prepare(folder: Path) -> list[str]:
    """Create the folder; returns the names of the `.glb` files in it if this command created the pack earlier.

    Raises:
        RunError: it cannot be created, or contains other files.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = sorted(path.name for path in folder.iterdir() if not path.name.endswith(".tmp"))
    except OSError as error:
        raise RunError("the folder cannot be created", file=folder, key="--to", hint=str(error)) from None
    if not found:
        return []
    manifest = folder / MANIFEST
    if not manifest.is_file() or not manifest.read_text(encoding="utf-8", errors="replace").startswith(_HEAD):
        hint = "choose another folder, or empty it"
        raise RunError("the folder contains other files", file=folder, key="--to", value=str(folder), hint=hint)
    return [name for name in found if name.endswith(".glb")]


def _licence(text: str) -> str:
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        hint = "write an SPDX id such as CC0-1.0 or CC-BY-3.0"
        raise ConfigError("there is no such licence", key="--licence", value=text, hint=hint) from None


def _show(pieces: list[Piece]) -> None:
    columns: list[tuple[str, Callable[[Piece], str]]] = [
        ("name", lambda piece: piece.name),
        ("category", lambda piece: piece.category),
        ("catalogue", lambda piece: f"{piece.shelf}: {piece.title}"),
        ("size m", lambda piece: " x ".join(f"{length:.2f}" for length in piece.size_m)),
        ("licence", lambda piece: piece.licence),
        ("author", lambda piece: piece.author),
    ]
    rows = [[head for head, _ in columns], *([text(piece) for _, text in columns] for piece in pieces)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(columns))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
