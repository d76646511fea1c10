"""Files that outlive a power cut: what has been written reaches the disk before a rename makes it count.

Everything that appears atomically (frames, datasets, summaries, cached answers) takes its place by `take_place`.
"""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

_FEW = 64
"""Files of a folder that are flushed one by one; for more, the whole file system is, in one call."""


def take_place(temporary: Path, final: Path) -> None:
    """Rename a finished file or folder, so that after a power cut the old content is there or all of the new.

    Raises:
        OSError: the disk, or `final` is a folder that is not empty.
    """
    flush(temporary)
    os.replace(temporary, final)
    flush_entries(final.parent)


def flush(path: Path) -> None:
    """Have the disk hold a file, or a folder with everything below it.

    Raises:
        OSError: the disk did not take it.
    """
    if not path.is_dir() or path.is_symlink():
        _flush_file(path)
        return
    files, folders = [], []
    for parent, _, names in os.walk(path, topdown=False):
        folders.append(Path(parent))
        files += [Path(parent, name) for name in names if not os.path.islink(os.path.join(parent, name))]
    if len(files) > _FEW and _flush_file_system(path):
        return
    for file in files:
        _flush_file(file)
    for folder in folders:
        flush_entries(folder)


def flush_entries(folder: Path) -> None:
    """Have the disk hold which names are in a folder, where the file system can do that for folders."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def _flush_file(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_file_system(folder: Path) -> bool:
    """Flush the whole file system of a folder (Linux); False where that cannot be done."""
    try:
        syncfs = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError):
        return False
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(descriptor) == 0:
            return True
        number = ctypes.get_errno()
    finally:
        os.close(descriptor)
    if number in (errno.EIO, errno.ENOSPC, errno.EDQUOT):
        raise OSError(number, os.strerror(number), str(folder))
    return False
