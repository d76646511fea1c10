"""The run folder: config, lock, frames and failures. Holds frames of one config only."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import yaml

from blender_synth import __version__, checksums
from blender_synth.cache import write_atomically
from blender_synth.errors import RunError
from blender_synth.frames.meta_json import FILE
from blender_synth.frames.raw_frame import RawFrame

RUN_VERSION = 1
SEALED_FILES = ("config.yaml", "run.json", "failures.jsonl", "frames.jsonl")
"""Files of a run that its SHA256SUMS covers, in addition to the SHA256SUMS of its frames."""
STATE, CONFIG, LOCK = "run.json", "config.yaml", ".lock"
FAILURES = "failures.jsonl"
FRAME_LOG = "frames.jsonl"
"""What rendering each frame took; no part of the frames, which are the same whenever they are rendered."""
FIRST_PICTURE = "first.jpg"
"""The picture of the frame that was finished first, developed at once, for a quick look."""
_FREE_BYTES_NEEDED = 64 * 2**20


class RunFolder:
    """A run folder on disk, opened for rendering."""

    def __init__(self, path: Path):
        self.path = Path(path)
        self.frames_path = self.path / "frames"

    @contextmanager
    def opened(self, config: dict[str, Any], identity: dict[str, Any], command: str = "") -> Iterator[RunFolder]:
        """Create the folder, or continue with it, and hold its lock.

        Args:
            config: the whole config, kept as config.yaml. identity: its part that decides what frames look like.
            command: renders the same again; the last one is kept in run.json.

        Raises:
            RunError: it belongs to another config, is in use, holds other files, or the disk is full.
        """
        with disk_errors(self.path, "output"):
            self._prepare()
            with self._locked():
                if (self.path / STATE).exists():
                    self._check_same(identity)
                    self._record_command(command)
                else:
                    # the state first: once it is there, the folder is this run's, whatever else is missing
                    state = {"run_version": RUN_VERSION, "blender_synth": __version__, "identity": identity}
                    state |= {"command": command}
                    write_atomically(self.path / STATE, json.dumps(state, indent=1))
                    write_atomically(self.path / CONFIG, _yaml(config))
                if not (self.path / CONFIG).exists():
                    write_atomically(self.path / CONFIG, _yaml(config))
                self.frames_path.mkdir(exist_ok=True)
                for stale in (*self.path.glob(".*.tmp"), *self.frames_path.glob(".*.tmp")):
                    _remove(stale)
                (self.path / checksums.FILE).unlink(missing_ok=True)
                try:
                    yield self
                finally:
                    with suppress(OSError):
                        checksums.write_sums(self.path, self._sealed_files())

    def _prepare(self) -> None:
        """Create the folder if needed, and check that a run can be in it."""
        check_output(self.path)
        self.path.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with open(self.path / LOCK, "w") as lock:
            try:
                _lock(lock)
            except BlockingIOError:
                raise RunError(
                    "another process is rendering into this folder",
                    file=self.path,
                    key="output",
                    hint="wait for it, or choose another output",
                ) from None
            except OSError:  # a file system without locks
                pass
            yield

    def _check_same(self, identity: dict[str, Any]) -> None:
        state = read_run_state(self.path)
        if state.get("blender_synth", __version__) != __version__:
            raise RunError(
                "the run was begun by another version of the program, whose frames would mix with those of this one",
                file=self.path / "run.json",
                key="blender_synth",
                value=state["blender_synth"],
                hint=f"choose another output, or go on with that version; this is {__version__}",
            )
        before, now = dict(_flat(state.get("identity", {}))), dict(_flat(json.loads(json.dumps(identity))))
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                raise RunError(
                    f"the output folder holds a run with another config ({key} was {before.get(key)!r})",
                    file=self.path / CONFIG,
                    key=key,
                    value=now.get(key),
                    hint="choose another output, or delete this folder",
                )

    def _record_command(self, command: str) -> None:
        state = read_run_state(self.path)
        if command and state.get("command") != command:
            self.update_state({"command": command})

    def update_state(self, entries: Mapping[str, Any]) -> None:
        """Replace these entries of run.json, atomically.

        Raises:
            OSError: the folder cannot be written. RunError: run.json is damaged.
        """
        write_atomically(self.path / STATE, json.dumps({**read_run_state(self.path), **entries}, indent=1))

    def _sealed_files(self) -> Iterator[str]:
        """Files that the run's checksums cover; those of the frames are covered through the frames' own checksums."""
        yield from (name for name in SEALED_FILES if (self.path / name).is_file())
        for sums in self.frames_path.glob(f"[0-9]*/{checksums.FILE}"):
            yield sums.relative_to(self.path).as_posix()

    def frame_path(self, index: int) -> Path:
        """Folder of a frame, whether it exists or not."""
        return self.frames_path / f"{index:06d}"

    def missing(self, indices: Sequence[int]) -> list[int]:
        """Those of the indices that have no frame yet."""
        try:
            there = set(os.listdir(self.frames_path))
        except FileNotFoundError:
            there = set()
        return [
            index for index in indices if not (f"{index:06d}" in there and (self.frame_path(index) / FILE).is_file())
        ]

    def record_failure(self, index: int, error: str, command: str) -> None:
        """Append one line to failures.jsonl; `command` renders that frame alone."""
        self._append(FAILURES, {"frame_index": index, "error": error, "command": command})

    def record_broken_item(self, name: str, error: str) -> None:
        """Record in failures.jsonl, once, that an item (`pack/item`) of an asset pack is left out."""
        line = {"item": name, "error": error}
        if line not in read_lines(self.path / FAILURES):
            self._append(FAILURES, line)

    def record_frame(self, index: int, seconds: Mapping[str, float], missing: str) -> None:
        """Append one line to frames.jsonl for a frame that was rendered.

        Args:
            seconds: by stage. missing: of the acceptance criteria, in words; empty where they are met.
        """
        self._append(FRAME_LOG, {"frame_index": index, "seconds": dict(seconds), "missing": missing})

    def frame_log(self) -> dict[int, dict[str, Any]]:
        """The last line of frames.jsonl for each frame."""
        lines = read_lines(self.path / FRAME_LOG)
        return {line["frame_index"]: line for line in lines if isinstance(line.get("frame_index"), int)}

    def settle_failures(self) -> None:
        """Mark the lines of failures.jsonl whose frame is there by now: `resolved` is true."""
        file = self.path / FAILURES
        lines = read_lines(file)
        settled = [
            {**line, "resolved": True}
            if isinstance(index := line.get("frame_index"), int)
            and index >= 0
            and (self.frame_path(index) / FILE).is_file()
            else line
            for line in lines
        ]
        text = "".join(json.dumps(line) + "\n" for line in settled)
        if lines and text.encode() != file.read_bytes():
            write_atomically(file, text)

    def _append(self, name: str, line: Mapping[str, Any]) -> None:
        """Append a line to a file of lines, after one that a killed process left unfinished."""
        with open(self.path / name, "ab+") as file, _append_lock:
            size = file.seek(0, os.SEEK_END)
            torn = False
            if size:
                file.seek(size - 1)
                torn = file.read(1) != b"\n"
            file.write(b"\n" * torn + json.dumps(line).encode() + b"\n")


def _lock(file: TextIO) -> None:
    """Take the lock of a run; `status`, which looks whether it is free, holds it for an instant."""
    for wait_s in (0.05, 0.1, 0.2, None):
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait_s is None:
                raise
            time.sleep(wait_s)


_append_lock = threading.Lock()


def read_lines(file: Path) -> list[dict[str, Any]]:
    """The objects of a file with one JSON object a line; lines that a killed process left unfinished are left out."""
    try:
        texts = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    lines = []
    for text in texts:
        try:
            line = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict):
            lines.append(line)
    return lines


def check_output(path: Path) -> None:
    """Check whether a run can be rendered into a folder, which need not exist.

    Raises:
        RunError: it is a file, holds other files, cannot be written, or the disk is full.
    """
    with disk_errors(path, "output"):
        if path.is_symlink() and not path.exists():
            raise RunError(
                "the output is a link that leads nowhere", file=path, key="output", value=str(path),
                hint="choose another output, or remove the link",
            )  # fmt: skip
        if path.exists() and not path.is_dir():
            raise RunError(
                "the output is a file", file=path, key="output", value=str(path), hint="choose another output"
            )
        if path.is_dir() and not (path / STATE).exists() and not _only_remains(path):
            hint = "choose another output, or empty the folder"
            raise RunError("the output folder holds other files", file=path, key="output", value=str(path), hint=hint)
        existing = next(parent for parent in (path, *path.absolute().parents) if parent.exists())
        if not existing.is_dir():
            hint = "choose another output"
            raise RunError("the output is below a file", file=existing, key="output", value=str(path), hint=hint)
        if not os.access(existing, os.W_OK | os.X_OK):
            hint = "choose a folder you may write to"
            raise RunError("the folder cannot be written", file=existing, key="output", value=str(path), hint=hint)
        disk = shutil.disk_usage(existing)
        if disk.total and disk.free < _FREE_BYTES_NEEDED:
            hint = "free some space or choose another output"
            raise RunError("the disk is full", file=path, key="output", value=str(path), hint=hint)


def _only_remains(path: Path) -> bool:
    """Whether a folder holds only what a run that was killed at its very start leaves, and no file of the user."""
    names = {entry.name for entry in path.iterdir()}
    ours = {name for name in names if name == LOCK or (name.startswith(".") and name.endswith(".tmp"))}
    if LOCK in names:  # a config.yaml next to the lock is of such a run
        ours |= names & {CONFIG, "frames"}
        if "frames" in names and any((path / "frames").iterdir()):
            return False
    return names == ours


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _yaml(config: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(config), sort_keys=False)


def _flat(value: Any, prefix: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, value


@contextmanager
def disk_errors(path: Path, key: str | None = None) -> Iterator[None]:
    """Turn every `OSError` into a `RunError` that names the file.

    Args:
        path: the folder that is written. key: of the config, which chooses it.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise disk_error(error, path, key) from None


