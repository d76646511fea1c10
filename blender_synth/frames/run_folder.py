"""The run folder: config, lock, frames and failures. Holds frames of one config only."""

from __future__ import annotations

import errno
import fcntl
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from blender_synth import __version__, checksums
from blender_synth.cache import write_atomically
from blender_synth.errors import RunError
from blender_synth.frames.raw_frame import RawFrame

RUN_VERSION = 1
SEALED_FILES = ("config.yaml", "run.json", "failures.jsonl")
"""Files of a run that its SHA256SUMS covers, in addition to the SHA256SUMS of its frames."""
_FREE_BYTES_NEEDED = 64 * 2**20


class RunFolder:
    """A run folder on disk, opened for rendering."""

    def __init__(self, path: Path):
        self.path = Path(path)
        self.frames_path = self.path / "frames"

    @contextmanager
    def opened(self, config: dict[str, Any], identity: dict[str, Any]) -> Iterator[RunFolder]:
        """Create the folder, or continue with it, and hold its lock.

        Args:
            config: the whole config, kept as config.yaml. identity: its part that decides what frames look like.

        Raises:
            RunError: it belongs to another config, is in use, holds other files, or the disk is full.
        """
        with disk_errors(self.path):
            fresh = self._prepare()
            with self._locked():
                if fresh:
                    self._write_text("config.yaml", yaml.safe_dump(config, sort_keys=False))
                    state = {"run_version": RUN_VERSION, "blender_synth": __version__, "identity": identity}
                    self._write_text("run.json", json.dumps(state, indent=1))
                else:
                    self._check_same(identity)
                self.frames_path.mkdir(exist_ok=True)
                for stale in self.frames_path.glob(".*.tmp"):
                    shutil.rmtree(stale, ignore_errors=True)
                (self.path / checksums.FILE).unlink(missing_ok=True)
                try:
                    yield self
                finally:
                    with suppress(OSError):
                        checksums.write_sums(self.path, self._sealed_files())

    def _prepare(self) -> bool:
        """Create the folder if needed; whether it holds no run yet."""
        if self.path.exists() and not self.path.is_dir():
            raise RunError("the output is a file", file=self.path, key="output", hint="choose another output")
        fresh = not (self.path / "run.json").exists()
        if fresh and self.path.is_dir() and any(p.name != ".lock" for p in self.path.iterdir()):
            hint = "choose another output, or empty the folder"
            raise RunError(
                "the output folder holds other files", file=self.path, key="output", value=str(self.path), hint=hint
            )
        self.path.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.path).free < _FREE_BYTES_NEEDED:
            hint = "free some space or choose another output"
            raise RunError("the disk is full", file=self.path, key="output", hint=hint)
        return fresh

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with open(self.path / ".lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RunError(
                    "another process is rendering into this folder",
                    file=self.path,
                    key="output",
                    hint="wait for it, or choose another output",
                ) from None
            yield

    def _check_same(self, identity: dict[str, Any]) -> None:
        state = read_run_state(self.path)
        before, now = dict(_flat(state.get("identity", {}))), dict(_flat(json.loads(json.dumps(identity))))
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                raise RunError(
                    f"the output folder holds a run with another config ({key} was {before.get(key)!r})",
                    file=self.path / "config.yaml",
                    key=key,
                    value=now.get(key),
                    hint="choose another output, or delete this folder",
                )

    def _sealed_files(self) -> Iterator[str]:
        """Files that the run's checksums cover; those of the frames are covered through the frames' own checksums."""
        yield from (name for name in SEALED_FILES if (self.path / name).is_file())
        for sums in self.frames_path.glob(f"[0-9]*/{checksums.FILE}"):
            yield sums.relative_to(self.path).as_posix()

    def frame_path(self, index: int) -> Path:
        """Folder of a frame, whether it exists or not."""
        return self.frames_path / f"{index:06d}"

    def missing(self, count: int) -> list[int]:
        """Indices below `count` that have no frame yet."""
        return [i for i in range(count) if not (self.frame_path(i) / "frame.json").is_file()]

    def record_failure(self, index: int, error: str) -> None:
        """Append one line to failures.jsonl."""
        with open(self.path / "failures.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps({"frame_index": index, "error": error}) + "\n")

    def record_broken_item(self, name: str, error: str) -> None:
        """Record in failures.jsonl, once, that an item (`pack/item`) of an asset pack is left out."""
        line = json.dumps({"item": name, "error": error}) + "\n"
        file = self.path / "failures.jsonl"
        if not file.exists() or line not in file.read_text(encoding="utf-8").splitlines(keepends=True):
            with open(file, "a", encoding="utf-8") as stream:
                stream.write(line)

    def _write_text(self, name: str, text: str) -> None:
        write_atomically(self.path / name, text)


def _flat(value: Any, prefix: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, value


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the `OSError` of a full or unwritable disk into a `RunError`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RunError(
                "the disk is full", file=path, hint="free some space and give the same command again"
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise RunError(
                "the folder cannot be written", file=error.filename or path, hint="choose a folder you may write to"
            ) from None
        raise


def read_run_state(path: Path) -> dict[str, Any]:
    """The content of run.json.

    Raises:
        RunError: absent, damaged or of another version.
    """
    file = Path(path) / "run.json"
    try:
        state = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(
            "this is not a run folder", file=path, key="runs", hint="give the `output` of a render"
        ) from None
    except (OSError, ValueError) as error:
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
    return state


def find_runs(patterns: Iterable[str]) -> list[Path]:
    """Run folders that the entries name, match (globs) or contain, each once, sorted within each entry.

    Raises:
        RunError: an entry leads to no run folder.
    """
    found: list[Path] = []
    for pattern in patterns:
        given = Path(pattern)
        roots = (
            sorted(Path(given.anchor or ".").glob(str(given.relative_to(given.anchor))))
            if any(c in pattern for c in "*?[")
            else [given]
        )
        runs = [run for root in roots for run in _runs_below(root)]
        if not runs:
            raise RunError("there is no run folder", key="runs", value=pattern, hint="give the `output` of a render")
        found += [run for run in runs if run not in found]
    return found


def _runs_below(root: Path) -> list[Path]:
    if (root / "run.json").is_file():
        return [root]
    return sorted(p.parent for p in root.glob("**/run.json") if "frames" not in p.relative_to(root).parts)


def frames_of(run: Path) -> list[RawFrame]:
    """The complete frames of a run, by index."""
    read_run_state(run)
    return [RawFrame(p.parent) for p in sorted((run / "frames").glob("[0-9]*/frame.json"))]
