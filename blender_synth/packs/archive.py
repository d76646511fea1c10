"""Packs given as archives. They are untrusted: they are unpacked into the cache with limits, regular files only."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from blender_synth.cache import cache_folder
from blender_synth.durable import take_place
from blender_synth.errors import AssetError, BlenderSynthError, RunError

ARCHIVES = (".zip", ".tar.gz", ".tgz")
LARGEST_BYTES = 4_000_000_000
MOST_FILES = 20_000
HIGHEST_RATIO = 100
"""Largest compression ratio of an archive above `_SMALL_BYTES`; textures and meshes never compress so well."""
_SMALL_BYTES = 20_000_000
_CHUNK_BYTES = 1 << 20
_LONGEST_NAME, _LONGEST_PATH, _MOST_FOLDERS = 200, 1000, 30
"""Bytes of a file's name and of a path; folders in folders."""


def unpacked(archive: Path) -> Path:
    """The folder in the cache with the contents of an archive, which is unpacked once.

    Raises:
        AssetError: damaged; too large, too many files, too high a compression ratio; or an entry that is not a regular
            file inside the archive's folder. RunError: the cache cannot be written.
    """
    from blender_synth.packs.reading import read_limited  # its process runs `unpack_into`

    try:
        with archive.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        folder = cache_folder("archives") / digest
        if folder.is_dir():
            return folder
        building = Path(tempfile.mkdtemp(dir=folder.parent, prefix="."))
    except OSError as error:
        raise _refused(archive, "the archive cannot be read", str(error), "check the file and the cache") from None
    try:
        read_limited("unpack", archive, folder=str(building))
        try:
            take_place(building, folder)
        except OSError:
            if not folder.is_dir():  # another process may have unpacked it meanwhile
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


def unpack_into(archive: Path, folder: Path) -> None:
    """Unpack an archive into an empty folder. Time and memory are limited by who calls it.

    Raises:
        AssetError: as for `unpacked`. RunError: the folder cannot be written.
    """
    try:
        if archive.name.lower().endswith(".zip"):
            with zipfile.ZipFile(archive) as opened:
                _write(archive, folder, _zip_entries(archive, opened))
        else:
            with tarfile.open(archive, "r|gz") as opened:
                _write(archive, folder, _tar_entries(archive, opened))
    except (BlenderSynthError, MemoryError):
        raise
    except FileExistsError as error:
        raise _refused(archive, "the archive contains a file twice", error.filename, "pack it again") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            hint = "free some space, or set BLENDER_SYNTH_CACHE to another folder"
            raise RunError("the archive cannot be unpacked", file=archive, value=str(error), hint=hint) from None
        raise _refused(archive, "the archive is damaged", str(error), "pack it again") from None
    except Exception as error:  # whatever zipfile and tarfile raise about damaged fields
        raise _refused(archive, "the archive is damaged", str(error), "pack it again") from None


def _refused(archive: Path, problem: str, value: object, hint: str) -> AssetError:
    return AssetError(problem, file=archive, value=value, hint=hint)


def _zip_entries(archive: Path, opened: zipfile.ZipFile) -> Iterator[tuple[str, IO[bytes]]]:
    for info in opened.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir():
            continue
        if kind not in (0, stat.S_IFREG):
            raise _no_file(archive, info.filename)
        with opened.open(info) as stream:
            yield info.filename, stream


def _tar_entries(archive: Path, opened: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for info in opened:
        if info.isdir():
            continue
        if not info.isreg():
            raise _no_file(archive, info.name)
        stream = opened.extractfile(info)
        if stream is None:
            raise _no_file(archive, info.name)
        yield info.name, stream


def _no_file(archive: Path, name: str) -> AssetError:
    hint = "pack regular files only, no links or devices"
    return _refused(archive, "the archive contains an entry that is not a regular file", name, hint)


def _write(archive: Path, folder: Path, entries: Iterator[tuple[str, IO[bytes]]]) -> None:
    packed, total = archive.stat().st_size, 0
    for number, (name, stream) in enumerate(entries, 1):
        if number > MOST_FILES:
            raise _refused(archive, "the archive contains too many files", number, f"pack at most {MOST_FILES}")
        path = PurePosixPath(name)
        if (
            path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or PureWindowsPath(name).drive
            or not path.parts
        ):  # fmt: skip
            hint = "archive the pack's folder with relative paths"
            raise _refused(archive, "a path in the archive leads out of it", name, hint)
        sizes = [len(part.encode("utf-8", "replace")) for part in path.parts]
        if max(sizes) > _LONGEST_NAME or sum(sizes) > _LONGEST_PATH or len(sizes) > _MOST_FOLDERS:
            hint = f"at most {_LONGEST_NAME} bytes for a name, {_LONGEST_PATH} for a path, {_MOST_FOLDERS} folders deep"
            raise _refused(archive, "a path in the archive is too long", name[:100], hint)
        if not name.isprintable():
            hint = "rename it: letters, digits, blanks and punctuation only"
            raise _refused(archive, "a name in the archive has control characters", name[:100], hint)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as out:
            while chunk := stream.read(_CHUNK_BYTES):
                total += len(chunk)
                if total > LARGEST_BYTES:
                    hint = f"keep it below {LARGEST_BYTES} bytes"
                    raise _refused(archive, "the archive is too large when unpacked", name, hint)
                if total > _SMALL_BYTES and total > HIGHEST_RATIO * packed:
                    hint = "leave out files that contain nothing but zeros"
                    raise _refused(archive, "the compression ratio of the archive is too high", name, hint)
                out.write(chunk)