def disk_error(error: OSError, path: object, key: str | None = None) -> RunError:
    """The error to show for one of the system.

    Args:
        path: where it happened, if the error does not tell. key: of the config, which chooses the path.
    """
    file = error.filename if error.filename is not None else path
    problem, hint = _DISK_ERRORS.get(
        error.errno or 0, (f"the system reports: {error.strerror or str(error) or 'an error'}", "choose another folder")
    )
    value = {} if key is None else {"value": str(path)}
    return RunError(problem, file=file, key=key, hint=hint, **value)


_FULL = ("the disk is full", "free some space and give the same command again")
_FORBIDDEN = ("the folder cannot be written", "choose a folder you may write to")
_NOT_A_FOLDER = ("a file, or a link that leads nowhere, stands where a folder is needed", "choose another folder")
_DISK_ERRORS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
    errno.ENOTDIR: _NOT_A_FOLDER,
    errno.EEXIST: _NOT_A_FOLDER,
    errno.EISDIR: ("a folder stands where a file is needed", "remove it or choose another folder"),
    errno.ENOENT: ("the file or folder does not exist", "correct the path, or create the folder"),
    errno.ENAMETOOLONG: ("the name is too long for the file system", "choose a shorter path"),
    errno.ELOOP: ("the path leads through a link to itself", "remove the link or choose another folder"),
    errno.EMFILE: ("too many files are open", "raise the limit (ulimit -n) or use fewer workers"),
    errno.ENOMEM: ("there is not enough memory", "use fewer workers, smaller pictures or fewer people"),
    errno.EIO: ("the disk cannot be read or written", "check the disk"),
    errno.ESTALE: ("the network folder was lost", "mount it again and give the same command"),
}


