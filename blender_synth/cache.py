"""The user's cache folder, scratch space of a process, and atomic writing of files."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

ENVIRONMENT = "BLENDER_SYNTH_CACHE"


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
    """This process's own folder in the cache. Later processes remove it, because workers may be killed at any time."""
    parent = cache_folder("scratch")
    for stale in parent.iterdir():
        if stale.name.isdigit() and not Path(f"/proc/{stale.name}").exists() and Path("/proc/self").exists():
            shutil.rmtree(stale, ignore_errors=True)
    folder = parent / str(os.getpid())
    folder.mkdir(exist_ok=True)
    return folder


def write_atomically(file: Path, content: str | bytes) -> None:
    """Replace a file so that readers see the old content or the new one, never a part of it.

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
        os.replace(temporary, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
