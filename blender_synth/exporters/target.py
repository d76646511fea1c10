"""The dataset folder as an export's target. One file, since check, swap and recovery have to agree with each other.

`dataset.json` lists every file of an export with its size and SHA-256. A later export removes these files only, and
only where they are unchanged; whatever else lies in the folder stays.

The new dataset is written into a work folder `.NAME.export` next to the dataset (inside it, as `.export`, where the
dataset is a mount point or its parent cannot be written). A lock on the work folder keeps a second export out. Then
the old and the new folder change places in one system call (Linux `renameat2` with RENAME_EXCHANGE), or, where files
of the user or the current directory are in the dataset, file by file. A journal in the work folder lets the next
export finish what a killed one began: until the folders are exchanged, or the journal for the exchange of files is
written, the old dataset counts, afterwards the new one.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from blender_synth.cache import write_atomically
from blender_synth.checksums import sealed
from blender_synth.durable import flush, flush_entries, take_place
from blender_synth.errors import BlenderSynthError, RunError

MARKER = "dataset.json"
CHECKSUMS = "SHA256SUMS"
DATASET_VERSION = 1
_JOURNAL = "journal.json"
_INSIDE = ".export"
"""Name of the work folder where it has to be inside the dataset."""
_FORMER_PARTS = ("images", "annotations", "overlays", "ATTRIBUTION.md", MARKER)
"""What versions without a list of files wrote."""
_CHOOSE = "choose another folder"


@dataclass(frozen=True)
class FileEntry:
    """One file of a dataset as its list has it."""

    size_bytes: int
    sha256: str


Files = dict[str, FileEntry]
"""Entries by path in the dataset, with `/` between its parts."""


def check_dataset_target(dataset: Path, runs: Sequence[Path] = ()) -> None:
    """Check whether an export of `runs` into `dataset` can start; cheap enough to call before the first frame.

    What a killed export left behind is completed or removed first.

    Args:
        dataset: the folder that is to hold the dataset; it need not exist. runs: run folders, existing or not.

    Raises:
        RunError: the folder is a run, in a run or contains one, holds files of others only, was changed since the last
            export, is being written by another export, or cannot be written.
    """
    with _opened(dataset, runs):
        pass


@contextmanager
def replacing(dataset: Path, runs: Sequence[Path]) -> Iterator[Path]:
    """An empty folder that takes the place of `dataset` when the block ends without an exception.

    The block must leave the list of files there (see `write_marker`).

    Raises:
        RunError: as `check_dataset_target`, or a file of the user is where one of the dataset belongs.
    """
    with _opened(dataset, runs) as target:
        new = target.work / "new"
        new.mkdir()
        yield new
        target.swap(read_marker(new))


def write_marker(folder: Path, content: Mapping[str, Any]) -> None:
    """Write `SHA256SUMS` and `dataset.json`, with the list of all other files, into a finished dataset.

    `dataset.json` ends with its own digest (see `checksums.sealed`), so that a damaged byte of it is found, too.
    """
    files = {path: entry for path, entry in sorted(_entries(folder)) if path not in (MARKER, CHECKSUMS)}
    sums = "".join(_checksum_line(path, entry.sha256) for path, entry in files.items())
    (folder / CHECKSUMS).write_text(sums, encoding="utf-8", errors="surrogateescape")
    files[CHECKSUMS] = _entry(folder / CHECKSUMS)
    listed = {path: [entry.size_bytes, entry.sha256] for path, entry in files.items()}
    head = json.dumps({"dataset_version": DATASET_VERSION, **content}, indent=1)[:-2]
    lines = ",\n".join(f"  {json.dumps(path)}: {json.dumps(entry)}" for path, entry in listed.items())
    write_atomically(folder / MARKER, sealed(f'{head},\n "files": {{\n{lines}\n }}\n}}\n'))


def read_marker(dataset: Path) -> Files:
    """The list of files in a dataset's `dataset.json`, without that file itself.

    Raises:
        RunError: the file is damaged, of another version, or lists no files.
    """
    file = dataset / MARKER
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(
            f"the dataset's list of files is not readable ({error})", file=file, hint=f"{_CHOOSE}, or move it away"
        ) from None
    if not isinstance(content, dict) or not ("exporter" in content and "frames" in content):
        raise RunError(
            "the folder holds other files, among them a dataset.json that is not of an export",
            file=file, key="dataset", value=str(dataset), hint=f"{_CHOOSE}, or empty it",
        )  # fmt: skip
    if "files" not in content:
        raise RunError(
            "the dataset was written by a version that kept no list of its files, so that they cannot be"
            " told from other files",
            file=file, key="dataset", value=str(dataset), hint=f"{_CHOOSE}, or delete this one yourself",
        )  # fmt: skip
    if content.get("dataset_version") != DATASET_VERSION:
        raise RunError(
            "the dataset is of another version",
            file=file, key="dataset_version", value=content.get("dataset_version"), hint=_CHOOSE,
        )  # fmt: skip
    listed = content["files"]
    try:
        files = {
            _inside(path): FileEntry(int(size_bytes), str(sha256)) for path, (size_bytes, sha256) in listed.items()
        }
    except (AttributeError, TypeError, ValueError):
        raise RunError(
            "the dataset's list of files is damaged", file=file, key="files", hint=f"{_CHOOSE}, or move it away"
        ) from None
    return files


def changed_files(dataset: Path, files: Files) -> Iterator[str]:
    """Listed files that exist, but are not as the export wrote them.

    A file of the same size that is no newer than dataset.json counts as unchanged; others are read.
    """
    written_ns = (dataset / MARKER).stat().st_mtime_ns
    for path, entry in files.items():
        try:
            status = os.lstat(dataset / path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        same = stat.S_ISREG(status.st_mode) and status.st_size == entry.size_bytes
        if not same or (status.st_mtime_ns > written_ns and _entry(dataset / path) != entry):
            yield path


def foreign_entries(dataset: Path, files: Files) -> Iterator[str]:
    """Files, links and folders in a dataset that its export did not write. A folder stands for what is in it."""
    folders = {parent.as_posix() for path in files for parent in PurePosixPath(path).parents}

    mounts = _mount_points()

    def mounted(path: str) -> bool:
        return os.path.ismount(path) or os.fsencode(path) in mounts

    def walk(folder: Path, prefix: str) -> Iterator[str]:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            path = prefix + entry.name
            if path in folders and entry.is_dir(follow_symlinks=False) and not mounted(entry.path):
                yield from walk(Path(entry.path), f"{path}/")
            elif path not in files and path not in (MARKER, _INSIDE):
                yield path

    if dataset.is_dir():
        yield from walk(dataset, "")


@contextmanager
def _opened(dataset: Path, runs: Sequence[Path]) -> Iterator[_Target]:
    """A checked target, locked, with an empty work folder, which goes away at the end."""
    folder = _resolved(dataset)
    _check_apart_from_runs(folder, runs)
    made: list[Path] = []
    try:
        with _plain_errors(dataset):
            _sweep_former(folder)
            work = _work_folder(folder, made)
            for stale in {folder / _INSIDE, _beside(folder)} - {work}:
                if stale.is_dir() and not stale.is_symlink():
                    with _locked(stale, dataset):
                        _recover(folder, stale)
                        shutil.rmtree(stale, ignore_errors=True)
            with _locked(work, dataset):
                try:
                    _recover(folder, work)
                    target = _Target(folder, work, _replaceable(folder))
                    yield target
                finally:
                    if not (work / _JOURNAL).exists():
                        shutil.rmtree(work, ignore_errors=True)
    finally:
        for parent in reversed(made):  # left empty by a failure
            with contextlib.suppress(OSError):
                parent.rmdir()


class _Target:
    """A dataset folder that is about to be replaced. `old`: files of the former export."""

    def __init__(self, dataset: Path, work: Path, old: Files):
        self.dataset, self.work, self.old = dataset, work, old

    def swap(self, new: Files) -> None:
        """Put work/new in the place of the dataset, keeping what is not of the former export."""
        if (self.dataset / MARKER).exists() and (changed := next(changed_files(self.dataset, self.old), None)):
            raise _changed(self.dataset, changed)
        foreign = any(True for _ in foreign_entries(self.dataset, self.old))
        whole = not foreign and self.work.parent != self.dataset and not _holds_current_directory(self.dataset)
        if whole and not self.dataset.exists():
            take_place(self.work / "new", self.dataset)
            return
        if not whole and (obstacle := next(_obstacles(self.dataset, [*new, MARKER], self.old), None)):
            raise RunError(
                "a file, link or mount that is not of the former export is where the dataset has a file or folder",
                file=self.dataset / obstacle,
                key="dataset",
                value=str(self.dataset),
                hint=f"move it away, or {_CHOOSE}",
            )
        flush(self.work / "new")
        journal = {"old": sorted(self.old), "new": sorted(new), "id": _digest(self.work / "new" / MARKER)}
        if whole:
            shutil.copymode(self.dataset, self.work / "new")
            self._write_journal(journal | {"how": "exchange"})
            if _exchanged(self.work / "new", self.dataset):
                flush_entries(self.dataset.parent)
                _recover(self.dataset, self.work)
                return
        self._write_journal(journal | {"how": "files"})
        _recover(self.dataset, self.work)

    def _write_journal(self, content: Mapping[str, Any]) -> None:
        write_atomically(self.work / _JOURNAL, json.dumps(content))


def _recover(dataset: Path, work: Path) -> None:
    """Complete a swap whose journal is in the work folder; the work folder is empty afterwards."""
    new = work / "new"
    try:
        journal = json.loads((work / _JOURNAL).read_text(encoding="utf-8"))
    except FileNotFoundError:
        journal = None
    if journal is not None and journal["how"] == "exchange":
        done = _digest(dataset / MARKER) == journal["id"]
        if done and new.exists():
            _remove_files(new, journal["old"])
            _keep_rest(new, dataset)
    elif journal is not None:
        for path in [*journal["new"], MARKER]:
            if (new / path).exists():
                (dataset / path).parent.mkdir(parents=True, exist_ok=True)
                os.replace(new / path, dataset / path)
        for parent in {(dataset / path).parent for path in [*journal["new"], MARKER]}:
            flush_entries(parent)  # before the journal goes
        _remove_files(dataset, sorted(set(journal["old"]) - set(journal["new"])))
    shutil.rmtree(new, ignore_errors=True)
    for file in work.iterdir():
        if file.name != _JOURNAL and file.is_file():
            file.unlink()
    (work / _JOURNAL).unlink(missing_ok=True)


def _remove_files(folder: Path, paths: Sequence[str]) -> None:
    """Remove these files and the folders that this leaves empty."""
    for path in paths:
        (folder / path).unlink(missing_ok=True)
    parents = {parent for path in paths for parent in PurePosixPath(path).parents}
    for parent in sorted(parents - {PurePosixPath(".")}, key=lambda parent: -len(parent.parts)):
        with contextlib.suppress(OSError):
            (folder / parent).rmdir()


def _keep_rest(old: Path, dataset: Path) -> None:
    """Move what appeared in the old folder while it was exchanged over to the new one."""
    (old / MARKER).unlink(missing_ok=True)
    for path in sorted(p for p in old.rglob("*") if p.is_symlink() or not p.is_dir()):
        kept = dataset / path.relative_to(old)
        if not os.path.lexists(kept):
            kept.parent.mkdir(parents=True, exist_ok=True)
            os.rename(path, kept)


def _replaceable(dataset: Path) -> Files:
    """The files of a former export in the folder.

    Raises:
        RunError: the folder holds other files only, or a file of the export was changed.
    """
    if not dataset.is_dir() or not any(entry.name != _INSIDE for entry in dataset.iterdir()):
        return {}
    if not (dataset / MARKER).is_file():
        raise RunError(
            "the dataset folder holds other files",
            file=dataset, key="dataset", value=str(dataset), hint=f"{_CHOOSE}, or empty it",
        )  # fmt: skip
    files = read_marker(dataset)
    for changed in changed_files(dataset, files):
        raise _changed(dataset, changed)
    return files


def _changed(dataset: Path, path: str) -> RunError:
    return RunError(
        "a file of the dataset was changed after its export",
        file=dataset / path, key="dataset", value=str(dataset), hint=f"move it away or delete it, or {_CHOOSE}",
    )  # fmt: skip


def _obstacles(dataset: Path, new: Sequence[str], old: Files) -> Iterator[str]:
    """What keeps files of a new dataset from their places: paths of foreign files, links, folders and mounts."""
    parents = {parent for path in (*new, *old) for parent in PurePosixPath(path).parents} - {PurePosixPath(".")}
    mounts = _mount_points()
    for parent in sorted(parents):
        folder = dataset / parent
        if os.path.lexists(folder) and (
            folder.is_symlink() or not folder.is_dir() or os.path.ismount(folder) or os.fsencode(folder) in mounts
        ):
            yield parent.as_posix()
    for path in new:
        if os.path.lexists(dataset / path) and ((path not in old and path != MARKER) or (dataset / path).is_dir()):
            yield path


def _resolved(dataset: Path) -> Path:
    """The real folder of a dataset, with links followed."""
    about: dict[str, Any] = {"file": dataset, "key": "dataset", "value": str(dataset)}
    try:
        folder = dataset.resolve()
        if dataset.is_symlink() and not dataset.exists():
            raise RunError("the dataset folder is a link to nothing", **about, hint=f"{_CHOOSE}, or remove the link")
        for parent in (folder, *folder.parents):
            if parent.is_dir():
                break
            if os.path.lexists(parent):
                about["file"] = parent
                raise RunError("a file is in the place of the dataset folder", **about, hint=_CHOOSE)
        os.stat(parent)
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, BlenderSynthError):
            raise
        raise RunError(f"the dataset folder cannot be used ({error})", **about, hint=_CHOOSE) from None
    if not os.access(parent, os.W_OK | os.X_OK):
        about["file"] = parent
        raise RunError("the dataset folder cannot be written", **about, hint=f"{_CHOOSE} that you may write to")
    return folder


def _check_apart_from_runs(dataset: Path, runs: Sequence[Path]) -> None:
    about: dict[str, Any] = {"key": "dataset", "value": str(dataset), "hint": f"{_CHOOSE} outside the run"}
    resolved = [Path(run).resolve() for run in runs]
    for run in resolved:
        if dataset == run or run in dataset.parents:
            raise RunError("the dataset folder is a run or in a run", file=run, **about)
        if dataset in run.parents:
            raise RunError("the dataset folder contains a run that is exported", file=run, **about)
    for parent in (dataset, *dataset.parents):
        if (parent / "run.json").is_file() and (parent / "frames").is_dir():
            raise RunError("the dataset folder is a run or in a run", file=parent, **about)


def _work_folder(dataset: Path, made: list[Path]) -> Path:
    """Where the work folder belongs; missing parents are created and appended to `made`."""
    if dataset.exists() and (_is_mount(dataset) or not os.access(dataset.parent, os.W_OK | os.X_OK)):
        return dataset / _INSIDE
    missing = [parent for parent in (dataset.parent, *dataset.parent.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(exist_ok=True)
        made.append(parent)
    return _beside(dataset)


def _beside(dataset: Path) -> Path:
    """The work folder next to a dataset."""
    name = f".{dataset.name}.export"
    if len(os.fsencode(name)) > 255:
        name = f".{hashlib.sha256(os.fsencode(dataset.name)).hexdigest()[:16]}.export"
    return dataset.parent / name


@contextmanager
def _locked(work: Path, dataset: Path) -> Iterator[None]:
    """Create the work folder and hold its lock."""
    while True:
        work.mkdir(exist_ok=True)
        descriptor = os.open(work, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise RunError(
                "another export is writing into this dataset folder",
                file=dataset, key="dataset", value=str(dataset), hint=f"wait for it, or {_CHOOSE}",
            ) from None  # fmt: skip
        try:
            if _is_at(descriptor, work):  # else the export that held it has just removed it
                yield
                return
        finally:
            os.close(descriptor)


def _is_at(descriptor: int, folder: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(folder))
    except FileNotFoundError:
        return False


def _sweep_former(dataset: Path) -> None:
    """Remove or restore folders that killed exports of versions before this scheme left next to the dataset."""
    if not dataset.parent.is_dir():
        return
    pattern = re.compile(re.escape(f".{dataset.name}.") + r"(\d+)\.(tmp|old)")
    for folder in sorted(dataset.parent.iterdir()):
        match = pattern.fullmatch(folder.name)
        if not match or folder.is_symlink() or not folder.is_dir() or _runs(int(match[1])):
            continue
        if match[2] == "old" and not dataset.exists() and (folder / MARKER).is_file():
            take_place(folder, dataset)
            continue
        for part in _FORMER_PARTS:
            if (folder / part).is_dir() and not (folder / part).is_symlink():
                shutil.rmtree(folder / part, ignore_errors=True)
            else:
                (folder / part).unlink(missing_ok=True)
        try:
            folder.rmdir()
        except OSError:
            print(f"kept, since it holds files that no export wrote: {folder}", file=sys.stderr)


def _runs(pid: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _is_mount(folder: Path) -> bool:
    """Whether something is mounted at a folder, bind mounts of the same file system included."""
    return os.path.ismount(folder) or os.fsencode(folder) in _mount_points()


def _mount_points() -> set[bytes]:
    """Of Linux's mountinfo; empty elsewhere."""
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return set()
    return {re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code[1], 8)]), line.split()[4]) for line in lines}


