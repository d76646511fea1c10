"""Where what costs time to find out, or to unpack, is kept between runs."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

ENVIRONMENT = "BLENDER_SYNTH_CACHE"


def cache_folder(part: str) -> Path:
    """A folder of the cache: below BLENDER_SYNTH_CACHE, else XDG_CACHE_HOME, else `~/.cache`.

    It can be deleted at any time. Where none of them can be written, it is one among the system's temporary files.
    """
    given = os.environ.get(ENVIRONMENT)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    with contextlib.suppress(OSError, RuntimeError):
        folder = (Path(given) if given else Path(base) / "blender_synth").expanduser().absolute() / part
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    folder = Path(tempfile.gettempdir()) / f"blender_synth-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        return Path(tempfile.mkdtemp(prefix="blender_synth-"))
    (folder / part).mkdir(exist_ok=True)
    return folder / part


def scratch_folder() -> Path:
    """A folder of this process's own in the cache, which a later process removes, as workers may be killed any time."""
    place = cache_folder("scratch")
    for left in place.iterdir():
        if left.name.isdigit() and not Path(f"/proc/{left.name}").exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = place / str(os.getpid())
    folder.mkdir(exist_ok=True)
    return folder


def write_whole(file: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(name, file)
