"""Reading entries of a library's zip with limits, and unpacking a piece."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path, PurePosixPath

from blender_synth.errors import AssetError
from blender_synth.packs.sweethome3d.piece import Piece

LARGEST_ENTRY_BYTES = 64 * 2**20
LARGEST_PIECE_BYTES = 256 * 2**20
MOST_ENTRIES = 20_000
MOST_FILES_OF_PIECE = 200
_HIGHEST_RATIO = 1000
_REFERENCES = ("mtllib", "bump", "disp", "decal", "refl", "norm")


def unpack(piece: Piece, folder: Path) -> tuple[Path, list[str]]:
    """Write a piece's model, and the other files in its folder of the library, into an empty folder.

    Returns:
        The model, and the references that lead out of its folder, which are left out.

    Raises:
        AssetError: an entry leads out of the library, is not a regular file or is too large; or there is no model.
    """
    with opened(piece.library) as archive:
        inside = str(PurePosixPath(piece.model).parent)
        members = [info for info in archive.infolist() if not info.is_dir() and _lies_in(info.filename, inside)]
        if len(members) > MOST_FILES_OF_PIECE:
            raise _refused(piece, f"has {len(members)} files; at most {MOST_FILES_OF_PIECE} are read")
        remaining_bytes = LARGEST_PIECE_BYTES
        dropped: list[str] = []
        for info in members:
            data = read_entry(archive, info, piece.library, min(remaining_bytes, LARGEST_ENTRY_BYTES))
            remaining_bytes -= len(data)
            target = folder / PurePosixPath(info.filename).relative_to(inside)
            if target.suffix.lower() in (".obj", ".mtl"):
                data, outside = _without_outside_references(data)
                dropped += outside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    model = folder / PurePosixPath(piece.model).name
    if not model.is_file():
        raise _refused(piece, f"names a model that is missing in the library: {piece.model}")
    if model.suffix.lower() != ".obj":
        raise _refused(piece, f"has a model in an unsupported format: {model.suffix or piece.model}")
    return model, dropped


def opened(file: Path) -> zipfile.ZipFile:
    """Open a library.

    Raises:
        AssetError: not a zip, damaged, or too many entries.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        hint = "download the library again; a .sh3f is a zip archive"
        raise AssetError(f"the library cannot be read: {error}", file=file, hint=hint) from None
    if len(archive.infolist()) > MOST_ENTRIES:
        archive.close()
        raise AssetError("the library contains too many files", file=file, hint=f"at most {MOST_ENTRIES} are read")
    return archive


def read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: Path, most: int) -> bytes:
    """The content of an entry, of which at most `most` bytes are ever unpacked.

    Raises:
        AssetError: larger, damaged, encrypted, not a regular file, or its name leads out of the library.
    """
    kind = stat.S_IFMT(info.external_attr >> 16)
    if leads_out(info.filename) or kind not in (0, stat.S_IFREG) or info.flag_bits & 1:
        problem = "an entry of the library leads out of it, is not a regular file, or is encrypted"
        raise AssetError(problem, file=file, value=info.filename, hint="leave this library out")
    too_large = AssetError(
        "an entry of the library is too large", file=file, value=info.filename, hint=f"at most {most} bytes are read"
    )
    if info.file_size > most or info.file_size > _HIGHEST_RATIO * max(info.compress_size, 1024):
        raise too_large
    try:
        with archive.open(info) as stream:
            data = stream.read(most + 1)
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        hint = "download the library again"
        raise AssetError(f"an entry cannot be unpacked: {error}", file=file, value=info.filename, hint=hint) from None
    except Exception as error:  # the errors of zlib and lzma have no common base
        hint = "download the library again"
        raise AssetError(f"an entry is damaged: {error}", file=file, value=info.filename, hint=hint) from None
    if len(data) > most:
        raise too_large
    return data


def leads_out(path: str) -> bool:
    """Whether a path in a library is empty, absolute or leads out of its folder."""
    parts = PurePosixPath(path).parts
    return not parts or path.startswith("/") or "\\" in path or "\0" in path or ":" in parts[0] or ".." in parts


def _lies_in(path: str, folder: str) -> bool:
    """Whether an entry is in or below the folder; for the top of the zip, directly in it."""
    parent = PurePosixPath(path).parent
    return str(parent) == folder or (folder != "." and PurePosixPath(folder) in parent.parents)


def _without_outside_references(data: bytes) -> tuple[bytes, list[str]]:
    """An OBJ or MTL without the lines that refer to files outside its folder.

    Returns:
        The remaining text, and the removed references.
    """
    kept, dropped = [], []
    for line in data.decode("latin-1").splitlines(keepends=True):
        word, _, rest = line.strip().partition(" ")
        word, rest = word.lower(), rest.strip().replace("\\", "/")
        names_file = word in _REFERENCES or word.startswith("map_")
        if names_file and any(leads_out(path) for path in (rest, *rest.split()[-1:])):  # options may come first
            dropped.append(rest)
        else:
            kept.append(line)
    return "".join(kept).encode("latin-1"), dropped


def _refused(piece: Piece, what: str) -> AssetError:
    return AssetError(f"{piece.title} ({piece.id}) {what}", file=piece.library, hint="leave this piece out")
