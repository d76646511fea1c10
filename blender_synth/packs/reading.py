"""Opens untrusted data files in a child process with limits on time and memory, and keeps what was found in the cache.

One such process serves this process until it ends. See `packs.reader` for its side and `packs.limits` for the limits.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blender_synth.blender_process import BlenderProcess, JobFailed, JobOutOfMemory, ProcessLost
from blender_synth.cache import cache_folder, write_atomically
from blender_synth.errors import AssetError, BlenderSynthError, RunError, error_from_json
from blender_synth.packs.blendfile import Contents, MarkedAsset
from blender_synth.packs.limits import MOST_MEMORY_BYTES, too_much_memory, too_much_time

TIMEOUT_S = 600.0
"""Longest wait for one file, far above the limit on processor time: the machine may be busy with other things."""
_MODULE = "blender_synth.packs.reader"
_CODE = ("packs/archive.py", "packs/blendfile.py", "packs/bvh.py", "packs/data_files.py", "packs/glb.py",
         "packs/limits.py", "packs/reader.py", "packs/safety.py", "packs/usd.py")  # fmt: skip


class _Reader:
    """The child process; a fork of this process starts its own."""

    def __init__(self) -> None:
        self.pid, self.lock, self.by_machine = os.getpid(), threading.Lock(), False
        self.process = BlenderProcess(
            _MODULE, TIMEOUT_S, memory_limit_bytes=MOST_MEMORY_BYTES, on_event=self._note
        )  # fmt: skip
        atexit.register(self._stop)

    def _note(self, event: dict[str, Any]) -> None:
        self.by_machine = bool(event.get("by_machine"))

    def _stop(self) -> None:
        if self.pid == os.getpid():
            self.process.stop()


_readers: list[_Reader] = []


def _reader() -> _Reader:
    if not _readers or _readers[-1].pid != os.getpid():
        _readers[:] = [_Reader()]
    return _readers[-1]


def read_limited(job: str, file: Path, **arguments: Any) -> Any:
    """The result of a job of `packs.reader` for a file.

    Raises:
        AssetError: the file cannot be used, or takes more time or memory than the limits.
        BlenderSynthError: the process does not start, or the machine allows it too little memory.
    """
    size = file.stat().st_size
    reader = _reader()
    with reader.lock:
        try:
            return reader.process.ask(job, file=str(file), size=size, **arguments)["result"]
        except JobOutOfMemory:
            raise machine_allows_too_little(file) from None
        except JobFailed as failure:
            hint = "save or export it again"
            raise AssetError("the file cannot be read", file=file, value=str(failure), hint=hint) from None
        except ProcessLost as lost:
            raise loss(lost, reader.by_machine, file, size) from None


def loss(lost: ProcessLost, by_machine: bool, file: Path, size_bytes: int) -> BlenderSynthError:
    """The error for a file over which a process was lost.

    Args:
        by_machine: the machine allows the process less memory than our limit, so it is not the file's fault.
    """
    if lost.starting:
        return RunError("the process that reads asset packs does not start", value=str(lost), hint=lost.last_line)
    if lost.out_of_time:
        return too_much_time(file, size_bytes)
    if by_machine:
        return machine_allows_too_little(file)
    if "MemoryError" in lost.last_line or "bad_alloc" in lost.last_line:
        return too_much_memory(file, size_bytes)
    reason = f"{lost}: {lost.last_line}" if lost.last_line else str(lost)
    return AssetError(reason, file=file, hint="export it again, smaller or simpler")


def machine_allows_too_little(file: Path) -> RunError:
    """The error where the machine's own limit on memory is too low to read a file."""
    return RunError(
        "this machine allows one process too little memory to read the file",
        file=file,
        hint="raise the limit on address space (ulimit -v)",
    )


def check_once(file: Path, role: str, check: Callable[[Path], object]) -> None:
    """Check a file, unless the cache says that a file of this content has been checked before.

    Args:
        role: name of the check. check: a function of a module, which raises AssetError; it runs in the child process.

    Raises:
        AssetError: what `check` raises, or the file takes more time or memory than the limits.
    """
    _kept("check", file, [role], function=f"{check.__module__}:{check.__qualname__}")


def contents_of(file: Path, root: Path) -> Contents:
    """What a `.blend` contains, after `safety.check_file`; see `blendfile.read_contents`.

    Raises:
        AssetError: it cannot be used.
    """
    data = _kept("contents", file, [str(root), _libraries_state(root)], root=str(root))
    return Contents(
        names={kind: tuple(names) for kind, names in data["names"].items()},
        assets=tuple(MarkedAsset(**{**asset, "tags": tuple(asset["tags"])}) for asset in data["assets"]),
        parents=data["parents"],
        scene=data["scene"],
        libraries=tuple(data["libraries"]),
        texts=tuple(data["texts"]),
    )


def _libraries_state(root: Path) -> list[tuple[str, int, int]]:
    """The files that decide about a `.blend` as well: linked libraries and the asset catalogue."""
    rows = []
    for folder, _, names in os.walk(root):
        for file in (Path(folder, name) for name in names if name.endswith((".blend", ".cats.txt"))):
            with contextlib.suppress(OSError):
                state = file.stat()
                rows.append((str(file), state.st_size, state.st_mtime_ns))
    return sorted(rows)


def _kept(job: str, file: Path, about: list[Any], **arguments: Any) -> Any:
    """The result of a job, or the error that it raised, from the cache if it is known."""
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        hint = error.strerror or str(error)
        raise AssetError("the file cannot be read", file=file, hint=hint) from None
    name = json.dumps([job, about, str(file), digest, code_version(_CODE)])
    known = cache_folder("files") / f"{hashlib.sha256(name.encode()).hexdigest()}.json"
    try:
        answer = json.loads(known.read_text(encoding="utf-8"))
        if not isinstance(answer, dict):
            raise ValueError
    except (OSError, ValueError):
        try:
            answer = {"result": read_limited(job, file, **arguments)}
        except AssetError as error:
            answer = {"error": error.to_json()}
        with contextlib.suppress(OSError):
            write_atomically(known, json.dumps(answer))
    if "error" in answer:
        raise error_from_json(answer["error"])
    return answer["result"]


def code_version(files: tuple[str, ...]) -> str:
    """Digest of source files of this package, given relative to it: what they read may change when they do."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for file in files:
        digest.update((package / file).read_bytes())
    return digest.hexdigest()
