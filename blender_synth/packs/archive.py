"""Packs given as archives. They are untrusted: they are unpacked into the cache with limits, regular files only."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from blender_synth.cache import cache_folder
from blender_synth.errors import AssetError

ARCHIVES = (".zip", ".tar.gz", ".tgz")
LARGEST_BYTES = 4_000_000_000
MOST_FILES = 20_000
HIGHEST_RATIO = 200
"""Largest compression ratio of an archive above `_SMALL_BYTES`; textures and meshes never compress so well."""
_SMALL_BYTES = 20_000_000
_CHUNK_BYTES = 1 << 20


def unpacked(archive: Path) -> Path:
    """The folder in the cache with the contents of an archive, which is unpacked once.

    Raises:
        AssetError: damaged; too large, too many files, too high a compression ratio; or an entry that is not a regular
            file inside the archive's folder.
    """
    with archive.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    folder = cache_folder("archives") / digest
    if folder.is_dir():
        return folder
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix="."))
    try:
        if archive.name.lower().endswith(".zip"):
            with zipfile.ZipFile(archive) as opened:
                _write(archive, building, _zip_entries(archive, opened))
        else:
            with tarfile.open(archive, "r|gz") as opened:
                _write(archive, building, _tar_entries(archive, opened))
        try:
            building.rename(folder)
        except OSError:
            if not folder.is_dir():  # another process may have unpacked it meanwhile
                raise
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise _refused(archive, "the archive is damaged", str(error), "pack it again") from None
    except FileExistsError as error:
        raise _refused(archive, "the archive contains a file twice", error.filename, "pack it again") from None
    except OSError as error:  # a damaged gzip has no errno
        if error.errno is not None:
            raise
        raise _refused(archive, "the archive is damaged", str(error), "pack it again") from None
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder


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