def read_run_state(path: Path) -> dict[str, Any]:
    """The content of run.json.

    Raises:
        RunError: absent, damaged or of another version.
    """
    file = Path(path) / STATE
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(
            "this is not a run folder", file=path, key="runs", hint="give the `output` of a render"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(
            f"the file is damaged ({error})", file=file, hint="delete the run folder and render again"
        ) from None
    if not isinstance(state, dict) or state.get("run_version") != RUN_VERSION:
        raise RunError(
            "the run is of another version",
            file=file,
            key="run_version",
            value=state.get("run_version") if isinstance(state, dict) else None,
            hint="render it again",
        )
    if not isinstance(state.get("identity", {}), dict):
        raise RunError(
            "the file is damaged", file=file, key="identity", value=state["identity"],
            hint="delete the run folder and render again",
        )  # fmt: skip
    return state


def find_runs(patterns: Iterable[str]) -> list[Path]:
    """Run folders that the entries name, match (globs) or contain, each once, sorted within each entry.

    Raises:
        RunError: an entry leads to no run folder.
    """
    found: list[Path] = []
    for pattern in patterns:
        with disk_errors(Path(pattern), "runs"):
            runs = [run for root in _matches(pattern) for run in _runs_below(root)]
        if not runs:
            hint = "give the `output` of a render; the path is relative to the working directory"
            raise RunError("there is no run folder", key="runs", value=pattern, hint=hint)
        found += [run for run in runs if run not in found]
    return found


def _matches(pattern: str) -> list[Path]:
    """The paths that an entry names. What exists is taken literally, also with brackets or stars in its name."""
    path = Path(pattern).expanduser()
    parts, folder = list(path.parts), Path()
    while parts and os.path.lexists(folder / parts[0]):
        folder /= parts.pop(0)
    if not parts:
        return [path]
    if not any(c in part for part in parts for c in "*?["):
        return []
    try:
        return sorted(folder.glob(str(Path(*parts))))
    except (ValueError, NotImplementedError):
        return []


def _runs_below(root: Path) -> list[Path]:
    """Run folders in a folder, sorted; what is in a run folder is not looked at, as it can be millions of frames."""
    found = []
    for folder, folders, files in os.walk(root):
        if STATE in files:
            found.append(Path(folder))
            folders.clear()
        folders[:] = [name for name in folders if name != "frames"]
    return sorted(found)


def frames_of(run: Path) -> list[RawFrame]:
    """The frames of a run, by index; one that lacks files is damaged, since frames get their folders when complete."""
    read_run_state(run)
    folders = [folder for folder in (run / "frames").glob("[0-9]*") if folder.is_dir()]
    return [RawFrame(folder) for folder in sorted(folders, key=lambda folder: (len(folder.name), folder))]
