"""The user's cache folder, scratch space of a process, and atomic writing of files."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TextIO

from blender_synth.durable import take_place

ENVIRONMENT = "BLENDER_SYNTH_CACHE"
SCRATCH_ENVIRONMENT = "BLENDER_SYNTH_SCRATCH"
"""Set for child processes that run Blender: their folder for temporary files, which the parent removes."""
_LOCK = ".lock"
_scratch_lock = threading.Lock()
_scratch_folders: dict[tuple[int, Path], Path] = {}
_held_locks: list[TextIO] = []


def cache_folder(part: str) -> Path:
    """A sub-folder of the cache: below BLENDER_SYNTH_CACHE, else `$XDG_CACHE_HOME/blender_synth`, else `~/.cache/...`.

    The cache may be deleted at any time. Where it cannot be written, the folder is in the system's temporary folder.

    Args:
        part: name of the sub-folder, one for each kind of content; it is created.
    """
    configured = os.environ.get(ENVIRONMENT)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    with contextlib.suppress(OSError, RuntimeError):
        folder = (Path(configured) if configured else Path(base) / "blender_synth").expanduser().absolute() / part
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    folder = Path(tempfile.gettempdir()) / f"blender_synth-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():  # created by another user: not to be trusted
        return Path(tempfile.mkdtemp(prefix="blender_synth-"))
    (folder / part).mkdir(exist_ok=True)
    return folder / part


def scratch_folder() -> Path:
    """This process's own folder for temporary files, in the cache; a child of `blender_process` gets one.

    The process holds a lock on its folder and removes it at exit. Folders of processes that were killed are removed by
    the next one that asks for a folder.
    """
    if inherited := os.environ.get(SCRATCH_ENVIRONMENT):
        return Path(inherited)
    with _scratch_lock:
        key = (os.getpid(), cache_folder("scratch"))
        if key not in _scratch_folders or not _scratch_folders[key].is_dir():
            _scratch_folders[key] = _new_scratch_folder(key[1])
            atexit.register(_remove_scratch_folder, key)
        return _scratch_folders[key]


def _new_scratch_folder(parent: Path) -> Path:
    try:
        with open(parent / _LOCK, "w") as guard:  # held while a folder exists but is not locked yet
            fcntl.flock(guard, fcntl.LOCK_EX)
            for folder in parent.iterdir():
                if folder.is_dir() and not _is_locked(folder / _LOCK):
                    shutil.rmtree(folder, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(dir=parent))
            lock = open(folder / _LOCK, "w")  # noqa: SIM115 - held as long as the process lives
            fcntl.flock(lock, fcntl.LOCK_EX)
            _held_locks.append(lock)
            return folder
    except OSError:  # a file system without locks
        return Path(tempfile.mkdtemp(prefix="blender_synth-"))


def _is_locked(file: Path) -> bool:
    try:
        with open(file) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _remove_scratch_folder(key: tuple[int, Path]) -> None:
    if key[0] == os.getpid():  # and not in a fork of it
        shutil.rmtree(_scratch_folders[key], ignore_errors=True)


def write_atomically(file: Path, content: str | bytes) -> None:
    """Replace a file so that readers see the old content or the new one, never a part of it, also after a power cut.

    Args:
        file: in an existing folder. content: text is written as UTF-8.

    Raises:
        OSError: the folder cannot be written or the disk is full; the old file is then unchanged.
    """
    data = content.encode() if isinstance(content, str) else content
    umask = os.umask(0)
    os.umask(umask)
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, 0o666 & ~umask)
        take_place(Path(temporary), file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