def _holds_current_directory(dataset: Path) -> bool:
    try:
        current = Path.cwd().resolve()
    except OSError:
        return False
    return dataset == current or dataset in current.parents


def _exchanged(first: Path, second: Path) -> bool:
    """Let two folders change places at once; False where the system or the file system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    at_cwd, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of linux/fs.h
    return renameat2(at_cwd, os.fsencode(first), at_cwd, os.fsencode(second), exchange) == 0


@contextmanager
def _plain_errors(dataset: Path) -> Iterator[None]:
    """Turn an `OSError` other than that of a full disk (see `run_folder.disk_errors`) into a `RunError`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise RunError(
            f"the dataset cannot be written there ({error})",
            file=error.filename or dataset, key="dataset", value=str(dataset), hint=_CHOOSE,
        ) from None  # fmt: skip


def _inside(path: str) -> str:
    """A listed path, checked to stay in the dataset."""
    parts = PurePosixPath(path)
    if not path or parts.is_absolute() or ".." in parts.parts:
        raise ValueError(path)
    return path


def _entries(folder: Path) -> Iterator[tuple[str, FileEntry]]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield file.relative_to(folder).as_posix(), _entry(file)


def _entry(file: Path) -> FileEntry:
    return FileEntry(file.stat().st_size, _digest(file) or "")


def _digest(file: Path) -> str | None:
    """SHA-256 of a file; None where there is none."""
    try:
        with open(file, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _checksum_line(path: str, sha256: str) -> str:
    """A line as `sha256sum` writes and checks it."""
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == path else chr(92)}{sha256}  {escaped}\n"
