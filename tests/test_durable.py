"""What is renamed into its place is on the disk before; traced through the system calls."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from blender_synth import durable
from blender_synth.cache import write_atomically
from blender_synth.exporters import target
from blender_synth.exporters.target import replacing, write_marker
from blender_synth.frames.raw_frame import write_frame


@pytest.fixture
def calls(monkeypatch):
    """System calls in their order: ("sync", path), ("rename", from, to), ("exchange", from, to)."""
    traced: list[tuple[str, ...]] = []
    plain_sync, plain_replace, plain_exchange = os.fsync, os.replace, target._exchanged

    def fsync(descriptor):
        traced.append(("sync", os.readlink(f"/proc/self/fd/{descriptor}")))
        plain_sync(descriptor)

    def replace(source, final):
        traced.append(("rename", str(source), str(final)))
        plain_replace(source, final)

    def exchange(first, second):
        traced.append(("exchange", str(first), str(second)))
        return plain_exchange(first, second)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(target, "_exchanged", exchange)
    return traced


def _check(calls, source: Path, final: Path, files: list[str]) -> None:
    """The files were flushed before the rename, and the folder that has the new name after it."""
    (at,) = [number for number, call in enumerate(calls) if call[0] != "sync" and call[2] == str(final)]
    before, after = calls[:at], calls[at + 1 :]
    for name in files:
        assert ("sync", str(source / name)) in before, name
    assert ("sync", str(final.parent)) in after


def test_a_file_is_flushed_before_it_takes_its_place(tmp_path, calls):
    write_atomically(tmp_path / "a.json", "{}")
    ((_, temporary, _),) = [call for call in calls if call[0] == "rename"]
    _check(calls, Path(temporary), tmp_path / "a.json", [""])


def test_a_frame_is_flushed_before_it_takes_its_place(tmp_path, calls):
    def fill(folder: Path) -> None:
        (folder / "labels.exr").write_bytes(b"1")
        (folder / "frame.json").write_bytes(b"2")

    write_frame(tmp_path / "000001", fill)
    temporary = tmp_path / f".000001.{os.getpid()}.tmp"
    _check(calls, temporary, tmp_path / "000001", ["labels.exr", "frame.json", "SHA256SUMS", ""])


def _export(dataset: Path, content: str) -> None:
    with replacing(dataset, []) as new:
        (new / "images").mkdir()
        (new / "images/1.jpg").write_text(content)
        write_marker(new, {"exporter": "fake", "frames": 1})


@pytest.mark.parametrize("own_file", [False, True])
def test_a_dataset_is_flushed_before_it_takes_its_place(tmp_path, calls, own_file):
    work, dataset = tmp_path / ".data.export", tmp_path / "data"
    files = ["images/1.jpg", "images", "dataset.json", "SHA256SUMS", ""]
    _export(dataset, "1")
    _check(calls, work / "new", dataset, files)
    calls.clear()
    if own_file:  # then the files are exchanged one by one
        (dataset / "notes.txt").write_text("mine")
    _export(dataset, "2")
    if not own_file:
        _check(calls, work / "new", dataset, files)
        return
    journal = next(number for number, call in enumerate(calls) if call[-1] == str(work / "journal.json"))
    moved = [number for number, call in enumerate(calls) if call[-1] == str(dataset / "images/1.jpg")]
    assert all(("sync", str((work / "new" / name).absolute())) in calls[:journal] for name in files)
    assert journal < moved[0]
    assert ("sync", str(dataset / "images")) in calls[moved[0] :]
    assert (dataset / "images/1.jpg").read_text() == "2"


def test_a_folder_of_many_files_is_flushed_in_one_call(tmp_path, monkeypatch):
    for number in range(durable._FEW + 1):
        (tmp_path / f"{number}.jpg").write_text("1")
    flushed = []
    monkeypatch.setattr(durable, "_flush_file", flushed.append)
    durable.flush(tmp_path)
    assert not flushed
    monkeypatch.setattr(durable, "_flush_file_system", lambda folder: False)
    durable.flush(tmp_path)
    assert len(flushed) == durable._FEW + 1


def test_what_the_disk_did_not_take_does_not_take_its_place(tmp_path, monkeypatch):
    def broken(descriptor):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    (tmp_path / "kept.json").write_text("old")
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        write_frame(tmp_path / "000001", lambda folder: (folder / "frame.json").write_text("2"))
    with pytest.raises(OSError, match="Input/output"):
        write_atomically(tmp_path / "kept.json", "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.json"]
    assert (tmp_path / "kept.json").read_text() == "old"
